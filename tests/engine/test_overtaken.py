"""What the attack found, and what a stop does to messages that are on their way: each pinned by itself."""

import threading
from datetime import timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.contract import NotPermitted, Outgoing
from nextcall.channels.memory import Memory
from nextcall.consent.models import Attempt
from nextcall.conversations.models import Message
from nextcall.engine import outcome, undo
from nextcall.engine.due import Claims
from nextcall.engine.record import record_answers
from nextcall.engine.rescue import rescue
from nextcall.engine.send import Answer, Pool
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_lead, make_permission, make_point, make_touch
from tests.engine.test_scenarios import number, run, said

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(minutes=10)


def engine(memory: Memory, threads: int) -> Worker:
    return Worker(everything=memory, threads=threads, clock=lambda: AT)


@pytest.mark.django_db(transaction=True)
def test_a_stop_recalls_what_waits_for_a_thread_of_the_engine(transactional_db: None) -> None:
    from tests.builders import make_account

    account = make_account()
    leads = [make_lead(account) for _ in range(6)]
    touches = [make_touch(lead, "text", body="Hi", due_at=AT) for lead in leads]
    busy, free = threading.Semaphore(0), threading.Event()

    def slow(message: Outgoing) -> None:
        busy.release()
        free.wait(60)

    memory = Memory(before=slow)
    worker = engine(memory, threads=3)
    worker.turn(AT)  # six are claimed, three are with the provider, three wait
    for _ in range(3):
        assert busy.acquire(timeout=60)
    waiting = {ready.due.lead_id for ready in worker._pool.waiting()}
    assert len(waiting) == 3
    stopped = next(lead for lead in leads if lead.pk in waiting)
    said(stopped, "STOP", at=AT)
    worker.turn(AT)  # the engine looks again, then the provider answers
    free.set()
    while worker._pool.in_flight:
        worker.turn(AT)
    worker._finish()
    states = {touch.lead_id: Touch.objects.get(pk=touch.pk) for touch in touches}
    assert number(stopped) not in [message.to for message in memory.sent if "unsubscribed" not in message.body]
    assert states[stopped.pk].state != "sent"
    assert sum(touch.state == "sent" for touch in states.values()) == 5
    assert not Attempt.objects.filter(touch_id=states[stopped.pk].pk).exists()


def test_what_waits_when_the_engine_stops_is_planned_again(account: Account, lead: Lead) -> None:
    touch = make_touch(lead, "text", body="Hi", due_at=AT)
    memory = Memory()
    [ready] = Claims("engine", Senders(memory)).claim(at=AT).ready
    pool = Pool(threads=0)
    pool.close()
    pool.submit([ready])
    record_answers(pool.answers(10), engine="engine", at=AT)
    touch.refresh_from_db()
    assert (touch.state, memory.sent) == ("planned", [])
    assert not Attempt.objects.exists()
    run(memory, start=AT, until=AT + timedelta(minutes=1))
    assert len(memory.sent) == 1


@pytest.mark.parametrize(("why", "state"), [("missing", "blocked"), ("changed", "blocked"), ("used", "uncertain")])
def test_a_message_without_its_permit_is_blocked_and_one_whose_permit_was_used_is_in_doubt(
    account: Account, lead: Lead, why: str, state: str
) -> None:
    from dataclasses import replace

    touch = make_touch(lead, "text", body="Hi", due_at=AT)
    memory = Memory()
    [ready] = Claims("engine", Senders(memory)).claim(at=AT).ready
    if why == "missing":
        ready = replace(ready, permit=None)
    elif why == "changed":
        ready = replace(ready, outgoing=replace(ready.outgoing, to="+13035550199"))
    else:
        memory.send(ready.outgoing, ready.permit)
    before = len(memory.sent)
    pool = Pool(threads=0)
    pool.submit([ready])
    record_answers(pool.answers(10), engine="engine", at=AT)
    touch.refresh_from_db()
    assert (touch.state, len(memory.sent)) == (state, before)
    if state == "blocked":
        assert touch.rule == "permit.refused"
        assert Event.objects.get(kind="touch.blocked", touch_id=touch.pk).data["because"]
        assert not Attempt.objects.exists()
    else:
        assert Attempt.objects.get(touch_id=touch.pk).state == "made"


