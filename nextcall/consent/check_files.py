"""The answers of the reassigned-numbers database, and the file that asks it: a number and a day on each line. Pure."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from nextcall.consent.list_files import LONGEST_LINE, Unreadable
from nextcall.lib import phone

ANSWERS = {"yes": "yes", "no": "no", "no data": "no_data", "no_data": "no_data", "nodata": "no_data"}
_DAY = re.compile(
    r"(?P<y>\d{4})(?P<sign>-?)(?P<m>\d\d)(?P=sign)(?P<d>\d\d)|(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/(?P<y2>\d{4})"
)


class Said(NamedTuple):
    """One line. `result` is yes, no or no_data; None, like `key`, where the line cannot be read."""

    key: str | None
    result: str | None
    since: date | None
    written: str


def read(text: str) -> Iterator[Said]:
    """Every line but a header: number, answer and the day that was asked about, in whatever order.

    Raises Unreadable where no line says anything.
    """
    understood = 0
    for number, row in enumerate(csv.reader(_lines(text), delimiter=_delimiter(text))):
        said = _said(row)
        if said.key and said.result:
            understood += 1
        elif number == 0 and not any(re.search(r"\d{7}", cell) for cell in row):
            continue  # the names of the columns
        yield said
    if not understood:
        raise Unreadable(
            "no line has a number and an answer; three columns are expected: number, yes or no or no data, and the day"
            " that was asked about, like 3035550142,no,2026-03-01"
        )


def _lines(text: str) -> Iterable[str]:
    return (line[:LONGEST_LINE] for line in text.lstrip("\ufeff").splitlines() if line.strip())


def _delimiter(text: str) -> str:
    head = text[:4000]
    return max(",\t;|", key=head.count)


def _said(row: list[str]) -> Said:
    key = result = since = None
    for cell in (cell.strip() for cell in row):
        if result is None and cell.lower() in ANSWERS:
            result = ANSWERS[cell.lower()]
        elif since is None and (day := _day(cell)):
            since = day
        elif key is None and (read := phone.read(cell, country="US")):
            key = read.e164
    return Said(key, result, since, ",".join(row)[:60])


def _day(cell: str) -> date | None:
    """2026-03-01, 20260301 or 3/1/2026: the database is an American one."""
    if (found := _DAY.fullmatch(cell)) is None:
        return None
    try:
        return date(*(int(found[name] or found[f"{name}2"]) for name in ("y", "m", "d")))
    except ValueError:
        return None


def to_ask(key: str, since: date) -> str:
    """One line of the file to be uploaded there: ten digits and the day of the consent."""
    return f"{key.removeprefix('+1')},{since.isoformat()}\r\n"
