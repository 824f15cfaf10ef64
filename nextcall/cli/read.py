"""nextcall read: what Nextcall understands of a lead in any format, nothing stored."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from nextcall.cli import Wrong
from nextcall.intake.parsers import any_format, new_lead, problems, spreadsheet
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.new_lead import CannotRead, NewLead, Understood

FORMATS = ("auto", "csv", "tsv", "xlsx", "form", "json")


def command(
    file: Annotated[Path, typer.Argument(help="the file; - for standard input")],
    format: Annotated[str, typer.Option(help=f"one of {', '.join(FORMATS)}")] = "auto",
    zone: Annotated[str, typer.Option(help="the zone of times without an offset")] = "America/New_York",
    country: Annotated[str, typer.Option(help="the country of numbers without one")] = "US",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """What Nextcall understands of a lead in any format, nothing stored.

    Example: nextcall read leads.csv --json
    """
    if format not in FORMATS:
        raise Wrong(f"--format {format}: there is no such format; there are {', '.join(FORMATS)}")
    reading = Reading(zone=_zone(zone), country=country.upper()[:2])
    body = _bytes(file)
    try:
        understood, more = _understand(body, file.name, format, reading)
    except CannotRead as error:
        raise Wrong(f"{file}: {error}") from error
    document = {
        "format": understood.format,
        "leads": [new_lead.to_json(lead) for lead in understood.leads],
        "warnings": list(understood.warnings),
        **more,
    }
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _show(understood, more)
    return 1 if understood.warnings else 0


def _understand(body: bytes, name: str, format: str, reading: Reading) -> tuple[Understood, dict[str, Any]]:
    if format in ("form", "json"):
        return any_format.POSTED[format](body, "", reading), {}
    if format == "auto" and not name.lower().endswith((".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".txt")):
        try:
            return any_format.understand(body, reading=reading), {}
        except CannotRead:
            if body.lstrip()[:1] in (b"{", b"[") or name.lower().endswith((".json", ".form")):
                raise
    understood, sheet = spreadsheet.read(body, name, reading)
    return understood, {
        "product": sheet.product,
        "rows": len(sheet.rows),
        "encoding": sheet.encoding,
        "header_row": sheet.header_line,
        "footer_lines_ignored": sheet.footer_lines,
        "columns": [
            {"header": column.header, "field": column.field or None, "sure": column.sure} for column in sheet.columns
        ],
        "rejected": [
            {"line": reject.line, "name": reject.cells[0] if reject.cells else None, "why": problems.says(reject.cause)}
            for reject in sheet.rejects
        ],
    }


def _show(understood: Understood, more: dict[str, Any]) -> None:
    product = f", {more['product']}" if more.get("product") else ""
    print(f"{understood.format}{product}: {len(understood.leads)} lead{'s' if len(understood.leads) != 1 else ''}")
    for lead in understood.leads:
        print("  " + _line(lead))
    for warning in understood.warnings:
        print(f"warning: {warning}", file=sys.stderr)


def _line(lead: NewLead) -> str:
    place = ", ".join(filter(None, (lead.address.city, lead.address.region, lead.address.postal_code)))
    points = [email.value for email in lead.emails] + [phone.e164 for phone in lead.phones]
    wishes = [f"no {channel}" for channel in lead.opt_outs]
    return " · ".join(
        filter(
            None, (lead.name.full or "no name", *points, place, new_lead.when(lead.received_at), lead.source, *wishes)
        )
    )


def _bytes(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(spreadsheet.MAX_BYTES + 1)
        if file.stat().st_size > spreadsheet.MAX_BYTES:
            raise Wrong(f"{file}: larger than {spreadsheet.MAX_BYTES // 1024 // 1024} MB; split it")
        return file.read_bytes()
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or 'cannot be opened'}") from error


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError) as error:
        raise Wrong(f"--zone {name}: no such zone; expected a name such as America/Denver") from error
