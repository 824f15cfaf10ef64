"""The deck: who is next, why, and how far the day is. Only this is kept: in whose hands an unowned lead is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from nextcall.consent.known import Knowledge, read
from nextcall.conversations.models import Promise
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist import gathering, gating, say
from nextcall.worklist.card import Card, card, lead_on
from nextcall.worklist.ranking import CARRIED_SHARE, DAY, Candidate, Group, Ranked, rank

HOLD = timedelta(minutes=15)
UNDOABLE = timedelta(hours=12)  # how long the last action keeps its undo on the page
JUDGED, ROUNDS = 8, 4  # people the gate is asked about at once, and how often
UNGATED = (Group.WAITING, Group.UNCERTAIN)  # answered in writing, decided at a desk
COMING = 6
CALL_MINUTES, MESSAGE_MINUTES = 3, 1
WORKED = ("outcome", "send", "resolve", "seen", "appointment")


@dataclass(frozen=True, slots=True)
class Coming:
    """One line of who comes after."""

    lead_id: int
    name: str
    icon: str
    says: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What the member did last, with its undo."""

    id: int
    lead_id: int | None
    kind: str
    says: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fits:
    """Whether today fits."""

    calls: int
    messages: int
    room: int
    done_by: str


@dataclass(frozen=True, slots=True)
class Deck:
    """Everything the Now page shows."""

    done: int
    to_go: int
    minutes: int
    card: Card | None
    coming: tuple[Coming, ...]
    before_id: int | None  # lead on the card before this one
    fits: Fits
    windows: tuple[gathering.Promised, ...]  # pinned: call-back windows and appointments
    spread: int  # carried-over people left for the days after
    opens: str  # when the next planned touch is due, if nothing is left now
    latest: Deed | None


def day_of(member: Member, at: datetime) -> tuple[datetime, datetime]:
    """The member's own midnight before and after `at`."""
    zone = ZoneInfo(member.zone)
    today = at.astimezone(zone).date()
    return (
        datetime.combine(today, datetime.min.time(), zone),
        datetime.combine(today + timedelta(days=1), datetime.min.time(), zone),
    )


