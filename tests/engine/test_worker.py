"""The engine at work, over real rows, with a clock that is given."""

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.channels.contract import Outgoing, SendError, Uncertain
from nextcall.channels.memory import Memory
from nextcall.consent.models import Attempt
from nextcall.conversations.models import Message
from nextcall.engine import lanes, rescue
from nextcall.engine.worker import Worker, system_clock
from nextcall.leads.models import Lead
from nextcall.lib import sealing, wake
from nextcall.team.models import Account, Connection
from nextcall.timeline.models import Event
from tests.builders import MONDAY, T, make_account, make_enrollment, make_lead, make_touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def memory() -> Memory:
    return Memory()


def run(memory: Memory, until: timedelta = timedelta(hours=1)) -> None:
    Worker(everything=memory, threads=0).run_until(MONDAY + until, start=MONDAY)


def test_a_due_text_leaves_and_is_recorded(account: Account, lead: Lead, memory: Memory) -> None:
    touch = make_touch(lead, "text", body="Hi Hazel", by_machine=True)
    said = "Hi Hazel. Acme Homes. Reply STOP to end texts."  # a first text says who writes, and how to end it
    run(memory)
    touch.refresh_from_db()
    assert [(m.to, m.body, m.reference) for m in memory.sent] == [
        (lead.person.reaches.get(contact_point__kind="phone").contact_point.value, said, str(touch.reference))
    ]
    assert touch.state == "sent"
    assert touch.made_at == touch.due_at
    assert touch.decision["verdict"] == "allow"
    assert Attempt.objects.get(touch_id=touch.pk).state == "made"
    assert Message.objects.get(touch=touch).body == said
    assert Event.objects.filter(kind="touch.sent", touch_id=touch.pk).count() == 1
    lead.refresh_from_db()
    assert (lead.attempts, lead.first_machine_touch_at, lead.first_person_touch_at) == (1, touch.due_at, None)


def test_nothing_leaves_before_it_is_due(account: Account, lead: Lead, memory: Memory) -> None:
    make_touch(lead, "text", body="Hi", due_at=MONDAY + timedelta(hours=2))
    run(memory)
    assert memory.sent == []


def test_outside_the_window_it_waits_for_the_opening_and_keeps_the_rule(
    account: Account, lead: Lead, memory: Memory
) -> None:
    night = T("2026-11-23 22:30")
    touch = make_touch(lead, "text", body="Hi", due_at=night)
    Worker(everything=memory, threads=0).run_until(night + timedelta(hours=1), start=MONDAY)
    touch.refresh_from_db()
    assert (touch.state, memory.sent) == ("planned", [])
    assert touch.due_at.astimezone(ZoneInfo("America/Denver")).hour == 8
    assert touch.rule
    assert touch.decision["verdict"] == "wait"


def test_without_permission_it_is_blocked_with_the_rule(account: Account, memory: Memory) -> None:
    lead = make_lead(account, permission="none")
    touch = make_touch(lead, "text", body="Hi")
    run(memory)
    touch.refresh_from_db()
    assert (touch.state, memory.sent) == ("blocked", [])
    assert touch.rule
    assert Event.objects.filter(kind="touch.blocked", touch_id=touch.pk).exists()


def test_without_a_number_it_is_blocked_and_says_so(account: Account, memory: Memory) -> None:
    touch = make_touch(make_lead(account, phone=None), "text", body="Hi")
    run(memory)
    touch.refresh_from_db()
    assert (touch.state, touch.rule) == ("blocked", "contact.none")


def test_a_call_is_opened_for_a_person(account: Account, lead: Lead, memory: Memory) -> None:
    touch = make_touch(lead, "call")
    run(memory)
    touch.refresh_from_db()
    assert (touch.state, memory.sent) == ("open", [])
    assert touch.contact_point is not None


def test_a_later_call_takes_the_place_of_one_that_nobody_made(account: Account, lead: Lead, memory: Memory) -> None:
    enrollment = make_enrollment(lead, slug="fast-start-light")
    first = make_touch(lead, "call", enrollment=enrollment, step_key="d1-call-1")
    second = make_touch(
        lead, "call", enrollment=enrollment, step_key="d1-call-2", due_at=MONDAY + timedelta(minutes=40)
    )
    run(memory)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.because) == ("skipped", "a later call took its place")
    assert second.state == "open"


def test_one_message_at_a_time_for_a_person_and_in_order(account: Account, lead: Lead, memory: Memory) -> None:
    for minutes, channel in ((3, "email"), (2, "text"), (1, "email")):
        make_touch(lead, channel, body=f"{minutes}", due_at=MONDAY + timedelta(minutes=minutes))
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(hours=1), start=MONDAY + timedelta(minutes=30))
    assert [message.body[0] for message in memory.sent] == ["1", "2", "3"]


