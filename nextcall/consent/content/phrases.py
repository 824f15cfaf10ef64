"""Phrases as data: TOML files beside this module, each phrase with its tier, its words for people, and its source.

A blank in a pattern stands for up to three of blank, hyphen, underscore or star. Repetition has an upper bound
everywhere (kept by a test), so that a search takes time in proportion to the text.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from nextcall.consent.content.message import Field, Finding, Quote, Tier
from nextcall.consent.content.plain import Plain

_HERE = Path(__file__).parent
_GAP = "[ \\-_*]{0,3}"
MOST_QUOTES = 8  # of one phrase


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of a file."""

    rule: str
    tier: Tier
    says: str
    source: str
    has: tuple[str, ...]  # the pattern is only tried on a text that contains one of these
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    never: tuple[str, ...]  # what must not be found: hard negatives

    def find(self, plain: Plain, where: Field) -> Iterator[Quote]:
        """The words in which the phrase stands, at most eight."""
        for word in self.has:  # a plain loop: it is most of what a check costs
            if word in plain.text:
                break
        else:
            return
        for count, found in enumerate(self.pattern.finditer(plain.text)):
            if count == MOST_QUOTES:
                return
            yield quote(plain, where, found.start(), found.end())


def quote(plain: Plain, where: Field, start: int, end: int) -> Quote:
    """The original words of a span of the plain text."""
    first, last = plain.original(start, end)
    return Quote(where, plain.raw[first:last], first, last)


@cache
def phrases(name: str) -> tuple[Phrase, ...]:
    """Of the file `name`.toml; read once."""
    file = tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
    shared = {"source": file.get("source", "")}
    words = file.get("words", {})
    return tuple(_phrase({**shared, **row}, words) for row in file["phrase"])


def findings(
    name: str, plains: Mapping[Field, Plain], *, unless: Callable[[Quote], bool] = lambda found: False
) -> Iterator[Finding]:
    """What of the file stands in the message, a finding a phrase; `unless` says which words are none."""
    for phrase in phrases(name):
        found = [one for where, plain in plains.items() for one in phrase.find(plain, where) if not unless(one)]
        if found:
            yield Finding(phrase.rule, phrase.tier, phrase.says, phrase.source, tuple(found))


def pattern(written: str, words: dict[str, str] | None = None) -> re.Pattern[str]:
    """A written pattern compiled: {WORD} replaced, blanks widened, whole words only."""
    for word, stands_for in (words or {}).items():
        written = written.replace(f"{{{word}}}", stands_for)
    return re.compile(rf"(?<![a-z0-9])(?:{written.replace(' ', _GAP)})(?![a-z0-9])")


def _phrase(row: dict[str, object], words: dict[str, str]) -> Phrase:
    listed = {key: tuple(cast("list[str]", row.get(key, []))) for key in ("has", "patterns", "examples", "never")}
    tier = str(row["tier"])
    if tier not in ("block", "warn"):
        raise ValueError(f"{row['id']}: tier {tier!r} is neither block nor warn")
    return Phrase(
        rule=str(row["id"]),
        tier=cast("Tier", tier),
        says=str(row["says"]),
        source=str(row["source"]),
        has=listed["has"],
        pattern=pattern("|".join(listed["patterns"]), words),
        examples=listed["examples"],
        never=listed["never"],
    )
