"""What a message suggests that we do: call at four, come back in March, note the answer to our question. Pure.

Nothing here acts: each reading carries the words it was read from, and a member takes it with a tap, or not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from nextcall.conversations.said.answers import Asked, answer
from nextcall.conversations.said.patterns import patterns, plain
from nextcall.conversations.said.when import Moment, moments

Kind = Literal["promise", "pause", "appointment", "answer", "wrong_person", "another_point"]
NEAR = 30  # characters between a verb of contact and the time it is about


@dataclass(frozen=True, slots=True)
class Reading:
    """One suggestion. `at` and `until` are the lead's wall clock; `value` holds what an answer is about."""

    kind: Kind
    quote: str
    at: datetime | None = None
    until: datetime | None = None
    channel: str = "call"  # of a promise: call, text, email
    value: Mapping[str, Any] = field(default_factory=dict)
    sure: bool = False  # of an answer: sure enough to be noted before a person has read it


def read(text: str, *, now: datetime, asked: Asked | None = None) -> tuple[Reading, ...]:
    """What the message suggests, the surest first; () if nothing. `now` is the lead's wall clock, without a zone.

    `asked`: the question of ours that it may answer.
    """
    line = plain(text)
    if is_reaction(line):
        return ()  # the words in it are ours
    found = [*_answered(text, asked), *_wrong(line, text)]
    if not any(one.kind == "wrong_person" for one in found):
        found += _timed(line, text, now, taken=bool(asked and asked.kind == "time_frame" and found))
    return (*found, *_points(line, text))


def _answered(text: str, asked: Asked | None) -> list[Reading]:
    given = answer(text, asked) if asked else None
    return (
        [Reading("answer", given.quote, value={"field": asked.field, **given.value}, sure=given.sure)]
        if asked and given
        else []
    )


def _wrong(line: str, text: str) -> list[Reading]:
    match = _find("wrong", line)
    return [Reading("wrong_person", text[match.start() : match.end()])] if match else []


def _timed(line: str, text: str, now: datetime, *, taken: bool) -> list[Reading]:
    """The time they name, as what they want to happen then: the one beside a verb of contact, else the first."""
    if taken:
        return []
    meant = [one for one in moments(text, now=now) if not _denied(line, one)]
    asked_for = [one for one in meant if _find("cue", line[max(0, one.start - NEAR) : one.start])]
    return [_meant(moment, line, text, now) for moment in (asked_for or meant)[:1]]


def _denied(line: str, moment: Moment) -> bool:
    """ "Don't call me tomorrow", "sold it in October": no wish of theirs is about that time."""
    before = line[: moment.start]
    return bool(_find("past", before)) or bool(_find("negated", before) and not _find("later", line))


def _meant(moment: Moment, line: str, text: str, now: datetime) -> Reading:
    quote = _around(text, moment)
    far = (moment.at - now).days >= 14
    if moment.rough or (far and not moment.exact) or (_find("later", line) and not moment.exact):
        return Reading("pause", quote, moment.at)
    calls = _find("call", line)
    if _find("meet", line) and not calls:
        return Reading("appointment", quote, moment.at, moment.until)
    writes = _find("write", line)
    channel = "email" if writes and "mail" in writes[0] else "text" if writes and not calls else "call"
    return Reading("promise", quote, moment.at, moment.until, channel)


def _around(text: str, moment: Moment) -> str:
    """The sentence that the time stands in."""
    start = max((text.rfind(mark, 0, moment.start) for mark in ".!?\n"), default=-1) + 1
    ends = [at for mark in ".!?\n" if (at := text.find(mark, moment.end)) >= 0]
    return " ".join(text[start : min(ends, default=len(text))].split())[:300]


def _points(line: str, text: str) -> list[Reading]:
    """Another number or address that they give."""
    match = _find("point", text[:2000])
    if not match or not _find("offers_point", line):
        return []
    kind = "email" if match["email"] else "phone"
    return [Reading("another_point", match[0], value={"kind": kind, "value": match[0]})]


def is_reaction(text: str) -> bool:
    """A tap on a message of ours ("Liked “…”"), delivered as words: they quote us and say nothing themselves."""
    return bool(_find("reaction", plain(text)))


def _find(name: str, line: str) -> re.Match[str] | None:
    return patterns("wishes")[name].search(line)
