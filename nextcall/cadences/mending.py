"""Touches that the rules move every time, and the hour that would suit: mended with one press. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from nextcall.cadences import editing
from nextcall.cadences.definition import BadCadence, Cadence, Planned
from nextcall.lib import hours

QUARTER = 15  # minutes: hours are written as people write them


@dataclass(frozen=True, slots=True)
class Mend:
    """One touch outside allowed hours: why, and the hour inside them."""

    step: str
    because: str
    at: time


def outside(cadence: Cadence, touches: Sequence[Planned]) -> tuple[Mend, ...]:
    """The touches of an example plan whose own hour no rule allows, on any day."""
    steps = {step.key: step for step in cadence.steps}
    found = []
    for touch in touches:
        at = steps[touch.step_key].when.at if touch.step_key in steps else None
        if at is None or touch.blocked or not touch.rule or touch.rule.startswith("cadence.") or ".cap" in touch.rule:
            continue
        opens = hours.local(touch.due_at, touch.zone)
        if opens.time().replace(second=0, microsecond=0) != at:
            found.append(Mend(touch.step_key, touch.moved_because, _inside(at, opens.time())))
    return tuple(found)


def mended(source: str, mends: Sequence[Mend]) -> str:
    """The cadence with those touches inside the hours. Raises BadCadence if one cannot be moved."""
    for one in mends:
        source = editing.set_step(source, one.step, {"at": f"{one.at:%H:%M}", "part": None})
    return source


def moved(source: str, mends: Sequence[Mend], *, wanted: Sequence[str]) -> str:
    """Only those that are wanted. Raises BadCadence if none is left to mend."""
    chosen = [one for one in mends if one.step in wanted]
    if not chosen:
        raise BadCadence("There is nothing left to move: every touch is inside allowed hours.")
    return mended(source, chosen)


def _inside(at: time, opens: time) -> time:
    """A late hour goes an hour and a half before the day's usual end; an early one to the opening."""
    if at > opens and at.hour >= hours.PARTS["evening"][1] // 60:
        return time(18, 30)
    minutes = opens.hour * 60 + opens.minute
    whole = timedelta(minutes=-(-minutes // QUARTER) * QUARTER)
    return time(int(whole.total_seconds() // 3600) % 24, int(whole.total_seconds() // 60) % 60)
