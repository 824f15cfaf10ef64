"""What leads said, posted by whatever carries it: POST /hooks/replies/<key>, the key of a lead-in address.

JSON, one event a post:

    {"kind": "reply", "channel": "text", "from": "+15205550142", "text": "STOP", "id": "1", "at": "2026-11-23T17:00Z"}

| kind | does |
|---|---|
| reply | reads the text: an opt-out stops, an unclear message holds, any human answer pauses and tops the Inbox |
| conversation | the two talked by phone: counts as a call and pauses the cadence; "seconds" is how long |
| appointment | pauses the cadence; "starts_at" says when, "what" names it |
| bounce | mail came back for good: marks the address and counts against the cadence; "reason" says why |
| complaint | they called it spam: ends all contact and counts against the cadence |
| delivered | it arrived at "at"; later than its window allowed, the owner is told |

"from" is a number or address we know; for email "subject" and "message_id" may come along. "id" is the carrier's own
id of a reply, "at" tells conversations apart and "starts_at" appointments: the same one again changes nothing.
"at" may be left out: now.

200 {"verdict", "lead", "repeated"}; 404 for a wrong key; 400 with "error" for a body that cannot be read.
"""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nextcall.conversations.models import Call
from nextcall.engine import campaigns, delivery, outcome, receive, stopping
from nextcall.team.models import Account, LeadInKey

LONGEST = 64 * 1024
KINDS = ("reply", "conversation", "appointment", "bounce", "complaint", "delivered")
REPORTS = ("bounce", "complaint", "delivered")
CHANNELS = ("text", "email", "call")


class Unreadable(ValueError):
    """What is wrong with the body, and what would be right."""


@csrf_exempt  # the key in the address is what proves the sender
@require_POST
def replies(request: HttpRequest, key: str) -> HttpResponseBase:
    known = LeadInKey.objects.filter(key=key, revoked_at__isnull=True).select_related("account").first()
    if known is None:
        return JsonResponse({"error": "there is no such key, or it was revoked"}, status=HTTPStatus.NOT_FOUND)
    try:
        return JsonResponse(_take_in(known.account, _body(request), now=timezone.now()))
    except Unreadable as wrong:
        return JsonResponse({"error": str(wrong)}, status=HTTPStatus.BAD_REQUEST)


def _take_in(account: Account, body: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    kind, channel = body.get("kind", "reply"), body.get("channel", "text")
    if kind not in KINDS or channel not in CHANNELS:
        raise Unreadable(f"kind is one of {', '.join(KINDS)}; channel is one of {', '.join(CHANNELS)}")
    at = _instant(body, "at") or now
    sender = _text(body, "from", 254)
    if kind == "reply":
        received = receive.receive(
            account=account,
            channel=channel,
            sender=sender,
            text=_text(body, "text", LONGEST),
            at=min(at, now),
            via=channel,
            subject=_text(body, "subject", 300),
            message_id=_text(body, "message_id", 300),
            dedupe_key=_text(body, "id", 110),
        )
        return {
            "verdict": received.verdict,
            "because": received.because,
            "repeated": received.repeated,
            "lead": received.lead.pk if received.lead else None,
        }
    if kind in REPORTS:
        return _report(account, kind, body, sender, at=min(at, now), now=now)
    lead = receive.lead_at(account, "email" if "@" in sender else "call", sender)
    if lead is None:
        raise Unreadable("from is no number or address of a lead")
    if kind == "appointment":
        starts_at = _instant(body, "starts_at")
        if starts_at is None:
            raise Unreadable('"starts_at" says when the appointment is: ISO 8601 with an offset')
        receive.appointment(lead=lead, starts_at=starts_at, what=_text(body, "what", 300), by=None, at=now)
    elif not Call.objects.filter(account=account, lead=lead, at=min(at, now)).exists():
        outcome.log(lead=lead, outcome="talked", by=None, at=min(at, now), seconds=_seconds(body))
    return {"verdict": kind, "lead": lead.pk, "repeated": False}


def _report(
    account: Account, kind: str, body: dict[str, Any], sender: str, *, at: datetime, now: datetime
) -> dict[str, Any]:
    """What became of a message of ours. `at` is theirs, for a delivery; what it sets in motion happens now."""
    channel = "email" if "@" in sender else "text"
    point, message_id = receive.point_at(account, channel, sender), _text(body, "message_id", 300)
    if point is None:
        raise Unreadable("from is no number or address that we know")
    lead = receive.lead_at(account, channel, sender)
    if kind == "bounce":
        delivery.bounced(point, channel=channel, because=_text(body, "reason", 200), at=now, message_id=message_id)
    elif kind == "delivered":
        touch = campaigns.touch_of(account.pk, channel=channel, contact_point=point, lead=None, message_id=message_id)
        if touch is None:
            raise Unreadable("we sent no such message there")
        late = delivery.delivered(touch, at=at)
        return {"verdict": "delivered_late" if late else kind, "lead": touch.lead_id, "repeated": False}
    elif lead is None:
        raise Unreadable("from is no number or address of a lead")
    else:
        stopping.complaint(lead=lead, contact_point=point, channel=channel, via="hook", at=now, message_id=message_id)
    return {"verdict": kind, "lead": lead.pk if lead else None, "repeated": False}


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        if len(request.body) > LONGEST:
            raise Unreadable(f"more than {LONGEST // 1024} KB")
        found = json.loads(request.body)
    except (RequestDataTooBig, UnreadablePostError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Unreadable("the body is one JSON object") from error
    if not isinstance(found, dict):
        raise Unreadable("the body is one JSON object")
    return found


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Unreadable(f"{name} is text")
    return value[:longest]


def _instant(body: dict[str, Any], name: str) -> datetime | None:
    value = _text(body, name, 40)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise Unreadable(f"{name} is ISO 8601 with an offset, like 2026-11-23T17:00:00Z") from error
    if found.tzinfo is None or not 2000 < found.year < 2200:
        raise Unreadable(f"{name} needs an offset, like 2026-11-23T17:00:00Z")
    return found


def _seconds(body: dict[str, Any]) -> int | None:
    value = body.get("seconds")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 86_400:
        raise Unreadable("seconds is a whole number up to 86400")
    return value
