"""Another time for an appointment that stands: "can we do 4 instead", "Thursday at 3?", "an hour later". Pure."""

import re
from datetime import datetime, timedelta

from nextcall.conversations.said.patterns import patterns, plain
from nextcall.conversations.said.when import Moment, moments

MOST_WORDS = 60  # a longer one is a letter, and a person reads it
FEW = 3  # words beside a time that say nothing against it: "Thursday at 4 please"
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}


def moved_to(text: str, *, starts: datetime, now: datetime) -> datetime | None:
    """The time that they ask for in its place; None in doubt. Wall clocks of the lead's, as `moments` has them.

    An hour alone is meant for the appointment's own day, a day alone for its hour.
    """
    line = plain(text)
    if len(line.split()) > MOST_WORDS:
        return None
    asks = patterns("wishes")["move"].search(line)
    shifted = _shifted(line, starts)
    if shifted is not None:
        return shifted if shifted > now else None
    found = {one for moment in moments(text, now=now) if (one := _meant(moment, starts)) not in (None, starts)}
    if len(found) != 1 or not (asks or _bare(line, text, now)):
        return None
    only = found.pop()
    return only if only is not None and only > now else None


def confirms(text: str, *, starts: datetime, now: datetime) -> bool:
    """Whether the only time they name is the appointment's own: "see you Tuesday at 3"."""
    named = moments(text, now=now)
    return bool(named) and all(_meant(one, starts) == starts for one in named)


def _meant(moment: Moment, starts: datetime) -> datetime | None:
    """None where it is no hour of a day: "in March", "Thursday morning"."""
    if moment.rough or (moment.exact and moment.until is not None):
        return None
    if not moment.dated:
        return datetime.combine(starts.date(), moment.at.time())
    return moment.at if moment.exact else datetime.combine(moment.at.date(), starts.time())


def _shifted(line: str, starts: datetime) -> datetime | None:
    match = patterns("wishes")["shift"].search(line)
    if match is None or not (match["count"] or match["half"]):
        return None
    count = 1 if match["half"] else _COUNTS.get(match["count"]) or int(match["count"])
    length = timedelta(hours=count) if match["unit"].startswith("h") else timedelta(minutes=count)
    length = length / 2 if match["half"] else length
    return starts - length if match["way"] in ("earlier", "forward", "sooner") else starts + length


def _bare(line: str, text: str, now: datetime) -> bool:
    """Hardly more than the time itself, as our invitation asks for it."""
    rest = line
    for one in sorted(moments(text, now=now), key=lambda moment: -moment.start):
        rest = rest[: one.start] + rest[one.end :]
    return len(re.findall(r"[^\W\d]{2,}", rest)) <= FEW and not patterns("wishes")["call"].search(rest)
