"""The composer: through the same claim and gate as the machine's own messages."""

from datetime import timedelta

import pytest

from nextcall.channels.memory import Memory
from nextcall.conversations.models import Message
from nextcall.conversations.thread import thread
from nextcall.engine import receive, write
from nextcall.engine.undo import Refused, Undone, undo
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from tests.builders import MONDAY, T

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)


def run(minutes: int = 5) -> Memory:
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(AT + timedelta(minutes=minutes), start=AT)
    return memory


def test_it_waits_ten_seconds_and_leaves_in_the_members_name(lead: Lead, member: Member) -> None:
    touch = write.write(lead=lead, channel="email", subject="Rates", body="Hello Hazel", by=member, at=AT)
    assert touch.due_at == AT + timedelta(seconds=10)
    (message,) = run().sent
    assert (message.from_name, message.subject) == (member.name, "Rates")
    assert Message.objects.get(touch=touch).by == member
    lead.refresh_from_db()
    assert (lead.first_person_touch_at, lead.first_machine_touch_at) == (touch.due_at, None)


def test_it_can_be_undone_until_it_leaves(lead: Lead, member: Member) -> None:
    first = write.write(lead=lead, channel="text", body="Oops", by=member, at=AT)
    action = write.undo_of(first)
    assert action is not None
    assert isinstance(undo(action=action, by=member, at=AT + timedelta(seconds=5)), Undone)
    second = write.write(lead=lead, channel="text", body="Better", by=member, at=AT)
    assert [message.body for message in run().sent] == ["Better. Acme Homes. Reply STOP to end texts."]
    left = write.undo_of(second)
    assert left is not None
    assert undo(action=left, by=member, at=AT + timedelta(minutes=5)) == Refused("A message of it has left already.")


def test_an_answer_closes_the_inbox_item_and_carries_the_thread(lead: Lead, member: Member) -> None:
    address = lead.person.reaches.get(contact_point__kind="email").contact_point.value
    receive.receive(
        account=lead.account,
        channel="email",
        sender=address,
        text="How much?",
        subject="Your letter",
        message_id="<a@b>",
        at=AT,
        via="email",
    )
    lead.refresh_from_db()
    assert lead.waiting_since == AT
    write.write(lead=lead, channel="email", body="About 380.", by=member, at=AT)
    lead.refresh_from_db()
    assert lead.waiting_since is None
    (message,) = run().sent
    assert (message.subject, message.in_reply_to) == ("Re: Your letter", "<a@b>")
    assert [said.body.split("\n")[0] for said in thread(lead) if said.kind == "message"] == ["About 380.", "How much?"]


def test_outside_the_window_it_waits_and_says_when(lead: Lead, member: Member) -> None:
    night = T("2026-11-23 22:30")
    touch = write.write(lead=lead, channel="text", body="Hello", by=member, at=night)
    assert touch.rule
    assert touch.due_at > night + timedelta(hours=8)
    action = write.undo_of(touch)
    assert action is not None
    assert "It leaves Tue 8:" in action.says


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 1601])
def test_nothing_and_too_much_are_refused_in_words(lead: Lead, member: Member, body: str) -> None:
    with pytest.raises(write.Unfinished):
        write.write(lead=lead, channel="text", body=body, by=member, at=AT)
