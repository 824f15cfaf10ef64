"""Makes what people type comparable: no case, accents, curly quotes, emoji or quoted history."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 4000  # characters that are read
_QUOTED = re.compile(
    r"^\s*>|^on .{4,120} wrote:\s*$|^le .{4,120} a ecrit ?:\s*$|^el .{4,120} escribio:\s*$|^-{2,}\s*$|^_{5,}"
    r"|^-+ ?original message|^from: .+@|^sent from my |^get outlook for ",
    re.I,
)
_STOP_SIGNS = re.compile("[\U0001f6d1\u26d4\U0001f6ab\u270b\U0001f590\u274c\U0001f645\U0001f595]")
_LAUGHS = re.compile(
    "[\U0001f602\U0001f923\U0001f60d\u2764\U0001f606\U0001f605\U0001f60a\U0001f970\U0001f525\U0001f44d\U0001f389\U0001f609]"
)
# Letters of other alphabets that look like ours, put in to slip past a filter; they are Cyrillic and Greek capitals.
_LOOK_ALIKE = str.maketrans(
    "\u0405\u0455\u0422\u041e\u043e\u0420\u0440\u0421\u0441\u0415\u0435\u0410\u0430\u039f\u03a4\u03a1",
    "SsTOoPpCcEeAaOTP",
)
_ENGLISH = re.compile(r"\b([a-z]+)'(t|re|ll|ve|m|s)\b")


@dataclass(frozen=True, slots=True)
class Plain:
    """`sentences` hold lower-case ASCII words; commas and question marks stay as words of their own."""

    text: str  # all sentences, joined by " . "
    sentences: tuple[str, ...]
    shows_stop_sign: bool
    laughs: bool

    @property
    def words(self) -> list[str]:
        """Every word, without punctuation."""
        return re.findall(r"[a-z0-9*#]+", self.text)


def plain(raw: str) -> Plain:
    """The new words of a message, comparable."""
    text = unicodedata.normalize("NFKC", raw[:LONGEST])
    stop_sign, laughs = bool(_STOP_SIGNS.search(text)), bool(_LAUGHS.search(text))
    text = re.sub("[\u2018\u2019\u02bc\u00b4`]", "'", text.translate(_LOOK_ALIKE))
    text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in ("Mn", "Cf"))
    text = _without_history(text).lower()
    text = _ENGLISH.sub(r"\1\2", text)
    text = re.sub(
        r"\b([a-z])(?:[ .\-_*|/+~]{1,3}([a-z0]))(?:[ .\-_*|/+~]{1,3}([a-z0]))(?:[ .\-_*|/+~]{1,3}([a-z0]))+\b",
        _join_letters,
        text,
    )
    text = re.sub(r"(?<=[a-z])0(?=[a-z])|(?<=[a-z])0\b|\b0(?=[a-z]{2})", "o", text)
    text = re.sub(r"(?<=[a-z])1(?=[a-z])", "l", text)
    text = re.sub(r"(?<![a-z0-9])(?:\$(?=[a-z])|5(?=top))", "s", text)
    text = re.sub(r"([a-z])\1{2,}", r"\1", text)
    text = re.sub(r"\bw/? ?(?=(?:the|all|ur|your|these|this) )", "with ", text)
    text = re.sub(r"\b(?:k|ke|q|qe)(?= (?:me|no|nos|ya|les|se)\b)", "que", text)  # as Spanish is typed
    text = re.sub(r"\bopt[- ]?(out|in)\b", r"opt\1", text).replace("e-mail", "email")
    text = text.replace("?", " ? . ").replace(",", " , ")
    text = re.sub(r"[.!;:\n\u2026\u00a1\u00bf\u2014]+|\s-+\s", " . ", text)
    text = re.sub(r"[^a-z0-9.,?*#$%]+", " ", text)
    sentences = tuple(" ".join(part.split()) for part in text.split(" . "))
    sentences = tuple(s for s in (part.strip(" .,") for part in sentences) if s)
    return Plain(" . ".join(sentences), sentences, stop_sign, laughs)


def _without_history(text: str) -> str:
    """Cuts at the first line of a quotation or a signature; a message that is nothing else stays whole."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if _QUOTED.search(line) and "".join(lines[:index]).strip():
            return "\n".join(lines[:index])
    return text


def _join_letters(match: re.Match[str]) -> str:
    return re.sub(r"[ .\-_*|/+~]", "", match[0])


def distance(one: str, other: str, most: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) between two words; `most` + 1 when there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
