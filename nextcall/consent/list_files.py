"""A do-not-call list as registries hand it out: which column is the number, and each line as E.164. Pure.

One number a line, or columns: the FTC's and Canada's area code and seven digits, the national numbers of the United
Kingdom's and Australia's, and washed files, which answer for each number that was asked about.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, NamedTuple

from nextcall.lib import phone

SAMPLE = 50  # lines that are looked at to tell the columns
LONGEST_LINE = 400  # characters; a longer one is no line of numbers

_AREA = ("area code", "areacode", "area", "npa", "indicatif", "code")
_NUMBER = ("phone number", "phonenumber", "phone", "telephone number", "telephone", "number", "msisdn", "tel", "mobile")
_RESULT = ("result", "status", "registered", "on register", "listed", "on list", "dncr", "tps", "match", "dnc")
_YES = frozenset("y yes true 1 registered listed match matched dnc tps ctps".split())
_NO = frozenset(("n", "no", "false", "0", "not registered", "unregistered", "not listed", "no match", "clean", "clear"))


class Unreadable(Exception):
    """The file is no list of numbers; says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the lines of a file are read. Columns count from 0; -1: there is none."""

    country: str  # of numbers written without one
    delimiter: str = ""
    number: int = 0
    area: int = -1
    result: int = -1
    header: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Form":
        return cls(**kept)


class Line(NamedTuple):
    """One line: its number (None where there is none), whether it is listed, and how it was written."""

    key: str | None
    listed: bool
    written: str


def form_of(head: bytes, *, country: str) -> Form:
    """How to read a file that begins so. Raises Unreadable."""
    if head.startswith((b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head:
        raise Unreadable("this is no plain text; export the list as CSV or TXT, in UTF-8")
    lines = [line for line in text(head).splitlines()[: SAMPLE + 1] if line.strip()]
    if not lines:
        raise Unreadable("the file is empty")
    delimiter = _delimiter(lines)
    rows = [_cells(line, delimiter) for line in lines]
    header = not any(len(_digits(cell)) >= 3 for cell in rows[0])
    found = _named(rows[0], country, delimiter) if header else None
    found = found or _guessed(rows[header:], country, delimiter, header)
    if not any(line.key for line in read(lines, found, first=True)):
        raise Unreadable(f"no line is a telephone number of {country}: {lines[-1].strip()[:60]!r}")
    return found


def text(body: bytes) -> str:
    """The lines as text; what is no UTF-8 becomes a mark that no number has."""
    return body.decode("utf-8-sig", errors="replace")


def read(lines: Iterable[str], form: Form, *, first: bool) -> Iterator[Line]:
    """Every line that is not empty; `first`: they are the beginning of the file, where the header stands."""
    skip = first and form.header
    width = max(form.number, form.area, form.result)
    for line in lines:
        written = line.strip()
        if not written:
            continue
        if skip:
            skip = False
            continue
        cells = _cells(written[:LONGEST_LINE], form.delimiter)
        if len(cells) <= width or len(written) > LONGEST_LINE:
            yield Line(None, True, written[:60])
            continue
        said = cells[form.result].strip().lower() if form.result >= 0 else ""
        raw = f"{cells[form.area]}{cells[form.number]}" if form.area >= 0 else cells[form.number]
        known = form.result < 0 or said in _YES or said in _NO
        yield Line(_key(raw, form.country) if known else None, said not in _NO, written[:60])


def _delimiter(lines: list[str]) -> str:
    for sign in (",", "\t", ";", "|"):
        if sum(sign in line for line in lines) * 2 > len(lines):
            return sign
    return ""


def _cells(line: str, delimiter: str) -> list[str]:
    if not delimiter:
        return [line]
    return next(csv.reader([line], delimiter=delimiter), [line]) if '"' in line else line.split(delimiter)


def _named(header: list[str], country: str, delimiter: str) -> Form | None:
    words = [re.sub(r"[^a-z]+", " ", cell.lower()).strip() for cell in header]

    def column(names: tuple[str, ...]) -> int:
        return next((words.index(name) for name in names if name in words), -1)

    number = column(_NUMBER)
    return Form(country, delimiter, number, column(_AREA), column(_RESULT), True) if number >= 0 else None


def _guessed(rows: list[list[str]], country: str, delimiter: str, header: bool) -> Form:
    """By what most lines have: three digits and then seven, or a whole number."""
    width = max(map(len, rows), default=0)
    lengths = [Counter(len(_digits(row[at])) for row in rows if at < len(row)) for at in range(width)]
    mostly = [counted.most_common(1)[0][0] if counted else 0 for counted in lengths]
    for at in range(width - 1):
        if (mostly[at], mostly[at + 1]) == (3, 7):
            return Form(country, delimiter, at + 1, at, -1, header)
    hits = [sum(_key(row[at], country) is not None for row in rows if at < len(row)) for at in range(width)]
    if not hits or not max(hits):
        raise Unreadable("there is no column of telephone numbers; one number a line, or area code and number")
    return Form(country, delimiter, hits.index(max(hits)), -1, -1, header)


def _digits(cell: str) -> str:
    return "".join(filter(str.isdecimal, cell)) if not cell.isdecimal() else cell


@cache
def _short(country: str) -> tuple[str, re.Pattern[str]] | None:
    """Country code and national form, for lists of millions: a hundred times quicker than reading each in full."""
    return {
        "US": ("+1", re.compile(r"1?([2-9]\d\d[2-9]\d{6})")),
        "CA": ("+1", re.compile(r"1?([2-9]\d\d[2-9]\d{6})")),
        "GB": ("+44", re.compile(r"(?:44|0)?([1-9]\d{8,9})")),
        "AU": ("+61", re.compile(r"(?:61|0)?([2-478]\d{8})")),
    }.get(country)


def _key(raw: str, country: str) -> str | None:
    """E.164. Of North America, Britain and Australia only the form is looked at: no number is lost to old tables."""
    if short := _short(country):
        code, form = short
        match = form.fullmatch(_digits(raw)) if raw.isascii() else None
        return f"{code}{match[1]}" if match else None
    found = phone.read(raw, country=country)
    return found.e164 if found and found.country == country else None
