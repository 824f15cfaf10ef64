"""Readers of mailboxes beside the engine, against Dovecot."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection

from nextcall.channels.email import imap as imap_module
from nextcall.channels.email.imap import Imap, Place
from nextcall.conversations.models import Attachment, Message
from nextcall.engine import mail_in
from nextcall.engine.mailboxes import pause_after
from nextcall.lib import sealing
from nextcall.lib.one_holder import OneHolder
from nextcall.lib.wake import Waker
from nextcall.team.models import Account, Mailbox
from nextcall.timeline.models import Event
from tests.channels.dovecot import PASSWORD, USER, ImapServer, imap_server
from tests.engine.mailbox_rows import OURS, mail, make_conversation, make_mailbox, reading, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


def answers() -> int:
    return Message.objects.filter(outbound=False).count()


def looked(box: Mailbox) -> bool:
    box.refresh_from_db()
    return box.looked_at is not None and not box.problem


def test_a_reply_pauses_the_cadence_within_two_seconds_of_its_delivery(
    account: Account, server: ImapServer, waker: Waker
) -> None:
    _, _, enrollment = make_conversation(account)
    server.deliver(mail("Old mail, from before we were asked to look.", In_Reply_To=OURS))
    box = make_mailbox(account, server)

    def paused() -> bool:
        enrollment.refresh_from_db()
        return enrollment.state == "paused"

    with reading():
        until(lambda: looked(box), waker=waker, seconds=15)
        assert answers() == 0, "a mailbox begins with its next mail"
        server.deliver(mail("Yes, call me.", In_Reply_To=OURS))
        assert until(paused, waker=waker, seconds=10) < 2
    flags, _ = server.lying_in("INBOX")[-1]
    assert b"\\Seen" not in flags
    assert len(server.lying_in("INBOX")) == 2, "nothing is deleted"


def test_two_hundred_mails_at_once_are_each_taken_in_once(account: Account, server: ImapServer, waker: Waker) -> None:
    make_conversation(account)
    box = make_mailbox(account, server)
    with reading():
        until(lambda: looked(box), waker=waker, seconds=15)
        server.deliver(*(mail(f"Answer {n}", In_Reply_To=OURS) for n in range(200)))
        until(lambda: answers() == 200, waker=waker, seconds=60)
    bodies = Message.objects.filter(outbound=False).values_list("body", flat=True)
    assert {one.strip() for one in bodies} == {f"Answer {n}" for n in range(200)}


def test_a_mail_of_forty_megabytes_is_answered_and_holds_up_none(
    account: Account, server: ImapServer, waker: Waker
) -> None:
    make_conversation(account)
    box = make_mailbox(account, server)
    huge = (
        (
            f"From: rowan@example.com\r\nTo: {USER}\r\nMessage-ID: <huge@x>\r\nIn-Reply-To: {OURS}\r\n"
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
            "Content-Type: text/plain\r\n\r\nHere is the house.\r\n"
            '--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename="house.jpg"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n"
        ).encode()
        + b"QUFB" * 19
        + b"\r\n"
    )
    huge += (b"QUFB" * 19 + b"\r\n") * (40_000_000 // 78) + b"--b--\r\n"
    with reading():
        until(lambda: looked(box), waker=waker, seconds=15)
        server.deliver(huge, mail("And the garden?", In_Reply_To=OURS))
        until(lambda: answers() == 2, waker=waker, seconds=30)
    assert Message.objects.filter(outbound=False).order_by("pk")[0].body.strip() == "Here is the house."
    assert "too large" in Attachment.objects.get().refused


def test_what_is_numbered_anew_is_read_from_the_days_before_alone(
    account: Account, server: ImapServer, waker: Waker
) -> None:
    make_conversation(account)
    box = make_mailbox(account, server)
    years_ago = datetime(2019, 5, 1, tzinfo=UTC)
    session = Imap(Place("127.0.0.1", USER, server.port, "plain", PASSWORD))
    session.append("INBOX", mail("From years ago", In_Reply_To=OURS), at=years_ago)
    with reading():
        until(lambda: looked(box), waker=waker, seconds=15)
        server.deliver(mail("Before", In_Reply_To=OURS))
        until(lambda: answers() == 1, waker=waker, seconds=10)
    session.close()
    server.number_anew()
    server.deliver(mail("While nobody looked", In_Reply_To=OURS))
    with reading():
        until(lambda: answers() == 2, waker=waker, seconds=15)
    assert {one.body.strip() for one in Message.objects.filter(outbound=False)} == {"Before", "While nobody looked"}
    assert Event.objects.filter(kind="mailbox.renumbered").exists()


def test_a_mail_that_breaks_us_is_left_where_it_is_with_a_note(
    account: Account, server: ImapServer, waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_conversation(account)
    box = make_mailbox(account, server)
    understood = mail_in.understand

    def brittle(raw: bytes) -> mail_in.Understood:
        if b"poison" in raw:
            raise RuntimeError("a mail nobody has thought of")
        return understood(raw)

    monkeypatch.setattr(mail_in, "understand", brittle)
    with reading():
        until(lambda: looked(box), waker=waker, seconds=15)
        server.deliver(mail("poison", In_Reply_To=OURS), mail("Yes", In_Reply_To=OURS))
        until(lambda: answers() == 1, waker=waker, seconds=10)
    skipped = Event.objects.get(kind="mailbox.skipped")
    assert skipped.data == {"mailbox": box.pk, "uid": 1, "because": "RuntimeError"}
    assert len(server.lying_in("INBOX")) == 2


def test_a_server_without_idle_is_asked_now_and_then(
    account: Account, server: ImapServer, waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_conversation(account)
    box = make_mailbox(account, server)
    signed_in = Imap._sign_in

    def without(self: Imap) -> None:
        signed_in(self)
        kept = self._box.client.capabilities
        self._box.client.capabilities = tuple(one for one in kept if one != "IDLE")

    monkeypatch.setattr(Imap, "_sign_in", without)
    monkeypatch.setattr(imap_module, "DONT_IDLE_SECONDS", 0.3)
    with reading():
        until(lambda: looked(box), waker=waker, seconds=15)
        server.deliver(mail(In_Reply_To=OURS))
        until(lambda: answers() == 1, waker=waker, seconds=5)


def test_what_is_wrong_stands_on_the_row_and_a_mended_row_is_read_at_once(
    account: Account, server: ImapServer, waker: Waker
) -> None:
    box = make_mailbox(account, server)
    right = bytes(box.sealed)
    wrong = sealing.seal({**sealing.unseal(right), "password": "dash"})
    Mailbox.objects.filter(pk=box.pk).update(sealed=wrong)

    def refused() -> bool:
        box.refresh_from_db()
        return "sign-in refused" in box.problem and box.problem_at is not None

    with reading():
        until(refused, waker=waker, seconds=15)
        assert "dash" not in box.problem
        Mailbox.objects.filter(pk=box.pk).update(sealed=right)
        until(lambda: looked(box), waker=waker, seconds=15)
        assert box.problem_at is None
        Mailbox.objects.filter(pk=box.pk).update(enabled=False)
        name = f"mailbox-{box.pk}"
        until(lambda: name not in {one.name for one in threading.enumerate()}, waker=waker, seconds=10)


def test_pauses_grow_and_a_wrong_password_is_tried_rarely() -> None:
    assert [pause_after(n, refused=False) for n in (1, 2, 3, 30)] == [1, 2, 4, 300]
    assert [pause_after(n, refused=True) for n in (1, 2, 30)] == [60, 120, 1800]


def test_one_engine_at_a_time_reads_a_mailbox(waker: Waker) -> None:
    """And the database lets go by itself when that engine dies."""
    first, second = OneHolder(7), OneHolder(7)
    assert first.take(1) and first.keeps()
    if connection.vendor == "postgresql":
        assert not second.take(1) and second.take(2)
        first.close()
    until(lambda: second.take(1), waker=waker, seconds=10)  # the server notices a little later
    second.close()
