"""The deck: who is next, why, and how far the day is. Only this is kept: in whose hands a lead is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from nextcall.consent.known import Knowledge, completed
from nextcall.conversations.models import Promise
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist import gathering, gating, say, spreading
from nextcall.worklist.card import Card, cards
from nextcall.worklist.coming import Coming, coming_of, elsewhere_of
from nextcall.worklist.offering import HELD_FOR, goal_of
from nextcall.worklist.ranking import Candidate, Group, Ranked, rank
from nextcall.worklist.reading import leads_of

HOLD = HELD_FOR
UNDOABLE = timedelta(hours=12)  # how long the last action keeps its undo on the page
JUDGED, ROUNDS = 8, 4  # people the gate is asked about at once, and how often
UNGATED = (Group.WAITING, Group.UNCERTAIN)  # answered in writing, decided at a desk
COMING = 6
SWAPPED = 20  # so many deeds may stand in another order by their times than they were taken in
CALL_MINUTES, MESSAGE_MINUTES = 3, 1
COMES_WITHIN, ASKED_FOR = timedelta(minutes=10), timedelta(days=7)  # of an appointment: did they come?
WORKED = ("outcome", "send", "resolve", "seen", "appointment")


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
    minutes: int
    done_by: str


@dataclass(frozen=True, slots=True)
class Deck:
    """Everything the Now page shows."""

    done: int
    heard: int  # people that were
    to_go: int
    minutes: int
    card: Card | None  # the open one
    hand: tuple[Card, ...]  # those after it, if they were asked for
    coming: tuple[Coming, ...]
    elsewhere: tuple[Coming, ...]  # the member's own, open on another member's page
    next_id: int | None  # lead on the card after this one in the order
    before_id: int | None  # lead on the card before this one
    fits: Fits
    windows: tuple[gathering.Promised, ...]  # pinned: call-back windows and appointments
    over: tuple[gathering.Promised, ...]  # appointments of which nobody said yet whether the lead came
    spread: int  # carried-over people left for the days after
    fits_on: str  # which days those are
    back: spreading.Back | None  # after time away
    opens: str  # when the next planned touch is due, if nothing is left now
    ahead: str  # "tomorrow", "Monday": the next working day, if calls planned for it could be made now
    latest: Deed | None


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Everyone in their order, before a card is made."""

    ranked: list[Ranked]
    spread: int
    elsewhere: list[Candidate]
    known: Knowledge
    standing: list[gathering.Promised]
    back: spreading.Back | None


def day_of(member: Member, at: datetime) -> tuple[datetime, datetime]:
    """The member's own midnight before and after `at`."""
    zone = ZoneInfo(member.zone)
    today = at.astimezone(zone).date()
    return (
        datetime.combine(today, datetime.min.time(), zone),
        datetime.combine(today + timedelta(days=1), datetime.min.time(), zone),
    )


def deck(
    member: Member, *, at: datetime, turned_to: int | None = None, ahead: bool = False, without: Collection[int] = ()
) -> Deck:
    """The member's deck at `at`, open at the lead `turned_to` if it is in there, else at the first card.

    The lead on the card is the member's for 15 minutes when it is dealt. `ahead`: with tomorrow's calls behind today's
    work, as far as they may be made now. `without`: leads that were done a moment ago.
    """
    everyone = _sorted(member, at=at, front=COMING + 1, ahead=ahead, without=without)
    ranked = everyone.ranked
    place = next((n for n, one in enumerate(ranked) if one.candidate.lead_id == turned_to), 0)
    place, leads = _hold_first(ranked, place, member=member, at=at)
    return _deck(everyone, place, ranked[place : place + 1], leads, member=member, at=at)


def hand(
    member: Member,
    *,
    at: datetime,
    cards: int,
    lead_id: int | None = None,
    ahead: bool = False,
    without: Collection[int] = (),
) -> Deck:
    """The deck around the open card of `lead_id`, with the cards that follow it; nobody is held for them yet."""
    everyone = _sorted(member, at=at, front=max(cards + 1, COMING + 1), ahead=ahead, without=without)
    place = next((n for n, one in enumerate(everyone.ranked) if one.candidate.lead_id == lead_id), -1)
    following = _following(everyone.ranked, place)[:cards]
    leads = leads_of([one.candidate.lead_id for one in following], member)
    return _deck(everyone, place, following, leads, member=member, at=at)


