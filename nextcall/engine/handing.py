"""A touch as its provider may know it: what is asked about after a crash, and wanted back after a stop."""

from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.channels.contract import Handed

LEASE = timedelta(minutes=5)  # far longer than any provider is given to answer


def handed(touch: Touch) -> Handed:
    """A touch as its provider may know it."""
    return Handed(
        reference=str(touch.reference),
        provider_reference=touch.provider_reference,
        to=touch.contact_point.value if touch.contact_point else "",
        body=touch.body,
        at=touch.made_at or _claimed_at(touch),
    )


def _claimed_at(touch: Touch) -> datetime | None:
    """By the decision that was kept with it: the lease is written anew by everyone who takes it over."""
    said = (touch.decision or {}).get("at")
    if said:
        return datetime.fromisoformat(said)
    return touch.lease_until - LEASE if touch.lease_until else None
