"""Mailjet: https://dev.mailjet.com/email/guides/webhooks/ and /email/guides/parse-api/"""

import base64
import binascii
import re
from typing import Any

from nextcall.channels.contract import DeliveryReport, File, Heard, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import header_pairs, heard, mail_of
from nextcall.channels.email.posts.listening import MailListener

# https://dev.mailjet.com/email/guides/webhooks/#possible-values-for-errors
_BLOCKS = ("sender blocked", "content blocked", "policy issue", "preblocked", "spam reporter", "blacklisted")
_NAME = re.compile(r"name=(\"[^\"]{0,300}\"|[^;]{0,300})", re.I)
_PASSES = ("greylisted", "quota exceeded", "connection issue", "system issue", "protocol issue")


class MailjetListener(MailListener):
    title = "Mailjet"

    def _hear(self, posted: Posted) -> tuple[Heard, ...]:
        found = opening.document(posted.body)
        if isinstance(found, dict) and "Headers" in found:
            return _inbound(found)
        events = [one for one in opening.listed(found) if opening.text(one, "event")]
        if not events:
            raise ValueError("neither an event nor Headers: this is no post of Mailjet's")
        return tuple(one for event in events for one in _report(event))


def _inbound(found: Any) -> tuple[Heard, ...]:
    files = []
    for part in opening.listed(found, "Parts"):
        name = opening.text(part, "ContentRef")
        if "Attachment" in name:
            files.append(_file(opening.inner(part, "Headers"), opening.text(found, name)))
    mail = mail_of(
        header_pairs(opening.inner(found, "Headers")),
        text=opening.text(found, "Text-part"),
        html=opening.text(found, "Html-part"),
        files=files,
    )
    return heard(mail, to=opening.text(found, "Recipient"))


def _file(headers: Any, content: str) -> File:
    """Its name stands in one of two headers, either of them text or a list."""
    said = {name.lower(): value for name, value in header_pairs(headers)}
    kind = said.get("content-type", "")
    named = _NAME.search(f"{said.get('content-disposition', '')}; {kind}")
    name = named[1].strip("\"' ")[:200] if named else ""
    try:
        return File(name, kind.partition(";")[0][:100], base64.b64decode(content))
    except (binascii.Error, ValueError):
        return File(name, kind.partition(";")[0][:100], b"")


def _report(event: Any) -> tuple[Heard, ...]:
    kind, error = opening.text(event, "event"), opening.text(event, "error").lower()
    theirs = opening.text(event, "MessageID")
    about: dict[str, Any] = {
        "reference": opening.reference(opening.inner(event, "Payload")),
        "recipient": opening.text(event, "email")[:254],
        "at": opening.instant(event.get("time")),
    }
    if kind == "sent":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind == "spam":
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind == "unsub":
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    if kind not in ("bounce", "blocked") or error == "greylisted":
        return ()  # greylisted: it tries again by itself
    says: verdict.Weight = "block" if error in _BLOCKS else "soft" if error in _PASSES else "hard"
    if kind == "bounce" and event.get("hard_bounce") is False and says == "hard":
        says = "soft"
    return (verdict.bounced(theirs, says=says, said=opening.text(event, "smtp_reply", "comment"), **about),)
