"""Telephone numbers and email addresses as people put them in one cell: several, damaged, or both."""

import re
from collections.abc import Iterator

from nextcall.intake.parsers import clean
from nextcall.lib import email_address, phone
from nextcall.lib.email_address import EmailAddress
from nextcall.lib.phone import Phone

MAX = 10  # of each kind that one lead keeps
_DESTROYED = re.compile(r"^\s*'?\d(?:[.,]\d+)?[eE]\+?\d{1,2}\s*$")
_EMAIL_BREAK = re.compile(r"[;,|\s<>()]+")
_PHONE_BREAK = re.compile(r"\s*(?:;(?!\s*ext)|\||\n|:::|\bor\b|,(?!\s*(?:x|ext))|/(?=\s*\+?[\d(]))\s*", re.IGNORECASE)


def addresses(value: str) -> Iterator[tuple[str, EmailAddress | None]]:
    """Every address in a value as written, with what it reads as; None for one that cannot be right."""
    parts = [part for part in _EMAIL_BREAK.split(value[:2000])[: MAX * 3] if "@" in part]
    for part in parts or ([value] if clean.one_line(value) else []):
        yield part, email_address.read(part.removeprefix("mailto:").strip("'\".,")) if parts else None


def numbers(value: str) -> list[str]:
    """The numbers in a value, each as written: "503 555 0142 / 503 555 0143" are two."""
    value = value[:500]
    parts = _PHONE_BREAK.split(value)[:MAX] if len(value) > 10 else [value]
    return [part for part in parts if part and clean.one_line(part)]


def number(raw: str, *, country: str, area_code: str, extension: str | None) -> Phone | str:
    """The number, or the cause (problems.SAYS) for which it cannot be dialled. `area_code` mends seven digits."""
    if _DESTROYED.match(raw):
        return "number_destroyed"
    digits = re.sub(r"\D", "", re.sub(r"\.0$", "", raw.strip()))
    if country in ("US", "CA") and len(digits) == 7 and "+" not in raw:
        if not area_code:
            return "no_area_code"
        raw = area_code + digits
    more = f" ext {extension}" if extension and extension.isdigit() else ""
    return phone.read(f"{raw}{more}", country=country) or "bad_phone"
