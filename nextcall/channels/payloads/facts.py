"""The facts of a payload by the names of docs/understanding.md, the same ones for every provider."""

import re
from datetime import UTC, datetime
from typing import Any

from nextcall.channels.contract import BookingReport, CallReport, DeliveryReport, Heard, InboundMessage

Facts = dict[str, Any]
_PLUS = re.compile(r"\+([^@]{1,200})@")
_ACTIONS = {
    "hard bounce": "stop e-mail for this address, keep phone",
    "soft bounce": "keep the address",
    "block": "keep the address, look at our sending",
    "complaint": "stop everything to this person",
    "unsubscribed": "stop e-mail to this address",
}
_OUTCOMES = {"no_answer": "no answer", "answered": "contact"}


def of(heard: Heard) -> Facts:
    if isinstance(heard, InboundMessage):
        return _of_message(heard)
    if isinstance(heard, BookingReport):
        return {}  # read whole by payloads/leads.py
    return _of_report(heard) if isinstance(heard, DeliveryReport) else _of_call(heard)


def iso(at: datetime | None) -> str | None:
    """With its own offset; UTC as Z."""
    if at is None:
        return None
    return at.isoformat().replace("+00:00", "Z") if at.utcoffset() == UTC.utcoffset(None) else at.isoformat()


def _of_message(heard: InboundMessage) -> Facts:
    tag = _PLUS.search(heard.to)
    return {
        "from": heard.sender or None,
        "from_name": heard.sender_name or None,
        "envelope_recipient": heard.to or None,
        "route_hash": tag[1] if tag and heard.channel == "email" else None,
        "subject": heard.subject or None,
        "text" if heard.channel == "email" else "body": heard.text,
        "received_at": iso(heard.at),
        "attachments": [one.name for one in heard.files] if heard.channel == "email" else list(heard.file_urls),
    }


def event(heard: DeliveryReport) -> str:
    """hard bounce, soft bounce, block, complaint, unsubscribed, delivered, sent or failed."""
    if heard.state == "bounced":
        return "hard bounce" if heard.permanent else "block" if heard.sender else "soft bounce"
    if heard.problem == "withdrawn":
        return "unsubscribed"
    return "complaint" if heard.state == "complained" else heard.state


def _of_report(heard: DeliveryReport) -> Facts:
    named, failed = event(heard), heard.state in ("bounced", "failed")
    weight = "hard" if heard.permanent else "soft"
    return {
        "event": named,
        "message": heard.provider_reference or None,
        "recipient": heard.recipient or None,
        "enhanced": heard.code if re.fullmatch(r"\d\.\d{1,3}\.\d{1,3}", heard.code) else None,
        "meaning": f"{heard.reason} ({weight})" if heard.reason and failed else heard.reason or None,
        "action": _action(named, heard.recipient),
        "received_at": iso(heard.at),
    }


def _action(named: str, recipient: str) -> str | None:
    if named == "unsubscribed" and recipient and "@" not in recipient:
        return "stop texts to this number"
    return _ACTIONS.get(named)


def _of_call(heard: CallReport) -> Facts:
    return {
        "call": heard.provider_reference,
        "outcome": _OUTCOMES.get(heard.outcome, heard.outcome),
        "counts_as_attempt": heard.outbound and heard.outcome != "ringing",
        "from": heard.ours if heard.outbound else heard.other,
        "seconds": heard.seconds,
        "voicemail_seconds": heard.seconds if heard.outcome == "voicemail" and not heard.outbound else None,
        "transcript": heard.transcript or None,
        "action": None if heard.outbound or heard.outcome == "answered" else "call back now: top of worklist",
        "received_at": iso(heard.at),
    }
