"""A cadence as columns of beads: which day each touch falls on if nobody ever answers, and what to call it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache

from nextcall.cadences.definition import Cadence, Step, When
from nextcall.cadences.saying import duration_says

DAY = timedelta(days=1)
# Where in a day a touch is drawn; those that wait for the arrival come first on day 1.
PARTS = {"morning": 0.4, "midday": 0.52, "afternoon": 0.65, "evening": 0.74}
ANOTHER = 0.8


@dataclass(frozen=True, slots=True)
class Bead:
    """One touch of a cadence."""

    key: str
    channel: str
    by: str
    day: int  # 1 is the arrival day; 0 and below: so many days before an appointment
    when: str  # "morning", "9:30 am", "at once"
    repeats: bool = False  # one of the touches that a rhythm makes

    @property
    def label(self) -> str:
        """ "Day 3, call, morning": what the bead is called."""
        return f"{day_says(self.day)}, {self.channel}, {self.when}"


@dataclass(frozen=True, slots=True)
class Column:
    """One day with its touches, in order; `quiet` is how many days without any lie before it."""

    day: int
    beads: tuple[Bead, ...]
    quiet: int = 0

    @property
    def label(self) -> str:
        return day_says(self.day)


@lru_cache(maxsize=256)
def columns(cadence: Cadence) -> tuple[Column, ...]:
    """The days on which something happens, soonest first."""
    at = places(cadence.steps)
    by_day: dict[int, list[Step]] = {}
    for step in sorted(cadence.steps, key=lambda step: at[step.key]):
        by_day.setdefault(int(at[step.key] // 1), []).append(step)
    found: list[Column] = []
    before = 0
    for day, steps in by_day.items():
        quiet = day - before - 1 if found and before > 0 else 0
        beads = tuple(_bead(step, day, cadence) for step in steps)
        found.append(Column(day, beads, max(quiet, 0)))
        before = day
    return tuple(found)


def places(steps: Iterable[Step]) -> dict[str, float]:
    """The day, with its fraction, on which each step falls: 2.4 is the morning of day 2."""
    found: dict[str, float] = {}
    latest = 1.0
    for step in steps:
        when = step.when
        if when.day is not None:
            place = when.day + _fraction(when)
        else:
            start = {"arrival": 1.0, "attempt": latest}.get(when.after, found.get(when.after, latest))
            place = start + (when.wait or timedelta()) / DAY
            if when.at or when.part or when.rotate:
                place = max(place, place // 1 + _fraction(when))
        found[step.key] = latest = place
    return found


def day_says(day: int) -> str:
    """ "Day 3"; "2 days before" for what counts back from an appointment."""
    if day >= 1:
        return f"Day {day}"
    return f"{1 - day} day{'s' if day != 0 else ''} before"


def clock_says(at: time) -> str:
    """ "9:30 am", "4 pm"."""
    half = "am" if at.hour < 12 else "pm"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {half}" if at.minute else f"{at.hour % 12 or 12} {half}"


def hour_says(when: When) -> str:
    """When on its day: "morning", "9:30 am", "another part", "4 hours after arrival"."""
    if when.at:
        return clock_says(when.at)
    if when.part:
        return when.part
    if when.rotate:
        return "another part of the day"
    wait = when.wait or timedelta()
    if wait < timedelta():
        return f"{duration_says(-wait)} before"
    if not wait:
        return "at once" if when.after in ("arrival", "attempt") else "right after"
    if when.after == "arrival":
        return f"after {_short(wait)}"
    return f"{_short(wait)} later"


def _bead(step: Step, day: int, cadence: Cadence) -> Bead:
    repeats = cadence.max_attempts is not None and step.when.after == "attempt" and step.key.startswith("attempt-")
    return Bead(step.key, step.channel, step.by, day, hour_says(step.when), repeats)


def _short(wait: timedelta) -> str:
    """ "2 min", "5 hours": there is little room beside a bead."""
    return duration_says(wait).replace(" minutes", " min").replace(" minute", " min")


def _fraction(when: When) -> float:
    if when.at:
        return (when.at.hour * 60 + when.at.minute) / 1440
    return ANOTHER if when.rotate else PARTS.get(when.part or "midday", 0.5)
