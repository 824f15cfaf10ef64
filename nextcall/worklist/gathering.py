"""Everything that could be a member's next card, read in a fixed number of bounded queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Promise
from nextcall.engine.promising import SNOOZED
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist.ranking import SPEED_GOAL, Candidate

MOST = 120  # rows of one kind looked at: more than anyone works in a day
SOME = 50
EVENING = 20  # o'clock
CARDS = (Promise.Kind.CALL, Promise.Kind.SEND)


@dataclass(frozen=True, slots=True)
class Promised:
    """An open promise of a member, with whose it is."""

    id: int
    lead_id: int
    person_id: int
    name: str
    kind: str
    due_at: datetime
    until_at: datetime | None
    made_at: datetime
    what: str


def promises(member: Member) -> list[Promised]:
    """Every open promise of a member: cards, windows and appointments."""
    columns = (
        "id",
        "lead_id",
        "lead__person_id",
        "lead__person__name",
        "kind",
        "due_at",
        "until_at",
        "made_at",
        "what",
    )
    rows = Promise.objects.filter(account_id=member.account_id, owner=member, closed_at__isnull=True)
    return [Promised(*row) for row in rows.order_by("due_at").values_list(*columns)[:MOST]]


def gather(member: Member, standing: Sequence[Promised], *, at: datetime) -> list[Candidate]:
    """Candidates of a member: their own leads, and those nobody owns and nobody else holds.

    `standing` is what `promises` gave. The gate has not been asked yet: see `gating.judge`.
    """
    cards = [one for one in standing if one.kind in CARDS]
    for_later = {one.lead_id: one.made_at for one in cards if one.due_at > at}
    found = [*promised(cards, at=at), *fresh(member, at=at), *waiting(member, at=at), *due(member, at=at)]
    return [one for one in found if not _can_wait(one, for_later)] + uncertain(member)


def _can_wait(one: Candidate, for_later: Mapping[int, datetime]) -> bool:
    """Somebody promised or snoozed it for later, and they have not written since."""
    made_at = for_later.get(one.lead_id)
    return made_at is not None and (one.waiting_since is None or one.waiting_since <= made_at)


def _free(member: Member, lead: str, *, at: datetime) -> Q:
    """A lead that nobody owns, and that is not in another member's hands."""
    nobody = Q(**{f"{lead}held_until__isnull": True}) | Q(**{f"{lead}held_until__lte": at})
    return nobody | Q(**{f"{lead}held_by": member})


def promised(cards: Sequence[Promised], *, at: datetime) -> list[Candidate]:
    """Promises due. Windows and appointments are no cards: they are pinned."""
    return [
        Candidate(
            lead_id=one.lead_id,
            person_id=one.person_id,
            due_at=one.due_at,
            promise_id=one.id,
            channel="email" if one.kind == Promise.Kind.SEND else "call",
            snoozed=one.what == SNOOZED,
        )
        for one in cards
        if one.due_at <= at
    ]


def fresh(member: Member, *, at: datetime) -> list[Candidate]:
    """New leads inside the speed goal that no person has tried yet. Nobody waits at the phone for an imported file."""
    new = Lead.objects.filter(
        account_id=member.account_id,
        arrived_at__gte=at - SPEED_GOAL,
        arrived_at__lte=at,
        import_id__isnull=True,
        first_person_touch_at__isnull=True,
        removed_at__isnull=True,
        stage__in=(Lead.Stage.NEW, Lead.Stage.WORKING),
    )
    new = new.filter(Q(owner=member) | Q(owner__isnull=True) & _free(member, "", at=at))
    rows = new.order_by("-arrived_at").values_list("id", "person_id", "arrived_at")[:SOME]
    return [
        Candidate(lead_id=lead, person_id=person, due_at=arrived, arrived_at=arrived) for lead, person, arrived in rows
    ]


def waiting(member: Member, *, at: datetime) -> list[Candidate]:
    """People who wrote and have no answer yet."""
    rows = (
        Lead.objects.filter(account_id=member.account_id, waiting_since__isnull=False, removed_at__isnull=True)
        .filter(Q(owner=member) | Q(owner__isnull=True) & _free(member, "", at=at))
        .order_by("waiting_since")
        .values_list("id", "person_id", "waiting_since")[:SOME]
    )
    return [
        Candidate(lead_id=lead, person_id=person, due_at=since, waiting_since=since, channel="text")
        for lead, person, since in rows
        if since is not None
    ]


def due(member: Member, *, at: datetime) -> list[Candidate]:
    """Open touches: due, and a person's to do."""
    touches = Touch.objects.filter(account_id=member.account_id, state=Touch.State.OPEN)
    columns = ("id", "lead_id", "person_id", "due_at", "channel", "person__zone")
    rows = list(touches.filter(owner=member).order_by("-due_at").values_list(*columns)[:MOST])
    free = touches.filter(owner__isnull=True).filter(_free(member, "lead__", at=at))
    rows += free.order_by("-due_at").values_list(*columns)[:MOST]
    closes = {zone: evening(at, zone or member.zone) for zone in {row[-1] for row in rows}}
    return [
        Candidate(lead_id=lead, person_id=person, due_at=due_at, channel=channel, touch_id=key, closes_at=closes[zone])
        for key, lead, person, due_at, channel, zone in rows
    ]


def evening(at: datetime, zone: str) -> datetime | None:
    """About when calls to that zone close today, before the gate says it exactly; None if they have."""
    there = at.astimezone(ZoneInfo(zone))
    closes = there.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    return closes if closes > there else None


def uncertain(member: Member) -> list[Candidate]:
    """Sends that nobody is sure of, of this member's leads and of nobody's."""
    rows = (
        Touch.objects.filter(account_id=member.account_id, state=Touch.State.UNCERTAIN)
        .filter(Q(owner=member) | Q(owner__isnull=True))
        .order_by("due_at")
        .values_list("id", "lead_id", "person_id", "due_at", "channel")[:SOME]
    )
    return [
        Candidate(lead_id=lead, person_id=person, due_at=due_at, channel=channel, touch_id=key, uncertain=True)
        for key, lead, person, due_at, channel in rows
    ]


def later_today(member: Member, *, at: datetime, day_ends_at: datetime) -> list[tuple[int, str, datetime]]:
    """Person, channel and time of this member's own touches still to come today, soonest first."""
    rows = (
        Touch.objects.filter(
            account_id=member.account_id,
            owner=member,
            state=Touch.State.PLANNED,
            by_machine=False,
            due_at__gt=at,
            due_at__lt=day_ends_at,
        )
        .order_by("due_at")
        .values_list("person_id", "channel", "due_at")[:MOST]
    )
    return list(rows)
