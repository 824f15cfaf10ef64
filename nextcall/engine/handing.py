"""A touch as its provider may know it: what is asked about after a crash, and wanted back after a stop."""

from dataclasses import replace
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


def sought(touch: Touch) -> Handed:
    """The same for a look among what its provider sent: since when, from which number, and what else we sent there."""
    at = _claimed_at(touch) if touch.state == Touch.State.SENDING or touch.decision else touch.made_at
    since = (at or touch.due_at) - LEASE
    lately = Touch.objects.filter(account_id=touch.account_id, contact_point_id=touch.contact_point_id or 0)
    others = lately.filter(made_at__gte=since).exclude(pk=touch.pk).exclude(provider_reference="")
    return replace(
        handed(touch),
        at=at,
        ours=touch.our_number.number if touch.our_number else "",
        others=frozenset(others.values_list("provider_reference", flat=True)),
    )


def _claimed_at(touch: Touch) -> datetime | None:
    """By the decision that was kept with it: the lease is written anew by everyone who takes it over."""
    said = (touch.decision or {}).get("at")
    if said:
        return datetime.fromisoformat(said)
    return touch.lease_until - LEASE if touch.lease_until else None
