"""Local time: windows, parts of the day, working hours, and instants that are safe where clocks change.

Minutes count from local midnight; 24:00 is 1440. Every zone is an IANA name, read from the data we ship.
"""

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from nextcall.lib import zone_data

Span = tuple[int, int]  # minutes from local midnight, half open
Spans = tuple[Span, ...]  # of one day, in order; empty: closed

zone_data.use_shipped()

ALL_DAY: Spans = ((0, 1440),)
PARTS: dict[str, Span] = {
    "morning": (8 * 60, 11 * 60),
    "midday": (11 * 60, 14 * 60),
    "afternoon": (14 * 60, 17 * 60),
    "evening": (17 * 60, 20 * 60),
}


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that name; ZoneInfoNotFoundError (a KeyError) for one that does not exist."""
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Whether there is a zone of that name. Safe for what strangers send."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*", name) or len(name) > 64:
        return False
    try:
        zone(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def local(at: datetime, zone_name: str) -> datetime:
    """The same instant by the clock of that zone."""
    return at.astimezone(zone(zone_name))


def instant(wall_clock: datetime, zone_name: str, *, later: bool = False) -> datetime:
    """The UTC instant of a naive wall-clock time.

    A time that the clock skips becomes as much later as the clock jumps (02:30 is 03:30). One that occurs twice is
    the earlier, or the later with `later`.
    """
    if wall_clock.tzinfo is not None:
        raise ValueError("a wall-clock time carries no zone of its own")
    first = wall_clock.replace(tzinfo=zone(zone_name), fold=0)
    second = first.replace(fold=1)
    # PEP 495: the two readings differ where the clock changes; the first one's offset is the larger when it repeats.
    repeats = (first.utcoffset() or timedelta()) > (second.utcoffset() or timedelta())
    return (second if later and repeats else first).astimezone(UTC)


@lru_cache(maxsize=65536)
def minute_of(day: date, minutes: int, zone_name: str, *, later: bool = False) -> int:
    """The POSIX second at which that many minutes of local clock stand on that day (1440: the next midnight)."""
    wall_clock = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return int(instant(wall_clock, zone_name, later=later).timestamp())


def read_spans(text: str) -> Spans:
    """ "09:00-21:30", "10:00-13:00 14:00-20:00" or "closed"; ValueError says what is wrong."""
    if text.strip() == "closed":
        return ()
    spans = []
    for part in text.split():
        if not (match := re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", part)):
            raise ValueError(f'"{part}" is not a span of hours like "09:00-17:30", and not "closed"')
        opens_hour, opens, closes_hour, closes = map(int, match.groups())
        span = (opens_hour * 60 + opens, closes_hour * 60 + closes)
        if not (0 <= span[0] < span[1] <= 1440) or opens > 59 or closes > 59:
            raise ValueError(f'"{part}" must open before it closes, within one day')
        spans.append(span)
    return tuple(sorted(spans))


def show_spans(spans: Spans) -> str:
    """The spans as `read_spans` reads them."""
    return " ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans) or "closed"


def both(one: Spans, other: Spans) -> Spans:
    """What lies in both."""
    return tuple((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))


def part_of(minutes: int) -> str:
    """The part of the day a local minute falls in; early hours are morning, late ones evening."""
    for name, (_, closes) in PARTS.items():
        if minutes < closes:
            return name
    return "evening"


def add_months(day: date, months: int) -> date:
    """The same day so many months on; the month's last day where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


Week = Sequence[Sequence[str] | None]  # [["09:00", "17:30"] | null] * 7, Monday first, as Member.working_hours


def working_spans(week: Week, day: date) -> Spans:
    """The working hours of that day; an empty week means Monday to Friday, nine to six."""
    if not week:
        return ((9 * 60, 18 * 60),) if day.weekday() < 5 else ()
    row = week[day.weekday()] if day.weekday() < len(week) else None
    return read_spans(f"{row[0]}-{row[1]}") if row else ()


def is_working(week: Week, at: datetime, zone_name: str) -> bool:
    """Whether a member with that week works at that instant, by their own clock."""
    here = local(at, zone_name)
    minutes = here.hour * 60 + here.minute
    return any(opens <= minutes < closes for opens, closes in working_spans(week, here.date()))


def next_working(week: Week, at: datetime, zone_name: str) -> datetime | None:
    """The first working instant from `at` on, within two weeks; None if there is none."""
    if is_working(week, at, zone_name):
        return at
    first = local(at, zone_name).date()
    for ahead in range(15):
        for opens, _ in working_spans(week, first + timedelta(days=ahead)):
            start = datetime.fromtimestamp(minute_of(first + timedelta(days=ahead), opens, zone_name), UTC)
            if start > at:
                return start
    return None
