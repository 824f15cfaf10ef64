"""What a service's report says of an address: dead, full for now, or that somebody blocks us. Pure.

Services call every 5xx answer a hard bounce. Whether the address is dead is decided by the receiving server's own
words, as for a bounce that comes by mail; only where it says nothing does the service's word count.
"""

import re
from datetime import datetime
from typing import Literal

from nextcall.channels.contract import DeliveryReport
from nextcall.channels.inbound.bounce_reasons import why

Weight = Literal["hard", "soft", "block"]
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SMTP = re.compile(r"\b([45]\d\d)\b")
_BLOCKS = ("sender blocked", "rejected as spam or by policy", "sender not authenticated")


def enhanced(said: str) -> str:
    """The status of RFC 3463 in a server's words, "" if it gives none."""
    found = _ENHANCED.search(said[:2000])
    return found[1] if found else ""


def smtp_code(said: str) -> int | None:
    found = _SMTP.search(said[:2000])
    return int(found[1]) if found else None


def bounced(
    provider_reference: str,
    *,
    says: Weight,
    said: str = "",
    reference: str = "",
    recipient: str = "",
    code: str = "",
    at: datetime | None = None,
) -> DeliveryReport:
    """A report of a bounce. `says`: what the service makes of it; `said`: the receiving server's words."""
    status = enhanced(code) or enhanced(said)
    reason, dead = why(said, status)
    weight: Weight = says
    if reason != "no reason given":
        weight = "hard" if dead and says != "soft" else "block" if reason in _BLOCKS else "soft"
    told = {"hard": "the address does not exist", "soft": "not delivered for now", "block": "their server blocks us"}
    return DeliveryReport(
        provider_reference,
        "bounced",
        reference=reference,
        recipient=recipient[:254],
        permanent=weight == "hard",
        problem="bounced" if weight == "hard" else "",
        sender="filtered" if weight == "block" else "",
        code=status or code[:40],
        reason=reason if reason != "no reason given" else told[weight],
        at=at,
    )
