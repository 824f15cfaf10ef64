"""A lead asks us to put right what we hold: a request for a person of ours, never a change by itself.

Whoever has the link could otherwise send our messages to a number of their choice.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from nextcall.consent import ledger
from nextcall.conversations import log as conversation
from nextcall.engine import releasing
from nextcall.leads.models import Lead
from nextcall.privacy.choosing import PAGE

FIELDS = {"name": "name", "phone": "number", "email": "email address", "other": "note"}
LONGEST = 300


def ask(*, lead: Lead, asked: Mapping[str, str], at: datetime) -> str:
    """Put the request into the Inbox, where it waits for an answer; its words, "" when nothing was asked."""
    lines = []
    for name, word in FIELDS.items():
        wish = " ".join(conversation.clean(asked.get(name, "")).split())[:LONGEST]
        if wish:
            lines.append(f"{word}: {wish}")
    if not lines:
        return ""
    words = "Please correct what you hold about me.\n" + "\n".join(lines)
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        latest = lead.messages.filter(channel=PAGE, outbound=False, answered_at=None).order_by("-pk").first()
        if latest is not None and latest.body == words:
            return words
        conversation.received(
            account=lead.account, lead=lead, contact_point=None, channel=PAGE, body=words, at=at, verdict="request"
        )
        conversation.waiting(lead=lead, at=at)
        releasing.on_reply(lead=lead, at=at)
    return words
