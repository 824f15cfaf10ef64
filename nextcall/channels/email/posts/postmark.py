"""Postmark: https://postmarkapp.com/developer/webhooks/webhooks-overview"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nextcall.channels.contract import DeliveryReport, File, Heard, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import header_pairs, heard, mail_of
from nextcall.channels.email.posts.listening import MailListener
from nextcall.channels.inbound import mail as reader

# Bounce types, https://postmarkapp.com/developer/api/bounce-api#bounce-types
_WEIGHT: Mapping[str, verdict.Weight] = {
    "HardBounce": "hard",
    "BadEmailAddress": "hard",
    "SoftBounce": "soft",
    "VirusNotification": "block",
    "Blocked": "block",
    "DMARCPolicy": "block",
}


class PostmarkListener(MailListener):
    title = "Postmark"

    def _hear(self, posted: Posted) -> tuple[Heard, ...]:
        found = opening.document(posted.body)
        kind = opening.text(found, "RecordType")
        if kind == "Inbound" or (not kind and (opening.inner(found, "FromFull") or opening.text(found, "RawEmail"))):
            return inbound(found)
        if not kind:
            raise ValueError("neither RecordType nor FromFull: this is no post of Postmark's")
        return _report(found, kind)


def inbound(found: Any) -> tuple[Heard, ...]:
    """https://postmarkapp.com/developer/webhooks/inbound-webhook"""
    to, stripped = opening.text(found, "OriginalRecipient"), opening.text(found, "StrippedTextReply")
    reference = opening.text(found, "MessageID")
    pairs = header_pairs(opening.listed(found, "Headers"))
    have = {name.lower() for name, _ in pairs}
    sender = opening.inner(found, "FromFull")
    more = {
        "From": written(opening.text(sender, "Name", "") or opening.text(found, "FromName"),
                        opening.text(sender, "Email") or opening.text(found, "From")),
        "To": opening.text(found, "To"),
        "Cc": opening.text(found, "Cc"),
        "Reply-To": opening.text(found, "ReplyTo"),
        "Subject": opening.text(found, "Subject"),
        "Date": opening.text(found, "Date"),
    }  # fmt: skip
    pairs += [(name, value) for name, value in more.items() if value and name.lower() not in have]
    mail = mail_of(
        pairs,
        text=opening.text(found, "TextBody"),
        html=opening.text(found, "HtmlBody"),
        files=[_file(one) for one in opening.listed(found, "Attachments")],
    )
    raw = opening.text(found, "RawEmail")
    if raw:  # whole, as it came; what it leaves out stands beside it
        whole = reader.read(raw.encode("utf-8", "surrogateescape"))
        mail = replace(whole, date=whole.date or mail.date, attachments=whole.attachments or mail.attachments)
    return heard(mail, to=to, stripped=stripped, reference=reference)


def _file(one: Any) -> File:
    try:
        content = base64.b64decode(opening.text(one, "Content", "Data"))
    except (binascii.Error, ValueError):
        content = b""
    return File(opening.text(one, "Name")[:200], opening.text(one, "ContentType")[:100], content)


def written(name: str, address: str) -> str:
    """A name and an address as one header; quotes in the name cannot end it."""
    bare = name.replace("\\", "").replace('"', "")
    return f'"{bare}" <{address}>' if bare else address


def _report(found: Any, kind: str) -> tuple[Heard, ...]:
    about: dict[str, Any] = {
        "reference": opening.reference(opening.inner(found, "Metadata")),
        "recipient": opening.text(found, "Email", "Recipient")[:254],
        "at": opening.instant(opening.text(found, "BouncedAt", "DeliveredAt", "ChangedAt")),
    }
    theirs, type_ = opening.text(found, "MessageID"), opening.text(found, "Type")
    if kind == "Delivery":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind == "SpamComplaint" or type_ in ("SpamComplaint", "SpamNotification"):
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind == "SubscriptionChange" and found.get("SuppressSending"):
        return _suppressed(theirs, opening.text(found, "SuppressionReason"), about)
    if kind == "Bounce" and type_ == "Unsubscribe":
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    if kind == "Bounce" and type_ in _WEIGHT:
        said = opening.text(found, "Details") or opening.text(found, "Description")
        return (verdict.bounced(theirs, says=_WEIGHT[type_], said=said, **about),)
    return ()  # opens, clicks, and what it will try again


def _suppressed(theirs: str, because: str, about: dict[str, Any]) -> tuple[Heard, ...]:
    if because == "SpamComplaint":
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if because == "ManualSuppression":  # they used the service's own unsubscribe link
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    return ()
