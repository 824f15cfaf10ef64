"""Values as people write them in a cadence file. Pure."""

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import Item

WIDE = 40  # a list with a text longer than this has one text a line


def value(given: Any) -> Item:
    """Long texts over several lines, lists of them one below the other."""
    if isinstance(given, str):
        if "\n" not in given:
            return tomlkit.string(given)
        long = tomlkit.string(f"{given}\n", multiline=True).as_string()
        item: Item = tomlkit.value('"""\n' + long.removeprefix('"""'))
        return item
    if isinstance(given, list):
        listed = tomlkit.array()
        for one in given:
            listed.append(value(one))
        if any(isinstance(one, str) and ("\n" in one or len(one) > WIDE) for one in given):
            listed.multiline(True)
        return listed
    plain: Item = tomlkit.item(given)
    return plain


def table(header: str, values: Mapping[str, Any]) -> str:
    """A whole table, a line for each value."""
    lines = [f"{name} = {value(given).as_string()}\n" for name, given in values.items()]
    return "".join([f"{header}\n" if header else "", *lines])


def ended(text: str) -> str:
    """With a line's end, so that a line may follow."""
    return text if not text or text.endswith("\n") else text + "\n"


def spaced(text: str) -> str:
    """With a blank line, so that a table may follow."""
    return text if text.startswith("\n") or text.endswith("\n\n") else text + "\n"
