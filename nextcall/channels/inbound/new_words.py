"""What somebody wrote now, apart from what was quoted, signed or added by their program. Pure, and linear in its input.

A list of lines is walked once; nothing is matched over more than four of them, so that no input can make it slow. In
doubt a line stays with the new words: a lost answer is worse than a quotation shown.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LONGEST = 200_000  # characters; what is behind them is quoted
_LINE = 2000  # characters of a line that are looked at
_HEADER_LINES = 4  # an attribution is wrapped over so many lines at the most
_WRAPPED = 55  # a quoted line of this length may have been wrapped by the program
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}")
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b(?:19|20)\d{2}\b|\d{1,2}:\d{2}|\d{4}年")
_STARTS = re.compile(r"\s*(?:on|le|el|am|em|il|op|w dniu|den|dne)\s.{0,40}\d")
_BEGINS = re.compile(r".*[\d@]|\s*(?:on|le|el|am|em|il|op|w dniu|den|dne|в)\s")
_DELIMITER = re.compile(r"\s*(?:--|—|–|[—–_=]{3,}|-{2,} ?)\s*")
_RULE = re.compile(r"\s*[-_*=—–]{5,}\s*")


@dataclass(frozen=True, slots=True)
class Split:
    """`new`: what they wrote now, "" when they wrote nothing. `quoted`: everything else, in its order."""

    new: str
    quoted: str


@dataclass(frozen=True, slots=True)
class _Marks:
    wrote: re.Pattern[str]
    from_: re.Pattern[str]
    others: re.Pattern[str]
    original: re.Pattern[str]
    sent_from: re.Pattern[str]


@cache
def _marks() -> _Marks:
    words = tomllib.loads((Path(__file__).parent / "quoting.toml").read_text())
    any_of = {name: "|".join(sorted(listed, key=len, reverse=True)) for name, listed in words.items()}
    return _Marks(
        wrote=re.compile(
            rf"(?:^|[\s,>)\"])(?:{any_of['wrote']})\b\W{{0,4}}(?:$|\S{{0,30}}[:：]?\s*$)|(?:のメール|写道|寫道|작성)"
        ),
        from_=re.compile(rf"\s{{0,8}}[*>]{{0,2}}(?:{any_of['from']})\s?\*?\s?[:：]\*?\s?\S"),
        others=re.compile(rf"\s{{0,8}}[*>]{{0,2}}(?:{any_of['others']})\s?\*?\s?[:：]"),
        original=re.compile(rf"\s*[-_=*>—–]*\s*(?:{any_of['original']})\s*[:：]?\s*[-_=*—–]*\s*"),
        sent_from=re.compile(rf"\s*[<(]?(?:{any_of['sent_from']})"),
    )


def split(text: str) -> Split:
    """New words and the rest. Never raises; the same text always gives the same answer."""
    lines = _lines(text[:LONGEST])
    is_quoted = _quoted(lines)
    for start, end in _runs(is_quoted):
        for index in range(_signed(lines, start, end), end):
            is_quoted[index] = True
    new = "\n".join(line for line, quoted in zip(lines, is_quoted, strict=True) if not quoted)
    rest = "\n".join(line for line, quoted in zip(lines, is_quoted, strict=True) if quoted)
    return Split(_closed_up(new), (rest + text[LONGEST:]).strip("\n"))


def _lines(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\u200b", "")
    return [line.rstrip() for line in text.split("\n")]


def _closed_up(text: str) -> str:
    """Without the gaps that quotations leave."""
    out: list[str] = []
    for line in text.strip().split("\n"):
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out)


def _quoted(lines: Sequence[str]) -> list[bool]:
    """For each line whether it was said before."""
    quoted = [line.lstrip().startswith((">", "|>")) for line in lines]
    index = 0
    while index < len(lines):
        if not quoted[index] and lines[index]:
            if _opens_block(lines, index):
                return quoted[:index] + [True] * (len(lines) - index)
            length = _attribution(lines, index)
            if length:
                for at in range(index, index + length):
                    quoted[at] = True
                index += length
                after = _next_with_words(lines, index)
                if after is None or not quoted[after]:  # quoted without a mark: all that follows
                    return quoted[:index] + [True] * (len(lines) - index)
                continue
        index += 1
    _take_wrapped(lines, quoted)
    return quoted


def _next_with_words(lines: Sequence[str], start: int) -> int | None:
    return next((index for index in range(start, len(lines)) if lines[index]), None)


def _opens_block(lines: Sequence[str], index: int) -> bool:
    """A line that says "original message", or the first of a header block; a rule above it belongs to it."""
    line = lines[index][:_LINE].lower()
    if len(line) < 120 and _marks().original.fullmatch(line) and (line.strip()[0] in "-_=*—–>" or line.endswith(":")):
        return True
    if _RULE.fullmatch(line):
        after = _next_with_words(lines, index + 1)
        return after is not None and after - index <= 3 and _is_header_block(lines, after)
    return _is_header_block(lines, index)


def _is_header_block(lines: Sequence[str], index: int) -> bool:
    marks = _marks()
    if not marks.from_.match(lines[index][:_LINE].lower()):
        return False
    following = [line[:_LINE].lower() for line in lines[index + 1 : index + 7]]
    return sum(bool(marks.others.match(line)) for line in following) >= 2


def _attribution(lines: Sequence[str], index: int) -> int:
    """How many lines from here say who wrote what follows, and when; 0 if they do not."""
    if not _BEGINS.match(lines[index][:_LINE].lower()):
        return 0
    joined = ""
    for length in range(1, _HEADER_LINES + 1):
        line = lines[index + length - 1] if index + length <= len(lines) else ""
        if not line or (length > 1 and (line.startswith("> ") or _STARTS.match(line.lower()))):
            return 0  # a quotation, or an attribution of its own, begins there
        joined = f"{joined} {line.strip()[:_LINE]}".strip().lower()
        if len(joined) > 500:
            return 0
        if _is_attribution(joined):
            return length
    return 0


def _is_attribution(line: str) -> bool:
    address = bool(_ADDRESS.search(line))
    day = bool(_DAY.search(line))
    if not (address or day):
        return False
    ends = line.rstrip("* ").endswith((":", "："))
    if _marks().wrote.search(line) and (ends or (address and day)):
        return True
    return ends and address and bool(_CLOCK.search(line)) and not line.startswith(("http", "from:"))


def _take_wrapped(lines: Sequence[str], quoted: list[bool]) -> None:
    """A line between two quoted ones, right behind a long one, is the rest of that one."""
    for index in range(1, len(lines) - 1):
        if quoted[index] or not lines[index] or not quoted[index - 1]:
            continue
        end = next((at for at in range(index, min(index + 3, len(lines))) if quoted[at] or not lines[at]), None)
        if end is not None and quoted[end] and len(lines[index - 1]) >= _WRAPPED:
            for at in range(index, end):
                quoted[at] = True


def _runs(quoted: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches of new lines, half open."""
    runs, start = [], None
    for index, is_quoted in enumerate([*quoted, True]):
        if not is_quoted and start is None:
            start = index
        elif is_quoted and start is not None:
            runs.append((start, index))
            start = None
    return runs


def _signed(lines: Sequence[str], start: int, end: int) -> int:
    """Where the signature of a stretch begins; its end when it has none."""
    for index in range(start, end):
        line = lines[index]
        if line and (start > 0 or any(lines[start:index])) and _DELIMITER.fullmatch(line[:80]):
            return index
        if len(line) < 120 and _marks().sent_from.match(line.lower()) and not line.rstrip().endswith((".", "?", "!")):
            return index
    return end
