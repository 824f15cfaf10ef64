"""A text that may have left: its carrier is asked again, at growing distances, before a person is.

The line broke after it was handed over, or its engine died. Whatever the carrier says, nothing is sent again by this.
"""

from datetime import datetime

import structlog
from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.channels.contract import Found, SendError
from nextcall.consent import ledger
from nextcall.engine import rescue, tally
from nextcall.engine.handing import sought
from nextcall.engine.retry import next_look
from nextcall.engine.senders import Senders
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
BATCH = 5  # each may wait for a carrier that does not answer
LOOKED_FOR = "The carrier"  # what the outcome of the last look begins with
NOT_LISTED = f"{LOOKED_FOR} lists no such text. It has most likely not left; you decide."
NOT_ASKED = f"{LOOKED_FOR} could not be asked. Nobody knows whether it left; you decide."


def turn(everyone: Senders, *, at: datetime) -> int:
    """One bite of those whose carrier is to be asked now; how many were asked. For the engine's worker."""
    due = Touch.objects.filter(state=Touch.State.UNCERTAIN, lease_until__lte=at)
    asked = 0
    for touch in due.select_related("contact_point", "our_number").order_by("lease_until")[:BATCH]:
        again_at = next_look(since=touch.made_at or touch.due_at, at=at)
        mine = Touch.objects.filter(pk=touch.pk, state=Touch.State.UNCERTAIN, lease_until=touch.lease_until)
        if mine.update(lease_until=again_at):  # else another engine asks, or it was decided
            _settle(touch, _ask(touch, everyone), again_at, at)
            asked += 1
    return asked


def next_at(*, after: datetime) -> datetime | None:
    """The next instant at which `turn` has something to do."""
    ahead = Touch.objects.filter(state=Touch.State.UNCERTAIN, lease_until__gt=after)
    return ahead.order_by("lease_until").values_list("lease_until", flat=True).first()


def _ask(touch: Touch, everyone: Senders) -> Found | None:
    """None: it could not be asked, now or ever."""
    provider = rescue.provider_of(touch, everyone)
    if provider is None:
        return None
    try:
        return provider.look_up(sought(touch))
    except SendError as error:
        log.warning("touch.not_looked_for", touch=touch.pk, error=str(error)[:200])
        return None


def _settle(touch: Touch, found: Found | None, again_at: datetime | None, at: datetime) -> None:
    if found != "sent" and again_at is not None:
        return  # nothing yet
    with transaction.atomic():
        ledger.lock_persons([touch.person_id])
        mine = Touch.objects.filter(account_id=touch.account_id, pk=touch.pk, state=Touch.State.UNCERTAIN)
        if found == "sent":
            if not mine.update(state=Touch.State.SENT, outcome="sent", because="", lease_until=None):
                return  # a person or a report was quicker
            rescue.has_left(touch, at, left_at=touch.made_at)
            _record(touch, "touch.sent", at, rescued=True, gate=touch.decision or {})
            tally.count("rescued", touch.channel)
            return
        because = NOT_ASKED if found is None else NOT_LISTED
        if mine.update(because=because):
            _record(touch, "touch.looked_for", at, because=because)


def _record(touch: Touch, kind: str, at: datetime, **data: object) -> None:
    record(
        account_id=touch.account_id,
        kind=kind,
        at=at,
        lead_id=touch.lead_id,
        person_id=touch.person_id,
        touch_id=touch.pk,
        data={"channel": touch.channel, **data},
    )
