"""The last twenty deeds of a member, each with Undo or why not: a page, and what the command menu lists."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.engine import undo
from nextcall.engine.models import Action
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, leads_seen_by, signed_in
from nextcall.worklist import say

MOST = 20


@dataclass(frozen=True, slots=True)
class Deed:
    """One line: what was done, when, and how to take it back or why that cannot be."""

    says: str
    when: str
    url: str  # to take it back; "" if it cannot be
    why_not: str
    lead_url: str


def latest_of(member: Member, *, at: datetime) -> list[Deed]:
    """What this member did towards leads they still see, the latest first. Bulk changes have a list of their own."""
    rows = Action.objects.filter(account=member.account, member=member, bulk=None, lead__in=leads_seen_by(member))
    return [_deed(one, member, at=at) for one in rows.select_related("lead").order_by("-at", "-pk")[:MOST]]


def _deed(action: Action, member: Member, *, at: datetime) -> Deed:
    why_not = undo.why_not(action)
    return Deed(
        says=action.says or action.kind.replace("_", " ").capitalize(),
        when=say.when(action.at, member.zone, at=at),
        url="" if why_not else reverse("undo", args=[action.pk]),
        why_not=why_not,
        lead_url=reverse("lead", args=[action.lead_id]) if action.lead_id else "",
    )


@require_GET
@signed_in
def deeds(request: SignedIn) -> HttpResponse:
    """The list; for a script that accepts JSON the same as data."""
    found = latest_of(request.member, at=timezone.now())
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"deeds": [asdict(one) for one in found]})
    return render(request, "base/deeds.html", {"deeds": found})
