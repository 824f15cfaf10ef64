"""What a message from outside sets in motion."""

from datetime import timedelta

import pytest

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Pause, Touch
from nextcall.channels.memory import Memory
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Message
from nextcall.engine import receive as receiving
from nextcall.engine.receive import Received
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account
from tests.builders import MONDAY, make_lead, make_touch

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def on_fast_start(lead: Lead, memory: Memory) -> Lead:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    Worker(everything=memory, threads=0).run_until(AT, start=MONDAY)
    memory.sent.clear()
    return lead


def number(lead: Lead) -> str:
    return lead.person.reaches.get(contact_point__kind="phone").contact_point.value


def text(lead: Lead, words: str, **more: object) -> Received:
    return receiving.receive(
        account=lead.account, channel="text", sender=number(lead), text=words, at=AT, via="text", **more
    )  # type: ignore[arg-type]


def on(memory: Memory, *, days: int) -> None:
    Worker(everything=memory, threads=0).run_until(AT + timedelta(days=days), start=AT)


def test_a_reply_pauses_the_cadence_and_tops_the_inbox(on_fast_start: Lead, memory: Memory) -> None:
    received = text(on_fast_start, "How much could we borrow?")
    assert (received.verdict, received.paused, received.lead) == ("reply", 1, on_fast_start)
    on_fast_start.refresh_from_db()
    assert (on_fast_start.waiting_since, on_fast_start.stage) == (AT, "talking")
    assert Pause.objects.get().because == "reply"
    on(memory, days=3)
    assert memory.sent == []
    assert Message.objects.get(outbound=False).verdict == "reply"


def test_a_reply_on_one_lead_pauses_the_person_on_all(on_fast_start: Lead, account: Account, memory: Memory) -> None:
    other = make_lead(account, person=on_fast_start.person)
    enroll.begin(lead=other, slug="gentle", by=None, at=MONDAY)
    text(on_fast_start, "Hi, tell me more")
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"paused"}


def test_stop_ends_texts_cancels_what_is_queued_and_confirms_once(on_fast_start: Lead, memory: Memory) -> None:
    queued = Touch.objects.get(channel="text", state="planned")
    received = text(on_fast_start, "STOP")
    queued.refresh_from_db()
    assert received.verdict == "opt_out"
    assert queued.state == "cancelled"
    on(memory, days=12)
    texts = [message for message in memory.sent if message.channel == "text"]
    assert len(texts) == 1
    assert "unsubscribed from Acme Homes" in texts[0].body
    assert Withdrawal.objects.filter(lifted_at=None).first().confirmation_touch_id  # type: ignore[union-attr]


def test_a_second_stop_is_not_confirmed_again(on_fast_start: Lead, memory: Memory) -> None:
    text(on_fast_start, "STOP")
    on(memory, days=1)
    receiving.receive(
        account=on_fast_start.account,
        channel="text",
        sender=number(on_fast_start),
        text="STOP!!",
        at=AT + timedelta(days=1),
        via="text",
    )
    on(memory, days=2)
    assert len([message for message in memory.sent if message.channel == "text"]) == 1


def test_a_confirmation_that_would_be_late_does_not_leave(on_fast_start: Lead, memory: Memory) -> None:
    text(on_fast_start, "STOP")
    Worker(everything=memory, threads=0).run_until(AT + timedelta(hours=2), start=AT + timedelta(minutes=6))
    assert [message for message in memory.sent if message.channel == "text"] == []
    assert Touch.objects.get(purpose="confirmation").state in ("skipped", "blocked")


def test_an_unclear_message_holds_every_machine_touch_and_becomes_a_stop_after_a_day(
    on_fast_start: Lead, memory: Memory
) -> None:
    received = text(on_fast_start, "lol you had me at STOP")
    assert received.verdict == "hold"
    loose = make_touch(on_fast_start, "email", body="x", due_at=AT + timedelta(hours=1), by_machine=True)
    on(memory, days=3)
    loose.refresh_from_db()
    assert memory.sent == []
    assert Withdrawal.objects.filter(reason="opt_out", lifted_at=None).exists()
    assert loose.state in ("cancelled", "blocked")


