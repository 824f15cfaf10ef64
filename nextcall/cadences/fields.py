"""Reading one field of a cadence file, and saying what is wrong with it. Pure."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from nextcall.cadences.definition import BadCadence

MAX_WORDS, MAX_DAY = 4_000, 1_100  # characters of one wording; days of the longest cadence, three years
_DURATION = re.compile(r"(\d{1,5})\s*(m|h|d|w)")


def only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise BadCadence(f"{where}: {unknown[0]!r} is unknown; there are {', '.join(sorted(known))}")


def table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise BadCadence(f"{key} is one table: [{key}]")
    return value


def text(table: Mapping[str, Any], key: str, where: str, *, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise BadCadence(f'{where}: {key} is missing or no text; write {key} = "…"')
    if len(value) > 300:
        raise BadCadence(f"{where}: {key} is longer than 300 characters")
    return value.strip()


def number(table: Mapping[str, Any], key: str, where: str, *, default: int | None = None, most: int) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise BadCadence(f"{where}: {key} = {value!r}; it is a whole number from 1 to {most}")
    return value


def flag(table: Mapping[str, Any], key: str, where: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise BadCadence(f"{where}: {key} = {value!r}; it is true or false")
    return value


def choice(
    table: Mapping[str, Any], key: str, where: str, choices: tuple[str, ...], *, default: str | None = None
) -> str:
    value = table.get(key, default)
    if value is None or (value not in choices and value != default):
        raise BadCadence(f"{where}: {key} = {value!r}; it is one of {', '.join(choices)}")
    return str(value)


def names(
    table: Mapping[str, Any],
    key: str,
    *,
    default: tuple[str, ...],
    choices: tuple[str, ...] = (),
    where: str = "the cadence",
) -> tuple[str, ...]:
    value = table.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(name, str) and 0 < len(name) <= 40 for name in value):
        raise BadCadence(f'{where}: {key} is a list of names, like ["won", "lost"]')
    if choices and (unknown := [name for name in value if name not in choices]):
        raise BadCadence(f"{where}: {key} has {unknown[0]!r}; there are {', '.join(choices)}")
    return tuple(value)


def clock(line: Mapping[str, Any], where: str) -> time | None:
    value = line.get("at")
    if value is None or isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadCadence(f'{where}: at = {value!r} is no time of day; write at = "09:30"') from None


def duration(value: Any, where: str) -> timedelta:
    """ "2m", "4h", "1d", "2w", or several: "1d 4h"."""
    found = _DURATION.findall(value) if isinstance(value, str) else []
    if not found or _DURATION.sub("", value).strip():
        raise BadCadence(f'{where}: wait = {value!r} is no duration; write "2m", "4h", "1d" or "2w"')
    names = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
    total = sum((timedelta(**{names[unit]: int(count)}) for count, unit in found), timedelta())
    if total > timedelta(days=MAX_DAY):
        raise BadCadence(f"{where}: a wait of {value} is longer than three years")
    return total


def words(line: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """One text or a list of variants."""
    value = line.get(key, [])
    variants = [value] if isinstance(value, str) else value
    if not isinstance(variants, list) or not all(isinstance(text, str) and text.strip() for text in variants):
        raise BadCadence(f"{where}: {key} is one text or a list of texts")
    if any(len(text) > MAX_WORDS for text in variants):
        raise BadCadence(f"{where}: a {key} is longer than {MAX_WORDS} characters")
    return tuple(text.strip() for text in variants)