def _sorted(member: Member, *, at: datetime, front: int, ahead: bool, without: Collection[int]) -> _Sorted:
    began = day_of(member, at)[0]
    standing = gathering.promises(member, at=at)
    away_since = spreading.away_since(member, at=at, began=began)
    found = gathering.gather(member, standing, at=at, away_since=away_since)
    mine = [one for one in found if not one.in_hands_of and one.lead_id not in without]
    judging = _Judging(member, at, began, spreading.share_of(spreading.day_size(member)), front)
    ranked, spread, known = judging.ranked(mine)
    if ahead:
        tomorrow = gathering.tomorrows(member, at=at, until=spreading.next_working_day(member, began)[1])
        here = {one.candidate.person_id for one in ranked}
        more, _, known = judging.ranked(
            [one for one in tomorrow if one.person_id not in here and not one.in_hands_of], known
        )
        ranked += [one for one in more if not one.held and one.candidate.lead_id not in without]
    return _Sorted(
        ranked=ranked,
        spread=spread,
        elsewhere=[one for one in found if one.in_hands_of],
        known=known,
        standing=standing,
        back=spreading.back(member, at=at, began=began, since=away_since),
    )


def _following(ranked: list[Ranked], place: int) -> list[Ranked]:
    """Who is dealt after the card at `place`: what cannot wait, then those behind it, then those turned past."""
    before, behind = ranked[: max(place, 0)], ranked[place + 1 :]
    urgent = [one for one in before if one.group in (Group.PROMISE, Group.NEW) and not one.held]
    return urgent + behind + [one for one in before if one not in urgent]


def _deck(
    everyone: _Sorted, place: int, shown: list[Ranked], leads: Mapping[int, Lead], *, member: Member, at: datetime
) -> Deck:
    """The page around the card at `place`; with `shown` the cards to make: the open one, or those after it."""
    ranked = everyone.ranked
    began, ends = day_of(member, at)
    at_hand = {one.candidate.person_id for one in ranked}  # their later touch waits for the one in hand
    next_day, next_ends = spreading.next_working_day(member, began)
    planned = gathering.later(member, at=at, until=next_ends)
    later = [one for one in planned if one[0] not in at_hand and one[2] < ends]
    deeds = deeds_since(member, since=min(began, at - UNDOABLE))
    worked = [one for one in deeds if one.kind in WORKED and one.at >= began]
    done = len(worked)
    fits = _fits([one.candidate.channel for one in ranked] + [one[1] for one in later], done, member, at=at)
    made = cards(shown, leads, everyone.standing, member=member, at=at, known=everyone.known)
    is_open = bool(made) and shown == ranked[place : place + 1]
    return Deck(
        done=done,
        heard=len({one.lead_id for one in worked}),
        to_go=fits.calls + fits.messages,
        minutes=fits.minutes,
        card=made[0] if is_open else None,
        hand=() if is_open else made,
        coming=coming_of(_following(ranked, place)[:COMING], member, at=at),
        elsewhere=elsewhere_of(everyone.elsewhere, member),
        next_id=ranked[(place + 1) % len(ranked)].candidate.lead_id if len(ranked) > 1 else None,
        before_id=ranked[place - 1].candidate.lead_id if 0 < place < len(ranked) else None,
        fits=fits,
        windows=_pinned(everyone.standing, at=at),
        over=_over(everyone.standing, at=at),
        spread=everyone.spread,
        fits_on=spreading.fits_on(member, carried=everyone.spread, today=began.date()) if everyone.spread else "",
        back=everyone.back,
        opens=say.when(later[0][2], member.zone, at=at) if later else "",
        ahead=next_day if any(one[2] >= ends and one[1] == "call" for one in planned) else "",
        latest=deeds[0] if deeds else None,
    )


def _fits(channels: list[str], done: int, member: Member, *, at: datetime) -> Fits:
    calls = channels.count("call")
    minutes = calls * CALL_MINUTES + (len(channels) - calls) * MESSAGE_MINUTES
    room = max(spreading.day_size(member) - done - len(channels), 0)
    return Fits(calls, len(channels) - calls, room, minutes, say.clock(at + timedelta(minutes=minutes), member.zone))


