"""The document that `nextcall understand` prints: one shape for a mail and for a provider's payload; absent is null."""

from datetime import UTC, datetime, time
from typing import Any

from nextcall.channels.contract import DeliveryReport, InboundMessage
from nextcall.channels.inbound.new_words import split
from nextcall.channels.inbound.understanding import Understood
from nextcall.channels.payloads import facts
from nextcall.channels.payloads.door import Payload
from nextcall.consent.keywords import Meaning, classify
from nextcall.conversations.out_of_office import returns_on

NOTHING = Meaning("reply", (), "nothing was said")
_ANSWERS = ("re:", "fw:", "fwd:", "aw:", "sv:", "antw:")


def nothing(warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every key, empty: what is neither a mail nor a payload."""
    return {
        "kind": "other",
        "format": None,
        "from": None,
        "from_name": None,
        "to": [],
        "subject": None,
        "date": None,
        "text": "",
        "quoted": None,
        "answers": [],
        "attachments": [],
        "bounce": None,
        "bounces": [],
        "signal": None,
        "returns_at": None,
        "classify": _classified(NOTHING),
        "payload": {},
        "warnings": list(warnings),
    }


def of_mail(found: Understood) -> dict[str, Any]:
    mail, first = found.mail, next(iter(found.bounces), None)
    meaning = meaning_of(found.kind, found.new, subject=mail.subject, channel="email", signal=found.signal)
    return nothing() | {
        "kind": found.kind,
        "format": "email",
        "from": mail.sender or None,
        "from_name": mail.sender_name or None,
        "to": list(mail.to),
        "subject": mail.subject or None,
        "date": mail.date.isoformat() if mail.date else None,
        "text": found.new,
        "quoted": found.quoted or None,
        "answers": list(found.answers),
        "attachments": [_file(one.name, one.content_type, len(one.content)) for one in mail.attachments],
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
        "returns_at": _returns_at(found.kind, f"{mail.subject}\n{found.new}", mail.date),
        "classify": _classified(meaning),
        "payload": {
            key: value
            for key, value in {
                "reply_to": mail.reply_to or None,
                "list_unsubscribe": True if mail.header("list-unsubscribe") else None,
            }.items()
            if value is not None
        },
    }


def of_words(text: str) -> dict[str, Any]:
    """The words of a mail alone, without its headers."""
    words = split(text)
    meaning = meaning_of("reply", words.new, subject="", channel="email", signal="")
    said = {"text": words.new, "quoted": words.quoted or None, "classify": _classified(meaning)}
    return nothing() | {"kind": "reply", "format": "text"} | said


def of_payload(found: Payload) -> dict[str, Any]:
    """A provider's post; `payload` holds its facts by the names of docs/understanding.md."""
    document = nothing(found.warnings) | {
        "kind": found.kind,
        "format": found.format,
        "payload": {key: value for key, value in found.facts.items() if value is not None},
    }
    one = found.heard[0] if found.heard else None
    if isinstance(one, InboundMessage):
        document |= _of_message(one, found.kind)
    elif isinstance(one, DeliveryReport):
        document |= _of_reports([each for each in found.heard if isinstance(each, DeliveryReport)], found.kind)
    else:
        said, sender = found.facts.get("transcript") or "", found.facts.get("from") or found.facts.get("phone_e164")
        document |= {
            "from": found.facts.get("email") or sender,
            "from_name": found.facts.get("full_name"),
            "date": found.facts.get("received_at"),
            "text": said,
            "classify": _classified(classify(said, "call") if said else NOTHING),
        }
    return document


def _of_message(one: InboundMessage, kind: str) -> dict[str, Any]:
    meaning = meaning_of(kind, one.text, subject=one.subject, channel=one.channel, signal=one.by_machine)
    return {
        "from": one.sender or None,
        "from_name": one.sender_name or None,
        "to": [one.to] if one.to else [],
        "subject": one.subject or None,
        "date": facts.iso(one.at),
        "text": one.text,
        "quoted": one.quoted or None,
        "answers": list(one.answers),
        "attachments": [_file(file.name, file.content_type, len(file.content)) for file in one.files],
        "signal": one.by_machine or None,
        "returns_at": _returns_at(kind, f"{one.subject}\n{one.text}", one.at),
        "classify": _classified(meaning),
    }


def _of_reports(reports: list[DeliveryReport], kind: str) -> dict[str, Any]:
    bounced = [one for one in reports if one.state == "bounced"]
    first = bounced[0] if bounced else None
    return {
        "from": reports[0].recipient or None,
        "date": facts.iso(reports[0].at),
        "answers": [reports[0].provider_reference] if reports[0].provider_reference else [],
        "bounce": {"permanent": first.permanent, "reason": first.reason, "recipient": first.recipient or None}
        if first
        else None,
        "bounces": [
            {
                "recipient": one.recipient or None,
                "permanent": one.permanent,
                "reason": one.reason,
                "status": one.code or None,
                "said": None,
                "delayed": False,
            }
            for one in bounced
        ],
        "classify": _classified(meaning_of(kind, "", subject="", channel="email", signal="")),
    }


def meaning_of(kind: str, text: str, *, subject: str, channel: str, signal: str) -> Meaning:
    """What it means for our permission: by its new words, and by its subject where that is a wish."""
    if kind == "complaint":
        return Meaning("opt_out", ("text", "call", "email"), "a complaint from their mail provider")
    said = classify(text, channel)
    if said.verdict in ("reply", "auto_reply") and subject and not subject.lower().startswith(_ANSWERS):
        wish = classify(subject, channel)
        if wish.verdict == "opt_out":
            return wish
    return Meaning("auto_reply", (), signal) if kind == "auto_reply" and said.verdict == "reply" else said


def _classified(meaning: Meaning) -> dict[str, Any]:
    return {"verdict": meaning.verdict, "scope": list(meaning.scope), "because": meaning.because}


def _file(name: str, content_type: str, size: int) -> dict[str, Any]:
    return {"name": name or None, "type": content_type, "bytes": size}


def _returns_at(kind: str, text: str, at: datetime | None) -> str | None:
    if kind != "auto_reply":
        return None
    written = at or datetime.now(UTC)
    back = returns_on(text, today=written.date())
    return datetime.combine(back, time(0), tzinfo=written.tzinfo).isoformat() if back else None
