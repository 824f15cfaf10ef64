"""Mail about our mail: what did not arrive, and who complained. Found by Message-ID, else by address."""

import re
from datetime import datetime, timedelta

from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.channels.contract import DeliveryReport
from nextcall.channels.inbound.bounces import Bounce
from nextcall.channels.inbound.understanding import Understood
from nextcall.conversations.models import Message
from nextcall.engine import delivery, receive, reporting, revoking
from nextcall.leads.models import ContactPoint
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

LATELY = timedelta(days=14)  # a report that names no message of ours is believed about somebody we just wrote to
SOFT_IN = timedelta(days=30)
SOFT_ENOUGH = 3  # refusals for the moment: then the address is as good as dead
WAIT = timedelta(days=1)  # after one of them nothing is emailed there
_COMPLAINED = re.compile(r"^(?:original-rcpt-to|removal-recipient|to)[ \t]*:[ \t]*(.{3,320})$", re.I | re.M)


def came_back(account: Account, said: Understood, *, at: datetime) -> bool:
    """Act on a report; False if it is about no mail of ours. Harmless when repeated."""
    message = _named(account, said)
    found = [_one(account, bounce, message, at) for bounce in said.bounces]
    return any(found)


def complained(account: Account, said: Understood, *, reference: str, at: datetime) -> bool:
    """They called it spam: everything ends. False if nobody we wrote to is named."""
    message = _named(account, said)
    point = message.contact_point if message else None
    if point is None:
        told = [one for _, text in said.mail.parts for one in _COMPLAINED.findall(text[:50_000])][:20]
        points = (receive.point_at(account, "email", one.strip(" <>\r")) for one in told)
        point = next((one for one in points if one is not None), None)
    if point is None:
        return False
    revoking.revoke(
        account=account,
        sender=point.value,
        scope=(),
        reason="complaint",
        said="A complaint that their provider passed on.",
        via="email",
        at=at,
        reference=f"mail:{reference}",
        message_id=message.message_id if message else "",
    )
    return True


def _one(account: Account, bounce: Bounce, message: Message | None, at: datetime) -> bool:
    point = message.contact_point if message else None
    point = point or receive.point_at(account, "email", bounce.recipient)
    message = message or _latest(account, point, at)
    if point is None or message is None:
        return False
    if bounce.permanent:
        delivery.bounced(point, channel="email", because=bounce.reason, at=at, message_id=message.message_id)
    elif message.touch is not None:
        _for_now(account, bounce, message.touch, point, at)
    return True


def _for_now(account: Account, bounce: Bounce, touch: Touch, point: ContactPoint, at: datetime) -> None:
    """Their server gives up, or still tries. It counts, and what is planned waits a day; a third marks the address."""
    with transaction.atomic():
        if bounce.delayed:
            _delayed(touch, bounce, at)
            return
        if touch.state in (Touch.State.FAILED, Touch.State.BOUNCED):
            return
        report = DeliveryReport(
            provider_reference=touch.provider_reference,
            reference=str(touch.reference),
            state="failed",  # "bounced" speaks against the campaign and the address; this does neither
            code=bounce.status,
            reason=bounce.reason,
        )
        reporting.report(account, report, provider=touch.provider, at=at)
        planned = Touch.objects.filter(account=account, channel="email", person_id=touch.person_id, state="planned")
        planned.filter(by_machine=True, due_at__lt=at + WAIT).update(
            due_at=at + WAIT, local_at=None, rule="mail.came_back", because=f"Mail came back: {bounce.reason}."[:200]
        )
        if _soft(point, at) >= SOFT_ENOUGH:
            ContactPoint.objects.filter(account=account, pk=point.pk, problem="").update(
                problem="bounced", problem_at=at
            )


def _delayed(touch: Touch, bounce: Bounce, at: datetime) -> None:
    record(
        account_id=touch.account_id,
        kind="touch.delayed",
        at=at,
        lead_id=touch.lead_id,
        person_id=touch.person_id,
        touch_id=touch.pk,
        data={"channel": "email", "because": bounce.reason, "code": bounce.status},
    )


def _soft(point: ContactPoint, at: datetime) -> int:
    """How many mails to it came back for the moment lately."""
    sent = Message.objects.filter(account_id=point.account_id, contact_point=point, outbound=True, at__gt=at - SOFT_IN)
    touches = sent.exclude(touch=None).values("touch_id")
    events = Event.objects.filter(account_id=point.account_id, kind="touch.failed", touch_id__in=touches)
    return events.values("touch_id").distinct().count()


def _named(account: Account, said: Understood) -> Message | None:
    """The message of ours that the report encloses or answers."""
    sent = Message.objects.filter(account=account, outbound=True, message_id__in=[one[:300] for one in said.answers])
    found = {one.message_id: one for one in sent.select_related("contact_point", "touch")}
    return next((found[one] for one in said.answers if one in found), None)


def _latest(account: Account, point: ContactPoint | None, at: datetime) -> Message | None:
    if point is None:
        return None
    sent = Message.objects.filter(account=account, outbound=True, contact_point=point, channel="email")
    return sent.filter(at__gt=at - LATELY).select_related("touch").order_by("-at", "-pk").first()