def test_an_engine_that_lost_its_lease_writes_down_what_left_and_nothing_twice(account: Account, lead: Lead) -> None:
    """A computer slept with a message on its way; another engine took the touch over meanwhile."""
    touches = [make_touch(one, "text", body="Hi", due_at=AT) for one in (lead, make_lead(account))]
    memory = Memory()
    ready = Claims("slept", Senders(memory)).claim(at=AT).ready
    answers = [Answer(one, receipt=memory.send(one.outgoing, one.permit)) for one in ready]
    later = AT + timedelta(minutes=6)
    assert rescue(Senders(memory), engine="other", at=later) == 2
    record_answers(answers, engine="slept", at=later)
    for touch in touches:
        touch.refresh_from_db()
        assert touch.state == "sent"
        assert Message.objects.filter(touch=touch).count() == 1
        assert Attempt.objects.filter(touch_id=touch.pk, state="made").count() == 1
        assert Lead.objects.get(pk=touch.lead_id).attempts == 1


def test_what_left_after_all_is_not_sent_again_though_it_was_planned_anew(account: Account, lead: Lead) -> None:
    touch = make_touch(lead, "text", body="Hi", due_at=AT)
    [ready] = Claims("slept", Senders(Memory())).claim(at=AT).ready
    rescue(Senders(Memory()), engine="other", at=AT + timedelta(minutes=6))  # "never arrived", a moment too early
    touch.refresh_from_db()
    assert touch.state == "planned"
    receipt = Memory().send(ready.outgoing, ready.permit)
    record_answers([Answer(ready, receipt=receipt)], engine="slept", at=AT + timedelta(minutes=6))
    memory = Memory()
    run(memory, start=AT + timedelta(minutes=6), until=AT + timedelta(hours=1))
    touch.refresh_from_db()
    assert (touch.state, memory.sent) == ("sent", [])
    assert Attempt.objects.get(touch_id=touch.pk).state == "made"


def test_taking_back_a_logged_stop_leaves_the_stop_that_the_lead_sent(account: Account, lead: Lead) -> None:
    logged = outcome.log(lead=lead, outcome="asked_to_stop", by=lead.owner, at=AT)
    said(lead, "STOP", at=AT + timedelta(seconds=5))
    undone = undo.undo(action=logged, by=lead.owner, at=AT + timedelta(seconds=9))
    assert isinstance(undone, undo.Undone)
    touch = make_touch(lead, "text", body="Still there?", due_at=AT + timedelta(minutes=1))
    memory = Memory()
    run(memory, start=AT + timedelta(minutes=1), until=AT + timedelta(hours=2))
    touch.refresh_from_db()
    assert touch.state == "blocked"
    assert [message.body for message in memory.sent if "Still" in message.body] == []


def test_taking_back_a_logged_stop_is_no_start_for_a_number_added_since(account: Account, lead: Lead) -> None:
    """The lead's own STOP holds for the person on every number; only their START from one of them lifts it there."""
    from nextcall.leads.models import Reach

    said(lead, "STOP", at=AT)
    new = make_point(account, "phone", "+13035559876")
    Reach.objects.filter(person=lead.person, contact_point__kind="phone").update(rank=5)
    Reach.objects.create(account=account, person=lead.person, contact_point=new, rank=0)
    make_permission(lead.person, "text", contact_point=new)
    logged = outcome.log(lead=lead, outcome="asked_to_stop", by=lead.owner, at=AT + timedelta(minutes=1))
    undo.undo(action=logged, by=lead.owner, at=AT + timedelta(minutes=2))
    touch = make_touch(lead, "text", body="Still there?", due_at=AT + timedelta(minutes=10))
    run(Memory(), start=AT + timedelta(minutes=10), until=AT + timedelta(hours=2))
    touch.refresh_from_db()
    assert touch.state == "blocked"


def test_not_permitted_says_whether_it_was_only_late() -> None:
    assert NotPermitted("x", why="closed").late
    assert not NotPermitted("x", why="changed").late
