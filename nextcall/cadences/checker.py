"""Reads a cadence before it is switched on, and says what will not happen as written. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from nextcall.cadences import wording
from nextcall.cadences.definition import BadCadence, Cadence, Planned, Progress
from nextcall.cadences.lawful import Ours, said_of
from nextcall.cadences.planner import plan
from nextcall.consent.facts import Facts
from nextcall.consent.places import place_of
from nextcall.consent.policy import Policy, shipped
from nextcall.lib import hours

# A lead of each state that has hours or caps of its own: a Monday at ten, ZIP and number of its largest city agree.
STATES = {
    "Alabama": ("35203", "+12055550142"),
    "Connecticut": ("06103", "+18605550142"),
    "Florida": ("33101", "+13055550142"),
    "Kentucky": ("40202", "+15025550142"),
    "Louisiana": ("70112", "+15045550142"),
    "Maryland": ("21201", "+14105550142"),
    "Oklahoma": ("73102", "+14055550142"),
    "Pennsylvania": ("19103", "+12155550142"),
    "Rhode Island": ("02903", "+14015550142"),
    "Texas": ("75201", "+12145550142"),
    "Utah": ("84101", "+18015550142"),
    "Washington": ("98101", "+12065550142"),
}
MONDAY = datetime(2027, 3, 1, 10)  # noqa: DTZ001 (by every lead's own clock); a fortnight without holidays
MANY_TEXTS, FIRST_DAYS = 10, 10
SHOWN = 6  # moves of one kind, before an ellipsis
TEXT_LENGTH = 320  # two segments
CLICHES = (
    "just checking in",
    "touching base",
    "touch base",
    "circle back",
    "circling back",
    "hope this finds you well",
    "following up on my",
    "act now",
    "don't miss",
    "limited time",
    "once in a lifetime",
    "reach out to you",
)
NOBODY = Ours()
STOP_HINT = re.compile(r"\bstop\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth knowing, in words. `wrong`: it cannot be switched on like this."""

    kind: Literal["wrong", "moved", "blocked", "carriers", "load", "words"]
    says: str
    step: str = ""


def check(
    cadence: Cadence,
    *,
    policy: Policy | None = None,
    leads_a_week: int = 12,
    calls_a_day: int | None = None,
    states: Iterable[str] = tuple(STATES),
    ours: Ours = NOBODY,
) -> tuple[Finding, ...]:
    """What to know before leads are put on it: words that may not be said by `ours`, what the law of each state moves,
    what carriers may filter, what it asks of the people who call. `calls_a_day` is set aside for calls, if anything."""
    found = [*_wording(cadence)]
    found += [
        Finding("wrong" if one.finding.tier == "block" else "words", str(one), one.step)
        for one in said_of(cadence, ours)
    ]
    if any(finding.kind == "wrong" for finding in found):
        return tuple(found)
    rules = policy or shipped()
    for state in states:
        found += _in_state(cadence, state, rules)
    found += _texts(cadence, rules)
    found += _load(cadence, leads_a_week, calls_a_day)
    return tuple(found)


@lru_cache(maxsize=128)
def example(cadence: Cadence, state: str, policy: Policy) -> tuple[Planned, ...]:
    """The plan for a lead of that state with written permission, who arrives on a Monday at ten and never answers."""
    postal_code, phone = STATES.get(state, ("80202", "+13035550142"))
    place = place_of(phones=[phone], postal_code=postal_code)
    arrived = _ten_o_clock(place.home_zone)
    facts = Facts(place=place, tier="written", inquired_at=arrived)
    progress = Progress(anchor_at=arrived)
    return plan(cadence, progress, dict.fromkeys(("text", "email", "call", "voicemail"), facts), policy, now=arrived)