def deck(member: Member, *, at: datetime, turned_to: int | None = None) -> Deck:
    """The member's deck at `at`, open at the lead `turned_to` if it is in there, else at the first card.

    A lead that nobody owns is held for the member for 15 minutes when its card is dealt.
    """
    began, ends = day_of(member, at)
    size, standing = _day_size(member), gathering.promises(member)
    found = gathering.gather(member, standing, at=at)
    known: dict[int, Knowledge] = {}
    ranked, spread = _ranked(found, known, member, at=at, began=began, carried_left=size // CARRIED_SHARE)
    place = next((n for n, one in enumerate(ranked) if one.candidate.lead_id == turned_to), 0)
    place, lead = _hold_first(ranked, place, member=member, at=at)
    at_hand = {one.candidate.person_id for one in ranked}  # their later touch waits for the one in hand
    later = [one for one in gathering.later_today(member, at=at, day_ends_at=ends) if one[0] not in at_hand]
    deeds = deeds_since(member, since=min(began, at - UNDOABLE))
    done = sum(one.kind in WORKED and one.at >= began for one in deeds)
    channels = [one.candidate.channel for one in ranked] + [channel for _, channel, _ in later]
    calls = channels.count("call")
    minutes = calls * CALL_MINUTES + (len(channels) - calls) * MESSAGE_MINUTES
    shown = card(ranked[place], lead, standing, known.get(lead.person_id), member=member, at=at) if lead else None
    return Deck(
        done=done,
        to_go=len(channels),
        minutes=minutes,
        card=shown,
        coming=_coming(ranked[place + 1 : place + 1 + COMING], member, at=at),
        before_id=ranked[place - 1].candidate.lead_id if 0 < place < len(ranked) else None,
        fits=Fits(
            calls,
            len(channels) - calls,
            max(size - done - len(channels), 0),
            say.clock(at + timedelta(minutes=minutes), member.zone),
        ),
        windows=_pinned(standing, at=at),
        spread=spread,
        opens=say.when(later[0][2], member.zone, at=at) if later else "",
        latest=deeds[0] if deeds else None,
    )


def _ranked(
    found: list[Candidate],
    known: dict[int, Knowledge],
    member: Member,
    *,
    at: datetime,
    began: datetime,
    carried_left: int,
) -> tuple[list[Ranked], int]:
    """In order, with the gate's answer for those in front; whom it holds back makes way for the next.

    What was read of them for that is left in `known`, by person.
    """
    ranked, spread = rank(found, at=at, day_began_at=began, carried_left=carried_left)
    asked: set[int] = set()
    for _ in range(ROUNDS):
        front = [one.candidate for one in ranked if one.group not in UNGATED and one.candidate.person_id not in asked][
            :JUDGED
        ]
        if not front or not _unasked_in_front(ranked, asked):
            break
        persons = {one.person_id for one in front}
        asked |= persons
        knowledge = read(persons, account_id=member.account_id, at=at)
        known.update(dict.fromkeys(persons, knowledge))
        judged = {one.person_id: one for one in gating.judge(front, knowledge, member=member, at=at)}
        people = [judged.get(one.candidate.person_id, one.candidate) for one in ranked]
        ranked = rank(people, at=at, day_began_at=began, carried_left=carried_left)[0]
    return ranked, spread


def _unasked_in_front(ranked: list[Ranked], asked: set[int]) -> bool:
    """Whether somebody about to be shown has not been asked about yet."""
    return any(one.group not in UNGATED and one.candidate.person_id not in asked for one in ranked[: COMING + 1])


def _day_size(member: Member) -> int:
    chosen = member.settings.get("people_a_day")
    return chosen if isinstance(chosen, int) and 0 < chosen <= 500 else DAY


def _hold_first(ranked: list[Ranked], place: int, *, member: Member, at: datetime) -> tuple[int, Lead | None]:
    """The first card from `place` on that is this member's to hold: its place and its lead."""
    for n in range(place, len(ranked)):
        lead = lead_on(ranked[n], member)
        if lead and hold(lead, member=member, at=at):
            return n, lead
    return len(ranked), None


def hold(lead: Lead, *, member: Member, at: datetime) -> bool:
    """Take an unowned lead into this member's hands for 15 minutes; an owned one needs no holding.

    False if another member holds it: two members never get the same card.
    """
    if lead.owner_id is not None:
        return True
    if lead.held_by_id == member.pk and lead.held_until and lead.held_until > at + HOLD / 2:
        return True
    free = Q(held_until__isnull=True) | Q(held_until__lte=at) | Q(held_by=member)
    rows = Lead.objects.filter(free, account_id=member.account_id, pk=lead.pk, owner__isnull=True)
    return bool(rows.update(held_by=member, held_until=at + HOLD))


def deeds_since(member: Member, *, since: datetime, lead: Lead | None = None, most: int = 500) -> list[Deed]:
    """What this member did to anyone, or to one lead, and did not undo; the latest first."""
    deeds = Action.objects.filter(account_id=member.account_id, member=member, at__gte=since, undone_at__isnull=True)
    deeds = (deeds.filter(lead=lead) if lead else deeds).order_by("-at", "-pk")
    return [Deed(*row) for row in deeds.values_list("pk", "lead_id", "kind", "says", "at")[:most]]


def _pinned(standing: list[gathering.Promised], *, at: datetime) -> tuple[gathering.Promised, ...]:
    """Call-back windows open now or later today, and appointments of the next hours."""
    soon = [one for one in standing if one.due_at <= at + timedelta(hours=12)]
    return tuple(
        one
        for one in soon
        if (one.kind == Promise.Kind.WINDOW and one.until_at and one.until_at > at)
        or (one.kind == Promise.Kind.APPOINTMENT and one.due_at > at - timedelta(hours=1))
    )[:3]


def _coming(after: list[Ranked], member: Member, *, at: datetime) -> tuple[Coming, ...]:
    rows = Lead.objects.filter(account_id=member.account_id, pk__in=[one.candidate.lead_id for one in after])
    columns = ("pk", "person__name", "person__given_name", "person__zone")
    people = {lead: (name or given, zone) for lead, name, given, zone in rows.values_list(*columns)}
    icons = {"call": "call", "text": "text", "email": "mail", "voicemail": "vm"}
    lines = []
    for one in after:
        if one.candidate.lead_id in people:
            name, zone = people[one.candidate.lead_id]
            known = say.Known(zone=zone or member.zone, member_zone=member.zone)
            icon = "in" if one.group is Group.WAITING else icons.get(one.candidate.channel, "call")
            lines.append(Coming(one.candidate.lead_id, name or "No name yet", icon, say.line_for(one, known, at=at)))
    return tuple(lines)
