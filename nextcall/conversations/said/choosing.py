"""Which of the times that we offered an answer takes: "Wed works", "the second one", "2:30 is fine". Pure."""

import re
from collections.abc import Sequence
from datetime import datetime

from nextcall.conversations.said.patterns import plain
from nextcall.conversations.said.when import Moment, moments

FEWEST_WORDS = 12  # an answer that takes one is short; a long one is a letter, and a person reads it
_OFFERS = re.compile(r"\byour time\b", re.I)
_ORDINALS = ((r"first|1st", 0), (r"second|2nd", 1), (r"third|3rd", 2), (r"last", -1), (r"earl(?:y|ier|iest)", 0))
_NO = re.compile(r"\b(?:not|no|never|cannot|can ?t|won ?t|doesn ?t|isn ?t|nope|instead|neither|none|unless)\b")
_YES = re.compile(r"\b(?:yes|yep|yeah|ok|okay|works?|good|great|perfect|fine|sure|sounds|see you|deal|confirmed?)\b")
_ANY = re.compile(r"\b(?:any|either|both|all) (?:of (?:them|those)|works?|is|are|time)|\beither\b", re.I)


def offered(text: str, *, now: datetime) -> tuple[datetime, ...]:
    """The times that a message of ours offers, by the lead's wall clock. `now`: when it left, by that clock too."""
    if not _OFFERS.search(text):
        return ()
    lines = re.split(r",|\bor\b|\?", text)
    found = [one.at for line in lines for one in moments(line, now=now) if one.exact]
    return tuple(dict.fromkeys(found))


def chosen(text: str, times: Sequence[datetime], *, now: datetime) -> datetime | None:
    """The one that the answer takes; None in doubt. Wall clocks, as `offered` has them."""
    line = plain(text).replace("'", " ")
    coming = [one for one in times if one > now]
    if not coming or len(line.split()) > 2 * FEWEST_WORDS or _NO.search(line) or _ANY.search(line):
        return None
    named = moments(text, now=now)
    if named:
        hits = [one for one in coming if all(_names(moment, one) for moment in named)]
        return hits[0] if len(hits) == 1 else None
    for pattern, place in _ORDINALS:
        if re.search(rf"\b(?:{pattern})\b", line) and -len(times) <= place < len(times):
            return times[place] if times[place] in coming else None
    return coming[0] if len(coming) == 1 and _YES.search(line) else None


def _names(moment: Moment, time: datetime) -> bool:
    """Whether words like "Wed", "Wed 2:30" or "2:30" mean that time."""
    same_hour = (moment.at.hour, moment.at.minute) == (time.hour, time.minute)
    if moment.rough:
        return False
    if moment.exact and moment.until is None:
        has_day = bool(re.search(r"[^\W\d]{3}", re.sub(r"\b(?:am|pm|at|clock|noon)\b", "", moment.quote, flags=re.I)))
        return same_hour and (moment.at.date() == time.date() or not has_day)
    if moment.until is not None:  # "Wed afternoon"
        return moment.at <= time < moment.until
    return moment.at.date() == time.date()
