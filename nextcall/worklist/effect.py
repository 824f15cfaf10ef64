"""What a change of many leads does to everybody's days: contacts for people to make, beside what they set aside.

Looked ahead with the planner itself, from a sample of the leads and within a bounded time: an estimate, and said so.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from nextcall.lib import hours
from nextcall.team.models import Member
from nextcall.worklist import foreseen
from nextcall.worklist.foreseen import DAYS
from nextcall.worklist.ranking import DAY

SAMPLE, STANDING = 60, 30  # leads of the change; of what each member has already
SECONDS, EACH = 0.8, 0.2
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
    """None for what changes nobody's days. `changed`: each lead, and who would get it."""
    step = max(len(changed) / SAMPLE, 1)
    taken = dict(changed[int(n * step)] for n in range(min(len(changed), SAMPLE)))
    gone, come = defaultdict[int, Counter[int]](Counter), defaultdict[int, Counter[int]](Counter)
    sampled = 0
    for one in foreseen.foresee(kind, choices, list(taken), member=member, at=at, seconds=SECONDS):
        sampled += 1
        owner = one.lead.owner_id or 0
        gone[owner].update(one.gone)
        come[taken[one.lead.pk] or owner].update(one.come)
    weights = {pk: gone[pk].total() + come[pk].total() for pk in {*gone, *come} if pk}
    concerned = Member.objects.filter(account_id=member.account_id).in_bulk([pk for pk, n in weights.items() if n])
    if not concerned:
        return None
    shown = sorted(concerned.values(), key=lambda one: (-weights[one.pk], one.name))[:MEMBERS]
    weeks = [_week(one, gone[one.pk], come[one.pk], len(changed) / sampled, at=at) for one in shown]
    chosen = int(choices.get("days") or 1) if kind == "cadence" else 1
    loads = tuple(week.load(chosen) for week in weeks)
    over = kind == "cadence" and any(load.over for load in loads)
    fits = (days for days in SPREADS if days > chosen and not any(week.load(days).over for week in weeks))
    return Effect(loads, sampled, len(changed), next(fits, 0) if over else 0)


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


def _week(member: Member, gone: Mapping[int, int], come: Mapping[int, int], scale: float, *, at: datetime) -> Week:
    today = hours.local(at, member.zone).date()
    dates = tuple(today + timedelta(days=n) for n in range(DAYS))
    away = hours.local(member.away_until, member.zone).date() if member.away_until else today
    room = tuple(
        set_aside(member) if one >= away and hours.working_spans(member.working_hours, one) else 0 for one in dates
    )
    planned = foreseen.standing(member, at=at, most=STANDING, seconds=EACH)
    less = {n: min(count * scale, planned.get(n, 0.0)) for n, count in gone.items()}
    return Week(member.name, dates, room, planned, less, {n: count * scale for n, count in come.items()})


def set_aside(member: Member) -> int:
    """People they mean to contact on a working day."""
    chosen = member.settings.get("people_a_day")
    return chosen if isinstance(chosen, int) and 0 < chosen <= 500 else DAY
