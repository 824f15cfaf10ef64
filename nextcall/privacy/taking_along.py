"""What we hold about a person as a file to take along: one JSON document, and a table for each of its sections."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nextcall.intake.set_aside import lines
from nextcall.leads.models import Person
from nextcall.privacy import held
from nextcall.team.models import Member
from nextcall.timeline.record import record

NAME = "everything.json"
README = """What {seller} holds about you, as of {made_at}.

{name} has all of it, for programs (JSON, UTF-8). The other files are the same as tables for a spreadsheet; a cell that
begins with an apostrophe is written so that the spreadsheet shows it and never runs it.
"""


def pack(person: Person, *, by: Member | None, at: datetime) -> bytes:
    """A ZIP archive; that it was made is written down. The same person at the same moment gives the same bytes."""
    document = held.about(person, at=at)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "README.txt", README.format(seller=document["held_by"], made_at=document["made_at"], name=NAME))
        _add(archive, NAME, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        for name, rows in document.items():
            if isinstance(rows, list) and rows:
                _add(archive, f"{name}.csv", _table(rows))
    lead = person.leads.order_by("-arrived_at", "-pk").first()
    record(
        account_id=person.account_id,
        kind="person.exported",
        at=at,
        by=by,
        person_id=person.pk,
        lead_id=lead.pk if lead else None,
    )
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the archive's own clock says nothing
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    archive.writestr(entry, text.encode())


def _table(rows: list[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return "\ufeff" + lines([columns, *([_cell(row.get(name)) for name in columns] for row in rows)])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
