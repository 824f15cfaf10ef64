"""Times as people say them: "tmrw after 2", "thursday at 3", "in March", "next month", "mañana a las 10". Pure.

An hour without am or pm is meant for the waking day: 1 to 7 in the afternoon, 8 to 11 in the morning. What has
passed today is meant for the next day it fits. Times are the lead's own wall clock; whoever asks knows their zone.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from nextcall.conversations.said.days import Found, days
from nextcall.conversations.said.patterns import patterns, plain, words

DAY_BEGINS = time(9, 0)
_COUNTED = re.compile(
    r"\s?(?:min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|wks?|months?|years?|yrs?|percent|people|kids|beds?|baths?"
    r"|bedrooms?|acres?|miles?|dollars|thousand|million)\b"
)
FURTHEST = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Moment:
    """`at`: local wall clock. `exact`: they named an hour; else a day, or with `rough` a month or a season."""

    at: datetime
    until: datetime | None
    exact: bool
    rough: bool
    start: int  # where it stands in the plain text
    end: int
    quote: str
    dated: bool = False  # they named the day, too


def moments(text: str, *, now: datetime) -> tuple[Moment, ...]:
    """Every time that the text names, in order. `now` is their wall clock, without a zone; none lies behind it."""
    line = plain(text)
    named, clocks = _one_each(days(line, now), line), _clocks(line)
    found = []
    for day in named:
        near = [one for one in clocks if _belong(line, day, one) and min(named, key=partial(_apart, one)) is day]
        for one in near:
            clocks.remove(one)
        found.append(_joined(day, near))
    found += [_joined(None, [one]) for one in clocks if not one.weak]
    made = [_moment(one, text, now) for one in sorted(found, key=lambda one: one.start)]
    return tuple(one for one in made if one is not None and now < one.at <= now + FURTHEST)


def _one_each(named: list[Found], line: str) -> list[Found]:
    """ "Saturday the 22nd" names one day twice: the date is the surer word."""
    kept: list[Found] = []
    for day in named:
        if kept and day.start - kept[-1].end <= 3 and not line[kept[-1].end : day.start].strip(" ,."):
            day.start = kept.pop().start
        kept.append(day)
    return kept


def _belong(line: str, day: Found, clock: Found) -> bool:
    """A clock and a day that stand near each other."""
    between = line[min(day.end, clock.end) : max(day.start, clock.start)]
    overlap = clock.start < day.end and day.start < clock.end
    return overlap or (len(between) <= 25 and "\n" not in between)


def _apart(clock: Found, day: Found) -> int:
    """Letters between them: "not Tuesday, but Friday at 2" is Friday's hour."""
    return max(day.start - clock.end, clock.start - day.end, 0)


def _joined(day: Found | None, clocks: list[Found]) -> Found:
    parts = [*([day] if day else []), *clocks]
    merged = Found(min(one.start for one in parts), max(one.end for one in parts))
    if day:
        merged.day, merged.instant, merged.rough = day.day, day.instant, day.rough
    exact = sorted(clocks, key=lambda one: one.closes is not None and one.opens in (time(9), time(13), time(17)))
    if exact:
        merged.opens, merged.closes, merged.before = exact[0].opens, exact[0].closes, exact[0].before
    return merged


def _moment(found: Found, text: str, now: datetime) -> Moment | None:
    quote = " ".join(text[found.start : found.end].split()).strip(" ,.")
    if found.instant is not None:
        return Moment(found.instant, None, True, False, found.start, found.end, quote, True)
    opens = found.opens or DAY_BEGINS
    day = found.day or now.date()
    if found.before and found.closes:
        opens = time(9) if found.closes > time(10) else time(8)
    at = datetime.combine(day, opens)
    until = datetime.combine(day, found.closes) if found.closes else None
    if at <= now:
        if found.day is None:
            at, until = at + timedelta(days=1), until + timedelta(days=1) if until else None
        elif day == now.date():  # "today": as soon as can be
            at = now + timedelta(minutes=15)
        else:
            return None
    exact = found.opens is not None and not found.rough
    return Moment(at, until, exact, found.rough, found.start, found.end, quote, found.day is not None)


def _clocks(line: str) -> list[Found]:
    found = []
    for match in patterns("when")["clock"].finditer(line):
        cue, half = match["cue"] or "", (match["half"] or "").replace(".", "")
        sure = half or match["minute"] or match["h"] or match["half2"] or cue not in ("", "a")
        ends = line[match.end() : match.end() + 1] in ("", "?", "!", ".", ",", "\n") or match["hour2"]
        counts = not half and bool(_COUNTED.match(line, match.end()))  # "about 15 minutes", "at 3 percent"
        if counts or not (sure or ends) or int(match["hour"]) > (24 if sure else 12):
            continue
        opens = _hour(int(match["hour"]), match["minute"], half or (match["half2"] or "").replace(".", ""))
        closes = _hour(int(match["hour2"]), match["minute2"], match["half2"] or "") if match["hour2"] else None
        before = cue in ("before", "by", "avant", "antes de las")
        if opens is not None:
            closes = opens if before else closes
            found.append(Found(match.start(), match.end(), opens=opens, closes=closes, before=before, weak=not sure))
    taken = [(one.start, one.end) for one in found]
    for match in patterns("when")["parts"].finditer(line):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            opens, closes = (time.fromisoformat(written) for written in words()["parts"][match["word"]])
            before = bool(
                re.search(r"\b(?:before|by|avant|antes del?)\s$", line[max(0, match.start() - 9) : match.start()])
            )
            opens, closes = (DAY_BEGINS, opens) if before else (opens, closes)
            found.append(Found(match.start(), match.end(), opens=opens, closes=closes))
    return found


def _hour(hour: int, minute: str | None, half: str) -> time | None:
    if "p" in half or "tarde" in half:
        hour = hour if hour >= 12 else hour + 12
    elif "a" in half and "clock" not in half:
        hour = 0 if hour == 12 else hour
    elif 1 <= hour <= 7:  # nobody asks to be called at four in the morning
        hour += 12
    return time(hour, int(minute or 0)) if hour < 24 else None
