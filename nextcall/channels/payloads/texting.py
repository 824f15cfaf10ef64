"""Posts of carriers and of WhatsApp, as facts."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from nextcall.channels.contract import CallReport, DeliveryReport, Heard, InboundMessage, Posted
from nextcall.channels.email.posts import opening
from nextcall.channels.payloads.facts import Facts, iso
from nextcall.channels.payloads.recorded import Recorded
from nextcall.channels.sms.twilio_posts import TwilioListener, signature

_WHATSAPP = {"sent": "sent", "delivered": "delivered", "read": "delivered", "failed": "failed"}


def twilio(found: Recorded) -> tuple[tuple[Heard, ...], Facts]:
    form = found.fields
    if form.get("EventType") and form.get("ConversationSid"):
        return _conversation(form)
    heard = TwilioListener(auth_token="").hear(found.posted)
    if not heard:  # queued, accepted: nothing that changes anything
        return (), {"message": opening.text(form, "MessageSid", "SmsSid") or None, "status": _status(form)}
    one = heard[0]
    if isinstance(one, InboundMessage):
        return heard, _of_text(form)
    if isinstance(one, DeliveryReport):
        error = form.get("ErrorCode", "")
        return heard, {
            "status": _status(form),
            "error": int(error[:9]) if error.isdecimal() and error.isascii() else None,
            "carrier_done": _done(form.get("RawDlrDoneDate", "")),
        }
    return heard, _of_call(form, one) if isinstance(one, CallReport) else {}


def _conversation(form: Mapping[str, str]) -> tuple[tuple[Heard, ...], Facts]:
    """https://www.twilio.com/docs/conversations/conversations-webhooks; what we or a program wrote is nothing heard."""
    kind, author = form["EventType"], form.get("Author", "")
    known = {"conversation_event": kind, "conversation": form["ConversationSid"]}
    name = next((name for name in ("whatsapp", "messenger", "rcs") if author.startswith(f"{name}:")), "sms")
    if kind == "onMessageAdded" and not form.get("ClientIdentity") and (name != "sms" or author.startswith("+")):
        files = [opening.text(one, "Filename", "Sid") for one in opening.listed(form, "Media")]
        message = InboundMessage(
            channel="text",
            sender=author.partition(":")[2] or author,
            to=form.get("MessagingBinding.ProxyAddress", ""),
            text=form.get("Body", ""),
            reference=form.get("MessageSid", ""),
            at=opening.instant(form.get("DateCreated", "")),
        )
        return (message,), known | {
            "kind": f"inbound_{name}", "channel": name, "message": form.get("MessageSid"), "attachments": files,
        }  # fmt: skip
    status, sid = form.get("Status", ""), form.get("ChannelMessageSid") or form.get("MessageSid", "")
    if kind == "onDeliveryUpdated" and status and sid:
        of_a_text = {"MessageSid": sid, "MessageStatus": status, "ErrorCode": form.get("ErrorCode", "")}
        heard = TwilioListener(auth_token="").hear(Posted("", urlencode(of_a_text).encode(), {}))
        return heard, known | {"status": status, "message": sid}
    return (), known


def _done(written: str) -> str | None:
    """The carrier's own clock, YYMMDDhhmm, in a zone that it does not say."""
    if not re.fullmatch(r"\d{10}(?:\d\d)?", written, re.A):
        return None
    year, month, day, hour, minute = (written[at : at + 2] for at in range(0, 10, 2))
    return f"20{year}-{month}-{day}T{hour}:{minute}"


def _status(form: Mapping[str, str]) -> str | None:
    return form.get("MessageStatus") or form.get("SmsStatus") or None


def _of_text(form: Mapping[str, str]) -> Facts:
    channel = "whatsapp" if form.get("From", "").startswith("whatsapp:") else "sms"
    stopped = form.get("OptOutType", "").upper()
    return {
        "kind": f"inbound_{channel}",
        "channel": channel,
        "profile_name": form.get("ProfileName") or None,
        "message": form.get("MessageSid") or None,
        "opt_out": channel if stopped == "STOP" else None,
        "note": "Twilio already replied (Advanced Opt-Out): do not send another message" if stopped else None,
    }


