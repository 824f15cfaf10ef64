"""Reads a text as people write it: case, odd spaces, look-alike letters; and finds the place in the original again.

Linear in the length of the text.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 60_000  # characters; longer than any message that leaves
# Letters of other scripts that look like ours, and digits that stand for letters inside a word.
_LIKE = str.maketrans(
    "\u0430\u0432\u0435\u0456\u0458\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0501\u04bb"  # Cyrillic
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"  # Greek
    "\u0131\u0142\u00f8\u0111",  # dotless i, barred l, o and d
    "abeijkmhopctyxsdhabeikvoptuxilod",
)
# What typesetting makes of plain signs, one for one
_TYPED = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | {"\u2026": ".", "\u00a0": " ", "\n": " ", "\r": " ", "\t": " "}
)
_SWAPPED = re.compile(r"(?<=[a-z])[013457@$](?=[a-z])")
_FOR = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_SPACED = re.compile(r"(?<![a-z0-9])[a-z](?:[ .\-_*][a-z]){3,40}(?![a-z0-9])")  # "c h r i s t i a n"
_ODD = re.compile(r"[^\x20-\x7e]|    |[a-z][013457@$][a-z]|[a-z][ .\-_*][a-z][ .\-_*][a-z][ .\-_*][a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` is lower case with single spaces; `places[i]` is where its character i stands in `raw`, None: the same."""

    raw: str
    text: str
    places: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the raw text that [start, end) of `text` was read from."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


@lru_cache(maxsize=512)
def plain(raw: str) -> Plain:
    """Only the first 60,000 characters are read."""
    raw = raw[:LONGEST]
    easy = raw.translate(_TYPED)
    if not _ODD.search(easy):
        return Plain(raw, easy.lower())
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(raw):
        for one in _read(letter):
            if one == " " and letters and letters[-1] == " ":
                continue
            letters.append(one)
            places.append(place)
    text = _SWAPPED.sub(lambda found: _FOR[found[0]], "".join(letters))
    return Plain(raw, *_joined(text, places))


@lru_cache(maxsize=4096)
def _read(letter: str) -> str:
    """One character as it is compared: "" for what nobody sees."""
    if letter.isspace():
        return " "
    wide = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", letter)).lower()
    seen = "".join(one for one in wide if unicodedata.category(one) not in ("Mn", "Cf", "Cc"))
    return seen.translate(_TYPED).translate(_LIKE)


def _joined(text: str, places: list[int]) -> tuple[str, tuple[int, ...]]:
    """Letters with one sign between each are a word: "k i d s"."""
    parts: list[str] = []
    kept: list[int] = []
    end = 0
    for found in _SPACED.finditer(text):
        parts.append(text[end : found.start()])
        kept += places[end : found.start()]
        parts.append(found[0][::2])
        kept += places[found.start() : found.end() : 2]
        end = found.end()
    return "".join([*parts, text[end:]]), (*kept, *places[end:])