def test_a_temporary_refusal_is_tried_again_as_the_same_touch(account: Account, lead: Lead) -> None:
    refusals = [SendError("busy", permanent=False), SendError("busy", permanent=False)]

    def before(message: Outgoing) -> None:
        if refusals:
            raise refusals.pop()

    memory = Memory(before=before)
    touch = make_touch(lead, "text", body="Hi")
    run(memory)
    touch.refresh_from_db()
    assert (touch.state, touch.tries, len(memory.sent)) == ("sent", 3, 1)
    assert Attempt.objects.filter(person=lead.person).count() == 1
    lead.refresh_from_db()
    assert lead.attempts == 1


def test_a_permanent_refusal_fails_and_marks_the_address(account: Account, lead: Lead) -> None:
    def before(message: Outgoing) -> None:
        raise SendError("550 no such user", permanent=True, problem="bounced")

    touch = make_touch(lead, "email", body="Hi")
    run(Memory(before=before))
    touch.refresh_from_db()
    assert (touch.state, touch.because) == ("failed", "550 no such user")
    assert touch.contact_point is not None
    assert touch.contact_point.problem == "bounced"
    assert not Attempt.objects.filter(touch_id=touch.pk).exists()


def test_when_nobody_knows_it_is_uncertain_and_never_sent_again(account: Account, lead: Lead) -> None:
    def after(message: Outgoing) -> None:
        raise Uncertain("cut off")

    memory = Memory(after=after)
    touch = make_touch(lead, "text", body="Hi")
    run(memory, until=timedelta(days=3))
    touch.refresh_from_db()
    assert (touch.state, len(memory.sent)) == ("uncertain", 1)
    assert [found.pk for found in rescue.uncertain(account.pk)] == [touch.pk]


@pytest.mark.parametrize(("left", "sent"), [(True, 1), (False, 2)])
def test_a_person_decides_about_an_uncertain_one(account: Account, lead: Lead, left: bool, sent: int) -> None:
    doubts = [Uncertain("cut off")]

    def after(message: Outgoing) -> None:
        if doubts:
            raise doubts.pop()

    memory = Memory(after=after)
    touch = make_touch(lead, "text", body="Hi")
    run(memory)
    touch.refresh_from_db()
    at = MONDAY + timedelta(hours=2)
    rescue.resolve(touch, left=left, by=None, at=at)
    Worker(everything=memory, threads=0).run_until(at + timedelta(minutes=5), start=at)
    touch.refresh_from_db()
    assert (touch.state, len(memory.sent)) == ("sent", sent)
    assert Message.objects.filter(touch=touch).count() == 1
    assert Attempt.objects.filter(touch_id=touch.pk).count() == 1


def test_an_engine_that_died_while_sending_leaves_the_answer_to_the_provider(account: Account, lead: Lead) -> None:
    memory = Memory()
    gone = make_touch(
        lead, "text", body="Hi", state="sending", claimed_by="dead", lease_until=MONDAY, provider="memory"
    )
    never = make_touch(
        make_lead(account), "text", body="Hi", state="sending", claimed_by="dead", lease_until=MONDAY, provider="memory"
    )
    memory.sent.append(Outgoing(reference=str(gone.reference), channel="text", to="x", body="Hi"))
    run(memory)
    gone.refresh_from_db()
    never.refresh_from_db()
    assert (gone.state, never.state) == ("sent", "sent")
    assert [message.reference for message in memory.sent] == [str(gone.reference), str(never.reference)]


def test_a_provider_that_cannot_tell_leaves_it_to_a_person(account: Account, lead: Lead) -> None:
    memory = Memory(knows=False)
    touch = make_touch(
        lead, "text", body="Hi", state="sending", claimed_by="dead", lease_until=MONDAY, provider="memory"
    )
    run(memory)
    touch.refresh_from_db()
    assert (touch.state, memory.sent) == ("uncertain", [])


def test_new_leads_overtake_a_backlog_and_accounts_take_turns(account: Account) -> None:
    other = make_account("Other")
    backlog = [make_touch(make_lead(account), "text", body="old", priority=8, due_at=MONDAY) for _ in range(30)]
    fresh = make_touch(make_lead(account), "text", body="new", priority=0, due_at=MONDAY + timedelta(minutes=9))
    theirs = make_touch(make_lead(other), "text", body="theirs", priority=8, due_at=MONDAY + timedelta(minutes=9))
    memory = Memory()
    worker = Worker(everything=memory, threads=0)
    claims = worker._claims
    at = MONDAY + timedelta(minutes=10)
    with transaction.atomic():
        order = [one.id for one in claims.chooser.choose(at=at, limit=50, resting={})]
    assert order[0] == fresh.pk
    assert order[2] == theirs.pk
    assert len(order) == len(backlog) + 2


