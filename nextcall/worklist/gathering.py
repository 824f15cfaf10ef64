"""Everything that could be a member's next card, read in a fixed number of bounded queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Promise
from nextcall.engine.promising import SNOOZES
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist.offering import OFFERED_FOR, Colleague, goal_of, next_free
from nextcall.worklist.ranking import Candidate

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
    in_hands_of: str = ""  # another member has the lead open


def promises(member: Member, *, at: datetime) -> list[Promised]:
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
        *_holder("lead__"),
    )
    rows = Promise.objects.filter(account_id=member.account_id, owner=member, closed_at__isnull=True)
    found: list[tuple[Any, ...]] = list(rows.order_by("due_at").values_list(*columns)[:MOST])
    return [replace(Promised(*row[:9]), in_hands_of=_in_hands_of(row[9:], member, at)) for row in found]


def _holder(lead: str) -> tuple[str, str, str]:
    """The columns that say in whose hands a lead is; see `_in_hands_of`."""
    return f"{lead}held_by_id", f"{lead}held_until", f"{lead}held_by__name"


def _in_hands_of(held: Sequence[Any], member: Member, at: datetime) -> str:
    """The other member who has it open; "" if nobody has."""
    holder, until, name = held
    return str(name) if holder and until and holder != member.pk and until > at else ""


def _is_mine(held: Sequence[Any], member: Member, at: datetime) -> bool:
    return held[0] == member.pk and held[1] is not None and held[1] > at


def gather(
    member: Member, standing: Sequence[Promised], *, at: datetime, away_since: datetime | None = None
) -> list[Candidate]:
    """Candidates of a member: their own leads, those nobody owns and nobody else holds, and those offered to them.

    `standing` is what `promises` gave. Own leads that another member has open say so, and are not for dealing.
    Who arrived after `away_since` and was never tried is not carried over. The gate has not been asked yet.
    """
    cards = [one for one in standing if one.kind in CARDS]
    for_later = {one.lead_id: one.made_at for one in cards if one.due_at > at}
    found = [*promised(cards, at=at), *fresh(member, at=at), *waiting(member, at=at)]
    found += due(member, at=at, away_since=away_since)
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
            snoozed=one.what in SNOOZES,
            in_hands_of=one.in_hands_of,
        )
        for one in cards
        if one.due_at <= at
    ]


def fresh(member: Member, *, at: datetime) -> list[Candidate]:
    """New leads that no person has tried yet: inside the speed goal, and past it those offered to one more member.

    Nobody waits at the phone for an imported file.
    """
    goal = goal_of(member.account)
    new = Lead.objects.filter(
        account_id=member.account_id,
        arrived_at__gte=at - max(OFFERED_FOR, goal),
        arrived_at__lte=at,
        import_id__isnull=True,
        first_person_touch_at__isnull=True,
        removed_at__isnull=True,
        stage__in=(Lead.Stage.NEW, Lead.Stage.WORKING),
    )
    free = _free(member, "", at=at)
    mine = Q(owner=member) | Q(owner__isnull=True, arrived_at__gte=at - goal) & free
    theirs = Q(owner__isnull=False, arrived_at__lt=at - goal) & free
    columns = ("id", "person_id", "arrived_at", "owner_id", "owner__name", *_holder(""))
    rows = list(new.filter(mine | theirs).order_by("-arrived_at").values_list(*columns)[: 2 * SOME])
    team = _team(member) if any(row[3] and at - row[2] > goal for row in rows) else []
    found = []
    for lead, person, arrived, owner, owner_name, *held in rows:
        one = Candidate(lead, person, arrived, arrived_at=arrived, in_hands_of=_in_hands_of(held, member, at))
        whose = next_free(team, owner_id=owner, arrived_at=arrived, at=at, goal=goal) if owner else None
        if owner in (None, member.pk) and (whose or at - arrived <= goal):
            found.append(replace(one, offered_to=_first_name(whose.name)) if whose else one)
        elif whose and owner != member.pk and (whose.id == member.pk or _is_mine(held, member, at)):
            found.append(replace(one, offered_by=_first_name(owner_name)))
    return found


def _first_name(name: str) -> str:
    return name.partition(" ")[0]


def _team(member: Member) -> list[Colleague]:
    """Everyone of the account who takes leads."""
    rows = Member.objects.filter(account_id=member.account_id, is_active=True)
    return [Colleague(*row) for row in rows.values_list("id", "name", "zone", "working_hours", "away_until")]


def waiting(member: Member, *, at: datetime) -> list[Candidate]:
    """People who wrote and have no answer yet."""
    rows = (
        Lead.objects.filter(account_id=member.account_id, waiting_since__isnull=False, removed_at__isnull=True)
        .filter(Q(owner=member) | Q(owner__isnull=True) & _free(member, "", at=at))
        .order_by("waiting_since")
        .values_list("id", "person_id", "waiting_since", *_holder(""))[:SOME]
    )
    return [
        Candidate(lead, person, since, "text", waiting_since=since, in_hands_of=_in_hands_of(held, member, at))
        for lead, person, since, *held in rows
        if since is not None
    ]


def due(member: Member, *, at: datetime, away_since: datetime | None = None) -> list[Candidate]:
    """Open touches: due, and a person's to do."""
    touches = Touch.objects.filter(account_id=member.account_id, state=Touch.State.OPEN)
    return _touches(touches.filter(owner=member), member, at=at, away_since=away_since) + _touches(
        touches.filter(owner__isnull=True).filter(_free(member, "lead__", at=at)), member, at=at, away_since=away_since
    )


