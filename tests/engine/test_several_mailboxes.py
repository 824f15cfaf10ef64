"""Several mailboxes of an account, each with folders beside its inbox, read by one engine from Dovecot."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from nextcall.conversations.models import InboxItem, Message
from nextcall.engine import mailboxes
from nextcall.engine.mail_in import Brought, take_in
from nextcall.lib.wake import Waker
from nextcall.team.models import Account, Mailbox, MailboxFolder, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_member
from tests.channels.dovecot import OTHER, USER, ImapServer, imap_server
from tests.engine.mailbox_rows import OURS, mail, make_conversation, make_mailbox, reading, until

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = "Portals/Über uns"


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        running.make_folder(LABEL)
        yield running


def make_folder(box: Mailbox, name: str = LABEL) -> MailboxFolder:
    return MailboxFolder.objects.create(account=box.account, mailbox=box, name=name)


def bodies() -> set[str]:
    return {one.body.strip() for one in Message.objects.filter(outbound=False)}


def looked(*rows: Mailbox | MailboxFolder) -> bool:
    for row in rows:
        row.refresh_from_db()
    return all(row.looked_at is not None and not row.problem for row in rows)


def test_each_mailbox_is_read_from_where_its_own_row_stands(account: Account, server: ImapServer, waker: Waker) -> None:
    make_conversation(account)
    theirs = replace(server, user=OTHER)
    theirs.deliver(mail("From before we were asked to look.", In_Reply_To=OURS))
    first, second = make_mailbox(account, server), make_mailbox(account, theirs, address=OTHER)
    with reading():
        until(lambda: looked(first, second), waker=waker, seconds=15)
        server.deliver(mail("To Hazel", In_Reply_To=OURS))
        theirs.deliver(mail("To all of you", In_Reply_To=OURS))
        until(lambda: bodies() == {"To Hazel", "To all of you"}, waker=waker, seconds=10)
        copy = mail("To both", In_Reply_To=OURS)
        server.deliver(copy)
        theirs.deliver(copy)
        until(lambda: "To both" in bodies(), waker=waker, seconds=10)
        until(lambda: places(first, second) == [3, 4], waker=waker, seconds=10)
    assert Message.objects.filter(outbound=False).count() == 3, "one mail in two mailboxes counts once"
    assert {one.our_point for one in Message.objects.filter(outbound=False)} <= {USER, OTHER}


def places(*rows: Mailbox) -> list[int | None]:
    for row in rows:
        row.refresh_from_db()
    return [row.uid_next for row in rows]


def test_one_that_cannot_be_read_holds_up_no_other(account: Account, server: ImapServer, waker: Waker) -> None:
    make_conversation(account)
    broken, sound = make_mailbox(account), make_mailbox(account, server, address=OTHER)
    with reading():
        until(lambda: looked(sound), waker=waker, seconds=15)
        server.deliver(mail("Yes", In_Reply_To=OURS))
        until(lambda: bodies() == {"Yes"}, waker=waker, seconds=10)
        broken.refresh_from_db()
        assert "cannot reach" in broken.problem and not broken.looked_at


def test_a_folder_beside_the_inbox_is_asked_again_and_again_and_the_inbox_at_once(
    account: Account, server: ImapServer, waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "OTHERS_EVERY", 0.5)
    make_conversation(account)
    server.deliver(mail("From before it was chosen.", In_Reply_To=OURS), folder=LABEL)
    box = make_mailbox(account, server)
    folder = make_folder(box)
    with reading():
        until(lambda: looked(box, folder), waker=waker, seconds=15)
        server.deliver(mail("Filed by a filter", In_Reply_To=OURS), folder=LABEL)
        until(lambda: bodies() == {"Filed by a filter"}, waker=waker, seconds=10)
        server.deliver(mail("Into the inbox", In_Reply_To=OURS))
        assert until(lambda: "Into the inbox" in bodies(), waker=waker, seconds=10) < 2
    folder.refresh_from_db()
    box.refresh_from_db()
    assert (box.uid_next, folder.uid_next) == (2, 3) and box.uid_validity != folder.uid_validity
    assert b"\\Seen" not in server.lying_in(LABEL)[-1][0]


def test_a_mail_that_moves_from_the_inbox_into_a_folder_counts_once(
    account: Account, server: ImapServer, waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "OTHERS_EVERY", 0.3)
    make_conversation(account)
    box = make_mailbox(account, server)
    folder = make_folder(box)
    with reading():
        until(lambda: looked(box, folder), waker=waker, seconds=15)
        server.deliver(mail("Yes", In_Reply_To=OURS))
        until(lambda: bodies() == {"Yes"}, waker=waker, seconds=10)
        server.deliver(mail("Yes", In_Reply_To=OURS), mail("Last", In_Reply_To=OURS), folder=LABEL)
        until(lambda: "Last" in bodies(), waker=waker, seconds=10)
    assert Message.objects.filter(outbound=False).count() == 2


def test_a_folder_that_is_gone_says_so_and_one_made_anew_is_read_from_the_days_before(
    account: Account, server: ImapServer, waker: Waker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "OTHERS_EVERY", 0.3)
    make_conversation(account)
    box = make_mailbox(account, server)
    folder, gone = make_folder(box), make_folder(box, "Nowhere")

    def said() -> bool:
        gone.refresh_from_db()
        return "cannot open the folder Nowhere" in gone.problem

    with reading():
        until(lambda: said() and looked(box, folder), waker=waker, seconds=15)
        assert not box.problem
        server.remove_folder(LABEL)
        until(lambda: not looked(folder), waker=waker, seconds=10)
        server.make_folder(LABEL)
        server.deliver(mail("While nobody looked", In_Reply_To=OURS), folder=LABEL)
        until(lambda: bodies() == {"While nobody looked"}, waker=waker, seconds=15)
    renumbered = Event.objects.get(kind="mailbox.renumbered")
    assert renumbered.data["folder"] == LABEL
    assert looked(folder)


def test_who_nobody_knows_is_for_the_member_whose_mailbox_it_is(account: Account) -> None:
    ann = make_member(account, name="Ann Ash")
    lead, _, _ = make_conversation(account)
    lead.delete()  # the mail that it answers is known still, the person is not
    box = make_mailbox(account, member=ann)
    assert bring(box, "Who are you?") == "taken"
    assert InboxItem.objects.get(lead=None).assignee == ann
    said = Event.objects.get(kind="inbox.assigned")
    assert said.data["to_name"] == "Ann Ash" and said.by is None


@pytest.mark.parametrize("whose", ["everybody's", "of one who left", "somebody has it"])
def test_otherwise_it_is_whoever_takes_it(account: Account, whose: str) -> None:
    ann, bo = make_member(account, name="Ann Ash"), make_member(account, name="Bo Birch")
    lead, _, _ = make_conversation(account)
    lead.delete()
    box = make_mailbox(account, member=None if whose == "everybody's" else ann)
    if whose == "of one who left":
        Member.objects.filter(pk=ann.pk).update(is_active=False)
        box = Mailbox.objects.get(pk=box.pk)
    if whose == "somebody has it":
        bring(make_mailbox(account, address=OTHER, member=bo), "Hello?")
    bring(box, "Who are you?")
    item = InboxItem.objects.get(lead=None)
    assert item.assignee == (bo if whose == "somebody has it" else None)


def bring(box: Mailbox, text: str) -> str:
    raw = mail(text, In_Reply_To=OURS, sender="rowan@example.com")
    return take_in(box, Brought(raw, MONDAY + timedelta(hours=1)), at=MONDAY + timedelta(hours=2))
