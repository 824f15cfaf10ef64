"""Text from outside: bounded, without control characters, markup or invisible marks."""

import html
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import nh3

MAX_LINE, MAX_TEXT = 300, 20_000

# Controls except tab and newline, zero-width marks, direction overrides, byte order marks, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SPACE = re.compile(r"[\s\u00a0]+")
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]{0,500}>|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
# What forms and other systems write where nothing is; compared after folding to lower case.
_NOTHING = frozenset(
    {
        "",
        "[not provided]",
        "not provided",
        "n/a",
        "#n/a",
        "null",
        "none",
        "undefined",
        "nil",
        "(blank)",
        "[blank]",
        "nan",
    }
)
_MERGE_FIELD = re.compile(
    r"^(\{+[^{}]{0,60}\}+|%[%A-Za-z_]{1,40}%|\*\|[^|]{1,40}\|\*|<<[^<>]{1,40}>>|\[\[[^\[\]]{1,40}\]\])$"
)


def one_line(value: object, limit: int = MAX_LINE) -> str | None:
    """One line of at most `limit` characters, or None where nothing was said."""
    text = _SPACE.sub(" ", _UNSEEN.sub("", str(value)[: limit * 4])).strip()[:limit].strip()
    return None if is_nothing(text) else text


def several_lines(value: object, limit: int = MAX_TEXT) -> str | None:
    """Text that keeps its line breaks, or None."""
    text = _UNSEEN.sub("", str(value)[: limit * 2]).replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()[:limit]
    return None if is_nothing(text) else text


def plain(value: object, limit: int = MAX_TEXT) -> str | None:
    """Like `several_lines`, with markup and entities turned into the text that they show."""
    text = str(value)[: limit * 2]
    if _MARKUP.search(text):
        text = re.sub(r"<(br|/p|/div|/li)\b[^>]{0,100}>", "\n", text, flags=re.IGNORECASE)
        text = html.unescape(nh3.clean(text, tags=set()))
    return several_lines(text, limit)


def is_nothing(text: str) -> bool:
    """Whether a value stands for no value: empty, "N/A", an unfilled merge field."""
    return text.strip().lower() in _NOTHING or bool(_MERGE_FIELD.match(text))


def folded(text: str) -> str:
    """Without accents and case, for comparing labels and names."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def bounded(value: Any, depth: int = 0) -> Any:
    """An answer of bounded size, as JSON values; None when it says nothing."""
    if isinstance(value, str):
        return plain(value, 5000)
    if isinstance(value, bool | int | float):
        return value if abs(value) < 10**15 else str(value)[:40]
    if depth > 2 or value is None:
        return None
    if isinstance(value, Sequence):
        return [kept for part in value[:100] if (kept := bounded(part, depth + 1)) is not None] or None
    if isinstance(value, dict):
        pairs = list(value.items())[:100]
        return {str(key)[:120]: kept for key, part in pairs if (kept := bounded(part, depth + 1)) is not None} or None
    return None
