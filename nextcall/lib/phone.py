"""Telephone numbers: read however they were written, kept as E.164."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

LineType = Literal["mobile", "landline", "fixed_or_mobile", "voip", "toll_free", "unknown"]

_LINE_TYPES: dict[int, LineType] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.TOLL_FREE: "toll_free",
}
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Phone:
    """A valid number. In North America a number does not tell whether it is mobile: fixed_or_mobile is textable."""

    e164: str
    extension: str
    line_type: LineType
    textable: bool
    country: str  # ISO code; "" for numbers of no country


@lru_cache(maxsize=20_000)
def read(raw: str, *, country: str) -> Phone | None:
    """The number, or None for what is none (also for two in one field, and for what a spreadsheet has rounded).

    `country` (ISO code) is assumed for a number written without one. Extensions are kept apart.
    """
    text = _clean(raw)
    if not text or _is_damaged(text):
        return None
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:  # no valid number: asking that first would do the same work twice
        return None
    line_type = _LINE_TYPES.get(kind, "unknown")
    return Phone(
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        extension=(number.extension or "")[:12],
        line_type=line_type,
        textable=line_type in ("mobile", "fixed_or_mobile"),
        country=phonenumbers.region_code_for_number(number) or "",
    )


def _clean(raw: str) -> str:
    if len(raw) > _LONGEST * 2:
        return ""
    text = "".join(c for c in unicodedata.normalize("NFKC", raw) if not unicodedata.category(c).startswith("C"))
    text = text.strip().lstrip("'\"=").rstrip("'\"").strip()
    text = re.sub(r"^(\+?\d{7,15})\.0+$", r"\1", text)  # a spreadsheet's float
    text = re.sub(r"\s*\([A-Za-z ]+\)$", "", text)  # "(mobile)"
    return text if len(text) <= _LONGEST else ""


def _is_damaged(text: str) -> bool:
    """Rounded to 5.03555E+09, or more than one number."""
    if re.fullmatch(r"[\d.,]+[eE]\+?\d+", text):
        return True
    return (
        len(re.findall(r"\d[\d\s().\-]{5,}\d", re.split(r"(?i)(?:ext\.?|extension|x|#|;ext=)\s*\d+\s*$", text)[0])) > 1
    )


@lru_cache(maxsize=20_000)
def show(e164: str) -> str:
    """As people write it: "(520) 555-0142" in North America, "+44 20 7946 0958" elsewhere."""
    if re.fullmatch(r"\+1\d{10}", e164):
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164
