"""What became of a message after it left: it bounced, it was delivered, and perhaps later than the law allows."""

from datetime import datetime

from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.consent import ledger
from nextcall.engine import campaigns
from nextcall.leads.models import ContactPoint
from nextcall.timeline.record import record

REPORTED = (Touch.State.SENT, Touch.State.UNCERTAIN)


def bounced(point: ContactPoint, *, channel: str, because: str, at: datetime, message_id: str = "") -> Touch | None:
    """Mail to it came back for good: the address is marked, other channels go on, and the campaign is judged.

    The touch it was about, None if we sent none. Harmless when repeated.
    """
    touch = campaigns.touch_of(point.account_id, channel=channel, contact_point=point, lead=None, message_id=message_id)
    with transaction.atomic():
        if touch is not None:
            ledger.lock_persons([touch.person_id])
        fresh = ContactPoint.objects.filter(account_id=point.account_id, pk=point.pk, problem="")
        fresh.update(problem="bounced", problem_at=at)
        if touch is None or touch.state == Touch.State.BOUNCED:
            return touch
        Touch.objects.filter(
            account_id=point.account_id, pk=touch.pk, state__in=[*REPORTED, Touch.State.DELIVERED]
        ).update(state=Touch.State.BOUNCED, outcome="bounced", because=because[:200])
        _record("touch.bounced", touch, at, because=because[:200])
        campaigns.came_back([touch.pk], account_id=touch.account_id, at=at)
    touch.refresh_from_db()
    return touch


def delivered(touch: Touch, *, at: datetime) -> bool:
    """It arrived at `at`; whether that was after the window had closed, which an owner is told. Once a touch.

    Handing over in time is not enough: carriers queue. The provider was told how long the message was good for.
    """
    with transaction.atomic():
        mine = Touch.objects.filter(account_id=touch.account_id, pk=touch.pk, state__in=REPORTED)
        if not mine.update(state=Touch.State.DELIVERED, outcome="delivered"):
            return False
        _record("touch.delivered", touch, at)
        return note_if_late(touch, arrived_at=at, at=at)


def note_if_late(touch: Touch, *, arrived_at: datetime, at: datetime) -> bool:
    """Whether it arrived after the window that the gate had decided on, which is an event then."""
    closes = (touch.decision or {}).get("until")
    if closes is None or arrived_at <= datetime.fromisoformat(closes):
        return False
    _record("touch.delivered_late", touch, at, closed_at=closes, delivered_at=arrived_at.isoformat())
    return True


def _record(kind: str, touch: Touch, at: datetime, **data: object) -> None:
    record(
        account_id=touch.account_id,
        kind=kind,
        at=at,
        lead_id=touch.lead_id,
        person_id=touch.person_id,
        touch_id=touch.pk,
        data={"channel": touch.channel, "step": touch.step_key, **data},
    )
