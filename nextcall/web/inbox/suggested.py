"""What a message suggests: done, or not so. From the Inbox, a lead's page and Now."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.conversations.models import Suggestion
from nextcall.engine import taking
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import back
from nextcall.web.inbox import talk
from nextcall.web.once import once

DEEDS = ("take", "not-so")


@require_POST
@signed_in
@once
def suggestion(request: SignedIn, lead_id: int, pk: int, deed: str) -> HttpResponse:
    """One tap: `take` does what it suggests, `not-so` puts it away; both can be undone."""
    if deed not in DEEDS:
        raise Http404
    lead = talk.lead_for(request, lead_id)
    found = found_or_404(Suggestion.objects.filter(lead=lead).select_related("lead"), request.member.account, pk=pk)
    try:
        if deed == "take":
            anyway = request.POST.get("anyway") == "1"
            taking.take(suggestion=found, by=request.member, at=timezone.now(), anyway=anyway)
        else:
            taking.dismiss(suggestion=found, by=request.member, at=timezone.now())
    except taking.CannotTake as why:
        return back(request, lead, problem=str(why))
    return back(request, lead)