def test_under_a_long_backlog_every_account_has_its_share(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "WINDOW", 20)
    other = make_account("Other")
    for _ in range(40):
        make_touch(make_lead(account), "text", body="x", priority=5, due_at=MONDAY)
    theirs = {
        make_touch(make_lead(other), "text", body="x", priority=5, due_at=MONDAY + timedelta(minutes=5)).pk
        for _ in range(4)
    }
    fresh = make_touch(make_lead(other), "text", body="x", priority=0, due_at=MONDAY + timedelta(minutes=9)).pk
    with transaction.atomic():
        found = [one.id for one in lanes.Chooser().choose(at=MONDAY + timedelta(minutes=10), limit=10, resting={})]
    assert found[0] == fresh
    assert theirs <= set(found)
    assert len(found) == 10


def test_a_sender_keeps_to_its_rate(account: Account) -> None:
    Connection.objects.create(
        account=account, channel="text", provider="memory", sealed=sealing.seal({}), per_minute=60, created_at=MONDAY
    )
    for _ in range(10):
        make_touch(make_lead(account), "text", body="x", due_at=MONDAY)
    Worker(threads=0).run_until(MONDAY + timedelta(minutes=1), start=MONDAY)
    made = sorted(Touch.objects.values_list("made_at", flat=True))
    assert (made[-1] - MONDAY).total_seconds() >= 8
    for first, third in zip(made, made[3:], strict=False):
        assert (third - first).total_seconds() >= 1


def test_a_text_without_a_connection_is_a_draft_for_the_members_own_phone(account: Account, lead: Lead) -> None:
    touch = make_touch(lead, "text", body="Hi Hazel")
    Worker(threads=0).run_until(MONDAY + timedelta(hours=1), start=MONDAY)
    touch.refresh_from_db()
    assert (touch.state, touch.body) == ("open", "Hi Hazel")


def test_a_connection_whose_key_is_lost_waits_and_says_so(account: Account, lead: Lead) -> None:
    Connection.objects.create(account=account, channel="text", provider="memory", sealed=b"x", created_at=MONDAY)
    touch = make_touch(lead, "text", body="Hi Hazel")
    Worker(threads=0).run_until(MONDAY + timedelta(minutes=15), start=MONDAY)
    touch.refresh_from_db()
    assert (touch.state, touch.rule) == ("planned", "connection.broken")


def test_after_downtime_a_lead_gets_one_message_not_a_heap(account: Account, lead: Lead, memory: Memory) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(hours=3), start=MONDAY)
    before = len(memory.sent)
    back = MONDAY + timedelta(days=6)
    Worker(everything=memory, threads=0).run_until(back + timedelta(minutes=30), start=back)
    assert len(memory.sent) - before <= 1


def test_it_sends_from_threads_and_records_every_answer(account: Account) -> None:
    memory = Memory()
    for _ in range(20):
        make_touch(make_lead(account), "text", body="x", due_at=MONDAY)
    at = MONDAY + timedelta(minutes=1)
    worker = Worker(everything=memory, threads=4, clock=lambda: at)
    while worker.turn(at) or worker._pool.in_flight:
        pass
    assert len(memory.sent) == 20
    assert set(Touch.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_an_idle_engine_sleeps_and_wakes_for_new_work() -> None:
    """Its clock is real here, shifted to a Monday morning: the touch becomes due while it sleeps."""
    shift = MONDAY - system_clock()
    lead = make_lead(make_account(), arrived_at=MONDAY - timedelta(days=1))
    memory = Memory()
    worker = Worker(everything=memory, threads=2, clock=lambda: system_clock() + shift)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        due_at = system_clock() + shift + timedelta(seconds=0.6)
        touch = make_touch(lead, "text", body="Hi", due_at=due_at)
        wake.wake()
        for _ in range(100):
            touch.refresh_from_db()
            if touch.state == "sent":
                break
            thread.join(0.1)
    finally:
        worker.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert touch.state == "sent"
    assert touch.made_at is not None
    assert touch.made_at >= due_at
    assert len(memory.sent) == 1


def test_a_lease_that_runs_out_between_two_looks_is_not_slept_over(lead: Lead) -> None:
    soon = MONDAY + timedelta(seconds=0.5)
    engine = Worker(everything=Memory(), threads=0, clock=lambda: soon)
    engine.turn(MONDAY)
    make_touch(lead, "text", state="sending", lease_until=MONDAY + timedelta(seconds=0.3))
    assert not engine.turn(soon)
    assert engine._nap(soon) <= 0.5
    engine.turn(MONDAY + timedelta(seconds=1))
    assert not Touch.objects.filter(state="sending").exists()
    idle = MONDAY + timedelta(seconds=5)
    engine = Worker(everything=Memory(), threads=0, clock=lambda: idle)
    Touch.objects.all().delete()
    engine.turn(idle)
    assert engine._nap(idle) == 60  # with nothing to look after it sleeps
