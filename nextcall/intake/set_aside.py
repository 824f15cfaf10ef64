"""The rows that were not taken, as a file to mend and import again. Safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

_RUNS = ("=", "+", "-", "@", "\t", "\r")


def safe(cell: str) -> str:
    """A cell that a spreadsheet shows and never runs: what would start a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_RUNS) else cell


def header(columns: Sequence[str]) -> str:
    return lines([("Line", "Reason", *columns)])


def lines(rows: Iterable[Sequence[str | int]]) -> str:
    """Rows as CSV text, each cell safe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[safe(str(cell)) for cell in row] for row in rows])
    return out.getvalue()
