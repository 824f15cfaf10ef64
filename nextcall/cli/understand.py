"""nextcall understand: what an inbound message is, nothing stored."""

import json
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from nextcall.channels.calendar.reading import read as read_calendar
from nextcall.channels.inbound import mail as reader
from nextcall.channels.inbound.html_text import text_of
from nextcall.channels.inbound.understanding import Understood, understand
from nextcall.channels.payloads import door
from nextcall.channels.payloads.recorded import is_post
from nextcall.cli import Wrong
from nextcall.cli.understood import nothing, of_mail, of_payload, of_words
from nextcall.cli.understood_calendar import looks_like_calendar, of_calendar, show_calendar
from nextcall.intake.parsers import any_format
from nextcall.intake.parsers.gather import Reading
from nextcall.intake.parsers.new_lead import CannotRead, NewLead

UNKNOWN = (
    "neither an email nor a provider's post: expected a mail with its headers (.eml), JSON, or a form as it was posted"
)
# Some header that nearly every mail has, near the top.
_HEADERS = re.compile(
    rb"^(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|content-type|delivered-to|reply-to"
    rb"|sender|x-[\w-]{1,60})[ \t]*:",
    re.I | re.M,
)
_FIRST = re.compile(rb"[!-9;-~]{1,80}[ \t]*:")
_TABLE = re.compile(r"[^,;\t|]{1,80}(?:[,;\t|][^,;\t|\s][^,;\t|]{0,80}){2}")
_LOOKED_AT = 50_000  # bytes

MOST_EVENTS = 500  # shown of a calendar file


def command(
    file: Annotated[
        Path,
        typer.Argument(help="an email (.eml), a calendar file (.ics) or what a provider posted; - for standard input"),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document")] = False,
    secret: Annotated[str, typer.Option(help="checks a post's signature: the provider's token or signing key")] = "",
) -> int:
    """What an inbound message is: an answer, a bounce, a complaint, an automatic reply, a report, a lead.

    FILE is an email, or what Postmark, Mailgun, SendGrid, Brevo, Resend, Mailjet, SparkPost, Twilio, Telnyx, WhatsApp,
    CallRail, Calendly, Amazon SES, Mandrill, MailerSend or Postal posted: bare, or with its request line and headers.
    Nothing is stored. Exit status 1 with a warning, such as for a file that is none of these.

    Of a calendar file: whether it answers an invitation, and what its events are.

    Example: nextcall understand answer.eml --json
    """
    raw = _bytes(file)
    if looks_like_calendar(raw) or file.suffix.lower() in (".ics", ".ifb"):
        appointment = of_calendar(read_calendar(raw, most=MOST_EVENTS))
        print(json.dumps(appointment, ensure_ascii=False, indent=2)) if as_json else show_calendar(appointment)
        return 0
    found = document(raw, secret=secret)
    for warning in found["warnings"]:
        print(f"warning: {warning}", file=sys.stderr)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(found)
    return 1 if found["warnings"] else 0


def document(raw: bytes, *, secret: str = "") -> dict[str, Any]:
    """What these bytes are, in the shape that other programs read. Never raises."""
    payload = door.read(raw, secret=secret)
    if payload is not None:
        return of_payload(payload)
    if looks_like_mail(raw):
        mail = understand(raw)
        lead = None if mail.kind != "reply" or mail.answers else _lead(raw)
        return of_mail(mail) | (_of_lead(lead, mail) if lead else {})
    lead = _lead(raw)
    if lead:
        return nothing() | _of_lead(lead, None)
    words = "" if is_post(raw) else _words(raw)
    return of_words(words) if words else nothing((UNKNOWN,))


def looks_like_mail(raw: bytes) -> bool:
    """It begins with headers, some of them a mail's; a calendar file or a card has lines like headers too."""
    head = raw.lstrip()[:_LOOKED_AT]
    if head[:6].upper() == b"BEGIN:":
        return False
    begins = head.startswith(b"From ") or bool(_FIRST.match(head))
    return begins and bool(_HEADERS.search(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]))


def _words(raw: bytes) -> str:
    """The words of a mail that was kept without its headers; "" for a table, a card, a calendar or no text at all."""
    try:
        text = raw.decode("utf-8-sig").strip()
    except ValueError:
        return ""
    if text[:1] == "<" and re.match(
        r"<(?:!doctype html|html|body|div|p|span|table|meta|head|br|blockquote)\b", text, re.I
    ):
        return text_of(text)
    if not text or "\x00" in text or text[:1] in ("<", "{", "[") or text[:6].upper() == "BEGIN:":
        return ""
    first = text.splitlines()[0]
    return "" if _TABLE.search(first) else text


def _lead(raw: bytes) -> NewLead | None:
    """The lead in it, if one of the formats that leads come in knows these bytes."""
    try:
        found = any_format.understand(raw, reading=Reading(zone="America/New_York", country="US"))
    except (CannotRead, ValueError, RecursionError):
        return None
    reachable = (one for one in found.leads if one.emails or one.phones)
    return next(reachable, None)


def _of_lead(lead: NewLead, mail: Understood | None) -> dict[str, Any]:
    points = [*(one.value for one in lead.emails), *(one.e164 for one in lead.phones)]
    known = {"kind": "lead", "format": lead.raw_format}
    return known if mail else known | {"from": points[0], "from_name": lead.name.full or None}


def _bytes(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(reader.LONGEST)
    try:
        with file.open("rb") as opened:
            return opened.read(reader.LONGEST)
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror or error}; name an email file like answer.eml") from error


def _show(found: dict[str, Any]) -> None:
    through = f" ({found['format']})" if found["format"] not in (None, "email") else ""
    print(f"{found['kind']}{through} from {found['from'] or 'nobody named'}: {found['subject'] or 'no subject'}")
    for one in found["bounces"]:
        dead = "the address is dead" if one["permanent"] else "delayed" if one["delayed"] else "the address stays good"
        print(f"  {one['recipient'] or 'recipient not named'}: {one['reason']}; {dead}")
    if found["signal"]:
        print(f"  because of {found['signal']}")
    if found["returns_at"]:
        print(f"  back {found['returns_at']}")
    for name, value in found["payload"].items():
        if name not in ("from", "text", "body", "subject") and value not in ("", [], {}):
            print(f"  {name}: {value}")
    meaning = found["classify"]
    print(f"  means {meaning['verdict']}: {meaning['because']}")
    if found["text"]:
        print(found["text"])
