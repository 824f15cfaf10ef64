"""A cadence in words: when a step falls, and what differs between two cadences. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from nextcall.cadences.definition import Cadence, Step, When

COMPARED = ("channel", "by", "purpose", "subject", "wording", "says", "needs_reason")


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in one step."""

    step: str
    field: str
    before: str
    after: str


def when_says(when: When) -> str:
    """ "day 2, morning", "4 hours after arrival", "1 day after the attempt before, another part of the day"."""
    if when.day is not None:
        begins = f"day {when.day}"
    elif when.wait is not None and when.wait < timedelta():
        begins = f"{duration_says(-when.wait)} before"
    elif not when.wait:
        begins = "at once" if when.after == "arrival" else f"right after {_anchor(when)}"
    else:
        begins = f"{duration_says(when.wait)} after {_anchor(when)}"
    part = when.at.strftime("%-H:%M") if when.at else "another part of the day" if when.rotate else when.part or ""
    only = f", if {' or '.join(outcome.replace('_', ' ') for outcome in when.only_after)}" if when.only_after else ""
    return (f"{begins}, {part}" if part else begins) + only


def duration_says(length: timedelta) -> str:
    """ "2 minutes", "1 day 4 hours"."""
    hours, minutes = divmod(length.seconds // 60, 60)
    parts = [(length.days, "day"), (hours, "hour"), (minutes, "minute")]
    return " ".join(f"{count} {unit}{'s' if count != 1 else ''}" for count, unit in parts if count) or "no time"


def first_words(step: Step) -> str:
    """What a step says, its first variant: the subject of an email before its text."""
    body = step.wording[0] if step.wording else step.says
    return f"{step.subject[0]}\n\n{body}" if step.subject else body


def differences(before: Cadence, after: Cadence) -> tuple[list[str], list[str], list[Difference]]:
    """Steps added, steps removed, and what changed in the steps that both have."""
    old, new = ({step.key: step for step in cadence.steps} for cadence in (before, after))
    added, removed = [key for key in new if key not in old], [key for key in old if key not in new]
    changed = []
    for key in (key for key in old if key in new):
        if (was := when_says(old[key].when)) != (now := when_says(new[key].when)):
            changed.append(Difference(key, "when", was, now))
        changed += [
            Difference(key, name, _shown(getattr(old[key], name)), _shown(getattr(new[key], name)))
            for name in COMPARED
            if getattr(old[key], name) != getattr(new[key], name)
        ]
    return added, removed, changed


def _shown(value: object) -> str:
    return " | ".join(value) if isinstance(value, tuple) else str(value)


def _anchor(when: When) -> str:
    return {"arrival": "arrival", "attempt": "the attempt before"}.get(when.after, when.after)
