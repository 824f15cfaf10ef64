"""A file of leads: which row names the columns, which rows are leads, and what each row says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nextcall.intake.parsers import activities, columns, dates, labels, problems, table
from nextcall.intake.parsers.columns import Column
from nextcall.intake.parsers.gather import Gathering, Reading
from nextcall.intake.parsers.new_lead import CannotRead, NewLead, Problem, Understood
from nextcall.intake.parsers.table import Reject, Row, Table

MAX_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file whose header was found. `rows` are its leads, footers and blank lines already gone."""

    format: str  # csv, tsv, xlsx
    product: str | None  # HubSpot, Salesforce, Zoho CRM …
    encoding: str
    header_line: int | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]
    footer_lines: int
    day_first: bool
    warnings: tuple[str, ...] = ()


def open_sheet(body: bytes, file_name: str = "", *, country: str = "US") -> Sheet:
    """Find the header and the leads. Raises CannotRead, saying what would be right."""
    if len(body) > MAX_BYTES:
        raise CannotRead(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB; split it")
    if not body.strip():
        raise CannotRead("the file is empty; expected a header line and one line for each lead")
    found = _table(body)
    head = columns.find_header(found.rows)
    headers = found.rows[head].cells if head is not None else []
    rows = found.rows[head + 1 :] if head is not None else found.rows
    rows, footers = _without_footers(rows, len(headers) or len(rows[0].cells) if rows else 0)
    recognised = columns.recognise(_padded(headers, rows), rows) if headers else columns.by_content(rows)
    dated = [
        cell.cells[column.index]
        for column in recognised
        if column.field in ("received_at", "latest_activity_at", "bought_at", "consent_at")
        for cell in rows[:500]
        if column.index < len(cell.cells)
    ]
    return Sheet(
        format="xlsx" if found.encoding == "xlsx" else "tsv" if file_name.lower().endswith((".tsv", ".tab")) else "csv",
        product=labels.product(headers),
        encoding=found.encoding,
        header_line=found.rows[head].line if head is not None else None,
        columns=tuple(recognised),
        rows=tuple(rows),
        rejects=tuple(found.rejects) + _too_long(rows, len(recognised)),
        footer_lines=footers,
        day_first=dates.day_first(dated, usually=country not in ("US", "PH", "CA")),
        warnings=found.warnings,
    )


def fields_of(sheet: Sheet, chosen: Mapping[int, str] | None = None) -> list[str]:
    """The field of every column, as recognised or as a member chose."""
    return [(chosen or {}).get(column.index, column.field) for column in sheet.columns]


def lead_of(row: Row, sheet: Sheet, fields: Sequence[str], reading: Reading) -> tuple[NewLead, list[Problem]]:
    """What one row says, and which of its values could not be used."""
    gathering = Gathering(reading)
    for column, field, cell in zip(sheet.columns, fields, row.cells, strict=False):
        if cell:
            gathering.put(field, column.header or f"Column {column.index + 1}", cell)
    lead = gathering.lead(sheet.format, rows=(row.line,))
    return lead, gathering.problems


def leads(
    sheet: Sheet, reading: Reading, chosen: Mapping[int, str] | None = None
) -> Iterator[tuple[Row, NewLead, list[Problem]]]:
    """Every row that fits the columns, as a lead."""
    reading = replace(reading, day_first=sheet.day_first)
    fields, long = fields_of(sheet, chosen), {reject.line for reject in sheet.rejects}
    for row in sheet.rows:
        if row.line not in long:
            yield row, *lead_of(row, sheet, fields, reading)


def read(body: bytes, file_name: str, reading: Reading) -> tuple[Understood, Sheet]:
    """The whole file at once, rows that say the same person merged. Raises CannotRead."""
    sheet = open_sheet(body, file_name, country=reading.country)
    if activities.is_activities(sheet.columns):
        found = activities.read(sheet.columns, sheet.rows, replace(reading, day_first=sheet.day_first))
        return Understood("activities", found, sheet.warnings), sheet
    merged: dict[str, NewLead] = {}
    keys: dict[str, str] = {}
    warnings = [f"line {reject.line}: {problems.says(reject.cause, reject.example)}" for reject in sheet.rejects]
    for row, lead, causes in leads(sheet, reading):
        warnings += [f"line {row.line}: {problems.says(problem.cause, problem.example)}" for problem in causes]
        if not (lead.emails or lead.phones or lead.name.full):
            warnings.append(f"line {row.line}: {problems.says('no_reach')}")
            continue
        _merge(merged, keys, lead)
    return Understood(sheet.format, tuple(merged.values()), (*sheet.warnings, *warnings)), sheet


def _merge(merged: dict[str, NewLead], keys: dict[str, str], lead: NewLead) -> None:
    """Put a row's lead beside those before it, or into one that shares an address, or a number and the name."""
    name = (lead.name.full or "").lower()
    points = [f"email {email.key}" for email in lead.emails] + [f"phone {phone.e164} {name}" for phone in lead.phones]
    home = next((keys[point] for point in points if point in keys), None) or f"row {lead.rows[0]}"
    first = merged.get(home)
    merged[home] = lead if first is None else both(first, lead)
    for point in points:
        keys.setdefault(point, home)


def both(first: NewLead, second: NewLead) -> NewLead:
    """One lead from two rows of the same person: the first row's words stay, the second fills what is missing."""
    numbers = {phone.e164: phone for phone in (*second.phones, *first.phones)}
    addresses = {email.key: email for email in (*second.emails, *first.emails)}
    order = [phone.e164 for phone in first.phones] + [phone.e164 for phone in second.phones]
    written = [email.key for email in first.emails] + [email.key for email in second.emails]
    said = [text for text in (first.message, second.message) if text]
    return replace(
        first,
        name=first.name if first.name.full else second.name,
        phones=tuple(numbers[key] for key in dict.fromkeys(order)),
        emails=tuple(addresses[key] for key in dict.fromkeys(written)),
        message="\n\n".join(dict.fromkeys(said)) or None,
        answers={**second.answers, **first.answers},
        interest={**second.interest, **first.interest},
        phone_labels={**second.phone_labels, **first.phone_labels},
        opt_outs=tuple(dict.fromkeys((*first.opt_outs, *second.opt_outs))),
        rows=(*first.rows, *second.rows),
        consent=first.consent or second.consent,
        address=first.address if any((first.address.city, first.address.postal_code)) else second.address,
    )


def _table(body: bytes) -> Table:
    if body.startswith(b"PK\x03\x04"):
        from nextcall.intake.parsers import xlsx  # 0.3 s of loading, spared where no workbook comes

        return xlsx.read(body)
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotRead("this is an old Excel file (.xls) or one with a password; save it as .xlsx or CSV")
    if body.startswith(b"%PDF"):
        raise CannotRead("this is a PDF; export the list as CSV or XLSX")
    if body.lstrip()[:9].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise CannotRead("this is a web page, not a spreadsheet; save it as CSV or XLSX")
    return table.read(body)


def _without_footers(rows: list[Row], width: int) -> tuple[list[Row], int]:
    end = len(rows)
    while end > 0 and columns.is_footer(rows[end - 1], width):
        end -= 1
    # the blank line that sets the footer off belongs to it
    footers = len(rows) - end
    if footers and end and rows[end].line - rows[end - 1].line > 1:
        footers += rows[end].line - rows[end - 1].line - rows[end - 1].cells[-1].count("\n") - 1
    return rows[:end], footers


def _padded(headers: list[str], rows: Sequence[Row]) -> list[str]:
    """Columns that hold values in most rows but have no header get an empty one."""
    wide = max((len(row.cells) for row in rows), default=0)
    most = sum(
        len(row.cells) > len(headers) and any(cell.strip() for cell in row.cells[len(headers) :]) for row in rows
    )
    return headers + [""] * (wide - len(headers)) if most > len(rows) / 2 else headers


def _too_long(rows: Sequence[Row], width: int) -> tuple[Reject, ...]:
    return tuple(
        Reject(row.line, "too_long", row.cells)
        for row in rows
        if len(row.cells) > width and any(cell.strip() for cell in row.cells[width:])
    )
