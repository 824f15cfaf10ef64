"""What an answer is, in a word: interested, a question, not now, wrong number. It orders work, not permission. Pure.

Permission is `consent.keywords.classify`, whose error is one-sided; an intent may be wrong either way, and nothing
leaves or stops by it, but that the machine asks no question of its own after a word that is not plainly good.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from nextcall.consent.keywords import Meaning, classify
from nextcall.conversations.said.patterns import plain
from nextcall.conversations.said.reading import Reading, is_reaction, read

Name = Literal[
    "interested", "call_later", "question", "not_interested", "wrong_number", "already_done", "hostile", "auto",
    "unclear", "opt_out", "opt_in", "help",
]  # fmt: skip
_FINAL: tuple[Name, ...] = ("already_done", "not_interested")
_OPEN: tuple[Name, ...] = ("question", "call_later", "interested")
_FRIENDLY: tuple[Name, ...] = ("interested", *_OPEN)  # it begins with a yes
_HERE = Path(__file__).parent
_ANY_DAY = datetime(2026, 1, 5, 10)  # noqa: DTZ001  any day will do: only whether a time is named matters
_REFUSES = ("is not interested", "does not want", "no le interesa", "ya no quiere", "n'est pas interesse")


@dataclass(frozen=True, slots=True)
class Intent:
    """`asks_if_machine`: they ask whether a machine writes, which is to be answered truthfully, by whoever answers.

    `in_doubt`: the consent reader held the message: a person reads it, whatever the intent says.
    """

    name: Name
    asks_if_machine: bool = False
    in_doubt: bool = False


def intent_of(text: str, *, meaning: Meaning | None = None, readings: tuple[Reading, ...] | None = None) -> Intent:
    """What the answer is. Never raises. `meaning` and `readings`: if they were read a moment ago."""
    line = plain(text)
    meaning = classify(text) if meaning is None else meaning
    name = _machines(line, text, meaning) or _said(line, text, meaning, readings)
    return Intent(name, name != "auto" and asks_if_machine(text), meaning.verdict == "hold")


def asks_if_machine(text: str) -> bool:
    """Whether they ask if a machine writes to them."""
    return _fits("machine", plain(text)[:300])


def _machines(line: str, text: str, meaning: Meaning) -> Name | None:
    if is_reaction(text) or _fits("canned", line.strip()) or meaning.verdict == "auto_reply":
        return "auto"
    return "help" if meaning.verdict == "help" else "opt_in" if meaning.verdict == "opt_in" else None


def _said(line: str, text: str, meaning: Meaning, readings: tuple[Reading, ...] | None) -> Name:
    if _fits("hostile", line):
        return "hostile"
    if "wrong number" in meaning.because or _fits("wrong_number", line):
        return "wrong_number"
    if meaning.verdict == "opt_out":
        return "not_interested" if meaning.because.startswith(_REFUSES) else "opt_out"
    for name in _FINAL:
        if _fits(name, line):
            return name
    if _fits("off", line):
        return "call_later"
    timed = next((one for one in (readings or read(text, now=_ANY_DAY)) if one.at), None)
    if timed is not None:
        if timed.kind == "appointment" or (timed.kind == "pause" and _fits("interested", line) and not _later(line)):
            return "interested"
        return "call_later"
    return _untimed(line)


def _untimed(line: str) -> Name:
    if _fits("jest", line) and not _fits("asked", line):
        return "unclear"
    yes = re.match(r"\W*(?:yes|yep|yeah|sure|si|oui)\b(?!,? (?:what|who|how|when|where|is|are|do)\b)", line)
    if line.strip() == "?":
        return "unclear"
    for name in _FRIENDLY if yes else _OPEN:
        if _fits(name, line) or (name == "question" and (_fits("asked", line) or _fits("machine", line))):
            return name
    return "unclear"


def _later(line: str) -> bool:
    return _fits("call_later", line) or bool(re.search(r"\b(?:reach out|call|text|ask|contact) (?:me |us )?", line))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    listed = tomllib.loads((_HERE / "intents.toml").read_text())
    return {name: re.compile("|".join(f"(?:{one})" for one in group["patterns"])) for name, group in listed.items()}


def _fits(name: str, line: str) -> bool:
    return bool(_patterns()[name].search(line))
