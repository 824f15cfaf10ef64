"""Who is next: the public, fixed order of the Now page. Pure, so that anyone can check it by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

SPEED_GOAL = timedelta(minutes=5)  # a new lead is called within this
CLOSING_WITHIN = timedelta(hours=2)  # a window that closes this soon comes before the rest of today
DAY = 40  # people a member works in a day, unless their settings say otherwise
CARRIED_SHARE = 4  # carried over takes at most this part of the day: a quarter


class Group(IntEnum):
    """The order of the deck, first to last."""

    PROMISE = 1
    NEW = 2
    WAITING = 3
    CLOSING = 4
    TODAY = 5
    CARRIED = 6
    UNCERTAIN = 7


# The same in words, for whoever asks how the order works.
GROUPS = (
    (Group.PROMISE, "Promises due now", "What you told someone you would do, and what you snoozed until now."),
    (
        Group.NEW,
        "New leads inside your speed goal",
        "They asked minutes ago. Past the goal they are offered to one more of you.",
    ),
    (Group.WAITING, "People waiting for you", "They wrote, and nobody has answered yet."),
    (Group.CLOSING, "Windows that close soonest", "Planned for today, and their hours end within two hours."),
    (Group.TODAY, "The rest of today", "In the order in which it came due."),
    (Group.CARRIED, "Carried over", "From the days before, at most a quarter of your day; the rest is spread."),
    (Group.UNCERTAIN, "Sends nobody is sure of", "The line broke while a message left. You say whether it did."),
)

_HELD, _DENIED = 8, 9  # behind every group


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reason to turn to a lead now: an open touch, a promise, a new lead, a reply, or a send nobody is sure of."""

    lead_id: int
    person_id: int
    due_at: datetime
    channel: str = "call"
    touch_id: int | None = None
    promise_id: int | None = None
    arrived_at: datetime | None = None  # of a lead that no person has tried yet
    waiting_since: datetime | None = None  # the lead wrote and nobody answered
    snoozed: bool = False  # the promise was made to oneself
    uncertain: bool = False
    opens_at: datetime | None = None  # the gate says: not before
    closes_at: datetime | None = None  # until when the gate allows it
    denied: bool = False  # the gate says no, and waiting will not help
    untried: bool = False  # arrived while the member was away, and nobody tried them: no carrying over
    offered_by: str = ""  # another member's new lead, past the goal: whose it is
    offered_to: str = ""  # the member's own new lead, past the goal: who else is asked
    in_hands_of: str = ""  # another member has it open


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place."""

    group: Group
    candidate: Candidate

    @property
    def held(self) -> bool:
        return self.candidate.denied or self.candidate.opens_at is not None


def group_of(candidate: Candidate, *, at: datetime, day_began_at: datetime, goal: timedelta = SPEED_GOAL) -> Group:
    """The first group that fits; `day_began_at` is the member's own midnight, `goal` how soon a new lead is called."""
    if candidate.uncertain:
        return Group.UNCERTAIN
    if candidate.promise_id is not None:
        return Group.PROMISE
    offered = bool(candidate.offered_by or candidate.offered_to)
    if candidate.arrived_at is not None and (offered or at - candidate.arrived_at <= goal):
        return Group.NEW
    if candidate.waiting_since is not None:
        return Group.WAITING
    if candidate.due_at < day_began_at and not candidate.untried:
        return Group.CARRIED
    if candidate.closes_at is not None and candidate.closes_at - at <= CLOSING_WITHIN:
        return Group.CLOSING
    return Group.TODAY


def order(ranked: Ranked) -> tuple[float, datetime, int]:
    """The sort key. What may not be done yet stands behind everything that may, whatever its group."""
    one = ranked.candidate
    # A reply is answered in writing, and an uncertain send is decided at a desk: neither waits for calling hours.
    if ranked.held and ranked.group not in (Group.WAITING, Group.UNCERTAIN):
        return (_DENIED, one.due_at, one.lead_id) if one.denied else (_HELD, one.opens_at or one.due_at, one.lead_id)
    since = {Group.NEW: one.arrived_at, Group.WAITING: one.waiting_since, Group.CLOSING: one.closes_at}
    theirs = 0.5 if one.offered_by else 0  # one's own new leads first, then those that are offered
    return ranked.group + theirs, since.get(ranked.group) or one.due_at, one.lead_id


def one_each(
    candidates: Iterable[Candidate], *, at: datetime, day_began_at: datetime, goal: timedelta = SPEED_GOAL
) -> list[Ranked]:
    """One card a person: the strongest reason stays, and takes over the touch that another reason carried."""
    best: dict[int, Ranked] = {}
    for candidate in candidates:
        here = Ranked(group_of(candidate, at=at, day_began_at=day_began_at, goal=goal), candidate)
        there = best.get(candidate.person_id)
        if there is None:
            best[candidate.person_id] = here
            continue
        first, second = sorted((here, there), key=lambda ranked: (ranked.group, ranked.candidate.due_at))
        best[candidate.person_id] = _with_touch_of(first, second)
    return list(best.values())


def _with_touch_of(first: Ranked, second: Ranked) -> Ranked:
    one, other = first.candidate, second.candidate
    if one.touch_id is not None or other.touch_id is None or other.uncertain or one.lead_id != other.lead_id:
        return first
    merged = replace(
        one,
        touch_id=other.touch_id,
        channel=other.channel,
        opens_at=other.opens_at,
        closes_at=other.closes_at,
        denied=other.denied,
    )
    return Ranked(first.group, merged)


def rank(
    candidates: Iterable[Candidate],
    *,
    at: datetime,
    day_began_at: datetime,
    carried_left: int,
    goal: timedelta = SPEED_GOAL,
) -> tuple[list[Ranked], int]:
    """The deck in order, and how many carried-over people were left for the days after."""
    people = one_each(candidates, at=at, day_began_at=day_began_at, goal=goal)
    carried = sorted((ranked for ranked in people if ranked.group is Group.CARRIED), key=order)
    left_out = {ranked.candidate.person_id for ranked in carried[max(carried_left, 0) :]}
    kept = [ranked for ranked in people if ranked.candidate.person_id not in left_out]
    return sorted(kept, key=order), len(left_out)
