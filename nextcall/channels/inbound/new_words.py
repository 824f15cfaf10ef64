"""What somebody wrote now, apart from what was quoted, signed or added by their program. Pure, and linear in its input.

A list of lines is walked once; nothing is matched over more than four of them, so that no input can make it slow. In
doubt a line stays with the new words: a lost answer is worse than a quotation shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nextcall.channels.inbound.quoting import LONGEST_LINE, label, marks, plain
from nextcall.channels.inbound.signed import signed

LONGEST = 200_000  # characters; what is behind them is quoted
_HEADER_LINES = 4  # an attribution is wrapped over so many lines at the most
_WRAPPED = 55  # a quoted line of this length may have been wrapped by the program
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}")
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b(?:19|20)\d{2}\b|\d{1,2}:\d{2}|\d{4}年")
_STARTS = re.compile(r"\s*(?:on|le|el|am|em|il|op|på|w dniu|den|dne|vào)\s.{0,40}\d")
_BEGINS = re.compile(r".*[\d@]|\s*(?:on|le|el|am|em|il|op|på|w dniu|den|dne|в)\s")
_RULE = re.compile(r"\s*[-_*=—–]{5,}\s*")
_ARROWS = re.compile(r">{2,}.*<{2,}")  # an ornament around a line of one's own
_DATED = re.compile(r"\d{4}[/.-]\d{1,2}[/.-]\d{1,2}\b.{0,150}@\S{1,255}>")  # "2011/4/7 Ann Reyes <ann@harbor.example>"
_LATE = re.compile(
    r"(?<=[^\s-])(?:\s+|(?=--))(?=(?:-{2,} ?)?On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct"
    r"|Nov|Dec|\d))"
)
_OPEN_LINK = re.compile(r"[(<]https?://[^\s()<>]*")
_LONE_LINK = re.compile(r"\s*[(<]?https?://\S+[)>]?[\s>]*")


@dataclass(frozen=True, slots=True)
class Split:
    """`new`: what they wrote now, "" when they wrote nothing. `quoted`: everything else, in its order."""

    new: str
    quoted: str


def split(text: str) -> Split:
    """New words and the rest. Never raises; the same text always gives the same answer."""
    lines = _apart(_lines(text[:LONGEST]))
    is_quoted = _quoted(lines)
    for start, end in _runs(is_quoted):
        is_quoted[start:end] = signed(lines[start:end], below=start > 0)
    stretches = ["\n".join(lines[start:end]).strip("\n") for start, end in _runs(is_quoted)]
    rest = "\n".join(line for line, quoted in zip(lines, is_quoted, strict=True) if quoted)
    new = "\n\n".join(stretch for stretch in stretches if stretch.strip())
    return Split(new.strip(), (rest + text[LONGEST:]).strip("\n"))


def _lines(text: str) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\u200b", "")
    return [line.rstrip() for line in text.split("\n")]


def _apart(lines: list[str]) -> list[str]:
    """Some programs put "On Tuesday, Ann wrote:" behind the last words, on their line."""
    out: list[str] = []
    for index, line in enumerate(lines):
        found = _LATE.search(line) if len(line) < 500 and not line.lstrip().startswith(">") else None
        if found and _attribution([line[found.end() :], *lines[index + 1 : index + _HEADER_LINES], ""], 0):
            out += [line[: found.start()], line[found.end() :]]
        else:
            out.append(line)
    return out


def _quoted(lines: Sequence[str]) -> list[bool]:
    """For each line whether it was said before."""
    quoted = [line.lstrip().startswith((">", "|>")) and not _ARROWS.fullmatch(line[:LONGEST_LINE]) for line in lines]
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
    line = plain(lines[index])
    if len(line) < 120 and marks().original.fullmatch(line) and (line.strip()[0] in "-_=*—–>" or line.endswith(":")):
        return True
    if len(line) < 120 and marks().above_this.search(line) and any(lines[:index]):
        return True
    if _RULE.fullmatch(line):
        after = _next_with_words(lines, index + 1)
        return after is not None and after - index <= 3 and _is_header_block(lines, after)
    return _is_header_block(lines, index)


def _is_header_block(lines: Sequence[str], index: int) -> bool:
    """Who wrote to whom, when and about what: a few lines with labels, a wrapped one or a gap between them."""
    first = label(lines[index])
    if not first:
        return False
    block = [(kind, plain(line)) for line in lines[index : index + 8] if (kind := label(line))]
    kinds = {kind for kind, _ in block}
    addressed = any(kind in ("from", "to") and _ADDRESS.search(line) for kind, line in block)
    timed = any(kind == "date" and _CLOCK.search(line) for kind, line in block)
    if len(block) < 3 or "from" not in kinds:  # two will do where nobody would write them so
        return addressed and timed and first in ("from", "date") and bool(label(lines[min(index + 1, len(lines) - 1)]))
    return addressed or timed or "subject" in kinds


def _attribution(lines: Sequence[str], index: int) -> int:
    """How many lines from here say who wrote what follows, and when; 0 if they do not."""
    first = plain(lines[index])
    if marks().between_dashes.fullmatch(first) or _is_name_alone(lines, index):
        return 1
    if not _BEGINS.match(first):
        return 0
    joined, count = "", 0
    for length, line in enumerate(map(plain, lines[index : index + _HEADER_LINES + 1]), 1):
        if not line and length == 2 and _STARTS.match(first):
            continue
        if not line or (length > 1 and _begins_anew(line, first)):
            return 0  # a quotation, or an attribution of its own, begins there
        joined, count = f"{joined} {line.strip()}".strip(), count + 1
        if len(joined) > 500 or count > _HEADER_LINES:
            return 0
        if _is_attribution(joined):
            return length
    return 0


def _begins_anew(line: str, first: str) -> bool:
    if line.startswith("> ") and not marks().wrote.search(line):
        return True
    if _STARTS.match(line):
        return True
    whole = bool(_ADDRESS.search(line)) and bool(_DAY.search(line)) and _is_attribution(line)
    return whole and not _STARTS.match(first)


def _is_name_alone(lines: Sequence[str], index: int) -> bool:
    """ "Ann Reyes wrote:", or the day and the address alone, right above a quotation."""
    line = plain(lines[index]).strip()
    if len(line) > 200 or not (_DATED.fullmatch(line) or (line.endswith((":", "：")) and marks().wrote.search(line))):
        return False
    after = _next_with_words(lines, index + 1)
    return after is not None and lines[after].lstrip().startswith(">")


def _is_attribution(line: str) -> bool:
    address = bool(_ADDRESS.search(line))
    day = bool(_DAY.search(line))
    if not (address or day):
        return False
    ends = line.rstrip("* ").endswith((":", "："))
    if marks().wrote.search(line) and (ends or (address and day)):
        return True
    if day and _STARTS.match(line) and marks().verb_first.fullmatch(line):
        return True
    return ends and address and bool(_CLOCK.search(line)) and not line.startswith(("http", "from:"))


def _take_wrapped(lines: Sequence[str], quoted: list[bool]) -> None:
    """A line between two quoted ones, right behind a long one or in the middle of a link, is the rest of that one."""
    for index in range(1, len(lines) - 1):
        if quoted[index] or not lines[index] or not quoted[index - 1]:
            continue
        end = next((at for at in range(index, min(index + 3, len(lines))) if quoted[at] or not lines[at]), None)
        if end is None or not quoted[end]:
            continue
        before = lines[index - 1]
        link = _OPEN_LINK.search(before[-LONGEST_LINE:])
        torn = link is not None and link.end() == len(before[-LONGEST_LINE:])
        if len(before) >= _WRAPPED or torn or _LONE_LINK.fullmatch(lines[index][:LONGEST_LINE]):
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
