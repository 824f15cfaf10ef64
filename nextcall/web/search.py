"""Leads as one types, for the command menu: eight at most."""

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.leads.models import Lead
from nextcall.web.access import SignedIn, leads_seen_by, signed_in
from nextcall.worklist import finding
from nextcall.worklist.sifting import Filter

MOST = 8


@require_GET
@signed_in
def search(request: SignedIn) -> HttpResponse:
    """Name, email or the digits of a phone, as on the Leads page."""
    member, wanted = request.member, request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if len(wanted) < 2:
        return JsonResponse({"leads": []})
    found = finding.ids(leads_seen_by(member), member, Filter(search=wanted, sort="name"), at=timezone.now(), most=MOST)
    rows = Lead.objects.filter(account=member.account, pk__in=found)
    named = {
        pk: {"name": name or given or "No name yet", "about": offer or stage, "url": reverse("lead", args=[pk])}
        for pk, name, given, offer, stage in rows.values_list(
            "pk", "person__name", "person__given_name", "offer__name", "stage"
        )
    }
    return JsonResponse({"leads": [named[pk] for pk in found if pk in named]})
