"""SparkPost: https://developers.sparkpost.com/api/webhooks/ and /api/relay-webhooks/"""

import base64
import binascii
from typing import Any

from nextcall.channels.contract import DeliveryReport, Heard, Posted
from nextcall.channels.email.posts import opening, verdict
from nextcall.channels.email.posts.arrived import heard
from nextcall.channels.email.posts.listening import MailListener
from nextcall.channels.inbound import mail as reader

# https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
_HARD, _BLOCK = ("10", "30", "90"), ("25", "50", "51", "52", "53", "54")


class SparkpostListener(MailListener):
    title = "SparkPost"

    def _hear(self, posted: Posted) -> tuple[Heard, ...]:
        events = opening.listed(opening.document(posted.body))
        if not events or not all(isinstance(one, dict) and "msys" in one for one in events):
            raise ValueError("no msys: this is no post of SparkPost's")
        out: list[Heard] = []
        for one in events:
            relayed = opening.inner(one, "msys", "relay_message")
            out += _inbound(relayed) if relayed else ()
            for kind in ("message_event", "unsubscribe_event", "gen_event"):
                out += _report(opening.inner(one, "msys", kind))
        return tuple(out)


def _inbound(relayed: Any) -> tuple[Heard, ...]:
    content = opening.inner(relayed, "content")
    raw = opening.text(content, "email_rfc822").encode("utf-8", "replace")
    if content.get("email_rfc822_is_base64"):
        try:
            raw = base64.b64decode(raw)
        except (binascii.Error, ValueError) as error:
            raise ValueError("email_rfc822 is not base64") from error
    return heard(reader.read(raw), to=opening.text(relayed, "rcpt_to"))


def _report(event: Any) -> tuple[Heard, ...]:
    kind, weight = opening.text(event, "type"), opening.text(event, "bounce_class")
    theirs = opening.text(event, "transmission_id")
    about: dict[str, Any] = {
        "reference": opening.reference(opening.inner(event, "rcpt_meta")),
        "recipient": opening.text(event, "raw_rcpt_to", "rcpt_to")[:254],
        "at": opening.instant(event.get("timestamp")),
    }
    if kind == "delivery":
        return (DeliveryReport(theirs, "delivered", **about),)
    if kind == "spam_complaint":
        return (DeliveryReport(theirs, "complained", reason="marked as spam", **about),)
    if kind in ("list_unsubscribe", "link_unsubscribe"):
        return (DeliveryReport(theirs, "failed", permanent=True, problem="withdrawn", reason="unsubscribed", **about),)
    if kind in ("bounce", "out_of_band", "policy_rejection") and weight not in ("60", "80", "100"):
        says: verdict.Weight = "hard" if weight in _HARD else "block" if weight in _BLOCK else "soft"
        said = opening.text(event, "raw_reason", "reason")
        return (verdict.bounced(theirs, says=says, said=said, code=opening.text(event, "error_code"), **about),)
    return ()
