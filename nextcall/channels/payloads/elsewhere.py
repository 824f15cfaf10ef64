"""Posts of services that Nextcall does not send through; somebody who comes from one has files of them. Pure.

Amazon SES (by SNS, or raw), Mandrill, MailerSend, Postal; and Resend's word that a mail came, without its words.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from nextcall.channels.contract import DeliveryReport, Heard, InboundMessage
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import address, header_pairs, heard, mail_of
from nextcall.channels.inbound import mail as reader
from nextcall.channels.payloads.recorded import Recorded

WITHOUT_WORDS = "this post says only that a mail came: its words are fetched from the service"
_MANDRILL: Mapping[str, verdict.Weight] = {"hard_bounce": "hard", "soft_bounce": "soft", "reject": "soft"}
_MAILERSEND: Mapping[str, verdict.Weight] = {"activity.hard_bounced": "hard", "activity.soft_bounced": "soft"}
_POSTAL: Mapping[str, verdict.Weight] = {"MessageBounced": "hard", "MessageDeliveryFailed": "hard"}


def amazon(found: Recorded) -> tuple[Heard, ...]:
    """https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html; () for SNS's own confirmations."""
    said = opening.inner(found.json, "Message") if "Message" in found.json else found.json
    kind, mail = opening.text(said, "notificationType", "eventType"), opening.inner(said, "mail")
    theirs = opening.text(mail, "messageId")
    if kind == "Received":
        return _received(said, mail)
    if kind == "Bounce":
        bounce = opening.inner(said, "bounce")
        says: verdict.Weight = "hard" if opening.text(bounce, "bounceType") == "Permanent" else "soft"
        at = opening.instant(opening.text(bounce, "timestamp"))
        return tuple(
            verdict.bounced(theirs, says=says, said=opening.text(one, "diagnosticCode"), at=at,
                            code=opening.text(one, "status"), recipient=opening.text(one, "emailAddress"))
            for one in opening.listed(bounce, "bouncedRecipients")
        )  # fmt: skip
    if kind == "Complaint":
        complaint = opening.inner(said, "complaint")
        return tuple(
            DeliveryReport(theirs, "complained", recipient=opening.text(one, "emailAddress"), reason="marked as spam",
                           at=opening.instant(opening.text(complaint, "timestamp")))
            for one in opening.listed(complaint, "complainedRecipients")
        )  # fmt: skip
    if kind == "Delivery":
        delivery = opening.inner(said, "delivery")
        to = delivery.get("recipients")
        at = opening.instant(opening.text(delivery, "timestamp"))
        return (DeliveryReport(theirs, "delivered", recipient=_first(to), at=at),)
    return ()


def _received(said: Any, mail: Any) -> tuple[Heard, ...]:
    receipt = opening.inner(said, "receipt")
    to, content = _first(receipt.get("recipients")), opening.text(said, "content")
    if not content:  # it lies in a bucket of theirs
        return heard(mail_of(header_pairs(opening.listed(mail, "headers")), text=""), to=to)
    encoded = opening.text(opening.inner(receipt, "action"), "encoding") == "BASE64"
    return heard(reader.read(_bytes(content, encoded=encoded)), to=to)


def mandrill(found: Recorded) -> tuple[Heard, ...]:
    """https://mailchimp.com/developer/transactional/docs/webhooks/"""
    out: list[Heard] = []
    for one in opening.listed(found.fields, "mandrill_events"):
        kind, message = opening.text(one, "event"), opening.inner(one, "msg")
        about: dict[str, Any] = {
            "recipient": opening.text(message, "email")[:254],
            "at": opening.instant(one.get("ts")),
        }
        theirs = opening.text(message, "_id")
        if kind == "inbound":
            raw = opening.text(message, "raw_msg")
            mail = reader.read(_bytes(raw)) if raw else mail_of(
                header_pairs(opening.inner(message, "headers")), text=opening.text(message, "text"),
                html=opening.text(message, "html"))  # fmt: skip
            out += heard(mail, to=about["recipient"])
        elif kind in _MANDRILL:
            out.append(verdict.bounced(theirs, says=_MANDRILL[kind], said=opening.text(message, "diag"), **about))
        else:
            out += _other(kind, theirs, about)
    return tuple(out)


