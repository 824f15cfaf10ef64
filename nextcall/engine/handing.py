"""A touch as its provider may know it: what is asked about after a crash, and wanted back after a stop."""

from datetime import timedelta

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
        at=touch.made_at or (touch.lease_until - LEASE if touch.lease_until else None),
    )
