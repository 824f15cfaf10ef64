"""Numbers and addresses that nobody has: what they wish stands for whomever they belong to later."""

from datetime import timedelta

import pytest

from nextcall.channels.memory import Memory
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import InboxItem, Message
from nextcall.engine import receive, strangers, undo
from nextcall.engine.worker import Worker
from nextcall.engine.write import Refused, write
from nextcall.intake.accept import accept
from nextcall.intake.parsers.new_lead import ConsentGiven, Name, NewLead
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import email_address, phone
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, WORDING, make_account, make_enrollment, make_lead

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)
NUMBER = "+13035550199"


def hear(account: Account, words: str, *, sender: str = "(303) 555-0199", channel: str = "text") -> receive.Received:
    return receive.receive(account=account, channel=channel, sender=sender, text=words, at=AT, via=channel)


def arrives(account: Account, name: str = "Juniper Vale") -> Lead:
    """Somebody with that number and address fills in the form and permits everything."""
    number, address = phone.read(NUMBER, country="US"), email_address.read("june@example.com")
    assert number
    assert address
    consent = ConsentGiven(channels=("call", "text", "email"), wording=WORDING, at=AT)
    new = NewLead(raw_format="hand", name=Name(full=name), phones=(number,), emails=(address,), consent=consent)
    return accept(account=account, new_lead=new, at=AT + timedelta(minutes=5))


def refused(lead: Lead, by: Member, channel: str) -> bool:
    try:
        write(lead=lead, channel=channel, body="Hello", by=by, at=AT + timedelta(hours=1))
    except Refused:
        return True
    return False


def test_stop_from_an_unknown_number_stops_whoever_has_it_later(account: Account, member: Member) -> None:
    Account.objects.filter(pk=account.pk).update(default_cadence="fast-start")
    account.refresh_from_db()
    assert hear(account, "STOP").withdrawals
    lead, memory = arrives(account), Memory()
    assert refused(lead, member, "text")
    assert not refused(lead, member, "email")
    Worker(everything=memory, threads=0).run_until(AT + timedelta(days=4), start=AT)
    assert memory.sent
    assert {message.channel for message in memory.sent} == {"email"}


def test_a_stop_of_everything_from_an_unknown_address_is_kept_too(account: Account, member: Member) -> None:
    hear(account, "Stop contacting me, all of you", sender="June@Example.com", channel="email")
    assert refused(arrives(account), member, "email")


def test_start_from_the_unknown_number_lets_texts_to_it_again(account: Account, member: Member) -> None:
    hear(account, "STOP")
    hear(account, "START")
    assert not refused(arrives(account), member, "text")


def test_a_stop_in_one_account_is_no_stop_in_another(account: Account, member: Member) -> None:
    hear(make_account("Other"), "STOP")
    assert not refused(arrives(account), member, "text")


def test_two_messages_of_a_stranger_are_one_item(account: Account) -> None:
    hear(account, "Hi")
    hear(account, "Anybody?", sender=NUMBER)
    item = InboxItem.objects.get()
    assert (item.unknown_sender, item.first_line, item.waiting_since) == (NUMBER, "Anybody?", AT)
    assert Message.objects.filter(contact_point=item.contact_point).count() == 2


def test_who_writes_from_no_number_at_all_has_an_item_of_their_own(account: Account) -> None:
    hear(account, "Your code is 1", sender="BANK")
    hear(account, "Hello", sender="72345")
    assert set(InboxItem.objects.values_list("unknown_sender", "first_line")) == {
        ("BANK", "Your code is 1"),
        ("72345", "Hello"),
    }
    assert not ContactPoint.objects.exists()


def test_joining_brings_a_stop_to_the_person_and_undoing_takes_it_back(account: Account, member: Member) -> None:
    lead = make_lead(account, owner=member)
    hear(account, "Stop contacting me, all of you")
    action = strangers.join(item=InboxItem.objects.get(), lead=lead, by=member, at=AT)
    assert refused(lead, member, "email")
    assert InboxItem.objects.get().lead == lead
    assert isinstance(undo.undo(action=action, by=member, at=AT), undo.Undone)
    assert not refused(lead, member, "email")
    assert Withdrawal.objects.filter(person=None, lifted_at=None).exists()


def test_joining_pauses_the_plan_as_a_reply_does(account: Account, member: Member) -> None:
    lead = make_lead(account, owner=member)
    enrollment = make_enrollment(lead)
    hear(account, "It is me, from my other phone")
    strangers.join(item=InboxItem.objects.get(), lead=lead, by=member, at=AT)
    enrollment.refresh_from_db()
    lead.refresh_from_db()
    assert (enrollment.state, lead.waiting_since, lead.stage) == ("paused", AT, "talking")


def test_a_stranger_is_joined_once(account: Account, member: Member) -> None:
    hear(account, "Hi")
    item = InboxItem.objects.get()
    strangers.join(item=item, lead=make_lead(account), by=member, at=AT)
    with pytest.raises(strangers.Known, match="Somebody has said already"):
        strangers.join(item=item, lead=make_lead(account), by=member, at=AT)
