"""What a value looks like when its label says nothing."""

import re
from collections.abc import Sequence

_EMAIL = re.compile(r"^(mailto:)?[^@\s,;]{1,64}@[^@\s,;]{1,190}\.[^@\s,;.\d]{2,24}$")
_PHONE = re.compile(
    r"^'?\+?[\d\s().\-/\u2010-\u2015]{7,24}(\.0)?\s*(?:(?:x|ext\.?|extension|#|;ext=)\s*\d{1,6})?$", re.IGNORECASE
)
_DAY = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].{1,30})?$")
_ZIP = re.compile(r"^\d{5}(?:-\d{4})?$")
_IP = re.compile(r"^\d{1,3}(\.\d{1,3}){3}$")


def kind(value: str) -> str:
    """email, phone, received_at, postal_code, or ""."""
    value = value.strip()
    if _EMAIL.match(value):
        return "email"
    if _DAY.match(value):
        return "received_at"
    if _ZIP.match(value):
        return "postal_code"
    if _PHONE.match(value) and not _IP.match(value) and 7 <= sum(map(str.isdigit, value)) <= 16:
        return "phone"
    return ""


def column_kind(samples: Sequence[str]) -> str:
    """What nearly all values of a column look like, "" when they differ."""
    kinds = [kind(sample) for sample in samples if sample.strip()]
    if not kinds:
        return ""
    common = max(set(kinds), key=kinds.count)
    return common if kinds.count(common) >= 0.8 * len(kinds) else ""
