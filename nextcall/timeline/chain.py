"""The chain of an account's events, as arithmetic: what is hashed, and how one seal binds the one before. Pure.

The bytes are part of a published format (docs/proof.md): a change needs a new first line.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nextcall.lib import canonical

BEFORE_THE_FIRST = "0" * 64


def values_of(
    *,
    id: int,
    account: int,
    kind: str,
    at: datetime,
    by: int | None,
    person: int | None,
    lead: int | None,
    touch: int | None,
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """An event's own values, as they are hashed and as a pack shows them."""
    return {
        "id": id,
        "account": account,
        "kind": kind,
        "at": canonical.instant(at),
        "by": by,
        "person": person,
        "lead": lead,
        "touch": touch,
        "data": dict(data),
    }


def content(values: Mapping[str, Any]) -> str:
    """The hash of an event's values: SHA-256, hex."""
    return hashlib.sha256(b"nextcall event 1\n" + canonical.written(values)).hexdigest()


def link(*, account: int, number: int, previous: str, content: str) -> str:
    """The hash of a seal: it binds the account, its number, the hash before it, and the event's content."""
    return hashlib.sha256(f"nextcall seal 1\n{account}\n{number}\n{previous}\n{content}\n".encode()).hexdigest()
