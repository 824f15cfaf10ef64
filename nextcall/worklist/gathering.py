"""Everything that could be a member's next card, read in a fixed number of bounded queries."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Promise
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist.ranking import SPEED_GOAL, Candidate

MOST = 200  # rows of one kind looked at: more than anyone works in a day
SOME = 50
CARDS = (Promise.Kind.CALL, Promise.Kind.SEND)


def gather(member: Member, *, at: datetime) -> list[Candidate]:
    """Candidates of a member: their own leads, and those nobody owns and nobody else holds.

    The gate has not been asked yet: see `gating.judge`.
    """
    promised_for_later = later_promises(member, at=at)
    found = [*promised(member, at=at), *fresh(member, at=at), *waiting(member, at=at), *due(member, at=at)]
    return [one for one in found if not _can_wait(one, promised_for_later)] + uncertain(member)


def _can_wait(one: Candidate, promised_for_later: Mapping[int, datetime]) -> bool:
    """Somebody promised or snoozed it for later, and they have not written since."""
    made_at = promised_for_later.get(one.lead_id)
    return made_at is not None and (one.waiting_since is None or one.waiting_since <= made_at)


def later_promises(member: Member, *, at: datetime) -> dict[int, datetime]:
    """Leads with a promise that is not due yet, and when it was made."""
    rows = Promise.objects.filter(
        account_id=member.account_id, owner=member, closed_at__isnull=True, due_at__gt=at, kind__in=CARDS
    )
    return dict(rows.order_by("-made_at").values_list("lead_id", "made_at")[:MOST])


def _free(member: Member, lead: str, *, at: datetime) -> Q:
    """A lead that nobody owns, and that is not in another member's hands."""
    nobody = Q(**{f"{lead}held_until__isnull": True}) | Q(**{f"{lead}held_until__lte": at})
    return nobody | Q(**{f"{lead}held_by": member})


def promised(member: Member, *, at: datetime) -> list[Candidate]:
    """Promises due. Windows and appointments are no cards: they are pinned."""
    rows = (
        Promise.objects.filter(account_id=member.account_id, owner=member, closed_at__isnull=True, due_at__lte=at)
        .filter(kind__in=CARDS)
        .order_by("due_at").values_list("id", "lead_id", "lead__person_id", "due_at", "kind")[:SOME]
    )
    return [
        Candidate(lead_id=lead, person_id=person, due_at=due_at, promise_id=key,
                  channel="email" if kind == Promise.Kind.SEND else "call")
        for key, lead, person, due_at, kind in rows
    ]


def fresh(member: Member, *, at: datetime) -> list[Candidate]:
    """New leads inside the speed goal that no person has tried yet."""
    new = Lead.objects.filter(
        account_id=member.account_id, arrived_at__gte=at - SPEED_GOAL, arrived_at__lte=at,
        first_person_touch_at__isnull=True, removed_at__isnull=True, stage__in=(Lead.Stage.NEW, Lead.Stage.WORKING),
    )
    rows = []
    for whose in (Q(owner=member), Q(owner__isnull=True) & _free(member, "", at=at)):
        rows += new.filter(whose).order_by("-arrived_at").values_list("id", "person_id", "arrived_at")[:SOME]
    return [Candidate(lead_id=lead, person_id=person, due_at=arrived, arrived_at=arrived) for lead, person, arrived in rows]


def waiting(member: Member, *, at: datetime) -> list[Candidate]:
    """People who wrote and have no answer yet."""
    rows = (
        Lead.objects.filter(account_id=member.account_id, waiting_since__isnull=False, removed_at__isnull=True)
        .filter(Q(owner=member) | Q(owner__isnull=True) & _free(member, "", at=at))
        .order_by("waiting_since").values_list("id", "person_id", "waiting_since")[:SOME]
    )
    return [
        Candidate(lead_id=lead, person_id=person, due_at=since, waiting_since=since, channel="text")
        for lead, person, since in rows
    ]


def due(member: Member, *, at: datetime) -> list[Candidate]:
    """Open touches: due, and a person's to do."""
    touches = Touch.objects.filter(account_id=member.account_id, state=Touch.State.OPEN)
    columns = ("id", "lead_id", "person_id", "due_at", "channel")
    rows = list(touches.filter(owner=member).order_by("-due_at").values_list(*columns)[:MOST])
    free = touches.filter(owner__isnull=True).filter(_free(member, "lead__", at=at))
    rows += free.order_by("-due_at").values_list(*columns)[:MOST]
    return [
        Candidate(lead_id=lead, person_id=person, due_at=due_at, channel=channel, touch_id=key)
        for key, lead, person, due_at, channel in rows
    ]


def uncertain(member: Member) -> list[Candidate]:
    """Sends that nobody is sure of, of this member's leads and of nobody's."""
    rows = (
        Touch.objects.filter(account_id=member.account_id, state=Touch.State.UNCERTAIN)
        .filter(Q(owner=member) | Q(owner__isnull=True))
        .order_by("due_at").values_list("id", "lead_id", "person_id", "due_at", "channel")[:SOME]
    )
    return [
        Candidate(lead_id=lead, person_id=person, due_at=due_at, channel=channel, touch_id=key, uncertain=True)
        for key, lead, person, due_at, channel in rows
    ]


def later_today(member: Member, *, at: datetime, day_ends_at: datetime) -> list[tuple[str, datetime]]:
    """Channel and time of this member's own touches still to come today, soonest first."""
    rows = (
        Touch.objects.filter(account_id=member.account_id, owner=member, state=Touch.State.PLANNED, by_machine=False,
                             due_at__gt=at, due_at__lt=day_ends_at)
        .order_by("due_at").values_list("channel", "due_at")[:MOST]
    )
    return list(rows)
