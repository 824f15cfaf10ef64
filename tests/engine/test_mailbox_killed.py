"""kill -9 of what reads a mailbox, at every place between a mail and its record: nothing lost, nothing twice."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from nextcall.conversations.models import InboxItem, Message
from nextcall.engine import coming_along, hearing, mailboxes, reading_mail
from nextcall.lib.wake import Waker
from nextcall.team.models import Account, Mailbox
from tests.channels.dovecot import ImapServer, imap_server
from tests.engine.mailbox_rows import OURS, mail, make_conversation, make_mailbox, until

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = {
    "fetched": (hearing, "take_in"),  # nothing is written yet
    "inside the transaction": (coming_along, "keep"),
    "committed": (reading_mail, "_move_on"),  # the row does not know yet
}


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


def reader(box: Mailbox) -> mailboxes.Reader:
    return mailboxes.Reader(box.pk, clock=lambda: datetime.now(UTC))


def killed_at(where: str, box: Mailbox) -> None:
    """A process that reads until it comes to that place for the third time."""
    connection.close()  # each process opens one of its own
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        return
    signal.alarm(30)
    room, name = PLACES[where]
    real, seen = getattr(room, name), []

    def deadly(*args: Any, **keywords: Any) -> Any:
        seen.append(args)
        if len(seen) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **keywords)

    setattr(room, name, deadly)
    try:
        reader(box).run()
    finally:
        os._exit(1)


@pytest.mark.parametrize("where", PLACES)
def test_nothing_is_lost_and_nothing_comes_twice(account: Account, server: ImapServer, where: str) -> None:
    lead, _, enrollment = make_conversation(account)
    box = make_mailbox(account, server, uid_validity=0, uid_next=1)
    waker = Waker()
    first = reader(box)
    first.start()
    until(lambda: Mailbox.objects.filter(pk=box.pk).exclude(looked_at=None).exists(), waker=waker, seconds=15)
    first.end()
    first.join(5)
    server.deliver(*(mail(f"Answer {n}", In_Reply_To=OURS) for n in range(5)))
    for _ in range(2):
        killed_at(where, box)
    last = reader(box)
    last.start()
    until(lambda: Message.objects.filter(outbound=False).count() == 5, waker=waker, seconds=15)
    until(lambda: Mailbox.objects.filter(pk=box.pk, uid_next=6).exists(), waker=waker, seconds=15)
    last.end()
    last.join(5)
    waker.close()
    bodies = [one.body.strip() for one in Message.objects.filter(outbound=False).order_by("pk")]
    assert bodies == [f"Answer {n}" for n in range(5)]
    assert InboxItem.objects.get(lead=lead).waiting_since
    enrollment.refresh_from_db()
    assert enrollment.state == "paused"