def test_a_plugged_in_model_holds_what_the_patterns_let_pass(
    on_fast_start: Lead, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXTCALL_STOP_MODEL", "tests.engine.test_receive:reads_a_wish")
    received = text(on_fast_start, "kindly refrain henceforth")
    assert received.verdict == "hold"
    on(memory, days=3)
    assert memory.sent == []
    assert Withdrawal.objects.filter(reason="opt_out", lifted_at=None).exists()


def reads_a_wish(text: str) -> bool:
    return "refrain" in text


def test_an_automatic_reply_does_not_pause_and_its_date_moves_what_is_planned(
    on_fast_start: Lead, memory: Memory
) -> None:
    point = on_fast_start.person.reaches.get(contact_point__kind="email").contact_point
    received = receiving.receive(
        account=on_fast_start.account,
        channel="email",
        sender=point.value,
        via="email",
        at=AT,
        text="I am out of office until Nov 30 with limited access to my email.",
    )
    assert received.verdict == "auto_reply"
    assert Enrollment.objects.get().state == "active"
    moved = Touch.objects.get(channel="email", state="planned")
    assert (moved.due_at.date().isoformat(), moved.rule) == ("2026-12-01", "person.away")
    assert Touch.objects.get(channel="text", state="planned").due_at < moved.due_at


def test_help_is_answered_and_nothing_pauses(on_fast_start: Lead, memory: Memory) -> None:
    text(on_fast_start, "HELP")
    on(memory, days=0)
    Worker(everything=memory, threads=0).run_until(AT + timedelta(minutes=1), start=AT)
    assert "Reply STOP" in memory.sent[0].body
    assert Enrollment.objects.get().state == "active"


def test_start_lifts_the_stop_of_the_number_that_sent_it(on_fast_start: Lead, memory: Memory) -> None:
    text(on_fast_start, "STOP")
    text(on_fast_start, "START")
    assert not [
        row
        for row in Withdrawal.objects.filter(lifted_at=None)
        if "text" in row.channels and row.contact_point and row.contact_point.value == number(on_fast_start)
    ]


def test_the_same_event_twice_changes_nothing(on_fast_start: Lead) -> None:
    text(on_fast_start, "Hi", dedupe_key="SM1")
    again = text(on_fast_start, "Hi", dedupe_key="SM1")
    assert again.repeated
    assert Message.objects.filter(outbound=False).count() == 1
    assert Pause.objects.count() == 1


def test_a_message_from_nobody_we_know_is_kept(account: Account) -> None:
    received = receiving.receive(account=account, channel="text", sender="+15205550199", text="Hi", at=AT, via="text")
    assert received.lead is None
    assert Message.objects.get().body == "Hi"


def test_the_other_accounts_lead_with_the_same_number_is_left_alone(on_fast_start: Lead) -> None:
    from tests.builders import make_account

    other = make_lead(make_account("Other"), phone=number(on_fast_start))
    enroll.begin(lead=other, slug="gentle", by=None, at=MONDAY)
    text(on_fast_start, "STOP")
    assert Enrollment.objects.get(lead=other).state == "active"
    assert not Withdrawal.objects.filter(account=other.account).exists()


def test_control_characters_never_reach_the_database(on_fast_start: Lead) -> None:
    received = text(on_fast_start, "Hi\x00 there\x07")
    assert received.message.body == "Hi there"


def test_an_appointment_pauses_and_moves_the_stage_once(on_fast_start: Lead) -> None:
    for _ in range(2):
        receiving.appointment(lead=on_fast_start, starts_at=AT + timedelta(days=2), what="Viewing", by=None, at=AT)
    on_fast_start.refresh_from_db()
    assert on_fast_start.stage == "appointment"
    assert on_fast_start.promises.count() == 1
