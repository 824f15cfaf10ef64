"""What stands under somebody's words: a signature, "Sent from my phone", small print, a list's footer. Pure, linear.

It is taken away only where a mark or its own words show what it is: a lead who signs with a number may want to be
called there, and that is shown.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from nextcall.channels.inbound.quoting import marks, plain

_MOST = 25  # lines of a signature that have words
_WIDEST = 120  # characters of one of its lines
_DELIMITER = re.compile(r"\s*(?:--|—|–|_{2,3})\s*")
_RULE = re.compile(r"\s*(?:[-–—]{3,}|[=*_~]{3,})\s*")
_POSTSCRIPT = re.compile(r"\s*p\.?\s?p?\.?s\b", re.I)  # theirs, wherever it stands
_PICTURE = re.compile(r"\s*\[cid:[^\]]{1,200}\]\s*")  # of a logo, where a program made text of it
_ITEM = re.compile(r"\s*(?:\d{1,2}[.)]|[-*•–])\s+\S")
_REACHES = re.compile(
    r"\S@\S+\.\w|\bhttps?:|\bwww\.|\+?\d[\d ().-]{6,}\d|\b(?:tel|phone|mobile|cell|fax|skype|mailing list)\b"
)


def signed(lines: Sequence[str], *, below: bool) -> list[bool]:
    """For each line of one stretch whether it is no word of theirs; `below`: something quoted stands above it."""
    found = [
        taken or bool(_PICTURE.fullmatch(line[:300])) for taken, line in zip(_small_print(lines), lines, strict=True)
    ]
    words = [at for at, line in enumerate(lines) if line.strip() and not found[at]]
    first = words[0] - below if words else 0
    begins = next((at for at in words if at > first and _begins(lines, at, words)), len(lines))
    begins = _below_a_rule(lines, [at for at in words if at < begins], first, begins)
    while begins - 1 > first and (
        not lines[begins - 1].strip() or found[begins - 1] or _RULE.fullmatch(lines[begins - 1][:200])
    ):
        begins -= 1
    alone = {at for at in words if at < begins and _by_program(lines, at, is_last=False)}
    return [taken or at >= begins or at in alone for at, taken in enumerate(found)]


def _below_a_rule(lines: Sequence[str], rest: Sequence[int], first: int, ends: int) -> int:
    """Where the last rule with a signature under it stands; a rule may close it too. `ends` if there is none."""
    behind: list[str] = []
    for at in reversed(rest):
        if at <= first:
            break
        if not _RULE.fullmatch(lines[at][:200]):
            behind.insert(0, lines[at].strip())
            if len(behind) > _MOST:
                break
        elif not behind:
            ends = at
        elif _tells_who(behind, is_underlined=bool(lines[at - 1].strip())):
            return at
        else:
            break
    return ends


def _begins(lines: Sequence[str], at: int, words: Sequence[int]) -> bool:
    """Whether the signature begins there: its usual mark with not too much behind it, or what a program adds."""
    behind = len(words) - bisect_right(words, at)
    if behind and _POSTSCRIPT.match(lines[words[-behind]]):
        return False
    return (behind <= _MOST and bool(_DELIMITER.fullmatch(lines[at][:80]))) or _by_program(
        lines, at, is_last=behind <= 2
    )


def _by_program(lines: Sequence[str], at: int, *, is_last: bool) -> bool:
    """ "Sent from my iPhone"; with a full stop it is so only at the end, for a sentence may begin like that."""
    line = plain(lines[at])
    if len(line) > _WIDEST:
        return False
    if marks().advert.fullmatch(line):
        return True
    return bool(marks().by_program.match(line)) and not line.endswith("?") and (is_last or not line.endswith("."))


def _small_print(lines: Sequence[str]) -> list[bool]:
    """The paragraphs that begin as small print does, and those behind them that go on with it."""
    found = [False] * len(lines)
    going_on = False
    for start, end in _paragraphs(lines):
        text = plain(" ".join(lines[start:end]))
        legally = bool(marks().legally.search(text))
        begins = bool(marks().legal.match(text)) or (legally and bool(marks().maybe_legal.match(text)))
        going_on = begins or (going_on and legally)
        found[start:end] = [going_on] * (end - start)
    return found


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    found, start = [], None
    for index, line in enumerate([*lines, ""]):
        if line.strip() and start is None:
            start = index
        elif not line.strip() and start is not None:
            found.append((start, index))
            start = None
    return found


def _tells_who(rest: Sequence[str], *, is_underlined: bool) -> bool:
    """Whether what stands under a rule is a signature: few short lines, no sentence, no list, and how to reach them.

    A rule right under a line may underline it: a heading, the head of a table.
    """
    if len(rest) > _MOST or any(len(line) > _WIDEST or _ITEM.match(line) or _is_sentence(line) for line in rest):
        return False
    return len(rest) <= (1 if is_underlined else 3) or any(_REACHES.search(plain(line)) for line in rest)


def _is_sentence(line: str) -> bool:
    return line.endswith((".", "?", "!", "…", ":")) and len(line.split()) >= 5
