"""SendGrid: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook"""

import base64
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from nextcall.channels.contract import DeliveryReport, File, Heard, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import header_pairs, heard, mail_of
from nextcall.channels.email.posts.listening import MailListener, is_fresh, knows_secret
from nextcall.channels.inbound import mail as reader

_SIGNATURE = "x-twilio-email-event-webhook-signature"
_STAMP = "x-twilio-email-event-webhook-timestamp"


class SendgridListener(MailListener):
    """`public_key`: of the signed webhook. Inbound Parse is believed by the password in its address, or signed too."""

    title = "SendGrid"

    def __init__(self, *, public_key: str = "", **others: Any) -> None:
        super().__init__(**others)
        self._key: EllipticCurvePublicKey | None = None
        if public_key:
            try:
                key = load_der_public_key(base64.b64decode(public_key, validate=True))
            except (ValueError, UnsupportedAlgorithm) as error:
                raise TypeError("public_key is the base64 verification key of the signed webhook") from error
            if not isinstance(key, EllipticCurvePublicKey):
                raise TypeError("public_key is no elliptic curve key")
            self._key = key

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        stamp = posted.headers.get(_STAMP, "")
        if self._key is not None and _SIGNATURE in posted.headers:
            if not is_fresh(stamp, at):
                return False
            try:
                shown = base64.b64decode(posted.headers[_SIGNATURE], validate=True)
                self._key.verify(shown, stamp.encode() + posted.body, ECDSA(SHA256()))
                return True
            except (ValueError, InvalidSignature):
                return False
        return knows_secret(posted, self._secret)

    def _hear(self, posted: Posted) -> tuple[Heard, ...]:
        kind = posted.headers.get("content-type", "")
        if posted.body.lstrip()[:1] in (b"[", b"{"):
            events = opening.listed(opening.document(posted.body))
            return tuple(one for event in events for one in _report(event))
        fields, files = opening.form(posted.body, kind, charsets=True)
        if not {"headers", "email"} & fields.keys():
            raise ValueError("neither events nor a mail: this is no post of SendGrid's")
        return inbound(fields, [file for _, file in files])


def inbound(fields: dict[str, str], files: list[File]) -> tuple[Heard, ...]:
    """https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook"""
    to = next((one for one in opening.inner(fields, "envelope").get("to") or () if isinstance(one, str)), "")
    if fields.get("email"):
        return heard(reader.read(fields["email"].encode("utf-8", "surrogateescape")), to=to)
    mail = mail_of(
        header_pairs(fields["headers"]), text=fields.get("text", ""), html=fields.get("html", ""), files=files
    )
    return heard(mail, to=to)


def _report(event: Any) -> tuple[Heard, ...]:
    kind = opening.text(event, "event")
    theirs = opening.bracketed(opening.text(event, "smtp-id"))
    about: dict[str, Any] = {
        "reference": opening.reference(event) or opening.of_message_id(theirs),
        "recipient": opening.text(event, "email")[:254],
        "at": opening.instant(event.get("timestamp")) if isinstance(event, dict) else None,
    }
    said = opening.text(event, "reason", "response")
    if kind == "delivered":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind == "spamreport":
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind in ("unsubscribe", "group_unsubscribe"):
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    if kind == "bounce":
        says: verdict.Weight = "block" if opening.text(event, "type") == "blocked" else "hard"
        return (verdict.bounced(theirs, says=says, said=said, code=opening.text(event, "status"), **about),)
    if kind == "dropped":
        return _dropped(theirs, said, about)
    return ()


def _dropped(theirs: str, said: str, about: dict[str, Any]) -> tuple[Heard, ...]:
    """It did not try: it has a list of those who do not want mail, and of addresses that are dead."""
    low = said.lower()
    if "spam report" in low:
        return (DeliveryReport(theirs, "complained", reason="marked as spam before", **about),)
    if "unsubscribed" in low:
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    dead = "bounced" in low or low == "invalid"
    return (verdict.bounced(theirs, says="hard" if dead else "soft", said="", code="", **about),)
