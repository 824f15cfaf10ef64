"""What was said and done with one lead, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Attachment, Call, Message, Note
from nextcall.leads.models import Lead
from nextcall.timeline.models import Event

LATEST = 200
# events whose message, call or note is shown itself, and which reason was offered
TOLD_OTHERWISE = ("message.", "call.made", "call.received", "note.", "touch.sent", "touch.done", "reason.")
REPORTED = ("touch.delivered", "touch.bounced", "touch.failed", "touch.retried")  # told beside their message
# of a touch that is joined only its few words are read, never its body and decision
_BRIEFLY = tuple(
    f"{whose}__{column}" for whose in ("touch", "answers") for column in ("body", "subject", "decision", "in_reply_to")
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that came or went along, without its bytes; `refused` says why they were not kept."""

    id: int
    name: str
    content_type: str
    size: int  # bytes
    refused: str


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
    message_id: int | None = None
    quoted: str = ""  # of a message: what was said before
    our_point: str = ""  # our number or address that it left from or came to
    answers: Touch | None = None  # of ours, with its enrollment
    touch: Touch | None = None  # that it left as: its state says what became of it
    reported_at: datetime | None = None  # when the provider said so
    files: tuple[File, ...] = ()
    unsure: bool = False


def thread(lead: Lead, *, limit: int = LATEST, messages: Iterable[Said] | None = None) -> list[Said]:
    """The latest `limit` entries, in five queries; `messages` if they were read a moment ago."""
    said = list(messages_of(lead, limit=limit) if messages is None else messages)
    entries = [*_calls(lead, limit), *_notes(lead, limit), *_reported(said, list(_events(lead, limit)))]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def messages_of(lead: Lead, *, limit: int = LATEST) -> Iterable[Said]:
    """The latest messages, the newest first, in two queries."""
    rows = Message.objects.filter(account_id=lead.account_id, lead=lead)
    rows = rows.select_related("by", "touch", "answers__enrollment").defer(*_BRIEFLY).order_by("-at")
    return said_in(list(rows[:limit]), account_id=lead.account_id)


def said_in(rows: Sequence[Message], *, account_id: int) -> list[Said]:
    """Stored messages of one account as entries, with the files that came or went along: one query."""
    files = _files("message", [row.pk for row in rows], account_id)
    return [
        Said(
            "message",
            row.at,
            row.channel,
            row.outbound,
            row.subject,
            row.body,
            row.by.name if row.by else "",
            verdict=row.verdict,
            touch_id=row.touch_id,
            message_id=row.pk,
            quoted=row.quoted,
            our_point=row.our_point,
            answers=row.answers,
            touch=row.touch,
            files=tuple(files.get(row.pk, ())),
            unsure=row.unsure,
        )
        for row in rows
    ]


def going_along(touches: Sequence[Touch], *, account_id: int) -> dict[int, list[File]]:
    """Files of messages that have not left, by touch: one query, none without a message."""
    return _files("touch", [touch.pk for touch in touches], account_id)


def _files(of: str, keys: Sequence[int], account_id: int) -> dict[int, list[File]]:
    """By the message or the touch that they belong to."""
    rows = Attachment.objects.filter(**{"account_id": account_id, f"{of}__in": keys}).order_by("pk")
    found: dict[int, list[File]] = {}
    columns = rows.values_list(f"{of}_id", "pk", "name", "content_type", "size", "refused")
    for key, pk, name, content_type, size, refused in columns:
        found.setdefault(key, []).append(File(pk, name, content_type, size, refused))
    return found


def _reported(messages: Sequence[Said], events: Sequence[Said]) -> list[Said]:
    """What a provider reported of a message is said beside it, and not a second time as an event."""
    ours = {one.touch_id for one in messages if one.touch_id is not None}
    latest: dict[int | None, datetime] = {}
    for event in events:  # the newest first
        if event.event in REPORTED:
            latest.setdefault(event.touch_id, event.at)
    left = [one for one in events if one.event not in REPORTED or one.touch_id not in ours]
    return [*(replace(one, reported_at=latest.get(one.touch_id)) if one.touch_id else one for one in messages), *left]


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
