"""Whether our clock can be trusted, by what others say of the time. Nobody is asked for it: answers at hand are read.

A clock that is two hours slow calls at night. It is compared with what does not come from it: a database server
elsewhere, the Date header of an answer that came anyway (RFC 9110, 6.6.1), our own record, in which time never runs
backwards, and the seconds that this machine has counted since.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

MAY_DIFFER = timedelta(seconds=60)
GOOD_FOR_SECONDS = 24 * 3600.0  # a machine's own seconds drift by less than ten a day


@dataclass(frozen=True, slots=True)
class Reading:
    """What another clock says, beside what ours says at the same moment."""

    who: str  # "the database server"
    says: datetime
    ours: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A time that came with an answer, and how many seconds this machine had counted then."""

    who: str
    says: datetime
    seconds: float


def doubt(now: datetime, *, readings: Sequence[Reading], latest: datetime | None, jumped: timedelta) -> str:
    """Why the clock cannot be trusted, in words; "" when nothing speaks against it. Pure.

    `latest`: the instant of the latest event in our own record. `jumped`: how far the clock moved against the seconds
    counted. Another clock that agrees settles it: then the record is what was wrong, or the clock has just been set.
    """
    for one in readings:
        apart = one.ours - one.says
        if abs(apart) > MAY_DIFFER:
            return f"{spoken(apart)} {'ahead of' if apart > timedelta() else 'behind'} {one.who}"
    if readings:
        return ""
    if latest is not None and latest - now > MAY_DIFFER:
        return f"{spoken(latest - now)} behind what is recorded already"
    if abs(jumped) > MAY_DIFFER:
        return f"it jumped {'forward' if jumped > timedelta() else 'back'} by {spoken(jumped)} while running"
    return ""


def spoken(span: timedelta) -> str:
    """ "2 h 5 min", "3 min"."""
    minutes = round(abs(span).total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def seconds() -> float:
    """Seconds that this machine has counted, asleep or awake: setting the clock does not move them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Steady:
    """How far the clock has moved against the seconds counted, since it was last known to be right."""

    def __init__(self) -> None:
        self._right: tuple[datetime, float] | None = None

    def jumped(self, now: datetime, counted: float) -> timedelta:
        if self._right is None:
            self._right = (now, counted)
        return now - self._right[0] - timedelta(seconds=counted - self._right[1])

    def agree(self, now: datetime, counted: float) -> None:
        """Another clock says that it is right."""
        self._right = (now, counted)


_heard: list[Heard] = []


def hear(who: str, date_header: str | None, *, counted: float | None = None) -> None:
    """Keep the Date header of an answer from a server whose word counts. What cannot be read is left out."""
    try:
        says = parsedate_to_datetime(date_header or "")
    except ValueError:
        return
    if says.tzinfo is not None:
        _heard[:] = [Heard(who, says, seconds() if counted is None else counted)]


def heard(now: datetime, counted: float) -> list[Reading]:
    """What was heard of the time, carried on to now."""
    return [
        Reading(one.who, one.says + timedelta(seconds=counted - one.seconds), now)
        for one in _heard
        if 0 <= counted - one.seconds <= GOOD_FOR_SECONDS
    ]


def forget() -> None:
    """What was heard counts no more."""
    _heard.clear()
