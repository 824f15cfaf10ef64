"""Whose post a file holds, told by its content, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nextcall.channels.contract import CallReport, DeliveryReport, Heard, InboundMessage, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.brevo import BrevoListener
from nextcall.channels.email.posts.mailgun import MailgunListener, is_signed
from nextcall.channels.email.posts.mailjet import MailjetListener
from nextcall.channels.email.posts.postmark import PostmarkListener
from nextcall.channels.email.posts.resend import ResendListener
from nextcall.channels.email.posts.sendgrid import SendgridListener
from nextcall.channels.email.posts.sparkpost import SparkpostListener
from nextcall.channels.payloads import elsewhere, facts, leads, texting
from nextcall.channels.payloads.facts import Facts
from nextcall.channels.payloads.recorded import Recorded, recorded

Kind = Literal["reply", "bounce", "complaint", "auto_reply", "delivery_report", "lead", "other"]


def _telnyx(posted: Posted) -> tuple[Heard, ...]:
    from nextcall.channels.sms import telnyx  # with its HTTP client, which takes a quarter of the command's start

    return telnyx.hear(posted)


_MAIL: Mapping[str, Callable[[Posted], tuple[Heard, ...]]] = {
    "postmark": PostmarkListener().hear,
    "mailgun": MailgunListener().hear,
    "sendgrid": SendgridListener().hear,
    "brevo": BrevoListener().hear,
    "resend": ResendListener().hear,
    "mailjet": MailjetListener().hear,
    "sparkpost": SparkpostListener().hear,
    "telnyx": _telnyx,
}
_ELSEWHERE: Mapping[str, Callable[[Recorded], tuple[Heard, ...]]] = {
    "amazon_ses": elsewhere.amazon,
    "mandrill": elsewhere.mandrill,
    "mailersend": elsewhere.mailersend,
    "postal": elsewhere.postal,
}
_SIGNED: Mapping[str, Callable[[Recorded, str], bool | None]] = {
    "twilio": texting.twilio_signed,
    "whatsapp": texting.whatsapp_signed,
    "callrail": leads.call_signed,
    "calendly": leads.booking_signed,
    "mailgun": lambda found, secret: is_signed(secret, *_mailgun_signature(found)),
}


@dataclass(frozen=True, slots=True)
class Payload:
    """What a provider's post is and says. `heard` is empty where it says nothing that would be acted on."""

    format: str
    kind: Kind
    heard: tuple[Heard, ...] = ()
    facts: Facts = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def read(raw: bytes, *, secret: str = "") -> Payload | None:
    """The post in these bytes; None if they are no post of a provider we know. Never raises.

    `secret` checks its signature, where the provider signs: an auth token or a signing key.
    """
    found = recorded(raw)
    name = (_of_json(found.json) if found.json is not None else _of_form(found.fields)) if found else ""
    if found is None or not name:
        return None
    try:
        payload = _said(found, name)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        return Payload(
            name, "other", warnings=(f"it looks like a post of {name}'s, and cannot be read: {error}"[:200],)
        )
    return _checked(payload, found, secret or found.secret)


def _said(found: Recorded, name: str) -> Payload:
    if name == "callrail":
        said = leads.call_tracking(found.json)
        return Payload(name, "lead" if said["kind"] == "inbound_call" else "other", facts=said)
    if name == "calendly":
        return Payload(name, "lead" if leads.is_booked(found.json) else "other", facts=leads.booking(found.json))
    if name in ("twilio", "whatsapp"):
        heard, own = (texting.twilio if name == "twilio" else texting.whatsapp)(found)
    elif name in _ELSEWHERE:
        heard, own = _ELSEWHERE[name](found), {}
    elif name == "resend" and opening.text(found.json, "type") == "email.received":
        heard, own = elsewhere.resend_received(found), {}
    else:
        heard, own = _MAIL[name](found.posted), _of_mail(found)
    common = facts.of(heard[0]) if heard else {}
    known = common | {key: value for key, value in own.items() if value is not None}
    one = heard[0] if heard and name in ("resend", "amazon_ses") else None
    missing = isinstance(one, InboundMessage) and not (one.text or one.quoted or one.files)
    return Payload(name, kind_of(heard), heard, known, (elsewhere.WITHOUT_WORDS,) if missing else ())


