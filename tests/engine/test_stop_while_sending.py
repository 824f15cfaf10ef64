"""A stop while thousands of one account are queued and being sent: what has not left does not leave any more."""

import os
import threading
from datetime import timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.contract import Outgoing
from nextcall.channels.memory import Memory
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_touch
from tests.engine.test_scenarios import number, said

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
QUEUED = int(os.environ.get("NEXTCALL_QUEUED", "100"))
STOPS = 8
AT = MONDAY + timedelta(minutes=10)


def test_after_a_stop_is_committed_nothing_more_is_handed_over_to_whoever_sent_it() -> None:
    """Told by rows and by the order of events, not by a clock: one count runs through stops, looks and hand-overs.

    A hand-over may follow the stop only if the engine had looked at that person before the stop was committed: the
    message was with a thread already, and the record says that it was in flight.
    """
    account = make_account()
    leads = [make_lead(account) for _ in range(QUEUED)]
    stopping = leads[5 :: QUEUED // STOPS][:STOPS]
    touches = {lead.pk: [make_touch(lead, "text", body=f"{n}", due_at=AT) for n in range(2)] for lead in leads}
    numbers = {number(lead): lead.pk for lead in leads}
    handed_over: list[int] = []
    lock, going = threading.Lock(), threading.Event()

    def leaves(message: Outgoing) -> None:
        if "unsubscribed" not in message.body:
            with lock:
                handed_over.append(numbers[message.to])
        if len(handed_over) > QUEUED // 4:
            going.set()

    memory = Memory(before=leaves)
    worker = Worker(everything=memory, threads=8, clock=lambda: AT)
    engine = threading.Thread(target=worker.run)
    engine.start()
    try:
        assert going.wait(120)
        before: dict[int, int] = {}
        for lead in stopping:
            said(lead, "STOP", at=AT)
            with lock:
                before[lead.pk] = handed_over.count(lead.pk)  # the stop is committed here
        worker_has_nothing_left(account.pk)
    finally:
        worker.stop()
        engine.join(60)
    for lead in stopping:
        late = handed_over.count(lead.pk) - before[lead.pk]
        flights = Event.objects.filter(kind="touch.in_flight", lead=lead).count()
        assert late <= flights, "what left after the stop was with a thread before it, and is recorded"
        left = {touch.state for touch in Touch.objects.filter(pk__in=[one.pk for one in touches[lead.pk]])}
        assert left <= {"sent", "cancelled", "blocked"}
    others = Lead.objects.filter(account=account).exclude(pk__in=[lead.pk for lead in stopping])
    assert Touch.objects.filter(lead__in=others, state="sent").count() == 2 * others.count()


def worker_has_nothing_left(account_id: int) -> None:
    waiting = threading.Event()
    for _ in range(2400):
        if not Touch.objects.filter(account_id=account_id, state__in=["planned", "claimed", "sending"]).exists():
            return
        waiting.wait(0.05)
    raise AssertionError("touches are still under way")