def mailersend(found: Recorded) -> tuple[Heard, ...]:
    """https://developers.mailersend.com/api/v1/webhooks.html and /inbound-emails.html"""
    kind, data = opening.text(found.json, "type"), opening.inner(found.json, "data")
    if kind == "inbound.message":
        raw = opening.text(data, "raw")
        to: Any = next(iter(opening.listed(opening.inner(data, "recipients"), "rcptTo")), {})
        mail = reader.read(_bytes(raw)) if ":" in raw else mail_of(
            header_pairs(opening.inner(data, "headers")), text=opening.text(data, "text"),
            html=opening.text(data, "html"))  # fmt: skip
        return heard(mail, to=opening.text(to, "email"))
    theirs = opening.text(opening.inner(data, "email", "message"), "id")
    about: dict[str, Any] = {
        "recipient": opening.text(opening.inner(data, "email", "recipient"), "email")[:254],
        "at": opening.instant(opening.text(data, "created_at")),
    }
    if kind in _MAILERSEND:
        said = opening.text(opening.inner(data, "morph"), "reason")
        return (verdict.bounced(theirs, says=_MAILERSEND[kind], said=said, **about),)
    return _other(kind.removeprefix("activity."), theirs, about)


def postal(found: Recorded) -> tuple[Heard, ...]:
    """https://docs.postalserver.io/developer/webhooks and /developer/http-payloads"""
    if "rcpt_to" in found.json:
        raw = _bytes(opening.text(found.json, "message"), encoded=bool(found.json.get("base64", True)))
        return heard(reader.read(raw), to=opening.text(found.json, "rcpt_to"))
    kind, payload = opening.text(found.json, "event"), opening.inner(found.json, "payload")
    message = opening.inner(payload, "message") or opening.inner(payload, "original_message")
    theirs = opening.bracketed(opening.text(message, "message_id"))
    about: dict[str, Any] = {
        "recipient": opening.text(message, "to")[:254],
        "at": opening.instant(found.json.get("timestamp")),
    }
    if kind in _POSTAL or opening.inner(payload, "bounce"):
        return (verdict.bounced(theirs, says="hard", said=opening.text(payload, "output"), **about),)
    return (DeliveryReport(theirs, "delivered", **about),) if kind == "MessageSent" else ()


def resend_received(found: Recorded) -> tuple[Heard, ...]:
    """https://resend.com/docs/webhooks/emails/received"""
    data = opening.inner(found.json, "data")
    sender = mail_of([("From", opening.text(data, "from"))], text="")
    return (
        InboundMessage(
            channel="email",
            sender=sender.sender,
            sender_name=sender.sender_name,
            to=_first(data.get("to")),
            text=opening.text(data, "text"),
            subject=opening.text(data, "subject"),
            reference=opening.text(data, "email_id"),
            message_id=opening.bracketed(opening.text(data, "message_id")),
            at=opening.instant(opening.text(data, "created_at")),
        ),
    )


def _other(kind: str, theirs: str, about: dict[str, Any]) -> tuple[Heard, ...]:
    if kind == "delivered":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind in ("spam", "spam_complaint"):
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind in ("unsub", "unsubscribed"):
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    return (DeliveryReport(theirs, "sent", **about),) if kind in ("send", "sent") else ()


def _first(addresses: Any) -> str:
    return address(str(addresses[0])) if isinstance(addresses, list) and addresses else ""


def _bytes(written: str, *, encoded: bool = False) -> bytes:
    if not encoded:
        return written.encode("utf-8", "surrogateescape")
    try:
        return base64.b64decode(written)
    except (binascii.Error, ValueError) as error:
        raise ValueError("its mail is not base64") from error
