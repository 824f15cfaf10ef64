"""The records of a pack and their chain: one line a contact, a refusal, a wish or what permits. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from nextcall.lib import canonical
from nextcall.timeline import chain

BEFORE_THE_FIRST = "0" * 64
LINKS = ("previous", "hash")

# What an event is, as evidence, and how it is called.
KINDS: dict[str, tuple[str, str]] = {
    "touch.sent": ("contact", "Sent"),
    "touch.done": ("contact", "Done by a person"),
    "touch.uncertain": ("contact", "May have left: the provider's answer is not known"),
    "touch.in_flight": ("contact", "Was with the provider when they withdrew"),
    "touch.blocked": ("refusal", "Refused"),
    "touch.refused": ("refusal", "Refused to a person"),
    "touch.waited": ("wait", "Not yet: waited for a permitted time"),
    "touch.failed": ("report", "The provider did not take it"),
    "touch.retried": ("report", "The provider did not take it yet"),
    "touch.delivered": ("report", "Delivered"),
    "touch.bounced": ("report", "Came back"),
    "touch.rescued": ("report", "Had not left when the machine stopped"),
    "touch.resolved": ("report", "A person decided whether it had left"),
    "call.received": ("inbound", "They called"),
    "message.received": ("inbound", "They wrote"),
    "hold.became_opt_out": ("withdrawal", "An unclear message was taken as a withdrawal"),
    "permission.given": ("permission", "Permission recorded"),
    "permission.granted": ("permission", "Permission recorded"),
    "permission.restored": ("permission", "Withdrawal lifted"),
    "withdrawal.lifted": ("permission", "Withdrawal lifted"),
    "permission.withdrawn": ("withdrawal", "Withdrawn"),
}


def chained(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gives each record its number, the hash before it and its own."""
    previous, found = BEFORE_THE_FIRST, []
    for number, record in enumerate(records, 1):
        record = {"n": number, **record, "previous": previous}
        previous = record["hash"] = hash_of(record, previous)
        found.append(record)
    return found


def hash_of(record: Mapping[str, Any], previous: str) -> str:
    """SHA-256 over the hash before and the record without its own links."""
    bare = {key: value for key, value in record.items() if key not in LINKS}
    return hashlib.sha256(f"nextcall record 1\n{previous}\n".encode() + canonical.written(bare)).hexdigest()


def seal_problem(record: Mapping[str, Any]) -> str:
    """What contradicts between a record's event and its place in the account's chain; "" when they agree."""
    seal, event = record.get("seal"), record.get("event")
    if not seal or not isinstance(event, dict):
        return ""
    if not seal.get("erased_at") and chain.content(event) != seal["content"]:
        return "its event is not what was sealed"
    expected = chain.link(
        account=event["account"], number=seal["number"], previous=seal["previous"], content=seal["content"]
    )
    return "" if expected == seal["hash"] else "its seal does not follow from the one before"
