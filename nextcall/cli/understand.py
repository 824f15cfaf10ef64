"""nextcall understand: what an inbound message is, nothing stored."""

import json
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from nextcall.channels.calendar import answers
from nextcall.channels.calendar.reading import Calendar, Event
from nextcall.channels.calendar.reading import read as read_calendar
from nextcall.channels.inbound import mail as reader
from nextcall.channels.inbound.understanding import Understood, understand
from nextcall.cli import Wrong
from nextcall.consent.keywords import Meaning, classify
from nextcall.conversations.out_of_office import returns_on

MOST_EVENTS = 500  # shown of a calendar file


def command(
    file: Annotated[Path, typer.Argument(help="an email (.eml) or a calendar file (.ics); - for standard input")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
) -> int:
    """What an inbound message is: an answer, a bounce, a complaint or an automatic reply. Nothing is stored.

    Of a calendar file: whether it answers an invitation, and what its events are.

    Example: nextcall understand answer.eml --json
    """
    raw = _bytes(file)
    if raw.lstrip(b"\xef\xbb\xbf\r\n ")[:6].upper() == b"BEGIN:" or file.suffix.lower() in (".ics", ".ifb"):
        appointment = calendar_document(read_calendar(raw, most=MOST_EVENTS))
        print(json.dumps(appointment, ensure_ascii=False, indent=2)) if as_json else _show_calendar(appointment)
        return 0
    found = understand(raw)
    if as_json:
        print(json.dumps(document(found), ensure_ascii=False, indent=2))
    else:
        _show(document(found))
    return 0


def calendar_document(calendar: Calendar) -> dict[str, Any]:
    """The shape that other programs read: kind "reply" for what answers an invitation, else "other"."""
    answer = answers.of(calendar)
    first = next(iter(calendar.events), Event())
    return {
        "kind": "reply" if answer else "other",
        "uid": first.uid or None,
        "response": answer.response if answer else None,
        **_times(first),
        "summary": first.summary or None,
        "attendee": answer.attendee or None if answer else None,
        "sequence": first.sequence,
        "method": calendar.method or None,
        "events": [
            {"uid": one.uid or None, "summary": one.summary or None, **_times(one), "rule": one.rule or None}
            for one in calendar.events
        ],
        "errors": calendar.problems,
    }


def _times(event: Event) -> dict[str, str | None]:
    """`start` is the wall clock that the file names; `start_utc` the instant, null for a day without an hour."""
    if event.start is None:
        return {"start": None, "start_utc": None}
    if event.start.is_date:
        return {"start": event.start.wall.date().isoformat(), "start_utc": None}
    at = answers.start_of(event)
    return {"start": event.start.wall.isoformat(), "start_utc": f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None}


def document(found: Understood) -> dict[str, Any]:
    """The shape that other programs read; absent is null."""
    mail, first = found.mail, next(iter(found.bounces), None)
    meaning = meaning_of(found)
    return {
        "kind": found.kind,
        "from": mail.sender or None,
        "from_name": mail.sender_name or None,
        "to": list(mail.to),
        "subject": mail.subject or None,
        "date": mail.date.isoformat() if mail.date else None,
        "text": found.new,
        "quoted": found.quoted or None,
        "answers": list(found.answers),
        "attachments": [
            {"name": one.name or None, "type": one.content_type, "bytes": len(one.content)} for one in mail.attachments
        ],
        "bounce": {"permanent": first.permanent, "reason": first.reason, "recipient": first.recipient or None}
        if first
        else None,
        "bounces": [
            {
                "recipient": one.recipient or None,
                "permanent": one.permanent,
                "reason": one.reason,
                "status": one.status or None,
                "said": one.said or None,
                "delayed": one.delayed,
            }
            for one in found.bounces
        ],
        "signal": found.signal or None,
        "returns_at": _returns_at(found),
        "classify": {"verdict": meaning.verdict, "scope": list(meaning.scope), "because": meaning.because},
    }


def meaning_of(found: Understood) -> Meaning:
    """What it means for our permission: by its new words, and by its subject where that is a wish."""
    if found.kind == "complaint":
        return Meaning("opt_out", ("text", "call", "email"), "a complaint from their mail provider")
    said = classify(found.new, "email")
    if said.verdict in ("reply", "auto_reply"):
        subject = classify(found.mail.subject, "email")
        if subject.verdict == "opt_out" and not found.mail.subject.lower().startswith(("re:", "fw:", "fwd:", "aw:")):
            return subject
    return Meaning("auto_reply", (), found.signal) if found.kind == "auto_reply" and said.verdict == "reply" else said


def _returns_at(found: Understood) -> str | None:
    if found.kind != "auto_reply":
        return None
    written = found.mail.date or datetime.now(UTC)
    back = returns_on(f"{found.mail.subject}\n{found.new}", today=written.date())
    return datetime.combine(back, time(0), tzinfo=written.tzinfo).isoformat() if back else None


def _bytes(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(reader.LONGEST)
    try:
        with file.open("rb") as opened:
            return opened.read(reader.LONGEST)
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or error}; name an email file like answer.eml") from error


def _show_calendar(found: dict[str, Any]) -> None:
    means = f"{found['attendee'] or 'somebody'}: {found['response']}" if found["response"] else "no answer to anything"
    print(f"calendar file, {means}")
    for one in found["events"]:
        print(f"  {one['start'] or 'no time'}  {one['summary'] or 'no name'}")
    for problem in found["errors"]:
        print(f"  {problem}")


def _show(found: dict[str, Any]) -> None:
    print(f"{found['kind']} from {found['from'] or 'nobody named'}: {found['subject'] or 'no subject'}")
    for one in found["bounces"]:
        dead = "the address is dead" if one["permanent"] else "delayed" if one["delayed"] else "the address stays good"
        print(f"  {one['recipient'] or 'recipient not named'}: {one['reason']}; {dead}")
    if found["signal"]:
        print(f"  because of {found['signal']}")
    if found["returns_at"]:
        print(f"  back {found['returns_at']}")
    meaning = found["classify"]
    print(f"  means {meaning['verdict']}: {meaning['because']}")
    if found["text"]:
        print(found["text"])