def _in_state(cadence: Cadence, state: str, policy: Policy) -> Iterator[Finding]:
    """What the law moves there: caps move by move, hours and blocks counted."""
    first = _ten_o_clock(place_of(postal_code=STATES[state][0]).home_zone)
    caps: dict[str, list[str]] = {}
    counted: Counter[tuple[Literal["moved", "blocked"], str]] = Counter()
    nth: Counter[tuple[int, str]] = Counter()
    for touch in example(cadence, state, policy):
        meant, moved = _day(touch.intended_at, touch, first), _day(touch.due_at, touch, first)
        nth[meant, touch.channel] += 1
        says = re.split(r"; \d|\. It is ", touch.moved_because)[0]
        if touch.rule.startswith("cadence.") or not touch.rule:
            continue
        if touch.blocked:
            counted["blocked", says] += 1
        elif ".cap" in touch.rule:
            where = f"to day {moved}" if moved != meant else "to later that day"
            ordinal = _ordinal(nth[meant, touch.channel])
            caps.setdefault(says, []).append(f"on day {meant} the {ordinal} {touch.channel} moves {where}")
        elif moved != meant:
            counted["moved", says] += 1
    for says, moves in caps.items():
        shown = "; ".join(moves[:SHOWN]) + ("; …" if len(moves) > SHOWN else "")
        yield Finding("moved", f"In {says.replace(f'{state}: ', f'{state} ')}: {shown}")
    for (kind, says), count in counted.items():
        what = "are blocked" if kind == "blocked" else "move to another day"
        yield Finding(kind, f"In {state} {count} of {len(cadence.steps)} steps {what}: {says}")


def _texts(cadence: Cadence, policy: Policy) -> Iterator[Finding]:
    early = [touch for touch in example(cadence, "", policy) if touch.channel == "text" and touch.by == "machine"]
    if not early:
        return
    end = early[0].due_at + timedelta(days=FIRST_DAYS)
    count = sum(touch.due_at <= end for touch in early)
    if count >= MANY_TEXTS:
        yield Finding("carriers", f"{count} automatic texts in {FIRST_DAYS} days: carriers may filter")


def _load(cadence: Cadence, leads_a_week: int, calls_a_day: int | None) -> Iterator[Finding]:
    """Calls a working day once the cadence is in full swing and nobody picks up: the most it can ask."""
    calls = sum(step.channel == "call" for step in cadence.steps)
    need = round(calls * leads_a_week / 5)
    if not calls:
        return
    if calls_a_day is None:
        yield Finding("load", f"needs up to {need} calls a day at {leads_a_week} new leads a week")
    else:
        enough = "which is enough" if calls_a_day >= need else f"room for {calls_a_day * 5 // calls} new leads a week"
        yield Finding(
            "load",
            f"needs up to {need} calls a day at {leads_a_week} new leads a week, {calls_a_day} are set aside, {enough}",
        )


def _wording(cadence: Cadence) -> Iterator[Finding]:
    texts = [step for step in cadence.steps if step.channel == "text"]
    for step in cadence.steps:
        try:
            wording.verify(step)
        except BadCadence as wrong:
            yield Finding("wrong", str(wrong), step.key)
            continue
        for text in (*step.subject, *step.wording):
            yield from _style(step.key, text)
            if step.channel == "text" and len(text) > TEXT_LENGTH:
                says = f"{step.key}: a text of {len(text)} characters; people read up to {TEXT_LENGTH}"
                yield Finding("words", says, step.key)
    if texts and not all(STOP_HINT.search(text) and "seller" in text for text in texts[0].wording):
        says = f'{texts[0].key}: the first text names {{{{ seller }}}} and says "Reply STOP to opt out"'
        yield Finding("words", says, texts[0].key)


def _style(key: str, text: str) -> Iterator[Finding]:
    lower = text.lower()
    for cliche in CLICHES:
        if cliche in lower:
            yield Finding("words", f'{key}: "{cliche}" is what everybody writes; say what you have for them', key)
    if "!" in text:
        yield Finding("words", f"{key}: an exclamation mark sounds like an advert", key)


def _day(at: datetime, touch: Planned, first: datetime) -> int:
    return (hours.local(at, touch.zone).date() - hours.local(first, touch.zone).date()).days + 1


def _ten_o_clock(zone_name: str) -> datetime:
    return hours.instant(MONDAY, zone_name)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
