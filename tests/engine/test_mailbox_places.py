"""What a mailbox that is read adds to sending: copies, and reply addresses."""

from datetime import timedelta

import pytest

from nextcall.channels.email import plus
from nextcall.channels.email.copies import Filed
from nextcall.channels.memory import Memory
from nextcall.engine import senders
from nextcall.engine.mailbox_places import copies_for, version_of
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.engine.write import write
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Mailbox, Member
from tests.builders import MONDAY, make_member
from tests.channels.dovecot import USER
from tests.engine.mailbox_rows import make_mailbox

pytestmark = pytest.mark.django_db
REFERENCE = "0b1fd7d2-3c1e-4d5e-9a75-2d6f0c9a1b2c"


@pytest.fixture
def row(account: Account) -> Connection:
    sealed = sealing.seal({"host": "127.0.0.1", "port": 1, "security": "plain"})
    return Connection.objects.create(
        account=account, channel="email", provider="smtp", sealed=sealed, from_address=USER, created_at=MONDAY
    )


def test_mail_from_the_mailbox_s_own_address_needs_no_reply_address(account: Account, row: Connection) -> None:
    assert senders.make(row).reply_to_of(REFERENCE) == ""
    make_mailbox(account, connection=row)
    assert senders.make(row).reply_to_of(REFERENCE) == ""


def test_answers_come_to_the_mailbox_that_is_read(account: Account, row: Connection) -> None:
    make_mailbox(account, connection=row, address="answers@seller.example")
    assert senders.make(row).reply_to_of(REFERENCE) == "answers@seller.example"


def test_where_plus_addresses_work_each_message_has_a_reply_address_of_its_own(
    account: Account, row: Connection
) -> None:
    sealed = sealing.seal({"host": "x", "port": 993, "user": USER, "security": "ssl", "plus": True})
    make_mailbox(account, connection=row, sealed=sealed)
    address = senders.make(row).reply_to_of(REFERENCE)
    assert address == "hazel+re.0b1fd7d23c1e4d5e9a752d6f0c9a1b2c@seller.example"
    assert plus.references([address.upper()], USER) == (REFERENCE,)
    assert plus.references(["hazel+re.x@seller.example", "a+re." + "0" * 32 + "@seller.example"], USER) == ()


def test_a_mailbox_that_cannot_be_opened_holds_up_no_mail(account: Account, row: Connection) -> None:
    make_mailbox(account, connection=row, sealed=b"sealed with another key", sent_folder="Sent")
    sender = senders.make(row)
    assert sender.provider is not None and sender.problem == ""


def test_a_changed_mailbox_is_noticed_at_the_next_batch(account: Account, row: Connection) -> None:
    found = Senders()
    first = found.find([account.pk])
    box = make_mailbox(account, connection=row, address="answers@seller.example")
    second = found.find([account.pk])
    box.enabled, box.looked_at = False, MONDAY + timedelta(days=1)
    box.save()
    third = found.find([account.pk])
    key = (account.pk, "email")
    said = [one.get(key, senders.OWN_HANDSET).reply_to for one in (first, second, third)]
    assert said == ["", "answers@seller.example", ""]
    found.close()


def test_what_a_member_writes_from_their_own_address_is_copied_into_their_own_mailbox(
    account: Account, row: Connection
) -> None:
    hazel = make_member(account, name="Hazel Hart")
    make_mailbox(account, connection=row, address="answers@seller.example", sent_folder="Sent")
    own = make_mailbox(account, member=hazel, sent_folder="Gesendet")
    made = copies_for(row)
    assert made is not None
    assert (folder(made, hazel.pk), folder(made, 0)) == ("Gesendet", "Sent")
    before = version_of(row)
    Mailbox.objects.filter(pk=own.pk).update(sent_folder="")
    row = Connection.objects.get(pk=row.pk)
    assert version_of(row) != before, "noticed at the next batch"
    made = copies_for(row)
    assert made is not None and folder(made, hazel.pk) == "Sent"


def folder(filed: Filed, whose: int) -> str:
    copies = filed._own.get(whose) or filed._usual
    return copies._folder if copies else ""


def test_mail_from_another_address_is_copied_as_ever(account: Account, row: Connection) -> None:
    hazel = make_member(account, name="Hazel Hart")
    make_mailbox(account, connection=row, sent_folder="Sent")
    make_mailbox(account, member=hazel, address="hazel.own@seller.example", sent_folder="Gesendet")
    made = copies_for(row)
    assert made is not None and folder(made, hazel.pk) == "Sent"


def test_whose_message_it_is_goes_along_with_it(lead: Lead, member: Member) -> None:
    write(lead=lead, channel="email", subject="Hi", body="Hello", by=member, at=MONDAY)
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(minutes=5), start=MONDAY)
    assert [one.whose for one in memory.sent] == [member.pk]
