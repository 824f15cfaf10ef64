"""Campaigns that stand still on the page of cadences: why, since when, how many wait; and letting one go on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from nextcall.cadences import halting, rates
from nextcall.cadences.models import Halt, Touch
from nextcall.engine import campaigns
from nextcall.engine.models import Action
from nextcall.team.models import Member
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.cadences.finding import to
from nextcall.web.watch import standing
from nextcall.worklist import say

UNDOABLE = timedelta(hours=1)
MOST = 1_000  # waiting touches are counted so far


@dataclass(frozen=True, slots=True)
class Standing:
    """One campaign that stands still."""

    id: int
    slug: str
    title: str
    because: str
    since: str
    says: str  # the limit
    source: str
    waiting: str
    stopped: bool


def standing_still(member: Member, *, at: datetime) -> list[Standing]:
    """Those of the account, the latest first."""
    return [_standing(one, member, at) for one in halting.in_force(member.account_id)]


def _standing(halt: Halt, member: Member, at: datetime) -> Standing:
    limit = rates.limit(halt.rule)
    waiting = Touch.objects.filter(
        account=member.account, state="planned", channel=halt.channel, rule=halt.rule,
        enrollment__version__cadence=halt.cadence_id,
    )  # fmt: skip
    count = waiting[: MOST + 1].count()
    who = "Nothing waits yet" if not count else f"{count} wait" if count > 1 else "1 waits"
    return Standing(
        id=halt.pk,
        slug=halt.cadence.slug,
        title=standing(halt),
        because=halt.because,
        since=say.when(halt.at, member.zone, at=at),
        says=limit.says if limit else "somebody's word",
        source=limit.source if limit else "",
        waiting=f"More than {MOST:,} wait" if count > MOST else who,
        stopped=halt.level == Halt.Level.STOPPED,
    )


def latest(member: Member, *, at: datetime) -> Action | None:
    """What this member let go on a moment ago, to take back."""
    mine = Action.objects.filter(account=member.account, member=member, kind="halt", undone_at=None)
    return mine.filter(at__gt=at - UNDOABLE).order_by("-at", "-pk").first()


@require_POST
@manager
def resume(request: SignedIn, halt_id: int) -> HttpResponse:
    """It goes on: a pause by a tap, a stop with the reason."""
    halt = found_or_404(Halt, request.member.account, pk=halt_id)
    try:
        done = campaigns.resume(
            halt, by=request.member, at=timezone.now(), because=request.POST.get("because", "")[:200]
        )
    except campaigns.Refused as why:
        return to(request, reverse("cadences"), problem=str(why))
    return to(request, reverse("cadences"), said=done.says)
