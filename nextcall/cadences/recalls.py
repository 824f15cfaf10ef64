"""What a provider may still hold against a wish just stored: it is noted, and wanted back."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from nextcall.cadences.models import Recall, Touch
from nextcall.timeline.record import record

IN_FLIGHT = timedelta(minutes=30)  # so long after the hand-over a message may well be still on its way
QUEUED = timedelta(hours=4)  # and so long a provider may hold it back


def want_back(*, account_id: int, person_id: int, channels: Collection[str], at: datetime) -> None:
    """Note what a provider may still hold against the wish just stored: it is recorded, and asked back.

    In the transaction of the withdrawal, under the person's lock. The one confirmation of the wish is no part of it.
    """
    held = Touch.objects.filter(account_id=account_id, person_id=person_id, channel__in=channels)
    held = held.filter(
        Q(state=Touch.State.SENDING) | Q(state__in=(Touch.State.SENT, Touch.State.UNCERTAIN), made_at__gt=at - QUEUED)
    )
    # what a member sent with their own phone is "done", and no provider has it
    touches = list(held.exclude(purpose="confirmation").exclude(recall__isnull=False))
    Recall.objects.bulk_create(
        [Recall(account_id=account_id, touch=touch, withdrawn_at=at) for touch in touches], ignore_conflicts=True
    )
    for touch in touches:
        if touch.made_at is None or touch.made_at > at - IN_FLIGHT:
            record(
                account_id=account_id,
                kind="touch.in_flight",
                at=at,
                person_id=person_id,
                lead_id=touch.lead_id,
                touch_id=touch.pk,
                data={"channel": touch.channel, "handed_over_at": _handed_over(touch), "withdrawn_at": at.isoformat()},
            )


def _handed_over(touch: Touch) -> str:
    return touch.made_at.isoformat() if touch.made_at else str((touch.decision or {}).get("at", ""))
