"""Earlier and later: what a step's lines say when it is moved by a day or by a part of the day. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any, Literal

from nextcall.cadences import fields
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.parse import DAYS_A_MONTH, PARTS
from nextcall.lib import hours

Unit = Literal["part", "day"]
LADDER = tuple(timedelta(minutes=m) for m in (0, 2, 5, 15, 30, 60, 120, 180, 240, 360, 480, 720))  # of waits
DAY = timedelta(days=1)
FIRST = "It is first already: day 1 is the day they arrive."


def shifted(line: Mapping[str, Any], unit: Unit, way: int) -> dict[str, Any]:
    """What changes in the step's lines; `way` is 1 for later, -1 for earlier. Raises BadCadence at the ends."""
    slot = _slot(line)
    if unit == "part" and slot is not None:
        days, slot = divmod(slot + way, len(PARTS))
        moved = _by_days(line, days) if days else {}
        return {**moved, "at": None, "part": PARTS[slot]}
    if unit == "day" or day_of(line) is not None:
        return _by_days(line, way)
    if "before" in line:
        return {"before": duration(_rung(fields.duration(line["before"], "the step"), -way, least=LADDER[1]))}
    return {"wait": duration(_rung(fields.duration(line["wait"], "the step"), way, least=LADDER[0]))}


def day_of(line: Mapping[str, Any]) -> int | None:
    """The day of a step that goes by the calendar."""
    if isinstance(line.get("day"), int):
        return int(line["day"])
    if isinstance(line.get("week"), int):
        return 1 + 7 * int(line["week"])
    return 1 + round(DAYS_A_MONTH * line["month"]) if isinstance(line.get("month"), int) else None


def duration(length: timedelta) -> str:
    """As a file has it: "2m", "1d 4h"."""
    rest = length.seconds // 60
    parts = [(length.days, "d"), (rest // 60, "h"), (rest % 60, "m")]
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def _slot(line: Mapping[str, Any]) -> int | None:
    """The part of the day that the step names; None if it names none, or another each time."""
    if line.get("part") in PARTS:
        return PARTS.index(line["part"])
    at: time | None = fields.clock(line, "the step")
    return PARTS.index(hours.part_of(at.hour * 60 + at.minute)) if at is not None else None


def _by_days(line: Mapping[str, Any], days: int) -> dict[str, Any]:
    day = day_of(line)
    if day is not None:
        if day + days < 1:
            raise BadCadence(FIRST)
        if day + days > fields.MAX_DAY:
            raise BadCadence("That is later than three years; end the cadence sooner.")
        return {"day": day + days, "week": None, "month": None}
    name = "before" if "before" in line else "wait"
    length = fields.duration(line[name], "the step") + DAY * (days if name == "wait" else -days)
    if length < timedelta() or (name == "before" and not length):
        raise BadCadence(
            FIRST if line.get("after", "arrival") == "arrival" else "It cannot come before what it follows."
        )
    return {name: duration(length)}


def _rung(length: timedelta, way: int, *, least: timedelta) -> timedelta:
    """The next longer or shorter wait that people would choose."""
    if length >= DAY and (way > 0 or length > DAY):
        return length + DAY * way
    if way > 0:
        place = bisect_right(LADDER, length)
        return LADDER[place] if place < len(LADDER) else DAY
    place = bisect_left(LADDER, length) - 1
    if place < 0 or LADDER[place] < least:
        raise BadCadence("It is as early as it can be.")
    return LADDER[place]
