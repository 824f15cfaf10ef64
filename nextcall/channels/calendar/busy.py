"""When a calendar's events take time, within a window: recurrences followed, exceptions kept. Pure."""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nextcall.channels.calendar import repeating, zones
from nextcall.channels.calendar.reading import LONGEST_EVENT, Calendar, Event, When
from nextcall.channels.calendar.repeating import Budget, CannotRepeat

MOST_SPANS = 5000
ALL_DAY = timedelta(days=1)
Span = tuple[datetime, datetime]  # instants, half open


@dataclass(frozen=True, slots=True)
class Busy:
    """Merged spans in order, and what could not be followed, in words."""

    spans: tuple[Span, ...]
    problems: tuple[str, ...] = ()


def busy(calendar: Calendar, *, begins: datetime, ends: datetime, zone: str, own: Container[str] = ()) -> Busy:
    """When somebody with this calendar is busy. `zone` is theirs: whole days and floating times are by its clock.

    `own`: the uids of our own appointments, which are known without it.
    """
    floating, budget, problems = zones.named(zone, {}) or zones.named("Etc/UTC", {}), Budget(), list(calendar.problems)
    if floating is None:
        raise ValueError(f"no time zone has the name {zone}")
    spans = [(start, end) for start, end in calendar.periods if start < ends and begins < end]
    series: dict[str, list[Event]] = defaultdict(list)
    for number, event in enumerate(calendar.events):
        if event.start is not None and event.uid not in own:
            series[event.uid or f"#{number}"].append(event)
    for events in series.values():
        instead = {one.instead_of.instant(floating) for one in events if one.instead_of}
        for event in events:
            if event.free or event.status == "CANCELLED" or len(spans) >= MOST_SPANS:
                continue
            try:
                spans += _spans(event, instead, begins, ends, floating, budget)
            except CannotRepeat as why:
                problems.append(f"{event.summary[:60] or 'an event'}: {why}")
    return Busy(merged(spans)[:MOST_SPANS], tuple(problems[:20]))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, those that touch as one."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return tuple(found)


def _spans(
    event: Event, instead: set[datetime], begins: datetime, ends: datetime, floating: zones.Zone, budget: Budget
) -> list[Span]:
    if event.start is None:
        return []
    first, length = event.start.instant(floating), _length(event, floating)
    starts = {first}
    if event.rule:
        starts |= _repeated(event, event.start, begins - length, ends, floating, budget)
    if not event.instead_of:
        starts |= {one.instant(floating) for one in event.also}
        starts -= instead | {one.instant(floating) for one in event.but}
    return [(one, one + length) for one in starts if one < ends and begins < one + length]


def _repeated(
    event: Event, start: When, begins: datetime, ends: datetime, floating: zones.Zone, budget: Budget
) -> set[datetime]:
    """By the event's own wall clock, so that ten o'clock stays ten o'clock where clocks change."""
    rule = repeating.read(event.rule)
    until = _until(rule.until, start, floating)
    ends = ends if until is None else min(ends, until)
    room = timedelta(days=1)  # a wall clock is at most that far from UTC
    walls = repeating.within(
        rule,
        start.wall,
        begins=begins.astimezone(UTC).replace(tzinfo=None) - room,
        ends=ends.astimezone(UTC).replace(tzinfo=None) + room,
        until=None,
        budget=budget,
    )
    found = {start.moved(one).instant(floating) for one in walls}
    return {one for one in found if until is None or one <= until}


def _until(written: str, start: When, floating: zones.Zone) -> datetime | None:
    wall = zones.stamp(written)
    if wall is None:
        return None
    if written.rstrip().upper().endswith("Z"):
        return wall.replace(tzinfo=UTC)
    if "T" not in written.upper() and not start.is_date:
        wall += ALL_DAY - timedelta(seconds=1)
    return start.moved(wall).instant(floating)


def _length(event: Event, floating: zones.Zone) -> timedelta:
    if event.start is None:
        return timedelta()
    if event.end is not None:
        length = event.end.instant(floating) - event.start.instant(floating)
        if length > timedelta() or not event.start.is_date:
            return min(max(length, timedelta()), LONGEST_EVENT)
    if event.duration is not None:
        return event.duration
    return ALL_DAY if event.start.is_date else timedelta()


def as_rows(spans: Iterable[Span]) -> list[list[str]]:
    """As CalendarSource.busy keeps them."""
    return [[begins.isoformat(), ends.isoformat()] for begins, ends in spans]


def from_rows(rows: Iterable[Iterable[str]]) -> tuple[Span, ...]:
    """Back from `as_rows`."""
    return tuple((datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in rows)
