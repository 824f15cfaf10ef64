"""The words and patterns of every language, from their TOML files."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_LANGUAGES = ("english", "spanish", "french")


@dataclass(frozen=True, slots=True)
class Patterns:
    """Of all languages together: what is taken out, what is a wish (with its words), what leaves a doubt."""

    benign: tuple[re.Pattern[str], ...]
    wishes: tuple[tuple[re.Pattern[str], str], ...]
    doubt: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Keywords and phrases that are the same whatever the language."""

    keywords: dict[str, frozenset[str]]  # stop, help, start, polite, own
    phrases: dict[str, re.Pattern[str]]  # automatic, instruction, jest, for_now, for_good
    about: dict[str, re.Pattern[str]]  # everything, text, call, email, offered_instead
    ends_everything: tuple[str, ...]
    own_page: frozenset[str]  # whole messages that ask for what they may choose, and for what we hold


@cache
def patterns() -> Patterns:
    """Read and compiled once, when first needed."""
    files = [tomllib.loads((_HERE / f"{name}.toml").read_text()) for name in _LANGUAGES]
    return Patterns(
        benign=tuple(_compiled(pattern, file) for file in files for pattern in file["benign"]),
        wishes=tuple((_compiled(wish["pattern"], file), wish["says"]) for file in files for wish in file["wishes"]),
        doubt=tuple(_compiled(pattern, file) for file in files for pattern in file["doubt"]),
    )


@cache
def words() -> Words:
    """Read and compiled once, when first needed."""
    file = tomllib.loads((_HERE / "words.toml").read_text())
    about = dict(file["about"])
    ends_everything = tuple(about.pop("ends_everything"))
    return Words(
        keywords={name: frozenset(listed.split()) for name, listed in file["keywords"].items()},
        phrases={name: _any_of(listed) for name, listed in file["phrases"].items()},
        about={name: _any_of(listed) for name, listed in about.items()},
        ends_everything=ends_everything,
        own_page=frozenset(file["own_page"]["messages"]),
    )


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b")


def _compiled(pattern: str, file: dict[str, Any]) -> re.Pattern[str]:
    for name, listed in file["words"].items():
        pattern = pattern.replace(f"{{{name}}}", listed)
    return re.compile(pattern)
