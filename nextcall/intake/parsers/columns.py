"""Which column means what: by its name, by its content, and by its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nextcall.intake.parsers import content, labels
from nextcall.intake.parsers.table import Row

SAMPLE_ROWS = 200
_SINGLE = frozenset(
    {
        "full_name",
        "given_name",
        "family_name",
        "street",
        "city",
        "region",
        "postal_code",
        "country",
        "received_at",
        "bought_at",
        "source",
        "owner",
        "stage",
        "external_id",
        "offer",
        "company",
        "attempts",
    }
)
_LIKE = {"email": {"email"}, "phone": {"phone", "phone_mobile", "phone_home", "phone_work"}}
_FOOTER = (
    "grand total",
    "total",
    "totals",
    "confidential",
    "copyright",
    "©",
    "generated",
    "exported",
    "report",
    "page ",
    "end of",
    "record count",
    "count:",
    "filtered by",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file. `field` "" keeps it as an answer under its header; `sure` False asks the member."""

    index: int
    header: str
    field: str
    sure: bool
    samples: tuple[str, ...] = ()  # up to three real values


def find_header(rows: Sequence[Row]) -> int | None:
    """Which row names the columns: the one of the first twenty that most words are known in. None: none does."""
    best, score = None, 0.0
    for place, row in enumerate(rows[:20]):
        cells = [cell for cell in row.cells if cell.strip()]
        if any(content.kind(cell) in ("email", "phone") for cell in cells):
            break  # leads have begun
        known = sum(bool(labels.meaning(cell).field) for cell in cells if len(cell) <= 100)
        points = known + 0.01 * len(cells)
        if known and points > score and (known >= 2 or len(cells) <= 2 or known >= len(cells) / 2):
            best, score = place, points
    if (
        best is None
        and len(rows) > 1
        and len(rows[0].cells) > 1
        and not any(content.kind(cell) for cell in rows[0].cells)
    ):
        wide = [row for row in rows[1:6] if any(content.kind(cell) in ("email", "phone") for cell in row.cells)]
        return 0 if wide else None
    return best


def recognise(headers: Sequence[str], rows: Sequence[Row]) -> list[Column]:
    """Every column with its field, judged by header and by the first rows."""
    columns = [_column(index, header, _samples(rows, index)) for index, header in enumerate(headers)]
    return _by_neighbours(_twice(columns))


def is_footer(row: Row, width: int) -> bool:
    """Whether a line under the list is the report's own: totals, copyright, "Generated on"."""
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    return (
        width > 2
        and 0 < len(cells) <= 2
        and cells[0].lower().startswith(_FOOTER)
        and not any(content.kind(cell) in ("email", "phone") for cell in cells)
    )


def _samples(rows: Sequence[Row], index: int) -> list[str]:
    return [row.cells[index] for row in rows[:SAMPLE_ROWS] if index < len(row.cells) and row.cells[index].strip()]


def _column(index: int, header: str, samples: list[str]) -> Column:
    shown = tuple(dict.fromkeys(sample.strip()[:80] for sample in samples))[:3]
    meant = labels.meaning(header)
    looks = content.column_kind(samples)
    field, sure = meant.field, meant.sure
    if looks in _LIKE and (not field or field not in _LIKE[looks]):
        # The values speak louder than a header such as "Contact"; but an id or a date may look like a number.
        if looks == "email" and not field.startswith(("opt_out", "consent")):
            field, sure = "email", not field
        elif (not field and not header) or (
            field in ("full_name", "") and looks == "phone" and _number_like(header, samples)
        ):
            field, sure = "phone", False
    elif (field == "email" and samples and not any("@" in sample for sample in samples[:50])) or (
        field in ("received_at", "latest_activity_at", "bought_at")
        and samples
        and not any(any(map(str.isdigit, sample)) for sample in samples[:20])
    ):
        field, sure = "", False
    elif not field and looks == "postal_code" and not header:
        field, sure = "postal_code", False
    if meant.field.startswith("phone") and not meant.sure and looks == "phone":
        sure = True
    return Column(index, header.strip()[:200], field, sure, shown)


def _number_like(header: str, samples: list[str]) -> bool:
    """Whether a bare number is more than an id: it is punctuated, or the header says contact."""
    return (
        "contact" in header.lower()
        or sum(any(mark in sample for mark in "()-+. ") for sample in samples) > len(samples) / 2
    )


def _twice(columns: list[Column]) -> list[Column]:
    """The second column of a single-valued field is an answer, unless the first one is empty."""
    kept: dict[str, Column] = {}
    result = list(columns)
    for column in columns:
        if column.field not in _SINGLE:
            continue
        first = kept.get(column.field)
        if first is None or (not first.samples and column.samples) or (column.sure and not first.sure):
            if first is not None:
                result[first.index] = replace(first, field="", sure=False)
            kept[column.field] = column
        else:
            result[column.index] = replace(column, field="", sure=False)
    return result


def _by_neighbours(columns: list[Column]) -> list[Column]:
    """ "Name" beside "Vorname", "Nom" without "Prénom": what a word means depends on the others."""
    have = {column.field for column in columns}
    result = list(columns)
    for place, column in enumerate(columns):
        word = labels.normal(column.header)
        if column.field == "full_name" and "given_name" in have and "family_name" not in have and word == "name":
            result[place] = replace(column, field="family_name")
        elif (word in ("nombre", "nome") and not have & {"family_name", "full_name"}) or (
            word == "nom" and not have & {"given_name", "full_name"}
        ):
            result[place] = replace(column, field="full_name")
    return result


def by_content(rows: Sequence[Row]) -> list[Column]:
    """Columns of a file without a header line: the values alone decide, and all of it is doubtful."""
    width = max((len(row.cells) for row in rows[:SAMPLE_ROWS]), default=0)
    columns = []
    for index in range(width):
        samples = _samples(rows, index)
        shown = tuple(dict.fromkeys(sample.strip()[:80] for sample in samples))[:3]
        columns.append(Column(index, f"Column {index + 1}", content.column_kind(samples), False, shown))
    named = [
        column
        for column in columns
        if not column.field and column.samples and all(_wordy(sample) for sample in column.samples)
    ]
    fields = (
        ["full_name"]
        if len(named) == 1 or (named and any(" " in sample for sample in named[0].samples))
        else ["given_name", "family_name"]
    )
    for column, field in zip(named, fields, strict=False):
        columns[column.index] = replace(column, field=field)
    return columns


def _wordy(sample: str) -> bool:
    return len(sample.split()) <= 4 and not any(map(str.isdigit, sample)) and any(map(str.isalpha, sample))