def kind_of(heard: tuple[Heard, ...]) -> Kind:
    one = heard[0] if heard else None
    if isinstance(one, InboundMessage):
        return "auto_reply" if one.by_machine else "reply"
    if isinstance(one, DeliveryReport):
        return {"bounced": "bounce", "complained": "complaint"}.get(one.state, "delivery_report")  # type: ignore[return-value]
    if isinstance(one, CallReport):
        return "delivery_report" if one.outbound else "reply" if one.transcript else "other"
    return "other"


def _of_mail(found: Recorded) -> Facts:
    """What the services' own fields add: the numbers of the receiving server, and what was told along."""
    data = opening.inner(found.json, "event-data") or (found.json if isinstance(found.json, Mapping) else {})
    status = opening.inner(data, "delivery-status")
    said = opening.text(data, "Details", "reason", "smtp_reply") + opening.text(status, "message")
    code = opening.text(status, "code")
    told = opening.inner(data, "Metadata") or opening.inner(data, "user-variables")
    reply = opening.text(data, "StrippedTextReply") or found.fields.get("stripped-text", "")
    bounced = opening.text(data, "RecordType") == "Bounce" or bool(status)
    return {
        "smtp": verdict.smtp_code(code) or verdict.smtp_code(said) if bounced else None,
        "enhanced": verdict.enhanced(said) or None,
        "lead_id": opening.text(told, "lead_id") or None,
        "route_hash": opening.text(data, "MailboxHash") or None,
        "reply_text": reply or None,
    }  # fmt: skip


def _checked(payload: Payload, found: Recorded, secret: str) -> Payload:
    """With "signature_valid" where there was a secret to check it with; a wrong one is warned of."""
    check = _SIGNED.get(payload.format)
    valid = check(found, secret) if secret and check else None
    warned = ("the signature does not fit the secret: do not trust this post",) if valid is False else ()
    known = payload.facts | ({} if valid is None else {"signature_valid": valid})
    return Payload(payload.format, payload.kind, payload.heard, known, payload.warnings + warned)


def _mailgun_signature(found: Recorded) -> tuple[str, str, str]:
    named = opening.inner(found.json, "signature") if found.json is not None else found.fields
    return opening.text(named, "timestamp"), opening.text(named, "token"), opening.text(named, "signature")


def _of_form(fields: Mapping[str, str]) -> str:
    has = fields.keys()
    if {"CallSid", "MessageSid", "SmsSid", "ConversationSid"} & has:
        return "twilio"
    if "mandrill_events" in has:
        return "mandrill"
    if "recipient" in has and {"body-plain", "body-mime", "message-headers", "stripped-text", "event"} & has:
        return "mailgun"
    return "sendgrid" if {"headers", "email"} & has and {"envelope", "charsets", "sender_ip", "SPF"} & has else ""


def _of_json(document: Any) -> str:
    one = document[0] if isinstance(document, list) and document else document
    if not isinstance(one, Mapping):
        return ""
    has, event = one.keys(), opening.text(one, "event")
    items = [item for item in opening.listed(one, "items") if isinstance(item, Mapping) and "Headers" in item]
    tests = (
        ("mailgun", "event-data" in has),
        ("sparkpost", "msys" in has),
        ("postmark", bool(opening.inner(one, "FromFull") or opening.text(one, "RawEmail"))
                     or {"RecordType", "MessageID"} <= has),
        ("amazon_ses", {"TopicArn", "Message"} <= has or {"Type", "Message", "MessageId"} <= has
                       or ("mail" in has and bool({"notificationType", "eventType"} & has))),
        ("mailersend", opening.text(one, "type").startswith(("activity.", "inbound.message")) and "data" in has),
        ("postal", {"rcpt_to", "mail_from", "message"} <= has or (event.startswith("Message") and "payload" in has)),
        ("whatsapp", one.get("object") == "whatsapp_business_account"),
        ("calendly", event.startswith(("invitee.", "invitee_no_show."))),
        ("callrail", bool({"customer_phone_number", "tracking_phone_number"} & has)),
        ("telnyx", opening.text(opening.inner(one, "data"), "event_type").startswith("message.")),
        ("resend", opening.text(one, "type").startswith("email.") and bool(opening.inner(one, "data"))),
        ("sendgrid", bool(event) and bool({"sg_event_id", "sg_message_id", "smtp-id"} & has)),
        ("mailjet", (bool(event) and "MessageID" in has) or ("Headers" in has and bool({"Recipient", "Parts"} & has))),
        ("brevo", (bool(event) and {"message-id", "email"} <= has) or bool(items)),
    )  # fmt: skip
    return next((name for name, fits in tests if fits), "")
