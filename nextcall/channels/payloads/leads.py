"""Call tracking and booking pages: posts that bring a lead, or say what became of its appointment. As facts."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.channels.email.posts import opening
from nextcall.channels.payloads.facts import Facts, iso
from nextcall.channels.payloads.recorded import Recorded
from nextcall.lib import phone

_ID = 120


def call_tracking(document: Mapping[str, Any]) -> Facts:
    """CallRail, https://apidocs.callrail.com/#webhooks: an inbound call is a lead; a missed one wants a call back."""
    missed = document.get("answered") is False or opening.text(document, "answered").lower() == "false"
    return {
        "kind": "inbound_call" if opening.text(document, "direction") != "outbound" else "outbound_call",
        "external_id": opening.text(document, "id", "resource_id")[:_ID] or None,
        "full_name": opening.text(document, "customer_name", "formatted_customer_name") or None,
        "phone_e164": e164(opening.text(document, "customer_phone_number", "caller_id"),
                           country=opening.text(document, "customer_country")),
        "missed": missed,
        "voicemail": bool(document.get("voicemail")),
        "seconds": document.get("duration") if isinstance(document.get("duration"), int) else None,
        "tracking_number": opening.text(document, "tracking_phone_number") or None,
        "transcript": opening.text(document, "transcription") or None,
        "action": "call back now: top of worklist" if missed else None,
        "received_at": opening.text(document, "start_time") or None,
    }  # fmt: skip


def call_signed(found: Recorded, secret: str) -> bool:
    wanted = base64.b64encode(hmac.digest(secret.encode(), found.posted.body, hashlib.sha1))
    return hmac.compare_digest(found.posted.headers.get("signature", "").encode(), wanted)


def booking(document: Mapping[str, Any]) -> Facts:
    """Calendly, https://developer.calendly.com/api-docs/c2NoOjU5NDEyNA-webhook-payload"""
    event, payload = opening.text(document, "event"), opening.inner(document, "payload")
    meeting = opening.inner(payload, "scheduled_event")
    starts, zone = opening.instant(opening.text(meeting, "start_time")), _zone(opening.text(payload, "timezone"))
    local = starts.astimezone(zone) if starts and zone else None
    place = opening.inner(meeting, "location")
    number = opening.text(payload, "text_reminder_number") or opening.text(place, "location")
    return {
        "event": _happened(event, payload),
        "external_id": _last(opening.text(payload, "uri")),
        "full_name": opening.text(payload, "name") or None,
        "email": opening.text(payload, "email") or None,
        "phone_e164": e164(number, country=""),
        "appointment": opening.text(meeting, "name") or None,
        "appointment_start": iso(starts),
        "appointment_end": iso(opening.instant(opening.text(meeting, "end_time"))),
        "lead_timezone": zone.key if zone else None,
        "local_start": local.strftime("%Y-%m-%dT%H:%M") if local else None,
        "new_invitee": _last(opening.text(payload, "new_invitee")),
        "old_invitee": _last(opening.text(payload, "old_invitee")),
        "answers": {opening.text(one, "question"): opening.text(one, "answer")
                    for one in opening.listed(payload, "questions_and_answers") if opening.text(one, "question")},
        "received_at": iso(opening.instant(opening.text(document, "created_at"))),
    }  # fmt: skip


def is_booked(document: Mapping[str, Any]) -> bool:
    return opening.text(document, "event") == "invitee.created"


def _happened(event: str, payload: Mapping[str, Any]) -> str:
    if event == "invitee.created":
        moved = opening.text(payload, "old_invitee")
        return f"rescheduled (replaces {_last(moved)})" if moved else "booked"
    if event == "invitee.canceled" and payload.get("rescheduled") is True:
        mine, new = _last(opening.text(payload, "uri")), _last(opening.text(payload, "new_invitee"))
        return f"rescheduled (cancel of {mine} because {new} replaces it): not a lost appointment"
    known = {
        "invitee.canceled": "canceled",
        "invitee_no_show.created": "no show",
        "invitee_no_show.deleted": "showed up",
    }
    return known.get(event, event)


def booking_signed(found: Recorded, secret: str) -> bool | None:
    """https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures; None where nothing is signed."""
    written = found.posted.headers.get("calendly-webhook-signature", "")
    if not written:
        return None
    parts = dict(one.strip().partition("=")[::2] for one in written.split(",")[:5])
    signed = parts.get("t", "").encode("utf-8", "replace") + b"." + found.posted.body
    return hmac.compare_digest(
        parts.get("v1", "").encode("utf-8", "replace"), hmac.digest(secret.encode(), signed, "sha256").hex().encode()
    )


def e164(written: str, *, country: str) -> str | None:
    found = phone.read(written[:60], country=country if len(country) == 2 else "US") if written else None
    return found.e164 if found else None


def _last(uri: str) -> str | None:
    return uri.rstrip("/").rpartition("/")[2][:_ID] or None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError):  # no such zone, or no name of one
        return None
