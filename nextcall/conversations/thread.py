"""What was said and done with one lead, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nextcall.conversations.models import Call, Message, Note
from nextcall.leads.models import Lead
from nextcall.timeline.models import Event

LATEST = 200
# events whose message, call or note is shown itself, and which reason was offered
TOLD_OTHERWISE = ("message.", "call.made", "call.received", "note.", "touch.sent", "touch.done", "reason.")


@dataclass(frozen=True, slots=True)
class Said:
    """One entry: `kind` is message, call, note or event."""

    kind: str
    at: datetime
    channel: str = ""
    outbound: bool = True
    subject: str = ""
    body: str = ""
    who: str = ""  # the member; empty for the machine and for the lead
    verdict: str = ""
    outcome: str = ""
    seconds: int | None = None
    event: str = ""  # touch.blocked, cadence.paused …
    touch_id: int | None = None
    undone: bool = False
    data: dict[str, Any] = field(default_factory=dict)


def thread(lead: Lead, *, limit: int = LATEST, messages: Iterable[Said] | None = None) -> list[Said]:
    """The latest `limit` entries, in four queries; `messages` if they were read a moment ago."""
    entries = [
        *(messages_of(lead, limit=limit) if messages is None else messages),
        *_calls(lead, limit),
        *_notes(lead, limit),
        *_events(lead, limit),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def messages_of(lead: Lead, *, limit: int = LATEST) -> Iterable[Said]:
    """The latest messages, the newest first."""
    rows = Message.objects.filter(account_id=lead.account_id, lead=lead).select_related("by").order_by("-at")[:limit]
    for row in rows:
        yield Said(
            "message",
            row.at,
            row.channel,
            row.outbound,
            row.subject,
            row.body,
            row.by.name if row.by else "",
            verdict=row.verdict,
            touch_id=row.touch_id,
        )


def _calls(lead: Lead, limit: int) -> Iterable[Said]:
    rows = Call.objects.filter(account_id=lead.account_id, lead=lead).select_related("by").order_by("-at")[:limit]
    for row in rows:
        yield Said(
            "call",
            row.at,
            "call",
            row.outbound,
            body=row.note,
            who=row.by.name if row.by else "",
            outcome=row.outcome,
            seconds=row.seconds,
            touch_id=row.touch_id,
            undone=row.undone_at is not None,
        )


def _notes(lead: Lead, limit: int) -> Iterable[Said]:
    rows = Note.objects.filter(account_id=lead.account_id, lead=lead).select_related("by").order_by("-at")[:limit]
    for row in rows:
        yield Said("note", row.at, body=row.body, who=row.by.name if row.by else "")


def _events(lead: Lead, limit: int) -> Iterable[Said]:
    rows = Event.objects.filter(account_id=lead.account_id, lead=lead).select_related("by")
    for begins in TOLD_OTHERWISE:
        rows = rows.exclude(kind__startswith=begins)
    for row in rows.order_by("-at", "-id")[:limit]:
        who = row.by.name if row.by else ""
        yield Said("event", row.at, who=who, event=row.kind, touch_id=row.touch_id, data=row.data)
