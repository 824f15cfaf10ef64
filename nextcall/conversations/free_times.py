"""When a member and a lead could meet: the next times that suit both, spread over days and parts of the day. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from nextcall.lib import hours
from nextcall.lib.hours import Week

STEP = 30  # minutes between two times that could be offered
DAYS = 21  # ahead that are looked at
THEIRS = (8 * 60, 20 * 60)  # a lead's waking day, minutes of their own clock
APART = timedelta(hours=2)  # of two on one day
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an appointment needs, in minutes. `zone`, `week` and `busy` are the member's."""

    zone: str
    week: Week
    lead_zone: str
    busy: Sequence[Span] = ()
    minutes: int = 30
    room: int = 15
    notice: int = 120


def free_times(
    wanted: Wanted, *, at: datetime, count: int = 3, suits: Callable[[datetime], bool] = lambda _: True
) -> list[datetime]:
    """The next `count` times, in order: on different days where there are so many, each in another part of the day.

    `suits`: whether the lead may be met then, by what they wish and the law allows. It is asked about few.
    """
    found: list[datetime] = []
    parts: Counter[str] = Counter()
    first = hours.local(at, wanted.zone).date()
    days = [first + timedelta(days=ahead) for ahead in range(DAYS)]
    for again in range(2):  # a second one on the same day only where days are few
        for day in days:
            if len(found) >= count:
                break
            here = [one for one in _of_day(wanted, day, at) if all(abs(one - other) >= APART for other in found)]
            if again == 0 and any(hours.local(one, wanted.zone).date() == day for one in found):
                continue
            best = sorted(here, key=lambda one: (parts[_part(wanted, one)], one))
            chosen = next((one for one in best if suits(one)), None)
            if chosen is not None:
                found.append(chosen)
                parts[_part(wanted, chosen)] += 1
    return sorted(found)


def _part(wanted: Wanted, one: datetime) -> str:
    there = hours.local(one, wanted.lead_zone)
    return hours.part_of(there.hour * 60 + there.minute)


def _of_day(wanted: Wanted, day: date, at: datetime) -> Iterator[datetime]:
    """Every time of that day of the member's that is free, and within the lead's waking hours."""
    length, room = timedelta(minutes=wanted.minutes), timedelta(minutes=wanted.room)
    earliest = at + timedelta(minutes=wanted.notice)
    for opens, closes in hours.working_spans(wanted.week, day):
        begins = -(-opens // STEP) * STEP
        for minute in range(begins, closes - wanted.minutes + 1, STEP):
            start = datetime.fromtimestamp(hours.minute_of(day, minute, wanted.zone), UTC)
            if start < earliest or not _awake(wanted, start, start + length):
                continue
            taken = any(start - room < ends and begins < start + length + room for begins, ends in wanted.busy)
            if not taken:
                yield start


def _awake(wanted: Wanted, start: datetime, end: datetime) -> bool:
    here, there = hours.local(start, wanted.lead_zone), hours.local(end, wanted.lead_zone)
    opens, closes = here.hour * 60 + here.minute, there.hour * 60 + there.minute
    return here.date() == there.date() and THEIRS[0] <= opens and closes <= THEIRS[1]


def in_words(times: Sequence[datetime], *, zone: str, at: datetime) -> str:
    """ "Today 5 pm, Wed 2:30 pm or Thu 10:15 am your time?", by the lead's clock; "" for none."""
    said = [_said(one, zone, at) for one in times]
    if not said:
        return ""
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"
    return f"{listed[0].upper()}{listed[1:]} your time?"


def _said(one: datetime, zone: str, at: datetime) -> str:
    """A weekday is the next one of that name, as whoever answers it means it: never today."""
    there, today = hours.local(one, zone), hours.local(at, zone).date()
    ahead = (there.date() - today).days
    day = "today" if not ahead else f"{there:%a}" if ahead < 7 else f"{there:%a} {there:%b} {there.day}"
    minute = f":{there:%M}" if there.minute else ""
    return f"{day} {there.hour % 12 or 12}{minute} {'am' if there.hour < 12 else 'pm'}"
