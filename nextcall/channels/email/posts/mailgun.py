"""Mailgun: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nextcall.channels.contract import DeliveryReport, File, Heard, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import address, header_pairs, heard, mail_of
from nextcall.channels.email.posts.listening import MailListener, is_fresh
from nextcall.channels.inbound import mail as reader


class MailgunListener(MailListener):
    """`signing_key`: the HTTP webhook signing key. A signature covers its token alone, so a token counts once."""

    title = "Mailgun"

    def __init__(self, *, signing_key: str = "", **others: Any) -> None:
        super().__init__(**others)
        self._key = signing_key

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        stamp, token, shown = _signature(posted)
        return is_fresh(stamp, at) and is_signed(self._key, stamp, token, shown)

    def once(self, posted: Posted) -> bytes:
        """The token: whoever saw one post cannot put other words under its signature."""
        return _signature(posted)[1].encode() or posted.body

    def _hear(self, posted: Posted) -> tuple[Heard, ...]:
        if _is_json(posted):
            data = opening.inner(opening.document(posted.body), "event-data")
            if not data:
                raise ValueError("no event-data: this is no post of Mailgun's")
            return event(data)
        fields, files = opening.form(posted.body, posted.headers.get("content-type", ""))
        if fields.get("event") and "recipient" in fields:
            return _older_event(fields)
        if "recipient" not in fields or not {"body-plain", "body-mime", "message-headers"} & fields.keys():
            raise ValueError("neither event-data nor a recipient with a body: this is no post of Mailgun's")
        return inbound(fields, [file for _, file in files])


def is_signed(key: str, stamp: str, token: str, shown: str) -> bool:
    wanted = hmac.digest(key.encode(), (stamp + token).encode("utf-8", "replace"), "sha256").hex()
    return bool(key and token) and hmac.compare_digest(wanted.encode(), shown.encode("utf-8", "replace"))


def _is_json(posted: Posted) -> bool:
    return "json" in posted.headers.get("content-type", "") or posted.body.lstrip()[:1] == b"{"


def _signature(posted: Posted) -> tuple[str, str, str]:
    """Timestamp, token, signature; empty where the post has none."""
    try:
        if _is_json(posted):
            named: Mapping[str, Any] = opening.inner(opening.document(posted.body), "signature")
        else:
            named = opening.form(posted.body, posted.headers.get("content-type", ""))[0]
    except ValueError:
        return "", "", ""
    return opening.text(named, "timestamp"), opening.text(named, "token")[:200], opening.text(named, "signature")


def inbound(fields: Mapping[str, str], files: list[File]) -> tuple[Heard, ...]:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http"""
    to, stripped = fields.get("recipient", "").split(",")[0].strip(), fields.get("stripped-text", "")
    if fields.get("body-mime"):
        return heard(reader.read(fields["body-mime"].encode("utf-8", "surrogateescape")), to=to, stripped=stripped,
                     reference=fields.get("token", ""))  # fmt: skip
    pairs = header_pairs(opening.listed(fields, "message-headers"))
    have = {name.lower() for name, _ in pairs}
    named = {"From": fields.get("from", ""), "Subject": fields.get("subject", "")}
    pairs += [(name, value) for name, value in named.items() if value and name.lower() not in have]
    mail = mail_of(pairs, text=fields.get("body-plain", ""), html=fields.get("body-html", ""), files=files)
    return heard(mail, to=to, stripped=stripped, reference=fields.get("token", ""))


def _older_event(fields: Mapping[str, str]) -> tuple[Heard, ...]:
    """Events as forms, which accounts from before 2018 may still get."""
    kind, dropped = fields["event"], fields.get("event") == "dropped"
    said = fields.get("error") or fields.get("description") or fields.get("notification", "")
    if kind in ("bounced", "dropped"):
        kind = "complained" if dropped and "complained" in said.lower() else "failed"
    severity = "permanent" if not dropped or fields.get("reason") == "hardfail" else "temporary"
    return event(
        {
            "event": kind,
            "severity": severity,
            "recipient": fields["recipient"],
            "timestamp": fields.get("timestamp", ""),
            "message": {"headers": {"message-id": fields.get("Message-Id") or fields.get("message-id", "")}},
            "delivery-status": {"message": said, "code": fields.get("code", "")},
            "user-variables": {"reference": fields.get("reference", "")},
        }
    )


def event(data: Mapping[str, Any]) -> tuple[Heard, ...]:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure"""
    kind, headers = opening.text(data, "event"), opening.inner(data, "message", "headers")
    theirs = opening.bracketed(opening.text(headers, "message-id"))
    about: dict[str, Any] = {
        "reference": opening.reference(opening.inner(data, "user-variables")) or opening.of_message_id(theirs),
        "recipient": (opening.text(data, "recipient") or address(opening.text(headers, "to")))[:254],
        "at": opening.instant(data.get("timestamp")),
    }
    if kind == "delivered":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind == "complained":
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind == "unsubscribed":
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    if kind == "rejected":
        because = opening.text(opening.inner(data, "reject"), "reason", "description")
        return (DeliveryReport(theirs, "failed", permanent=True, sender="filtered", reason=because[:200], **about),)
    if kind == "failed" and opening.text(data, "severity") != "temporary":
        status = opening.inner(data, "delivery-status")
        said = opening.text(status, "message") or opening.text(status, "description")
        return (verdict.bounced(theirs, says="hard", said=said, code=opening.text(status, "code"), **about),)
    return ()  # it tries again by itself; accepted, opened, clicked
