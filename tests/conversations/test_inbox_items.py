"""How the messages with each person stand: every deed that writes one keeps the item and the lead in step."""

from datetime import timedelta

import pytest

from nextcall.channels.memory import Memory
from nextcall.conversations import inbox
from nextcall.conversations.models import InboxItem, Message
from nextcall.engine import outcome, receive, tending, undo
from nextcall.engine import write as writing
from nextcall.engine.worker import Worker
from nextcall.intake.accept import accept
from nextcall.intake.parsers.new_lead import Name, NewLead
from nextcall.leads.models import Lead
from nextcall.lib import phone
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, make_account, make_lead, make_member, make_touch

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)


def point(lead: Lead, kind: str = "phone") -> str:
    return lead.person.reaches.get(contact_point__kind=kind).contact_point.value


def hear(lead: Lead, words: str = "How much could we borrow?", *, after: int = 0, channel: str = "text") -> InboxItem:
    receive.receive(
        account=lead.account,
        channel=channel,
        sender=point(lead, "email" if channel == "email" else "phone"),
        text=words,
        at=AT + timedelta(minutes=after),
        via=channel,
    )
    lead.refresh_from_db()
    return InboxItem.objects.get(lead=lead)


def agrees(lead: Lead) -> InboxItem:
    """The item says what the lead says."""
    lead.refresh_from_db()
    item = InboxItem.objects.get(lead=lead)
    assert item.waiting_since == lead.waiting_since
    return item


def send(lead: Lead, by: Member, *, after: int = 5, words: str = "About 320,000.") -> None:
    writing.write(lead=lead, channel="text", body=words, by=by, at=AT + timedelta(minutes=after))


def let_leave(*, after: int = 7) -> Memory:
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(AT + timedelta(minutes=after), start=AT)
    return memory


def test_a_reply_waits_on_us_since_the_first_unanswered_word(lead: Lead) -> None:
    hear(lead, "Hi\n\nAre you there?")
    item = hear(lead, "\n  Hello?  \nAnybody", after=3)
    assert (item.waiting_since, item.latest_at) == (AT, AT + timedelta(minutes=3))
    assert (item.first_line, item.channel, item.latest_outbound) == ("Hello?", "text", False)
    agrees(lead)


def test_our_answer_waits_on_them_and_is_whose_it_was(lead: Lead, member: Member) -> None:
    hear(lead)
    send(lead, member)
    item = agrees(lead)
    assert (item.waiting_since, item.assignee, item.done_at) == (None, member, None)
    assert let_leave().sent
    item = agrees(lead)
    assert (item.latest_outbound, item.first_line) == (True, "About 320,000.")


def test_undoing_the_answer_puts_the_item_back(lead: Lead, member: Member) -> None:
    before = InboxItem.objects.filter(pk=hear(lead).pk).values().get()
    touch = writing.write(lead=lead, channel="text", body="Yes", by=member, at=AT + timedelta(minutes=5))
    action = writing.undo_of(touch)
    assert action
    assert agrees(lead).waiting_since is None
    undo.undo(action=action, by=member, at=AT + timedelta(minutes=5))
    assert InboxItem.objects.filter(lead=lead).values().get() == before
    assert agrees(lead).waiting_since == AT


def test_undoing_the_answer_keeps_what_they_wrote_since(lead: Lead, member: Member) -> None:
    hear(lead)
    touch = writing.write(lead=lead, channel="text", body="Yes", by=member, at=AT + timedelta(minutes=5))
    hear(lead, "One more thing", after=6)
    action = writing.undo_of(touch)
    assert action
    undo.undo(action=action, by=member, at=AT + timedelta(minutes=6))
    item = agrees(lead)
    assert (item.first_line, item.waiting_since) == ("One more thing", AT + timedelta(minutes=6))


def test_what_the_machine_sends_to_somebody_who_never_wrote_is_no_conversation(lead: Lead) -> None:
    make_touch(lead, "email", body="Hello", due_at=AT)
    assert let_leave().sent
    assert not InboxItem.objects.exists()


def test_a_message_written_by_hand_waits_on_them(lead: Lead, member: Member) -> None:
    send(lead, member)
    let_leave()
    item = agrees(lead)
    assert (item.waiting_since, item.done_at, item.assignee, item.latest_outbound) == (None, None, member, True)