def _of_call(form: Mapping[str, str], heard: CallReport) -> Facts:
    minutes, early = form.get("Duration", ""), "CallStatus" not in form
    return {
        "kind": "outbound_call" if heard.outbound else "inbound_call",
        "outcome": "contact" if early and form.get("AnsweredBy") == "human" else None,
        "answered_by": form.get("AnsweredBy") or None,
        "billing_minutes": int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else None,
    }


def twilio_signed(found: Recorded, secret: str) -> bool:
    """As signed for the address in the file's request line."""
    shown = found.posted.headers.get("x-twilio-signature", "")
    wanted = signature(secret, found.posted.url, list(found.fields.items()))
    return hmac.compare_digest(shown.encode(), wanted.encode())


def whatsapp(found: Recorded) -> tuple[tuple[Heard, ...], Facts]:
    """https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples"""
    heard: list[Heard] = []
    facts: Facts = {}
    for entry in opening.listed(found.json, "entry"):
        for change in opening.listed(entry, "changes"):
            value = opening.inner(change, "value")
            ours = opening.text(opening.inner(value, "metadata"), "display_phone_number")
            names = {opening.text(one, "wa_id"): opening.text(opening.inner(one, "profile"), "name")
                     for one in opening.listed(value, "contacts")}  # fmt: skip
            for one in opening.listed(value, "messages"):
                heard.append(_message(one, ours, names))
                facts = facts or _of_whatsapp(one, names)
            heard += [
                _report(one) for one in opening.listed(value, "statuses") if opening.text(one, "status") in _WHATSAPP
            ]
    return tuple(heard), facts


def _message(one: Any, ours: str, names: Mapping[str, str]) -> InboundMessage:
    sender = opening.text(one, "from")
    return InboundMessage(
        channel="text",
        sender=_number(sender),
        to=_number(ours),
        text=_words(one),
        reference=opening.text(one, "id"),
        at=opening.instant(opening.text(one, "timestamp")),
        sender_name=names.get(sender, ""),
        answers=tuple(filter(None, [opening.text(opening.inner(one, "context"), "id")])),
    )


def _words(one: Any) -> str:
    """The words of a text, of a tapped button, or beside a picture."""
    kind = opening.text(one, "type")
    held = opening.inner(one, kind) if kind else {}
    reply = opening.inner(held, "button_reply") or opening.inner(held, "list_reply")
    said = opening.text(opening.inner(one, "text"), "body") or opening.text(held, "text", "caption", "body")
    return said or opening.text(reply, "title")


def _of_whatsapp(one: Any, names: Mapping[str, str]) -> Facts:
    sender = opening.text(one, "from")
    return {
        "kind": "inbound_whatsapp",
        "channel": "whatsapp",
        "from_raw": sender or None,
        "profile_name": names.get(sender) or None,
        "received_at": iso(opening.instant(opening.text(one, "timestamp"))),
    }


def _report(one: Any) -> DeliveryReport:
    error: Any = next(iter(opening.listed(one, "errors")), {})
    return DeliveryReport(
        opening.text(one, "id"),
        _WHATSAPP[opening.text(one, "status")],  # type: ignore[arg-type]
        recipient=_number(opening.text(one, "recipient_id")),
        code=opening.text(error, "code"),
        reason=opening.text(error, "title", "message"),
        at=opening.instant(opening.text(one, "timestamp")),
    )


def _number(digits: str) -> str:
    """A wa_id has no plus."""
    bare = re.sub(r"\D", "", digits)
    return f"+{bare}" if bare else ""


def whatsapp_signed(found: Recorded, secret: str) -> bool:
    shown = found.posted.headers.get("x-hub-signature-256", "").removeprefix("sha256=")
    wanted = hmac.digest(secret.encode(), found.posted.body, hashlib.sha256).hex()
    return hmac.compare_digest(shown.encode(), wanted.encode())
