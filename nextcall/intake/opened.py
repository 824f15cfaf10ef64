"""The sheet behind an import, opened once and kept while it is worked on."""

import threading
from collections import OrderedDict
from dataclasses import replace

from nextcall.intake.choices import Choices
from nextcall.intake.models import Import
from nextcall.intake.parsers import spreadsheet
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.spreadsheet import Sheet

_KEPT = 2
_sheets: OrderedDict[tuple[int, str], Sheet] = OrderedDict()
_lock = threading.Lock()


def sheet_of(import_: Import) -> Sheet:
    """Its rows and columns. A file never changes, so that any process may open it again."""
    key = (import_.pk, f"{import_.created_at.isoformat()} {import_.file_name}")
    with _lock:
        if key in _sheets:
            _sheets.move_to_end(key)
            return _sheets[key]
    body = bytes(Import.objects.values_list("body", flat=True).get(pk=import_.pk))
    sheet = spreadsheet.open_sheet(body, import_.file_name, country=import_.account.country)
    keep(import_, sheet)
    return sheet


def keep(import_: Import, sheet: Sheet) -> None:
    with _lock:
        _sheets[(import_.pk, f"{import_.created_at.isoformat()} {import_.file_name}")] = sheet
        while len(_sheets) > _KEPT:
            _sheets.popitem(last=False)


def reading_of(import_: Import, sheet: Sheet, choices: Choices) -> Reading:
    """How to read its values: the account's zone and country, and what the member chose."""
    plain = Reading(zone=import_.account.zone, country=import_.account.country, area_code=choices.area_code)
    return replace(plain, day_first=sheet.day_first if choices.day_first is None else choices.day_first)