def test_a_text_from_ones_own_phone_is_an_answer(lead: Lead, member: Member) -> None:
    hear(lead)
    touch = make_touch(lead, "text", state="open", body="Call you at four", by_machine=False)
    outcome.log(lead=lead, touch=touch, outcome="sent", by=member, at=AT + timedelta(minutes=2))
    item = agrees(lead)
    assert (item.waiting_since, item.first_line, item.assignee) == (None, "Call you at four", member)


def test_done_is_done_until_they_write_again(lead: Lead, member: Member) -> None:
    tending.tend(items=[hear(lead)], deed="done", by=member, at=AT + timedelta(minutes=1))
    item = agrees(lead)
    assert (item.waiting_since, item.done_at, item.done_by) == (None, AT + timedelta(minutes=1), member)
    assert not Message.objects.filter(answered_at=None).exists()
    item = hear(lead, "Wait", after=9)
    assert (item.waiting_since, item.done_at) == (AT + timedelta(minutes=9), None)
    agrees(lead)


def test_stop_is_done_with_as_it_comes(lead: Lead) -> None:
    item = hear(lead, "STOP")
    assert (item.waiting_since, item.done_at, item.done_by, item.first_line) == (None, AT, None, "STOP")
    agrees(lead)


def test_an_automatic_reply_waits_on_nobody(lead: Lead) -> None:
    item = hear(lead, "I am out of the office until Dec 3. This is an automatic reply.", channel="email")
    assert (item.waiting_since, item.done_at) == (None, None)


def test_who_asks_again_on_a_form_while_we_talk_waits_in_the_inbox(account: Account, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(stage="talking")
    number = phone.read(point(lead), country="US")
    assert number
    again = accept(
        account=account,
        new_lead=NewLead(
            raw_format="hand", name=Name(full="Hazel Thorne"), phones=(number,), message="And the other house?"
        ),
        at=AT,
    )
    item = InboxItem.objects.get(lead=again)
    assert (item.waiting_since, item.first_line, item.channel) == (again.waiting_since, "And the other house?", "form")


@pytest.mark.parametrize("deed", ["done", "until_reply", "assign"])
def test_a_deed_towards_many_is_undone_as_one(account: Account, member: Member, deed: str) -> None:
    items = [hear(make_lead(account, owner=member, name=f"Person {n}")) for n in range(3)]
    before = list(InboxItem.objects.order_by("pk").values()), list(Lead.objects.order_by("pk").values("waiting_since"))
    action = tending.tend(items=items, deed=deed, by=member, to=member, at=AT + timedelta(minutes=2))
    assert action
    assert "3 people" in action.says
    assert list(InboxItem.objects.order_by("pk").values()) != before[0]
    for lead in Lead.objects.all():
        agrees(lead)
    answer = undo.undo(action=action, by=member, at=AT + timedelta(minutes=3))
    assert isinstance(answer, undo.Undone)
    after = list(InboxItem.objects.order_by("pk").values()), list(Lead.objects.order_by("pk").values("waiting_since"))
    assert after == before


def test_reopening_waits_again(lead: Lead, member: Member) -> None:
    item = hear(lead, "STOP")
    tending.tend(items=[item], deed="reopen", by=member, at=AT + timedelta(minutes=4))
    assert agrees(lead).waiting_since == AT + timedelta(minutes=4)


def test_undoing_a_reply_logged_by_hand_leaves_no_item(lead: Lead, member: Member) -> None:
    with undo.undoable(lead=lead, kind="received", by=member, at=AT, says="wrote") as deed:
        hear(lead)
    undo.undo(action=deed.action, by=member, at=AT + timedelta(minutes=1))
    assert not InboxItem.objects.exists()
    assert not Message.objects.exists()


def test_a_rep_sees_their_own_nobodys_and_what_is_theirs_to_answer(account: Account, member: Member) -> None:
    ben = make_member(account, name="Ben Cole")
    own, nobodys, bens = (hear(make_lead(account, owner=owner)) for owner in (member, None, ben))
    hear(make_lead(make_account("Other")))
    assert set(inbox.seen_by(member)) == {own, nobodys}
    tending.tend(items=[bens], deed="assign", to=member, by=ben, at=AT)
    assert set(inbox.seen_by(member)) == {own, nobodys, bens}
    assert inbox.waiting_counts(member) == (3, 3)
    assert inbox.waiting_counts(member, most=1) == (2, 2)
    assert inbox.seen_by(make_member(account, "manager")).count() == 3
