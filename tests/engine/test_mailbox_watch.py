"""A mailbox that stops being read: written down once, told to who can mend it, and over when it answers again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nextcall.channels import push
from nextcall.engine import mailbox_watch
from nextcall.engine.mailboxes import Reader
from nextcall.engine.notify import Notify
from nextcall.lib.wake import Waker
from nextcall.team import devices
from nextcall.team.models import Account, Mailbox, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_member
from tests.channels.dovecot import ImapServer, imap_server
from tests.channels.push_service import Browser
from tests.engine.mailbox_rows import make_mailbox, until

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


def happened() -> list[str]:
    return list(Event.objects.filter(kind__startswith="mailbox.").order_by("pk").values_list("kind", flat=True))


def test_ten_minutes_without_an_answer_are_written_down_once(account: Account) -> None:
    box = make_mailbox(account, looked_at=MONDAY)
    for minutes in (1, 9, 10, 11, 12, 60):
        mailbox_watch.failed(box, "cannot reach imap.example.com", at=MONDAY + minutes * MINUTE)
    stopped = Event.objects.get(kind="mailbox.stopped")
    assert stopped.at == MONDAY + 11 * MINUTE and stopped.data["because"] == "cannot reach imap.example.com"
    mailbox_watch.answered(box, at=MONDAY + 90 * MINUTE)
    assert Event.objects.get(kind="mailbox.resumed").data["after"] == "90 minutes"
    box.looked_at = MONDAY + 90 * MINUTE
    mailbox_watch.answered(box, at=MONDAY + 92 * MINUTE)
    mailbox_watch.failed(box, "away again", at=MONDAY + 120 * MINUTE)
    assert happened() == ["mailbox.stopped", "mailbox.resumed", "mailbox.stopped"]


def test_the_reader_says_so_itself(account: Account, server: ImapServer) -> None:
    now = datetime.now(UTC)
    away = make_mailbox(account, looked_at=now - 11 * MINUTE)
    here = make_mailbox(account, server, address="team@seller.example", looked_at=now - 3 * 60 * MINUTE)
    readers = [Reader(box.pk, clock=lambda: datetime.now(UTC)) for box in (away, here)]
    waker = Waker()
    for one in readers:
        one.start()
    until(lambda: len(happened()) == 2, waker=waker, seconds=15)
    for one in readers:
        one.end()
        one.join(5)
    waker.close()
    assert Event.objects.get(kind="mailbox.stopped").data["mailbox"] == away.pk
    assert Event.objects.get(kind="mailbox.resumed").data["after"] == "3 hours"


def test_what_is_unread_is_found_in_one_account_alone(account: Account) -> None:
    at = MONDAY + 60 * MINUTE
    long_ago = make_mailbox(account, address="a@seller.example", looked_at=MONDAY)
    never = make_mailbox(account, address="b@seller.example")
    refused = make_mailbox(account, address="c@seller.example", enabled=False, problem="taken back", problem_at=at)
    make_mailbox(account, address="d@seller.example", looked_at=at - 9 * MINUTE)
    make_mailbox(account, address="e@seller.example", enabled=False)
    make_mailbox(make_account("Other"), looked_at=MONDAY)
    assert mailbox_watch.unread([account.pk], at=at) == [long_ago, never, refused]
    assert all(mailbox_watch.is_unread(one, at=at) for one in (long_ago, never, refused))


def test_owners_and_managers_of_the_account_get_one_notice(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(push, "push", lambda device, words, **how: taken.append(f"{device.endpoint} {words.decode()}"))
    olga, rep = make_member(account, "owner", name="Olga Reyes"), make_member(account, "rep", name="Rita Rep")
    for member in (olga, rep, make_member(make_account("Other"), "owner", name="Eve Other")):
        subscribe(member)
    box = make_mailbox(account, looked_at=MONDAY)
    for minutes in (9, 11, 12, 15, 40):
        Notify(threads=0)(at=MONDAY + minutes * MINUTE)
    assert len(taken) == 1 and f"/{olga.pk} " in taken[0]
    assert "A mailbox is not read" in taken[0] and f"/settings/email/mailbox/{box.pk}/" in taken[0]
    Mailbox.objects.update(looked_at=MONDAY + 60 * MINUTE)
    Notify(threads=0)(at=MONDAY + 71 * MINUTE)
    assert len(taken) == 2, "the next time is another thing"


def subscribe(member: Member) -> Any:
    device = Browser().device(f"https://push.example.com/{member.pk}")
    return devices.remember(member=member, device=device, label="Chrome", at=MONDAY)