def tomorrows(member: Member, *, at: datetime, until: datetime) -> list[Candidate]:
    """Calls planned for later, up to `until`: for who wants to get ahead, if the gate allows them now."""
    planned = Touch.objects.filter(account_id=member.account_id, owner=member, state=Touch.State.PLANNED)
    return _touches(planned.filter(by_machine=False, channel="call", due_at__gt=at, due_at__lt=until), member, at=at)


def _touches(
    touches: QuerySet[Touch], member: Member, *, at: datetime, away_since: datetime | None = None
) -> list[Candidate]:
    columns = ("id", "lead_id", "person_id", "due_at", "channel", "person__zone")
    lead = ("lead__arrived_at", "lead__first_person_touch_at", "lead__import_id")
    rows = list(touches.order_by("-due_at").values_list(*columns, *lead, *_holder("lead__"))[:MOST])
    closes = {zone: evening(at, zone or member.zone) for zone in {row[5] for row in rows}}
    return [
        Candidate(
            lead_id=lead_id,
            person_id=person,
            due_at=due_at,
            channel=channel,
            touch_id=key,
            closes_at=closes[zone],
            untried=bool(away_since and arrived >= away_since and tried is None and imported is None),
            in_hands_of=_in_hands_of(held, member, at),
        )
        for key, lead_id, person, due_at, channel, zone, arrived, tried, imported, *held in rows
    ]


def evening(at: datetime, zone: str) -> datetime | None:
    """About when calls to that zone close today, before the gate says it exactly; None if they have."""
    there = at.astimezone(ZoneInfo(zone))
    closes = there.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    return closes if closes > there else None


def uncertain(member: Member) -> list[Candidate]:
    """Sends that nobody is sure of, of this member's leads and of nobody's; not while their carrier is still asked."""
    rows = (
        Touch.objects.filter(account_id=member.account_id, state=Touch.State.UNCERTAIN, lease_until__isnull=True)
        .filter(Q(owner=member) | Q(owner__isnull=True))
        .order_by("due_at")
        .values_list("id", "lead_id", "person_id", "due_at", "channel")[:SOME]
    )
    return [
        Candidate(lead_id=lead, person_id=person, due_at=due_at, channel=channel, touch_id=key, uncertain=True)
        for key, lead, person, due_at, channel in rows
    ]


def later(member: Member, *, at: datetime, until: datetime) -> list[tuple[int, str, datetime]]:
    """Person, channel and time of this member's own touches still to come before `until`, soonest first."""
    planned = Touch.objects.filter(account_id=member.account_id, owner=member, state=Touch.State.PLANNED)
    rows = planned.filter(by_machine=False, due_at__gt=at, due_at__lt=until).order_by("due_at")
    return list(rows.values_list("person_id", "channel", "due_at")[:MOST])
