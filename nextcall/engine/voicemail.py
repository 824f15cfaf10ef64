"""A voicemail that a lead left us, as its transcript reads: a wish stops, anything else asks a person to ring back."""

from datetime import datetime

from django.db import transaction

from nextcall.conversations.models import Promise
from nextcall.engine import receive
from nextcall.engine.receive import Received
from nextcall.leads.models import Lead
from nextcall.lib import wake
from nextcall.team.models import Account
from nextcall.timeline.record import record

RING_BACK = "They left a voicemail: listen to it, and ring back"
MISSED = "They rang and nobody answered: ring back"
UNREAD = "(nothing could be made out)"


def left(*, account: Account, sender: str, transcript: str, at: datetime, dedupe_key: str = "") -> Received:
    """Take in what they said. A transcript is never sure: unless it is a stop, a person of ours is to ring back."""
    with transaction.atomic():
        received = receive.receive(
            account=account,
            channel="call",
            sender=sender,
            text=transcript.strip() or UNREAD,
            at=at,
            via="voicemail",
            dedupe_key=dedupe_key,
        )
        if received.lead is not None and not received.repeated and received.verdict in ("hold", "reply", "help"):
            ring_back(received.lead, at, what=RING_BACK)
    return received


def ring_back(lead: Lead, at: datetime, *, what: str = MISSED) -> None:
    """A person of ours is to ring them, now; one such promise at a time."""
    standing = Promise.objects.filter(
        account_id=lead.account_id, lead=lead, closed_at=None, what__in=(RING_BACK, MISSED)
    )
    if standing.exists():
        return
    promise = Promise.objects.create(
        account_id=lead.account_id,
        lead=lead,
        owner=lead.owner,
        kind=Promise.Kind.CALL,
        what=what,
        due_at=at,
        made_at=at,
    )
    record(
        account_id=lead.account_id,
        kind="voicemail.received" if what == RING_BACK else "call.missed",
        at=at,
        lead_id=lead.pk,
        person_id=lead.person_id,
        data={"promise": promise.pk},
    )
    transaction.on_commit(wake.wake)
