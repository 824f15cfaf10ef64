"""The zones that calendar files name: IANA names, Windows names, and those a file describes itself. Pure."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from nextcall.channels.calendar import repeating
from nextcall.channels.calendar.lines import Component
from nextcall.lib import hours

Zone = Callable[[datetime], datetime]  # from its wall clock to the instant in UTC
MOST_ZONES = 100
MOST_OBSERVANCES = 60
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)(?::?(\d\d))?")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?)?")
_WINDOWS = {name.lower(): olson for name, olson in WINDOWS_TO_OLSON.items()}
_NOTES = {  # Lotus Notes; it mostly describes them too
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver",
    "pacific": "America/Los_Angeles", "alaskan": "America/Anchorage", "hawaiian": "Pacific/Honolulu",
    "western/central europe": "Europe/Berlin", "eastern europe": "Europe/Bucharest", "gmt": "Europe/London",
}  # fmt: skip
# "(UTC-03:00) Brasília", "(GMT+01.00) Madrid": where nothing better is known, the offset that the name itself says
_IN_NAME = re.compile(r"\((?:UTC|GMT)\s*([+-]\d\d)[:.]?(\d\d)\)", re.I)


@dataclass(frozen=True, slots=True)
class Observance:
    """A time of the year by one offset, from its onset on."""

    onset: datetime  # wall clock
    offset: timedelta
    rule: repeating.Rule | None
    more: tuple[datetime, ...] = ()  # further onsets

    def until_end_of(self, year: int) -> list[datetime]:
        """Its onsets of that year and the one before, and the further ones before those."""
        end = datetime(year + 1, 1, 1)  # noqa: DTZ001
        onsets = [one for one in (self.onset, *self.more) if one < end]
        if self.rule is not None:
            since = max(self.onset, datetime(year - 1, 1, 1))  # noqa: DTZ001
            onsets += repeating.within(
                self.rule, self.onset, begins=since, ends=end, until=stamp(self.rule.until), budget=repeating.Budget()
            )
        return onsets


def stamp(text: str) -> datetime | None:
    """ "20240610T130000Z" or "20240610" as a wall clock, whatever follows; None if it is none."""
    found = _STAMP.match(text.strip())
    if not found:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        made = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001
    except ValueError:
        return None
    return made if 1600 <= made.year <= 2200 else None


def named(name: str, described: Mapping[str, Zone]) -> Zone | None:
    """The zone of that TZID; None if nobody knows it. A name that everybody knows counts before its description."""
    name = name.strip().strip('"').strip()
    parts = name.split("/")
    for part in dict.fromkeys((name, name.lstrip("/").split("/", 1)[-1], "/".join(parts[-3:]), "/".join(parts[-2:]))):
        if hours.is_zone(part) and part != part.lower():
            return _iana(part)
    windows = _WINDOWS.get(name.lower())
    if windows and hours.is_zone(windows):
        return _iana(windows)
    if name in described:
        return described[name]
    if name.lower() in _NOTES:
        return _iana(_NOTES[name.lower()])
    said = _IN_NAME.search(name)
    return _fixed(timedelta(hours=int(said[1]), minutes=int(said[1][0] + said[2]))) if said else None


def described(calendar: Component) -> dict[str, Zone]:
    """The zones that the file itself describes (VTIMEZONE)."""
    found: dict[str, Zone] = {}
    for component in list(calendar.walk("VTIMEZONE"))[:MOST_ZONES]:
        observances = [one for part in component.inner[:MOST_OBSERVANCES] if (one := _observance(part)) is not None]
        if observances:
            found[component.text("TZID").strip()] = _own(observances)
    return found


def _iana(name: str) -> Zone:
    return lambda wall: hours.instant(wall, name)


def _fixed(offset: timedelta) -> Zone:
    return lambda wall: (wall - offset).replace(tzinfo=UTC)


def _own(observances: list[Observance]) -> Zone:
    of_years: dict[int, list[tuple[datetime, timedelta]]] = {}

    def instant(wall: datetime) -> datetime:
        if wall.year not in of_years:
            of_years[wall.year] = sorted(
                (onset, one.offset) for one in observances for onset in one.until_end_of(wall.year)
            )
        onsets = of_years[wall.year]
        place = bisect_right(onsets, wall, key=lambda one: one[0])
        offset = onsets[place - 1][1] if place else min(observances, key=lambda one: one.onset).offset
        return (wall - offset).replace(tzinfo=UTC)

    return instant


def _observance(part: Component) -> Observance | None:
    onset, offset = stamp(part.text("DTSTART")), _OFFSET.fullmatch(part.text("TZOFFSETTO").strip())
    if onset is None or offset is None:
        return None
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3]), seconds=int(offset[4] or 0))
    if length > timedelta(hours=15):
        return None
    more = [stamp(one) for line in part.all("RDATE")[:100] for one in line.value.split(",")[:100]]
    return Observance(
        onset, -length if offset[1] == "-" else length, _rule(part), tuple(one for one in more if one is not None)
    )


def _rule(part: Component) -> repeating.Rule | None:
    written = part.first("RRULE")
    try:
        rule = repeating.read(written.value) if written else None
    except repeating.CannotRepeat:
        return None
    return rule if rule and rule.frequency == "YEARLY" and rule.count is None else None
