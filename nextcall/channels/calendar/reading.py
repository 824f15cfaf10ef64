"""Reading a calendar file: its events, and when they take time. Pure; never raises, however broken the file is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nextcall.channels.calendar import zones
from nextcall.channels.calendar.lines import MOST_PROBLEMS, Component, Property, parse, unescaped
from nextcall.channels.calendar.zones import Zone

MOST_EVENTS = 20_000
MOST_DATES = 2000  # exceptions and additions of one series
LONGEST_EVENT = timedelta(days=366)
_VALUE = re.compile(r"(\d{8})(?:T(\d{4}(?:\d\d)?)(Z)?)?", re.I)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?", re.I
)


@dataclass(frozen=True, slots=True)
class When:
    """A time as the file has it: a wall clock with its zone; `zone` None floats, it is the reader's own."""

    wall: datetime
    zone: Zone | None
    is_date: bool = False

    def instant(self, floating: Zone) -> datetime:
        return (self.zone or floating)(self.wall)

    def moved(self, wall: datetime) -> "When":
        """The same zone at another time: what a recurrence is."""
        return When(wall, self.zone, self.is_date)


@dataclass(frozen=True, slots=True)
class Attendee:
    """Whom an event asks, and what they say: accepted, declined, tentative, delegated, needs-action, ""."""

    address: str
    name: str = ""
    response: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT; absent is "", None or (). `problems` say in words what of it cannot be read."""

    uid: str = ""
    summary: str = ""
    start: When | None = None
    end: When | None = None
    duration: timedelta | None = None
    place: str = ""
    status: str = ""
    free: bool = False  # it takes no time (TRANSP)
    sequence: int = 0
    organizer: str = ""
    attendees: tuple[Attendee, ...] = ()
    comment: str = ""
    rule: str = ""
    also: tuple[When, ...] = ()
    but: tuple[When, ...] = ()
    instead_of: When | None = None  # RECURRENCE-ID
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class Calendar:
    """A file: how its events are meant (METHOD), and what is wrong with it, in words."""

    method: str = ""
    name: str = ""
    product: str = ""
    events: list[Event] = field(default_factory=list)
    periods: list[tuple[datetime, datetime]] = field(default_factory=list)  # busy, as a free/busy file has them
    problems: list[str] = field(default_factory=list)


def read(raw: bytes, *, most: int = MOST_EVENTS) -> Calendar:
    """Read a calendar, or a lone event. Events beyond `most` are left out, and said to be."""
    parsed = parse(raw)
    whole = parsed.whole
    head = next(iter(whole.inner), whole)
    found = Calendar(
        head.text("METHOD").strip().upper(), head.text("X-WR-CALNAME")[:200], head.text("PRODID")[:200],
        problems=list(parsed.problems),
    )  # fmt: skip
    described = zones.described(whole)
    components = list(whole.walk("VEVENT"))
    for component in components[:most]:
        found.events.append(event := _event(component, described))
        found.problems += [f"{event.summary[:60] or 'an event'}: {one}" for one in event.problems]
    if len(components) > most:
        found.problems.append(f"more than {most:,} events: the rest was left out")
    if whole.inner and not components and not any(True for _ in whole.walk("VFREEBUSY")):
        found.problems.append("there is no event in it")
    for component in whole.walk("VFREEBUSY"):
        found.periods += _periods(component)
    del found.problems[MOST_PROBLEMS:]
    return found


class _Reader:
    """Reads the times of one event and keeps what is wrong with them."""

    def __init__(self, component: Component, described: Mapping[str, Zone]) -> None:
        self._component, self._described = component, described
        self.problems: list[str] = []

    def time(self, name: str) -> When | None:
        written = self._component.first(name)
        if written is None:
            if any(line.upper().startswith(name) for line in self._component.lines):
                self.problems.append(f"{name} cannot be read")
            return None
        if any(line.upper().startswith(f"{name};;") for line in self._component.lines):
            self.problems.append(f"{name} has an empty parameter (;;); it was read without")
        return self.of(name, written, written.value)

    def of(self, name: str, written: Property, value: str) -> When | None:
        found = _VALUE.fullmatch(value.strip())
        wall = zones.stamp(value) if found else None
        if found is None or wall is None or wall.year < 1900:
            self.problems.append(f'{name} "{value[:40]}" is no time like 20260610T130000Z')
            return None
        if not found[2]:
            return When(wall, None, is_date=True)
        if found[3]:
            return When(wall, _utc)
        tzid = written.parameters.get("TZID", "")
        zone = zones.named(tzid, self._described) if tzid else None
        if tzid and zone is None:
            self.problems.append(f'{name}: nobody knows the time zone "{tzid[:60]}"')
        return When(wall, zone)

    def times(self, name: str) -> tuple[When, ...]:
        found = []
        for written in self._component.all(name):
            for value in written.value.split(",")[:MOST_DATES]:
                one = self.of(name, written, value.partition("/")[0])
                if one is not None:
                    found.append(one)
        return tuple(found[:MOST_DATES])


def _utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=UTC)


def _event(component: Component, described: Mapping[str, Zone]) -> Event:
    reader = _Reader(component, described)
    start = reader.time("DTSTART")
    rule = component.first("RRULE")
    organizer = component.first("ORGANIZER")
    repeats: dict[str, Any] = {}
    if rule or component.first("RDATE"):
        repeats = {"rule": rule.value if rule else "", "also": reader.times("RDATE"), "but": reader.times("EXDATE")}
    return Event(
        uid=component.text("UID")[:300],
        summary=component.text("SUMMARY")[:500],
        start=start,
        end=reader.time("DTEND"),
        duration=_duration(component, reader),
        place=component.text("LOCATION")[:300],
        status=component.text("STATUS").upper()[:20],
        free=component.text("TRANSP").upper() == "TRANSPARENT",
        sequence=_number(component.text("SEQUENCE")),
        organizer=address(organizer.value) if organizer else "",
        attendees=tuple(_attendee(one) for one in component.all("ATTENDEE")[:100]),
        comment=component.text("COMMENT")[:1000],
        instead_of=reader.time("RECURRENCE-ID"),
        problems=tuple(reader.problems[:5]),
        **repeats,
    )


def _duration(component: Component, reader: _Reader) -> timedelta | None:
    written = component.text("DURATION").strip()
    if not written:
        return None
    length = duration(written)
    if length is None or length > LONGEST_EVENT:
        reader.problems.append(f'DURATION "{written[:40]}" is no length of an event like PT30M')
        return None
    return length


def duration(written: str) -> timedelta | None:
    """ "PT1H30M" as a length; None if it is none, or runs backwards."""
    found = _DURATION.fullmatch(written)
    if not found or found[1] == "-" or not any(found.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _attendee(written: Property) -> Attendee:
    name = unescaped(written.parameters.get("CN", ""))[:200]
    return Attendee(address(written.value), name, written.parameters.get("PARTSTAT", "").lower()[:20])


def address(value: str) -> str:
    """ "mailto:ann@example.com" without its scheme."""
    return re.sub(r"^mailto:", "", value.strip(), flags=re.I)[:254]


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 9 else 0


def _periods(component: Component) -> Iterable[tuple[datetime, datetime]]:
    for written in component.all("FREEBUSY")[:5000]:
        if written.parameters.get("FBTYPE", "BUSY").upper() == "FREE":
            continue
        for value in written.value.split(",")[:5000]:
            begins, _, ends = value.partition("/")
            start, end, length = zones.stamp(begins), zones.stamp(ends), duration(ends)
            if start is not None and (end or (length and length <= LONGEST_EVENT)):
                yield _utc(start), _utc(end or start + (length or timedelta()))
