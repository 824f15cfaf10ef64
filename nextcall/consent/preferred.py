"""The hours somebody asked for, as a form writes them and as people read them. Pure.

Hours are {"mon_fri": "17:00-21:00", "sat": "closed"} by the person's own clock; a group that is absent is open.
"""

import re
from collections.abc import Mapping

GROUPS = ("mon_fri", "sat", "sun")
CLOSED = "closed"
NAMES = {"mon_fri": "weekdays", "sat": "Saturdays", "sun": "Sundays"}
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_EARLY, _LATE = 9 * 60, 20 * 60  # before and after these nobody is contacted anyway: "after 5 pm", "before noon"


class BadHours(ValueError):
    """What is wrong with the hours, and what would be right."""


def read(hours: Mapping[str, str]) -> dict[str, str]:
    """The hours as they are kept; open groups are left out. Raises BadHours."""
    found: dict[str, str] = {}
    for group in GROUPS:
        written = str(hours.get(group) or "").strip()
        if written in ("", "any"):
            continue
        if written != CLOSED and span(written) is None:
            raise BadHours(f"{NAMES[group]}: write from and to like 17:00 and 20:00, the end after the beginning")
        found[group] = written
    if all(found.get(group) == CLOSED for group in GROUPS):
        raise BadHours("no hours are left on any day; stop everything instead")
    return found


def span(written: str) -> tuple[int, int] | None:
    """Minutes from midnight of "17:00-20:00", half open; None when it is no span."""
    match = _SPAN.fullmatch(written)
    if not match:
        return None
    begins, ends = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    return (begins, ends) if begins < ends <= 24 * 60 else None


def words(hours: Mapping[str, str]) -> str:
    """ "after 5 pm", "after 5 pm on weekdays, not on Sundays"; "" for none."""
    said = {group: hours[group] for group in GROUPS if group in hours}
    if len(said) == len(GROUPS) and len(set(said.values())) == 1:
        return _between(next(iter(said.values())))
    return ", ".join(
        f"not on {NAMES[group]}" if written == CLOSED else f"{_between(written)} on {NAMES[group]}"
        for group, written in said.items()
    )


def _between(written: str) -> str:
    begins, ends = span(written) or (0, 24 * 60)
    if ends >= _LATE and begins > _EARLY:
        return f"after {_clock(begins)}"
    if begins <= _EARLY and ends < _LATE:
        return f"before {_clock(ends)}"
    return f"{_clock(begins)} to {_clock(ends)}"


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes % (24 * 60), 60)
    if not minute and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    return f"{hour % 12 or 12}{f':{minute:02d}' if minute else ''} {'am' if hour < 12 else 'pm'}"
