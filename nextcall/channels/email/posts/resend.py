"""Resend: https://resend.com/docs/dashboard/webhooks/event-types, signed as Svix does."""

import base64
import binascii
import hmac
import re
from datetime import datetime
from typing import Any

from nextcall.channels.contract import DeliveryReport, Heard, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import address, header_pairs
from nextcall.channels.email.posts.listening import MailListener, is_fresh

_LASTS = re.compile(r"\bhard bounce\b|\bsuppressed\b|\bsuppression list\b", re.I)


class ResendListener(MailListener):
    """`signing_secret`: whsec_…, https://docs.svix.com/receiving/verifying-payloads/how-manual"""

    title = "Resend"

    def __init__(self, *, signing_secret: str = "", **others: Any) -> None:
        super().__init__(**others)
        try:
            self._key = base64.b64decode(signing_secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise TypeError("signing_secret begins with whsec_ and goes on in base64") from error

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        stamp, number = posted.headers.get("svix-timestamp", ""), posted.headers.get("svix-id", "")
        if not self._key or not number or not is_fresh(stamp, at):
            return False
        signed = hmac.digest(self._key, f"{number}.{stamp}.".encode() + posted.body, "sha256")
        wanted = base64.b64encode(signed).decode()
        shown = [one.partition(",")[2] for one in posted.headers.get("svix-signature", "").split(" ")[:10]]
        return any(hmac.compare_digest(wanted.encode(), one.encode("utf-8", "replace")) for one in shown)

    def _hear(self, posted: Posted) -> tuple[Heard, ...]:
        found = opening.document(posted.body)
        kind, data = opening.text(found, "type"), opening.inner(found, "data")
        if kind == "email.received":
            raise ValueError("Resend posts only that a mail came, not its words: let answers go to a mailbox we read")
        if not kind.startswith("email."):
            raise ValueError("no type email.…: this is no post of Resend's")
        return _report(kind, data, found)


def _report(kind: str, data: Any, found: Any) -> tuple[Heard, ...]:
    headers = {name.lower(): value for name, value in header_pairs(opening.listed(data, "headers"))}
    theirs = opening.text(data, "email_id")
    to = data.get("to")
    about: dict[str, Any] = {
        "reference": opening.reference(opening.inner(headers, "x-metadata")),
        "recipient": address(str(to[0])) if isinstance(to, list) and to else "",
        "at": opening.instant(opening.text(found, "created_at")),
    }
    if kind == "email.delivered":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind == "email.complained":
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind == "email.bounced":
        said = opening.inner(data, "bounce")
        message = opening.text(said, "message")
        lasting = opening.text(said, "type").lower() or ("permanent" if _LASTS.search(message) else "")
        says: verdict.Weight = "hard" if lasting == "permanent" else "soft"
        answer = message if verdict.smtp_code(message) or verdict.enhanced(message) else ""  # else Resend's own prose
        return (verdict.bounced(theirs, says=says, said=answer, **about),)
    return ()
