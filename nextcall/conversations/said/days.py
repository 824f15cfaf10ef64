"""The days that people name: "tomorrow", "next week", "the 22nd", "in March", "after the holidays". Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nextcall.conversations.said.patterns import patterns, words


@dataclass(slots=True)
class Found:
    """A day or an hour that a line names, and where; filled in by whoever reads on."""

    start: int
    end: int
    day: date | None = None
    opens: time | None = None
    closes: time | None = None
    instant: datetime | None = None  # "in an hour"
    rough: bool = False
    before: bool = False  # "before noon"
    weak: bool = False  # a bare number: an hour only beside a day


def days(line: str, now: datetime) -> list[Found]:
    """Every day that a plain line names, in order; those behind `now` are not among them."""
    found: list[Found] = []
    for name, read in _READERS.items():
        for match in patterns("when")[name].finditer(line):
            if any(one.start < match.end() and match.start() < one.end for one in found):
                continue
            one = read(match, now)
            if one is not None:
                one.start, one.end = match.span()
                found.append(one)
    return sorted(found, key=lambda one: one.start)


def _at(day: date, *, rough: bool = False) -> Found:
    return Found(0, 0, day=day, rough=rough)


def _in(match: re.Match[str], now: datetime) -> Found | None:
    count = int(match["count"]) if match["count"].isdigit() else words()["numbers"][match["count"]]
    unit = match["unit"]
    if unit.startswith(("min", "h")):
        return Found(0, 0, instant=now + timedelta(**{"minutes" if unit.startswith("min") else "hours": count}))
    if unit.startswith(("d", "j")):
        return _at(now.date() + timedelta(days=count))
    if unit.startswith(("w", "semana", "semaine")):
        return _at(now.date() + timedelta(weeks=count))
    months = count * (12 if unit.startswith(("y", "a")) else 1)
    return _at(_months_on(now.date(), months), rough=True) if months <= 26 else None


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28))


def _next(match: re.Match[str], now: datetime) -> Found:
    today = now.date()
    said = match["unit"] or match["es"] or match["weekend"]
    if "weekend" in said or "fin de semana" in said or "week-end" in said:
        saturday = today + timedelta(days=(5 - today.weekday()) % 7)
        return _at(saturday + timedelta(days=7 if match["unit"] else 0))
    if "sema" in said or said == "week":
        return _at(today + timedelta(days=7 - today.weekday()))
    if "mes" in said or "mois" in said or said == "month":
        return _at(_months_on(today.replace(day=1), 1), rough=True)
    if said in words()["seasons"]:
        return _at(_coming(words()["seasons"][said], 1, today) or today, rough=True)
    return _at(date(today.year + 1, 1, 4), rough=True)


def _coming(month: int, day: int, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        if found > today:
            return found
    return None


def _month(match: re.Match[str], now: datetime) -> Found | None:
    groups = match.groupdict()
    year = re.match(r"\W{0,2}((?:19|20)\d\d)\b", match.string[match.end() : match.end() + 8])
    if year and int(year[1]) <= now.year:
        return None
    day = _coming(words()["months"][match["month"]], 25 if groups.get("cue") == "end of" else 1, now.date())
    return _at(day, rough=True) if day else None


def _date(match: re.Match[str], now: datetime) -> Found | None:
    month = words()["months"][match["month"] or match["month2"]]
    day = _coming(month, int(match["day"] or match["day2"]), now.date() - timedelta(days=1))
    return _at(day) if day else None


def _slash(match: re.Match[str], now: datetime) -> Found | None:
    day = _coming(int(match["month"]), int(match["day"]), now.date() - timedelta(days=1))
    return _at(day) if day else None


def _the_day(match: re.Match[str], now: datetime) -> Found | None:
    today, wanted = now.date(), int(match["day"])
    for month in (today.replace(day=1), _months_on(today.replace(day=1), 1), _months_on(today.replace(day=1), 2)):
        try:
            found = month.replace(day=wanted)
        except ValueError:
            continue
        if found > today:
            return _at(found)
    return None


def _weekday(match: re.Match[str], now: datetime) -> Found:
    ahead = (words()["weekdays"][match["word"]] - now.weekday()) % 7
    return _at(now.date() + timedelta(days=ahead or 7))


def _end_of(match: re.Match[str], now: datetime) -> Found:
    today = now.date()
    if match["unit"] == "week":
        return _at(today + timedelta(days=(4 - today.weekday()) % 7 or 7))
    if match["unit"] == "month":
        return _at(_months_on(today.replace(day=1), 1) - timedelta(days=2), rough=True)
    return _at(date(today.year, 12, 28), rough=True)


def _feast(match: re.Match[str], now: datetime) -> Found | None:
    month, day = words()["feasts"][match["word"] or match["es"] or match["fr"]]
    found = _coming(month, day, now.date())
    return _at(found, rough=True) if found else None


def _season(match: re.Match[str], now: datetime) -> Found | None:
    found = _coming(words()["seasons"][match["word"]], 1, now.date())
    return _at(found, rough=True) if found else None


_READERS = {
    "feast": _feast,
    "new_year": lambda _match, now: _at(date(now.year + 1, 1, 4), rough=True),
    "end_of": _end_of,
    "date": _date,
    "slash": _slash,
    "in": _in,
    "next": _next,
    "days": lambda match, now: _at(now.date() + timedelta(days=words()["days"][match["word"]])),
    "weekday": _weekday,
    "month": _month,
    "month_alone": _month,
    "the_day": _the_day,
    "season": _season,
}
