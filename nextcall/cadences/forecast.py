"""Two weeks ahead: what a cadence asks of people each day, beside what they set aside. Pure.

An upper bound: nobody answers, so that every touch is made. What falls on a day on which nobody works is made on the
next working day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nextcall.cadences.definition import Planned
from nextcall.lib import hours

DAYS = 14
CALL_MINUTES, OTHER_MINUTES = 3, 1  # as Now counts the day
PEOPLE_A_DAY = 40  # whom a member works in a day, unless their settings say otherwise
Week = hours.Week


@dataclass(frozen=True, slots=True)
class Day:
    """One day: minutes for the leads on it now, for those still to come, and set aside."""

    date: date
    now: float
    fresh: float
    capacity: int

    @property
    def asked(self) -> int:
        return round(self.now + self.fresh)

    @property
    def over(self) -> bool:
        return self.asked > self.capacity

    @property
    def says(self) -> str:
        """ "Wed 12: 96 minutes asked, 90 set aside"."""
        return f"{self.date:%a} {self.date.day}: {self.asked} minutes asked, {self.capacity or 'none'} set aside"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Fourteen days, and the finding in a sentence."""

    days: tuple[Day, ...]
    later: float  # minutes that roll beyond the two weeks

    @property
    def over(self) -> tuple[Day, ...]:
        return tuple(day for day in self.days if day.over)

    @property
    def says(self) -> str:
        if not any(day.asked for day in self.days):
            return "Asks nothing of people in the next 14 days."
        fullest = max(self.days, key=lambda day: day.asked - day.capacity)
        if not self.over:
            most = max(self.days, key=lambda day: day.asked)
            return f"Every day fits. The fullest is {_named(most)}: {most.asked} of {most.capacity} minutes."
        if len(self.over) == 1:
            return f"{fullest.says}."
        return f"{len(self.over)} of 14 days ask for more than is set aside. {fullest.says}."


@dataclass(frozen=True, slots=True)
class Hands:
    """One member's part: how many people a day, on which days, from when."""

    people_a_day: int
    week: Week
    away_until: date | None = None


def forecast(
    minutes: Mapping[int, int], *, today: date, a_day: float, on_it: Mapping[int, int], capacity: Sequence[int]
) -> Forecast:
    """`minutes` a lead asks by the day since its arrival (0 is that day; see `minutes_by_day`), for `a_day` new leads
    each day and those `on_it`, by the days since theirs."""
    now = [sum(count * minutes.get(since + day, 0) for since, count in on_it.items()) for day in range(DAYS)]
    fresh = [a_day * sum(minutes.get(since, 0) for since in range(day + 1)) for day in range(DAYS)]
    days, held_now, held_fresh = [], 0.0, 0.0
    works = any(capacity[:DAYS])
    for number in range(DAYS):
        held_now, held_fresh = held_now + now[number], held_fresh + fresh[number]
        there = capacity[number] if number < len(capacity) else 0
        if works and not there:
            days.append(Day(today + timedelta(days=number), 0, 0, 0))
            continue
        days.append(Day(today + timedelta(days=number), held_now, held_fresh, there))
        held_now = held_fresh = 0.0
    return Forecast(tuple(days), held_now + held_fresh)


def minutes_by_day(touches: Sequence[Planned], *, arrived: datetime) -> dict[int, int]:
    """What the plan of one lead asks of people, by the day since its arrival. A blocked touch asks nothing."""
    found: dict[int, int] = {}
    for touch in touches:
        if touch.by == "person" and not touch.blocked:
            first = hours.local(arrived, touch.zone).date()
            since = max((hours.local(touch.due_at, touch.zone).date() - first).days, 0)
            found[since] = found.get(since, 0) + minutes_of(touch.channel)
    return found


def minutes_of(channel: str) -> int:
    return CALL_MINUTES if channel == "call" else OTHER_MINUTES


def capacity(members: Sequence[Hands], *, today: date) -> list[int]:
    """Minutes set aside by all of them together, day by day."""
    days = [today + timedelta(days=number) for number in range(DAYS)]
    return [
        sum(
            one.people_a_day * CALL_MINUTES
            for one in members
            if hours.working_spans(one.week, day) and not (one.away_until and day < one.away_until)
        )
        for day in days
    ]


def _named(day: Day) -> str:
    return f"{day.date:%a} {day.date.day}"
