"""What leads said, posted by whatever carries it: POST /hooks/replies/<key>, the key of a lead-in address.

JSON, one event a post:

    {"kind": "reply", "channel": "text", "from": "+15205550142", "text": "STOP", "id": "1", "at": "2026-11-23T17:00Z"}

| kind | does |
|---|---|
| reply | reads the text: an opt-out stops, an unclear message holds, any human answer pauses and tops the Inbox |
| voicemail | reads "transcript" like a reply; what is no stop puts the call back before a person |
| conversation | the two talked by phone: counts as a call and pauses the cadence; "seconds" is how long |
| appointment | pauses the cadence; "starts_at" says when, "what" names it |
| bounce | mail came back for good: marks the address and counts against the cadence; "reason" says why |
| complaint | they called it spam: ends everything on every channel, and counts against the cadence of "message_id" |
| delivered | it arrived at "at"; later than its window allowed, the owner is told |

"from" is a number or address we know; for email "subject" and "message_id" may come along. "id" is the carrier's own
id of a reply, "at" tells conversations apart and "starts_at" appointments: the same one again changes nothing.
"at" may be left out: now.

200 {"verdict", "lead", "repeated"}; 404 for a wrong key; 400 with "error" for a body that cannot be read.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nextcall.conversations.models import Call
from nextcall.engine import campaigns, delivery, outcome, receive, revoking, voicemail
from nextcall.hooks import posted
from nextcall.hooks.withdrawals import answer_of
from nextcall.team.models import Account

KINDS = ("reply", "voicemail", "complaint", "conversation", "appointment", "bounce", "delivered")
REPORTS = ("bounce", "delivered")
CHANNELS = ("text", "email", "call")


@csrf_exempt  # the key in the address is what proves the sender
@require_POST
def replies(request: HttpRequest, key: str) -> HttpResponseBase:
    account = posted.account_of(key)
    if account is None:
        return posted.no_such_key()
    try:
        return JsonResponse(_take_in(account, posted.body_of(request), now=timezone.now()))
    except posted.Unreadable as wrong:
        return JsonResponse({"error": str(wrong)}, status=HTTPStatus.BAD_REQUEST)


def _take_in(account: Account, body: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    kind, channel = body.get("kind", "reply"), body.get("channel", "text")
    if kind not in KINDS or channel not in CHANNELS:
        raise posted.Unreadable(f"kind is one of {', '.join(KINDS)}; channel is one of {', '.join(CHANNELS)}")
    at = posted.instant(body, "at") or now
    sender = posted.text(body, "from", 254)
    if kind == "reply":
        return _reply(account, body, sender=sender, channel=channel, at=min(at, now))
    if kind == "voicemail":
        left = voicemail.left(
            account=account,
            sender=sender,
            transcript=posted.text(body, "transcript", posted.LONGEST),
            at=min(at, now),
            dedupe_key=posted.text(body, "id", 110),
        )
        return _received(left)
    if kind == "complaint":
        return _complaint(account, body, sender=sender, at=min(at, now))
    if kind in REPORTS:
        return _report(account, kind, body, sender, at=min(at, now), now=now)
    lead = receive.lead_at(account, "email" if "@" in sender else "call", sender)
    if lead is None:
        raise posted.Unreadable("from is no number or address of a lead")
    if kind == "appointment":
        starts_at = posted.instant(body, "starts_at")
        if starts_at is None:
            raise posted.Unreadable('"starts_at" says when the appointment is: ISO 8601 with an offset')
        receive.appointment(lead=lead, starts_at=starts_at, what=posted.text(body, "what", 300), by=None, at=now)
    elif not Call.objects.filter(account=account, lead=lead, at=min(at, now)).exists():
        outcome.log(lead=lead, outcome="talked", by=None, at=min(at, now), seconds=_seconds(body))
    return {"verdict": kind, "lead": lead.pk, "repeated": False}


def _report(
    account: Account, kind: str, body: dict[str, Any], sender: str, *, at: datetime, now: datetime
) -> dict[str, Any]:
    """What became of a message of ours. `at` is theirs, for a delivery; what it sets in motion happens now."""
    channel = "email" if "@" in sender else "text"
    point, message_id = receive.point_at(account, channel, sender), posted.text(body, "message_id", 300)
    if point is None:
        raise posted.Unreadable("from is no number or address that we know")
    if kind == "bounce":
        because = posted.text(body, "reason", 200)
        delivery.bounced(point, channel=channel, because=because, at=now, message_id=message_id)
        lead = receive.lead_at(account, channel, sender)
        return {"verdict": kind, "lead": lead.pk if lead else None, "repeated": False}
    touch = campaigns.touch_of(account.pk, channel=channel, contact_point=point, lead=None, message_id=message_id)
    if touch is None:
        raise posted.Unreadable("we sent no such message there")
    late = delivery.delivered(touch, at=at)
    return {"verdict": "delivered_late" if late else kind, "lead": touch.lead_id, "repeated": False}


def _reply(account: Account, body: dict[str, Any], *, sender: str, channel: str, at: datetime) -> dict[str, Any]:
    received = receive.receive(
        account=account,
        channel=channel,
        sender=sender,
        text=posted.text(body, "text", posted.LONGEST),
        at=at,
        via=channel,
        subject=posted.text(body, "subject", 300),
        message_id=posted.text(body, "message_id", 300),
        dedupe_key=posted.text(body, "id", 110),
    )
    return _received(received)


def _received(received: receive.Received) -> dict[str, Any]:
    return {
        "verdict": received.verdict,
        "because": received.because,
        "repeated": received.repeated,
        "lead": received.lead.pk if received.lead else None,
    }


def _complaint(account: Account, body: dict[str, Any], *, sender: str, at: datetime) -> dict[str, Any]:
    """Whoever complains wants none of it: everything ends, and no permission given before counts again."""
    try:
        revoked = revoking.revoke(
            account=account,
            sender=sender,
            scope=(),
            reason="complaint",
            said=posted.text(body, "text", 2000),
            via="hook",
            at=at,
            reference=posted.text(body, "id", 120),
            message_id=posted.text(body, "message_id", 300),
        )
    except revoking.NoPoint as wrong:
        raise posted.Unreadable(f"from is {wrong}") from wrong
    return {"verdict": "complaint", **answer_of(revoked)}


def _seconds(body: dict[str, Any]) -> int | None:
    value = body.get("seconds")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 86_400:
        raise posted.Unreadable("seconds is a whole number up to 86400")
    return value
