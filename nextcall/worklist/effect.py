"""What a change of many leads does to everybody's days: contacts for people to make, beside what they set aside.

Looked ahead with the planner itself, from a sample of the leads and within a bounded time: an estimate, and said so.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.team.models import Member
from nextcall.worklist import foreseen
from nextcall.worklist.foreseen import DAYS
from nextcall.worklist.ranking import DAY

SAMPLE, STANDING = 60, 20  # leads of the change; of what each member has already
SECONDS, EACH = 0.8, 0.12
BATCH = 2000  # ids in one statement
MEMBERS = 6  # shown, those with the greatest change first
SPREADS = (2, 3, 5, 10, 15, 20, 30, 40, 60)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one member."""

    date: date
    planned: float
    added: float
    room: int  # what they set aside; 0 on a day off

    @property
    def all(self) -> float:
        return max(self.planned + self.added, 0.0)

    @property
    def over(self) -> bool:
        """More than was set aside, and this change has a part in it."""
        return self.added >= 0.5 and self.all > self.room + 0.5


@dataclass(frozen=True, slots=True)
class Load:
    """The next two weeks of one member."""

    name: str
    days: tuple[Day, ...]

    @property
    def peak(self) -> Day:
        """The day that is fullest beside what was set aside for it."""
        return max(self.days, key=lambda day: (day.all - day.room, day.all) if day.room or day.all else (-1e9, 0.0))

    @property
    def over(self) -> bool:
        return any(day.over for day in self.days)

    @property
    def a_day(self) -> int:
        """What comes on top of a day on average, of the days it comes on; below zero for what falls away."""
        touched = [day.added for day in self.days if abs(day.added) >= 0.5]
        return round(sum(touched) / len(touched)) if touched else 0


@dataclass(frozen=True, slots=True)
class Effect:
    """The days of those concerned. `spread`: the working days over which it fits, 0 if there is no need or no use."""

    loads: tuple[Load, ...]
    sampled: int
    of: int
    spread: int = 0

    @property
    def over(self) -> bool:
        return any(load.over for load in self.loads)


def effect(
    kind: str, choices: Mapping[str, Any], changed: Sequence[tuple[int, int]], *, member: Member, at: datetime
) -> Effect | None:
    """None for what changes nobody's days. `changed`: each lead, and who would get it.

    What one lead asks of people is the mean of the sample; how many each member has of them is counted.
    """
    step = max(len(changed) / SAMPLE, 1)
    taken = [changed[int(n * step)][0] for n in range(min(len(changed), SAMPLE))]
    seen = list(foreseen.foresee(kind, choices, taken, member=member, at=at, seconds=SECONDS))
    gone, come = Counter[int](), Counter[int]()
    for one in seen:
        gone.update(one.gone)
        come.update(one.come)
    if not gone and not come:
        return None
    before, after = _owners(changed, member.account_id)
    people = Member.objects.filter(account_id=member.account_id).in_bulk({*before, *after} - {0})
    shown = sorted(people.values(), key=lambda one: (-before[one.pk] - after[one.pk], one.name))[:MEMBERS]
    weeks = [_week(one, _of(gone, before[one.pk], seen), _of(come, after[one.pk], seen), at=at) for one in shown]
    chosen = int(choices.get("days") or 1) if kind == "cadence" else 1
    loads = tuple(week.load(chosen) for week in weeks)
    over = kind == "cadence" and any(load.over for load in loads)
    fits = (days for days in SPREADS if days > chosen and not any(week.load(days).over for week in weeks))
    return Effect(loads, len(seen), len(changed), next(fits, 0) if over else 0) if loads else None


def _of(contacts: Mapping[int, int], leads: int, seen: Sequence[foreseen.Foreseen]) -> dict[int, float]:
    """What so many leads ask, by the mean of those seen."""
    return {day: n * leads / len(seen) for day, n in contacts.items()} if leads else {}


def _owners(changed: Sequence[tuple[int, int]], account_id: int) -> tuple[Counter[int], Counter[int]]:
    """How many of the leads each member has now, and would have then; 0 for nobody."""
    before, after, to = Counter[int](), Counter[int](), dict(changed)
    ids = list(to)
    for start in range(0, len(ids), BATCH):
        rows = Lead.objects.filter(account_id=account_id, pk__in=ids[start : start + BATCH])
        for pk, owner in rows.values_list("pk", "owner_id"):
            before[owner or 0] += 1
            after[to[pk] or owner or 0] += 1
    return before, after


@dataclass(frozen=True, slots=True)
class Week:
    """One member's next two weeks without the change, and what it brings if all of it starts at once."""

    name: str
    dates: tuple[date, ...]
    room: tuple[int, ...]
    planned: Mapping[int, float]
    gone: Mapping[int, float]
    come: Mapping[int, float]

    def load(self, days: int) -> Load:
        """With the start spread over that many working days."""
        starts = [n for n in range(DAYS) if not n or self.room[n]][:days]
        added: dict[int, float] = {n: -self.gone.get(n, 0.0) for n in range(DAYS)}
        for start in starts:
            for n, contacts in self.come.items():
                day = self._working(start + n)
                if day < DAYS:
                    added[day] += contacts / days
        rows = zip(self.dates, range(DAYS), self.room, strict=True)
        return Load(self.name, tuple(Day(one, self.planned.get(n, 0.0), added[n], room) for one, n, room in rows))

    def _working(self, day: int) -> int:
        """That day, or the next one on which they work."""
        return next((n for n in range(day, DAYS) if self.room[n] or not n), DAYS)


def _week(member: Member, gone: Mapping[int, float], come: Mapping[int, float], *, at: datetime) -> Week:
    today = hours.local(at, member.zone).date()
    dates = tuple(today + timedelta(days=n) for n in range(DAYS))
    away = hours.local(member.away_until, member.zone).date() if member.away_until else today
    room = tuple(
        set_aside(member) if one >= away and hours.working_spans(member.working_hours, one) else 0 for one in dates
    )
    planned = foreseen.standing(member, at=at, most=STANDING, seconds=EACH)
    less = {n: min(contacts, planned.get(n, 0.0)) for n, contacts in gone.items()}
    return Week(member.name, dates, room, planned, less, come)


def set_aside(member: Member) -> int:
    """People they mean to contact on a working day."""
    chosen = member.settings.get("people_a_day")
    return chosen if isinstance(chosen, int) and 0 < chosen <= 500 else DAY
