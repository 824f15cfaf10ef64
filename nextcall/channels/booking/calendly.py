"""What Calendly posts to us (API v2 webhooks): booked, moved, called off, missed. Pure.

Calendly moves an appointment by two posts: the old invitee is cancelled (`rescheduled`, naming its successor) and a new
one is made (naming its predecessor). They may come in either order; neither is a lost appointment.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from nextcall.channels.contract import BookingReport, Heard, Posted

FRESH = timedelta(minutes=5)  # between the signature's time and ours
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")
_STATES: dict[str, Literal["booked", "cancelled", "missed"]] = {
    "invitee.created": "booked",
    "invitee.canceled": "cancelled",
    "invitee_no_show.created": "missed",
}


class CalendlyListener:
    """One account's booking page. `signing_key`: as the webhook subscription was made with."""

    name = "calendly"

    def __init__(self, *, signing_key: str, **_others: Any) -> None:
        self._key = signing_key.encode()

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        """HMAC-SHA256 over the time and the body, not older than five minutes."""
        found = _SIGNATURE.fullmatch(posted.headers.get("calendly-webhook-signature", "").strip())
        if not found or not self._key or abs(at.timestamp() - int(found[1])) > FRESH.total_seconds():
            return False
        right = hmac.new(self._key, found[1].encode() + b"." + posted.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right, found[2])

    def once(self, posted: Posted) -> bytes:
        return posted.body

    def hear(self, posted: Posted) -> tuple[Heard, ...]:
        """One report, or none for an event that does not concern us. Raises ValueError."""
        try:
            body = json.loads(posted.body)
        except (ValueError, RecursionError) as error:
            raise ValueError("the body is no JSON") from error
        state = _STATES.get(str(_of(body, "event")))
        payload = _of(body, "payload")
        if state is None or not isinstance(payload, dict):
            return ()
        invitee = _of(payload, "invitee")  # a missed one holds its invitee's address
        event, place = _of(payload, "scheduled_event"), _of(payload, "scheduled_event", "location")
        report = BookingReport(
            provider_reference=_id(invitee if isinstance(invitee, str) else _of(payload, "uri")),
            state=state,
            email=_text(payload, "email", 254),
            phone=_text(payload, "text_reminder_number", 40) or _phone(place),
            name=_text(payload, "name", 200),
            zone=_text(payload, "timezone", 64),
            starts_at=_instant(_of(event, "start_time")),
            ends_at=_instant(_of(event, "end_time")),
            what=_text(event, "name", 300),
            place=_text(place, "location", 300) or _text(place, "join_url", 300),
            replaces=_id(_of(payload, "old_invitee")),
            replaced_by=_id(_of(payload, "new_invitee")) if _of(payload, "rescheduled") is True else "",
            because=_text(_of(payload, "cancellation"), "reason", 200),
        )
        if not report.provider_reference or (state == "booked" and report.starts_at is None):
            raise ValueError("it names no invitee, or no time")
        return (report,)


def _of(holder: Any, *path: str) -> Any:
    for name in path:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder


def _text(holder: Any, name: str, longest: int) -> str:
    value = _of(holder, name)
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""


def _phone(place: Any) -> str:
    return _text(place, "location", 40) if _of(place, "type") == "outbound_call" else ""


def _id(uri: Any) -> str:
    """ "https://api.calendly.com/scheduled_events/E1/invitees/I1" is "E1-I1"."""
    if not isinstance(uri, str):
        return ""
    parts = [re.sub(r"[^\w-]", "", part)[:45] for part in uri.rstrip("/").split("/")]
    return f"{parts[-3]}-{parts[-1]}" if len(parts) >= 4 and parts[-2] == "invitees" else ""


def _instant(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found and found.tzinfo and 2000 < found.year < 2200 else None
