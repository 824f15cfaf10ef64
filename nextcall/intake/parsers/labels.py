"""Which field a label means: a column header, a form label, a JSON key. The words stand in vocabulary.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from nextcall.intake.parsers.clean import folded

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_A_WORD = re.compile(r"[^\w&]+|_+")
# Said before the word that counts: "Contact Email", "your phone", "borrower first name".
_BEFORE = re.compile(
    r"^(?:(?:contact|lead|your|my|the|customer|client|borrower|homeowner|buyer|seller|prospect|primary|main|person|user|"
    r"consumer|applicant|address \d|address|mailing|billing|home|custom|input|field|what is|what s|please enter|enter|"
    r"please provide|tu|su|votre|ihre?|dein) )+"
)
_AFTER = re.compile(r"(?: (?:required|optional|\d{1,2}|value|field|addy|here))+$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`field` is a name of vocabulary.toml, or "" for a label that means nothing to us; `sure` is False for a guess."""

    field: str
    sure: bool


@cache
def vocabulary() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "vocabulary.toml").read_text(encoding="utf-8"))


def fields() -> tuple[str, ...]:
    """Every field a column can be, in the order in which a page offers them."""
    return tuple(vocabulary()["fields"])


@lru_cache(maxsize=4096)
def normal(label: str) -> str:
    """The label without case, accents, punctuation and camelCase: "firstName *" is "first name"."""
    label = re.sub(r"\be-mail", "email", label[:200], flags=re.IGNORECASE)
    return _NOT_A_WORD.sub(" ", folded(_CAMEL.sub(" ", label))).strip()


@lru_cache(maxsize=4096)
def meaning(label: str) -> Meaning:
    """What the label means, by whole label first, then by pattern."""
    whole = normal(label)
    words, patterns = _index()
    for candidate in (whole, _BEFORE.sub("", whole), _AFTER.sub("", whole), _AFTER.sub("", _BEFORE.sub("", whole))):
        if candidate in words:
            return Meaning(words[candidate], sure=True)
    for field, pattern in patterns:
        if pattern.search(whole):
            return Meaning(field, sure=False)
    return Meaning("", sure=False)


def stage(said: str) -> str | None:
    """Our stage for another system's word, None when it says nothing but "new"."""
    words = normal(said)
    return _stages().get(words) or _stages().get(words.partition(" ")[0] if words.startswith(("won", "lost")) else "")


def product(headers: list[str]) -> str | None:
    """Which product exported a file with these headers."""
    have = {normal(header) for header in headers}
    return next((name for name, marks in vocabulary()["products"].items() if have.issuperset(marks["has"])), None)


@cache
def _index() -> tuple[dict[str, str], list[tuple[str, re.Pattern[str]]]]:
    words: dict[str, str] = {}
    patterns: list[tuple[str, re.Pattern[str]]] = []
    # A wish not to be contacted is looked for first: "opted out of email" must never read as an email address.
    for field, entry in sorted(vocabulary()["fields"].items(), key=lambda item: not item[0].startswith("opt_out_")):
        for word in entry["words"]:
            words.setdefault(normal(word), field)
        patterns += [(field, re.compile(pattern)) for pattern in entry.get("patterns", ())]
    order = ["opt_out_email", "opt_out_call", "opt_out_text", "opt_out", "consent"]
    patterns.sort(key=lambda item: order.index(item[0]) if item[0] in order else len(order))
    return words, patterns


@cache
def _stages() -> dict[str, str]:
    return {word: ours for ours, words in vocabulary()["stages"].items() for word in words}