@dataclass(frozen=True, slots=True)
class _Judging:
    """How the candidates of one moment are put in order."""

    member: Member
    at: datetime
    began: datetime
    carried_left: int
    front: int  # how many are about to be shown

    def ranked(self, found: list[Candidate], known: Knowledge | None = None) -> tuple[list[Ranked], int, Knowledge]:
        """In order, with the gate's answer for those in front; whom it holds back makes way for the next.

        How many carried-over people were left out, and what was read of whom.
        """
        people, spread = self._rank(found)
        known, asked = known or Knowledge({}), set[int]()
        for _ in range(ROUNDS):
            unasked = [one for one in people if one.group not in UNGATED and one.candidate.person_id not in asked]
            if not unasked or not any(one in unasked for one in people[: self.front]):
                break
            front = [one.candidate for one in unasked[: max(JUDGED, self.front)]]
            persons = {one.person_id for one in front}
            asked |= persons
            known = completed(known, persons, account_id=self.member.account_id, at=self.at)
            judged = {one.person_id: one for one in gating.judge(front, known, member=self.member, at=self.at)}
            people = self._rank([judged.get(one.candidate.person_id, one.candidate) for one in people])[0]
        return people, spread, known

    def _rank(self, found: list[Candidate]) -> tuple[list[Ranked], int]:
        goal = goal_of(self.member.account)
        return rank(found, at=self.at, day_began_at=self.began, carried_left=self.carried_left, goal=goal)


def _hold_first(ranked: list[Ranked], place: int, *, member: Member, at: datetime) -> tuple[int, dict[int, Lead]]:
    """The first card from `place` on that is this member's to hold: its place and its lead."""
    for n in range(place, len(ranked)):
        lead_id = ranked[n].candidate.lead_id
        leads = leads_of([lead_id], member)
        if leads and hold(leads[lead_id], member=member, at=at):
            return n, leads
    return len(ranked), {}


def hold(lead: Lead, *, member: Member, at: datetime) -> bool:
    """Take a lead into this member's hands for 15 minutes. False if another member has it: no two get the same card."""
    if lead.held_by_id == member.pk and lead.held_until and lead.held_until > at + HOLD / 2:
        return True
    free = Q(held_until__isnull=True) | Q(held_until__lte=at) | Q(held_by=member)
    rows = Lead.objects.filter(free, account_id=member.account_id, pk=lead.pk)
    return bool(rows.update(held_by=member, held_until=at + HOLD))


def deeds_since(member: Member, *, since: datetime, lead: Lead | None = None, most: int = 500) -> list[Deed]:
    """What this member did to anyone, or to one lead, and did not undo; what was taken last comes first.

    Two quick deeds may stand in the wrong order by their times: one told by the device's clock, one by ours.
    """
    deeds = Action.objects.filter(account_id=member.account_id, member=member, at__gte=since, undone_at__isnull=True)
    # One change of many leads is shown and undone as one, on its own page.
    deeds = (deeds.filter(lead=lead) if lead else deeds.filter(bulk__isnull=True)).order_by("-at", "-pk")
    rows = deeds.values_list("pk", "lead_id", "kind", "says", "at")[: most + SWAPPED]
    return sorted((Deed(*row) for row in rows), key=lambda deed: deed.id, reverse=True)[:most]


def _pinned(standing: list[gathering.Promised], *, at: datetime) -> tuple[gathering.Promised, ...]:
    """Call-back windows open now or later today, and appointments of the next hours."""
    soon = [one for one in standing if one.due_at <= at + timedelta(hours=12)]
    return tuple(
        one
        for one in soon
        if (one.kind == Promise.Kind.WINDOW and one.until_at and one.until_at > at)
        or (one.kind == Promise.Kind.APPOINTMENT and one.due_at > at - timedelta(hours=1))
    )[:3]


def _over(standing: list[gathering.Promised], *, at: datetime) -> tuple[gathering.Promised, ...]:
    """Appointments that began a while ago: did they come? The latest first; after a week nobody is asked any more."""
    began = [one for one in standing if one.kind == Promise.Kind.APPOINTMENT and one.due_at <= at - COMES_WITHIN]
    return tuple(reversed([one for one in began if one.due_at > at - ASKED_FOR]))[:3]
