"""When somebody who is out of office comes back, from the words of the automatic reply. Pure."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

LONGEST = timedelta(days=180)
LONGEST_TEXT = 5000
_GAP = r"\b[^\d\n]{0,40}?"  # "back in the office on Monday, November 30"
_YEAR = r"(?P<year>(?:20)?\d\d)(?!\d)"


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands before a day, by what it means, and the names of days."""

    back: tuple[re.Pattern[str], ...]
    until: tuple[re.Pattern[str], ...]
    to: tuple[re.Pattern[str], ...]
    weekday: re.Pattern[str]
    day_first: re.Pattern[str]
    months: dict[str, int]


@cache
def _words() -> _Words:
    listed: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    names = {name: number for number, month in enumerate(listed["months"], 1) for name in month}
    name = rf"(?P<name>{_any(names)})(?!\w)\.?"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
    of = r"\s*(?:of|de|di)?\s*"
    dates = (
        r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)",
        rf"{name}\s+{day}(?!\d)(?:,?\s+(?P<year>20\d\d))?",
        rf"{day}{of}{name}(?:,?{of}(?P<year>20\d\d))?",
        rf"(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})(?:/{_YEAR})?",
        rf"(?P<day>\d{{1,2}})[.-](?P<month>\d{{1,2}})(?:[.-]{_YEAR})?",
    )
    cjk = r"(?:(?P<year>20\d\d)\s?年\s?)?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号]"
    weekdays = "|".join(f"(?P<d{number}>{_any(names)})" for number, names in enumerate(listed["weekdays"]))
    spans = (rf"{name}\s+\d{{1,2}}\s?[-–]\s?{day}(?!\d)", rf"\d{{1,2}}\.?\s?[-–]\s?{day}{of}{name}")
    cue = {kind: rf"(?<!\w)(?:{_any(listed[kind])})" for kind in ("back", "until", "to", "through", "before_again")}
    again = rf"(?=.{{0,30}}?(?:{_any(listed['again'])}))"
    return _Words(
        back=(*_each(cue["back"] + _GAP, dates), *_each(cue["before_again"] + r"[^\d\n]{0,20}?", dates, again),
              re.compile(rf"{cjk}.{{0,12}}?(?:{_any(listed['back_behind'])})")),
        until=(*_each(cue["until"] + _GAP, dates), *_each(cue["through"] + r"\s+(?:[^\W\d]+\s+)?", dates),
               *_each(r"(?<!\w)", spans), re.compile(rf"[至到]\s?{cjk}"),
               re.compile(rf"{cjk}まで")),
        to=_each(cue["to"] + r"\b[^\d\n]{0,25}?", dates),
        weekday=re.compile(rf"{cue['back']}\b[^\d\n.]{{0,25}}?\b(?:{weekdays}|(?P<tomorrow>{_any(listed['tomorrow'])}))\b"),
        day_first=re.compile(_any(listed["day_first"])),
        months=names,
    )  # fmt: skip


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _each(before: str, dates: Iterable[str], behind: str = "") -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(before + one + behind) for one in dates)


def returns_on(text: str, *, today: date) -> date | None:
    """The first day on which they are back; None if the text names none within half a year.

    A day of return that is named counts before the last day away. "Until the 27th" means back on the 28th. Without a
    year the next such day is meant.
    """
    text, words = text[:LONGEST_TEXT].lower().replace("\u2019", "'"), _words()
    day_first = bool(words.day_first.search(text))
    for patterns, more in ((words.back, 0), (words.until, 1), (words.to, 0)):
        found = [
            _day(match, words.months, today, day_first=day_first) for one in patterns for match in one.finditer(text)
        ]
        ahead = [day + timedelta(days=more) for day in found if day]
        best = max((day for day in ahead if today < day <= today + LONGEST), default=None)
        if best is not None:
            return best
    return _weekday(words.weekday.search(text), today)


def _day(match: re.Match[str], months: dict[str, int], today: date, *, day_first: bool) -> date | None:
    parts = match.groupdict()
    day, month = parts.get("day"), parts.get("month")
    if parts.get("first"):
        month, day = parts["first"], parts["second"]
        if day_first or int(month) > 12:
            month, day = day, month
    number = months[parts["name"]] if parts.get("name") else int(month or 0)
    year = int(parts.get("year") or today.year)
    try:
        found = date(year + 2000 if year < 100 else year, number, int(day or 0))
        return found.replace(year=found.year + 1) if not parts.get("year") and found < today else found
    except ValueError:
        return None


def _weekday(match: re.Match[str] | None, today: date) -> date | None:
    """ "Back on Monday": the next one."""
    if match is None:
        return None
    if match["tomorrow"]:
        return today + timedelta(days=1)
    wanted = next(number for number in range(7) if match[f"d{number}"])
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
