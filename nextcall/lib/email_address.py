"""Email addresses: read as the standards have it, with one key for every spelling that reaches the same mailbox."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

_GOOGLE = ("gmail.com", "googlemail.com")
# Services that deliver name+anything to name.
_PLUS = (
    *_GOOGLE,
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "me.com",
    "fastmail.com",
    "protonmail.com",
    "proton.me",
)


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`value` is what we write to, `key` what two spellings of the same mailbox share."""

    value: str
    key: str


@lru_cache(maxsize=20_000)
def read(raw: str) -> EmailAddress | None:
    """The address, or None for what is none. "Hazel <hazel@example.com>" and "mailto:" are understood."""
    text = "".join(c for c in raw if not unicodedata.category(c).startswith("C")).strip()
    if len(text) > 400:
        return None
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1].strip()
    text = text.removeprefix("mailto:").removeprefix("MAILTO:").strip(" '\",;")
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    if len(found.normalized) > 254 or "." not in (found.ascii_domain or found.domain):
        return None
    return EmailAddress(value=found.normalized, key=_key(found.local_part, found.domain))


def _key(local: str, domain: str) -> str:
    local, domain = local.lower(), domain.lower()
    if domain in _PLUS:
        local = local.split("+")[0] or local
    if domain in _GOOGLE:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"
