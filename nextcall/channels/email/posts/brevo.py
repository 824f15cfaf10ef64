"""Brevo: https://developers.brevo.com/docs/transactional-webhooks and /docs/inbound-parse-webhooks"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nextcall.channels.contract import DeliveryReport, File, Heard, InboundMessage, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import header_pairs, heard, mail_of
from nextcall.channels.email.posts.listening import MailListener

_WEIGHT: Mapping[str, verdict.Weight] = {
    "hard_bounce": "hard",
    "invalid_email": "hard",
    "soft_bounce": "soft",
    "blocked": "block",
    "error": "soft",
}


class BrevoListener(MailListener):
    """Files of an inbound mail stay at Brevo: its post holds only their names, which are shown."""

    title = "Brevo"

    def _hear(self, posted: Posted) -> tuple[Heard, ...]:
        found = opening.document(posted.body)
        items = opening.listed(found, "items")
        if items:
            return tuple(one for item in items for one in _inbound(item))
        if not opening.text(found, "event"):
            raise ValueError("neither items nor an event: this is no post of Brevo's")
        return _report(found)


def _inbound(item: Any) -> tuple[Heard, ...]:
    pairs = header_pairs(opening.inner(item, "Headers"))
    to = next((opening.text(one, "Address") for one in opening.listed(item, "Recipients")), "")
    delivered = next((value for name, value in pairs if name.lower() == "delivered-to"), "").strip("<> ")
    mail = mail_of(pairs, text=opening.text(item, "RawTextBody"), html=opening.text(item, "RawHtmlBody"))
    files = tuple(
        File(
            opening.text(one, "Name")[:200],
            opening.text(one, "ContentType")[:100],
            b"",
            refused="its bytes are at Brevo",
        )
        for one in opening.listed(item, "Attachments")[: opening.MOST_FILES]
    )
    found = heard(mail, to=delivered or to, stripped=opening.text(item, "ExtractedMarkdownMessage"))
    return tuple(replace(one, files=files) if isinstance(one, InboundMessage) else one for one in found)


def _report(found: Any) -> tuple[Heard, ...]:
    kind = opening.text(found, "event")
    theirs = opening.bracketed(opening.text(found, "message-id"))
    about: dict[str, Any] = {
        "reference": opening.reference(opening.inner(found, "X-Mailin-custom")),
        "recipient": opening.text(found, "email")[:254],
        "at": opening.instant(found.get("ts_epoch")),
    }
    if kind == "delivered":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind in ("spam", "complaint"):
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind == "unsubscribe":
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    if kind in _WEIGHT:
        return (verdict.bounced(theirs, says=_WEIGHT[kind], said=opening.text(found, "reason"), **about),)
    return ()
