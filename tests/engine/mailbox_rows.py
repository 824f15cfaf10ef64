"""Rows and mails for the tests of mailboxes: Hazel's mailbox, and Rowan, whom she wrote to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Message
from nextcall.engine.mailboxes import Readers
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.lib.wake import Waker
from nextcall.team.models import Account, Mailbox
from tests.builders import MONDAY, make_enrollment, make_lead, make_touch
from tests.channels.dovecot import PASSWORD, USER, ImapServer

OURS = "<0b1f@seller.example>"


def make_mailbox(account: Account, server: ImapServer | None = None, **fields: Any) -> Mailbox:
    user = server.user if server else USER
    config = {"host": "127.0.0.1", "port": server.port if server else 1, "user": user, "password": PASSWORD}
    fields = {"address": USER, "sealed": sealing.seal({**config, "security": "plain"}), "created_at": MONDAY, **fields}
    return Mailbox.objects.create(account=account, **fields)


@contextmanager
def reading() -> Iterator[Readers]:
    """The readers of one engine, at work."""
    readers = Readers(clock=lambda: datetime.now(UTC))
    readers.start()
    try:
        yield readers
    finally:
        readers.stop()


def make_conversation(
    account: Account, *, email: str = "rowan@example.com", **fields: Any
) -> tuple[Lead, Touch, Enrollment]:
    """A lead on a cadence whom we emailed; `message_id` is of that email, OURS unless said otherwise."""
    message_id = fields.pop("message_id", OURS)
    lead = make_lead(account, name="Rowan Ash", email=email, **fields)
    enrollment = make_enrollment(lead)
    point = lead.person.reaches.get(contact_point__kind="email").contact_point
    touch = make_touch(
        lead,
        enrollment=enrollment,
        state="sent",
        provider="smtp",
        provider_reference=message_id,
        contact_point=point,
        tries=1,
    )
    Message.objects.create(
        account=account, person=lead.person, lead=lead, touch=touch, contact_point=point, channel="email",
        outbound=True, message_id=message_id, at=MONDAY, subject="Your home", body="What is it worth?",
    )  # fmt: skip
    return lead, touch, enrollment


def mail(text: str = "Yes, call me.", *, sender: str = "rowan@example.com", **headers: str) -> bytes:
    """A mail as a mail program writes it; underscores in names of headers stand for hyphens."""
    made = EmailMessage(policy=SMTP)
    wanted = {"From": sender, "To": USER, "Subject": "Re: Your home", "Message-ID": f"<{abs(hash(text))}@x.example>"}
    wanted |= {"Date": "Mon, 23 Nov 2026 18:00:00 +0000"}
    for name, value in (wanted | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            made[name] = value
    made.set_content(text)
    return made.as_bytes()


def until(true: Callable[[], bool], *, waker: Waker, seconds: float) -> float:
    """Waits for the word that rows changed, and looks again; how long it took. Fails after the deadline."""
    began = time.monotonic()
    while not true():
        left = began + seconds - time.monotonic()
        assert left > 0, f"not within {seconds} s"
        waker.wait(min(left, 0.25))
    return time.monotonic() - began
