"""What falls due by the clock beside touches: pauses that end, unclear messages that nobody looked at."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from nextcall.cadences import enroll
from nextcall.conversations.models import Message
from nextcall.engine import stopping
from nextcall.timeline.record import record

BATCH = 50
HOLD_LASTS = timedelta(hours=24)  # an unclear message that nobody looked at becomes an opt-out


def turn(*, at: datetime) -> int:
    """One small bite of everything whose time is over; how many deeds."""
    return enroll.resume_due(at=at, limit=BATCH) + _unread_holds(at)


def next_at(*, after: datetime) -> datetime | None:
    """The next instant at which `turn` has something to do."""
    held = _held().order_by("at").values_list("at", flat=True).first()
    found = [enroll.next_resume(after=after), held + HOLD_LASTS if held else None]
    return min((at for at in found if at is not None), default=None)


def _held() -> QuerySet[Message]:
    return Message.objects.filter(verdict="hold", answered_at=None, outbound=False, lead__isnull=False)


def _unread_holds(at: datetime) -> int:
    """Unanswered for 24 hours, an unclear message counts as a stop (compliance (b), tier 3)."""
    over = list(
        _held().filter(at__lte=at - HOLD_LASTS).select_related("lead__person", "lead__account", "contact_point")[:BATCH]
    )
    for message in over:
        if message.lead is None:
            continue
        with transaction.atomic():
            stopping.withdraw(
                lead=message.lead,
                contact_point=message.contact_point,
                scope=("text", "call", "email"),
                reason="opt_out",
                said=message.body[:2000],
                via=message.channel,
                by=None,
                at=at,
            )
            Message.objects.filter(pk=message.pk).update(answered_at=at, verdict="opt_out")
            record(
                account_id=message.account_id,
                kind="hold.became_opt_out",
                at=at,
                lead_id=message.lead_id,
                person_id=message.person_id,
                data={"message": message.pk},
            )
    return len(over)
