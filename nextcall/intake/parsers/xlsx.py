"""XLSX workbooks, read a row at a time, with a guard against archives that unpack without end."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl

from nextcall.intake.parsers.new_lead import CannotRead
from nextcall.intake.parsers.table import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row, Table

MAX_UNPACKED, MAX_FILES = 400 * 1024 * 1024, 2000
_MAX_BLANK = 1000  # rows in a row without a value: the rest of a million formatted rows is empty too

if not openpyxl.DEFUSEDXML:  # it uses defusedxml by itself where that is installed
    raise ImportError("defusedxml is missing: without it a workbook could make this process read files or fill memory")


def read(body: bytes) -> Table:
    """The first sheet that holds rows. Raises CannotRead for what is no workbook, or no harmless one."""
    formulas = _checked(body)
    try:
        rows, warnings = _sheet_rows(body, values=True)
        if formulas:
            rows = _with_formulas(rows, _sheet_rows(body, values=False)[0])
    except CannotRead:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part makes it raise
        raise CannotRead(
            f"this workbook is damaged ({type(error).__name__}); open it in a spreadsheet and save it again"
        ) from error
    if not rows:
        raise CannotRead("the workbook holds no rows; expected a header line and one line for each lead")
    return Table(rows, [], "xlsx", warnings)


def _checked(body: bytes) -> bool:
    """Refuses archives that are no workbook or unpack to too much. True when a sheet holds formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise CannotRead("this workbook unpacks to more than 400 MB; save only the list of leads and try again")
            if "[Content_Types].xml" not in archive.namelist() or not any(
                name.startswith("xl/") for name in archive.namelist()
            ):
                raise CannotRead("this archive is not an XLSX workbook; save the list as XLSX or CSV")
            return any(_has_formula(archive, entry) for entry in entries if entry.filename.startswith("xl/worksheets/"))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise CannotRead(
            "this XLSX file is damaged or protected by a password; save it again as XLSX or CSV"
        ) from error


def _has_formula(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    unpacked, overlap = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(1 << 20):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED:  # the directory of the archive lied
                raise CannotRead("this workbook unpacks to more than 400 MB; save only the list of leads and try again")
            if b"<f>" in (text := overlap + chunk) or b"<f " in text:
                return True
            overlap = chunk[-3:]
    return False


def _sheet_rows(body: bytes, *, values: bool) -> tuple[list[Row], tuple[str, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=values, keep_links=False)
    try:
        for number, sheet in enumerate(book.worksheets):
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()
            if rows := list(_rows(sheet)):
                others = [other.title for other in book.worksheets[number + 1 :] if other.sheet_state == "visible"]
                return rows, (
                    (f'only the sheet "{sheet.title}" was read, not {", ".join(others)}'[:300],) if others else ()
                )
        return [], ()
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Row]:
    blank = count = 0
    for line, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            blank += 1
            if blank > _MAX_BLANK:
                return
            continue
        blank, count = 0, count + 1
        if count > MAX_ROWS:
            raise CannotRead(f"more than {MAX_ROWS:,} rows; split the file")
        yield Row(line, texts)


def _text(cell: Any) -> str:
    """A cell as people see it: whole numbers without ".0", dates in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell[:MAX_CELL]
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)[:MAX_CELL] if not isinstance(cell, timedelta) else str(cell)


def _with_formulas(values: list[Row], texts: list[Row]) -> list[Row]:
    """A formula whose result the file does not hold stays as its text; it is never run."""
    by_line = {row.line: row.cells for row in values}
    merged = []
    for row in texts:
        known = by_line.get(row.line, [])
        cells = [known[place] if place < len(known) and known[place] else text for place, text in enumerate(row.cells)]
        merged.append(Row(row.line, cells))
    return merged
