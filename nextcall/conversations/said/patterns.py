"""The words and patterns by which times, wishes and answers are recognised, from their TOML files. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

LONGEST = 2000  # characters of a message that are looked at
_HERE = Path(__file__).parent


@cache
def words() -> Mapping[str, Any]:
    """The tables of words.toml."""
    return tomllib.loads((_HERE / "words.toml").read_text())


@cache
def _listed() -> Mapping[str, Any]:
    return tomllib.loads((_HERE / "patterns.toml").read_text())


@cache
def patterns(group: str) -> Mapping[str, re.Pattern[str]]:
    """Of "when", "wishes" or "answers", compiled once. Those of "when" stand apart from the letters around them."""
    whole = {name: _whole(lines) for name, lines in _listed()[group].items()}
    if group == "when":
        whole = {name: rf"(?<![\w'])(?:{pattern})(?!\w)" for name, pattern in whole.items()}
    return {name: re.compile(pattern) for name, pattern in whole.items()}


@cache
def frames() -> Sequence[tuple[re.Pattern[str], int]]:
    """Time frames in words, each with the months it stands for."""
    return [(re.compile(rf"\b(?:{_whole(one['words'])})\b"), one["months"]) for one in _listed()["frames"]]


def _whole(lines: Sequence[str]) -> str:
    pattern = "".join(lines)
    for table in words():
        pattern = pattern.replace(f"{{{table}}}", any_of(table))
    return pattern


@cache
def any_of(table: str) -> str:
    """The words of a table as one alternative, the longest first."""
    return "|".join(sorted((re.escape(word) for word in words()[table]), key=len, reverse=True))


def plain(text: str) -> str:
    """Lower case without accents and odd quotes; every letter stays in its place, so that a quote can be cut out."""
    out = []
    for letter in text[:LONGEST]:
        base = unicodedata.normalize("NFD", letter)[0].lower()
        out.append(base if len(base) == 1 else letter)
    return "".join(out).replace("\u2019", "'").replace("`", "'")
