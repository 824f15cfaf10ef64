"""Reply addresses that tell which message is answered: ann+re.<reference>@example.com (RFC 5233). Pure."""

import re
from collections.abc import Iterable
from uuid import UUID

_MARKED = re.compile(r"^(?P<local>[^+@]{1,64})\+re\.(?P<reference>[0-9a-f]{32})@(?P<domain>[^@]{1,253})$", re.I)


def address(ours: str, reference: str) -> str:
    """Where an answer to that message goes; `reference` is the touch's, a UUID."""
    local, _, domain = ours.rpartition("@")
    return f"{local}+re.{UUID(reference).hex}@{domain}"


def references(addresses: Iterable[str], ours: str) -> tuple[str, ...]:
    """The messages that mail to these addresses answers, as touches have them."""
    local, _, domain = ours.lower().rpartition("@")
    found = [_MARKED.match(one.strip()) for one in addresses]
    mine = [one for one in found if one and (one["local"].lower(), one["domain"].lower()) == (local, domain)]
    return tuple(dict.fromkeys(str(UUID(one["reference"])) for one in mine))
