"""A lead that this member cannot open: with a colleague, or taken out. Says so, and nothing of the lead itself."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.leads.models import Lead
from nextcall.timeline.models import Event
from nextcall.timeline.record import record
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import Told, back, lead_of, tell
from nextcall.web.once import once
from nextcall.worklist import say

GONE = ("lead.removed", "lead.erased")
ASKED_FOR = timedelta(days=1)  # so long one asking stands


def elsewhere(request: SignedIn, lead_id: int) -> HttpResponse:
    """The page in its place. Raises Http404 where the account has no such lead."""
    at, member = timezone.now(), request.member
    row = Lead.objects.filter(account=member.account, pk=lead_id).select_related("owner").first()
    if row is None:
        raise Http404
    context: dict[str, object] = {"lead_id": row.pk, "said": request.session.pop("said", "")}
    if row.removed_at:
        gone = Event.objects.filter(account=member.account, lead=row, kind__in=GONE).select_related("by")
        latest = gone.order_by("-at", "-pk").first()
        who = f" by {latest.by.name}" if latest and latest.by else ""
        erased = latest is not None and latest.kind == "lead.erased"
        what = "Erased, as they asked" if erased and not who else "Erased" if erased else "Removed"
        context["removed"] = f"{what}{who}, {say.when(row.removed_at, member.zone, at=at)}."
        context["because"] = str(latest.data.get("because", "")) if latest else ""
        context["erased"] = erased
    elif row.owner:
        mine = Event.objects.filter(account=member.account, lead=row, kind="lead.asked", by=member)
        context |= {"owner": row.owner.name, "asked": mine.filter(at__gt=at - ASKED_FOR).exists()}
    return render(request, "lead/elsewhere.html", context, status=404)


@require_POST
@signed_in
@once
def ask(request: SignedIn, lead_id: int) -> HttpResponse:
    """Ask a colleague for their lead: they see it on its page, and hand it over or keep it."""
    at, member = timezone.now(), request.member
    rows = Lead.objects.filter(removed_at__isnull=True, owner__isnull=False).select_related("owner")
    lead = found_or_404(rows, member.account, pk=lead_id)
    if lead.owner_id != member.pk:
        record(
            account_id=lead.account_id, kind="lead.asked", at=at, by=member, lead_id=lead.pk, person_id=lead.person_id
        )
    owner = lead.owner.name if lead.owner else ""
    return tell(request, Told(f"Asked. {owner} sees it on the lead.", url=reverse("lead", args=[lead.pk])))


@require_POST
@signed_in
@once
def keep(request: SignedIn, lead_id: int) -> HttpResponse:
    """The lead stays where it is: whoever asked is answered in the record."""
    lead = lead_of(request, lead_id)
    record(
        account_id=lead.account_id,
        kind="lead.kept",
        at=timezone.now(),
        by=request.member,
        lead_id=lead.pk,
        person_id=lead.person_id,
    )
    return back(request, lead, said=f"{lead.person} stays with {lead.owner.name if lead.owner else 'nobody'}.")
