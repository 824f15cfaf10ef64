"""An iCalendar file taken apart into components and their lines (RFC 5545, 3.1). Pure; a stranger's file has limits.

Nothing here raises: what cannot be read is left out and named in `problems`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from icalendar.parser import Contentline

LONGEST = 5_000_000  # bytes of a file that are read
LONGEST_LINE = 20_000  # characters of a line that are looked at
MOST_LINES = 300_000
DEEPEST = 6
MOST_PROBLEMS = 20
_FOLD = re.compile(r"(?:\r?\n)+[ \t]")  # some writers leave blank lines inside a folded one
_EMPTY_PARAMETER = re.compile(r";(?=[;:])")


@dataclass(frozen=True, slots=True)
class Property:
    """One line: its value as written, escapes and all."""

    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """VCALENDAR, VEVENT and so on; `lines` are raw, for most of them nobody ever asks."""

    name: str
    lines: list[str] = field(default_factory=list)
    inner: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Every property of that name that can be read."""
        return [one for line in self.lines if named(line) == name and (one := read_line(line)) is not None]

    def first(self, name: str) -> Property | None:
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        """Its first value, unescaped; "" if there is none."""
        found = self.first(name)
        return unescaped(found.value) if found else ""

    def walk(self, name: str) -> Iterator["Component"]:
        """Itself and what lies inside, of that name."""
        if self.name == name:
            yield self
        for one in self.inner:
            yield from one.walk(name)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The file as one component around all the others, and what is wrong with it."""

    whole: Component
    problems: tuple[str, ...] = ()


def parse(raw: bytes) -> Parsed:
    """Take a file apart. An end that is missing ends with the file."""
    problems: list[str] = []
    if len(raw) > LONGEST:
        problems.append(f"larger than {LONGEST // 1_000_000} MB: the rest was left out")
    text = _decoded(raw[:LONGEST]).replace("\x00", "")
    lines = _FOLD.sub("", text).splitlines()
    if len(lines) > MOST_LINES:
        problems.append(f"more than {MOST_LINES:,} lines: the rest was left out")
    whole = Component("")
    open_ones = [whole]
    for number, line in enumerate(lines[:MOST_LINES], 1):
        begins, rest = line[:6].upper(), line[6:].strip().upper()
        if begins == "BEGIN:":
            made = Component(rest[:40])
            if len(open_ones) <= DEEPEST:
                open_ones[-1].inner.append(made)
            open_ones.append(made)
        elif line[:4].upper() == "END:":
            _close(open_ones, line[4:].strip().upper(), number, problems)
        elif line.strip():
            if ":" not in line and len(problems) < MOST_PROBLEMS:
                problems.append(f'line {number}: "{line.strip()[:40]}" has no colon; NAME:value is right')
            open_ones[-1].lines.append(line[:LONGEST_LINE])
    if len(open_ones) > 1 and open_ones[-1].name:
        problems.append(f"{open_ones[-1].name} has no END")
    if not whole.inner:
        problems.append("no BEGIN:VCALENDAR: this is no iCalendar file")
    return Parsed(whole, tuple(problems[:MOST_PROBLEMS]))


def _close(open_ones: list[Component], name: str, number: int, problems: list[str]) -> None:
    if any(one.name == name for one in open_ones[1:]):
        while open_ones.pop().name != name:
            pass
    elif len(problems) < MOST_PROBLEMS:
        problems.append(f"line {number}: END:{name[:40]} without its BEGIN")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def named(line: str) -> str:
    """The name that a line begins with, in upper case."""
    return re.split(r"[:;]", line, maxsplit=1)[0].strip().upper()


def read_line(line: str) -> Property | None:
    """One line's name, parameters and value; None if it is none. Empty parameters (";;") are passed over."""
    head, colon, value = line.partition(":")
    line = _EMPTY_PARAMETER.sub("", f"{head}:") + value if colon else line
    try:
        name, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    plain = {str(key).upper(): _one(given) for key, given in parameters.items()}
    return Property(name.strip().upper(), plain, str(value).strip())


def _one(given: object) -> str:
    return ",".join(map(str, given)) if isinstance(given, (list, tuple)) else str(given)


def unescaped(value: str) -> str:
    r"""Text as people read it: "\n" is a line break, "\," a comma (RFC 5545, 3.3.11)."""
    return re.sub(r"\\([nN,;:\\])", lambda found: "\n" if found[1] in "nN" else found[1], value)
