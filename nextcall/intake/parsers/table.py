"""Bytes to rows of text: encodings, delimiters and broken quotes of CSV and TSV files."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nextcall.intake.parsers.new_lead import CannotRead

MAX_ROWS, MAX_COLUMNS, MAX_CELL, MAX_SPAN = 250_000, 500, 32_767, 200
_DELIMITERS = ",;\t|"
csv.field_size_limit(10_000_000)


@dataclass(frozen=True, slots=True)
class Row:
    line: int  # where the row begins, from 1
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be read, with its cause (see problems.SAYS) and what it held."""

    line: int
    cause: str
    cells: list[str]
    example: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, its header not yet told from its leads."""

    rows: list[Row]
    rejects: list[Reject]
    encoding: str
    warnings: tuple[str, ...] = ()


def read(body: bytes) -> Table:
    """A CSV or TSV file. Raises CannotRead when it holds no rows of text."""
    text, encoding = decode(body)
    delimiter, text, skipped = _delimiter(text)
    rows, rejects = _quick(text, delimiter, skipped) or _careful(text, delimiter, skipped)
    rows = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if not rows and not rejects:
        raise CannotRead("the file holds no rows; expected a header line and one line for each lead")
    return Table(rows, rejects, encoding)


def decode(body: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: a byte order mark, UTF-16 by its zeros, UTF-8, else Windows-1252."""
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:].decode("utf-8", errors="replace").replace("\0", ""), "utf-8-sig"
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace").replace("\0", ""), "utf-16"
    head = body[:2000]
    if len(head) > 3 and head.count(0) > len(head) // 3:
        name = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        return body.decode(name, errors="replace").replace("\0", ""), name
    if head.count(0) > 8 or sum(byte < 9 or 13 < byte < 27 for byte in head) > len(head) // 10:
        raise CannotRead("this is not a text file; save the list as CSV or XLSX")
    try:
        return body.decode("utf-8").replace("\0", ""), "utf-8"
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves undefined become control characters and are cleaned away later.
        return body.decode("cp1252", errors="replace").replace("\0", ""), "cp1252"


def _delimiter(text: str) -> tuple[str, str, int]:
    """The delimiter that splits the first lines most evenly; Excel's own "sep=;" line says it outright."""
    if found := re.match(r"\s*sep=(.)\r?\n", text, re.IGNORECASE):
        return found[1], text[found.end() :], 1
    lines = [re.sub(r'"[^"]*"', "", line) for line in text[:20_000].splitlines()[:30] if line.strip()]
    best, score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        common = max(set(counts), key=lambda count: (counts.count(count) * (count > 0), count)) if counts else 0
        even = common * counts.count(common) / len(counts) + 0.01 * sum(counts) / len(counts) if common else 0.0
        if even > score:
            best, score = delimiter, even
    return best, text, 0


def _quick(text: str, delimiter: str, skipped: int) -> tuple[list[Row], list[Reject]] | None:
    """The whole file in one go; None when a quote is broken and every line must be looked at."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            if reader.line_num - line > 0 and _swallowed(cells, delimiter, rows[0].cells if rows else []):
                return None
            rows.append(_row(line + skipped, cells))
            line = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise CannotRead(f"more than {MAX_ROWS:,} rows; split the file")
    except csv.Error:
        return None
    return rows, []


def _row(line: int, cells: list[str]) -> Row:
    return Row(line, [cell if len(cell) <= MAX_CELL else cell[:MAX_CELL] for cell in cells[:MAX_COLUMNS]])


def _swallowed(cells: list[str], delimiter: str, header: list[str]) -> bool:
    """Whether a quoted cell holds whole rows of the file: somebody forgot to close a quote."""
    if header and len(cells) > len(header) + 1:
        return True
    width = len(header) or len(cells)
    return width > 2 and any(
        line.count(delimiter) >= width - 1
        for cell in cells
        if "\n" in cell or "\r" in cell
        for line in cell.splitlines()[1:]
    )


def _careful(text: str, delimiter: str, skipped: int) -> tuple[list[Row], list[Reject]]:
    """Line by line: a quote that never closes costs its own line only."""
    rows: list[Row] = []
    rejects: list[Reject] = []
    lines = text.splitlines(keepends=True) if "\n" in text else re.split(r"(?<=\r)", text)
    for line, cells in _records(lines, delimiter):
        if len(rows) + len(rejects) > MAX_ROWS:
            raise CannotRead(f"more than {MAX_ROWS:,} rows; split the file")
        if cells is not None:
            rows.append(_row(line + 1 + skipped, cells))
        else:
            raw = lines[line].strip("\r\n").replace('"', "").split(delimiter)
            rejects.append(Reject(line + 1 + skipped, "unterminated_quote", _row(0, raw).cells))
    return rows, rejects


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """(index of the first line, cells), the cells None where a quote opens and never closes."""
    at = 0
    header: list[str] = []
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        cells, span = _one_record(lines, at, delimiter)
        if cells is not None and span > 1 and _swallowed(cells, delimiter, header):
            cells, span = None, 1
        header = header or cells or []
        yield at, cells
        at += span


def _one_record(lines: list[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    quotes = 0
    for span in range(1, min(MAX_SPAN, len(lines) - at) + 1):
        quotes += lines[at + span - 1].count('"')
        more = span < MAX_SPAN and at + span < len(lines)
        if quotes % 2 and more and (span > 1 or not _bare(lines[at], delimiter)):
            continue  # still open, unless the quote stands inside a bare cell: 6" tall
        try:
            parsed = next(
                csv.reader(io.StringIO("".join(lines[at : at + span]), newline=""), delimiter=delimiter, strict=True),
                None,
            )
        except csv.Error:
            if quotes % 2 == 0 and span == 1:  # "Joe" Smith: quotes that mean nothing to a spreadsheet
                return next(csv.reader([lines[at]], delimiter=delimiter), None), 1
            return None, 1
        return parsed, span
    return None, 1


def _bare(line: str, delimiter: str) -> bool:
    """Whether every quote of the line stands inside an unquoted cell, where it is only an inch mark."""
    return not re.search(rf'(?:^|{re.escape(delimiter)})\s*"', line)
