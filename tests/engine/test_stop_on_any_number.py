"""A STOP to one of our numbers, while texts leave on several: nothing follows it on any of them."""

import os
import threading
from datetime import timedelta

import pytest

from nextcall.cadences.models import Touch
from nextcall.channels.contract import InboundMessage, Outgoing
from nextcall.channels.memory import Memory
from nextcall.engine import hearing, senders
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.team.models import Connection, SenderNumber
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_touch
from tests.engine.test_scenarios import number
from tests.engine.test_stop_while_sending import worker_has_nothing_left

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
QUEUED = int(os.environ.get("NEXTCALL_QUEUED", "120"))  # `make attack` has 5,000 leads with two texts each
STOPS = 8
AT = MONDAY + timedelta(minutes=10)
OURS = ("+13035550100", "+13035550101", "+13035550102")


def test_a_stop_to_one_number_holds_on_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by rows and by the order of events: a hand-over after the commit is one that the record calls in flight."""
    account = make_account()
    line = Connection.objects.create(
        account=account, channel="text", provider="memory", sealed=sealing.seal({}), per_minute=0, created_at=MONDAY
    )
    for one in OURS:
        SenderNumber.objects.create(
            account=account, connection=line, number=one, registration="registered", per_minute=0, created_at=MONDAY
        )
    leads = [make_lead(account) for _ in range(QUEUED)]
    stopping = leads[5 :: QUEUED // STOPS][:STOPS]
    touches = {lead.pk: [make_touch(lead, "text", body=f"{n}", due_at=AT) for n in range(2)] for lead in leads}
    numbers = {number(lead): lead.pk for lead in leads}
    handed_over: list[tuple[int, str]] = []
    lock, going = threading.Lock(), threading.Event()

    def leaves(message: Outgoing) -> None:
        if "unsubscribed" not in message.body:
            with lock:
                handed_over.append((numbers[message.to], message.from_address))
        if len(handed_over) > QUEUED // 4:
            going.set()

    memory = Memory(before=leaves)
    monkeypatch.setattr(senders.make, "__kwdefaults__", {"provider": lambda *_: memory})
    worker = Worker(threads=8, clock=lambda: AT)
    engine = threading.Thread(target=worker.run)
    engine.start()
    try:
        assert going.wait(120)
        before: dict[int, int] = {}
        for lead in stopping:
            with lock:
                used = {ours for pk, ours in handed_over if pk == lead.pk}
            to = next(ours for ours in OURS if ours not in used)  # not even the number that texted them
            said = InboundMessage("text", number(lead), to, "STOP", f"SM-{lead.pk}")
            hearing.take_in(account, said, provider="memory", at=AT)
            with lock:
                before[lead.pk] = sum(pk == lead.pk for pk, _ in handed_over)  # the stop is committed here
        worker_has_nothing_left(account.pk)
    finally:
        worker.stop()
        engine.join(60)
    assert {ours for _, ours in handed_over} == set(OURS), "all numbers were sending"
    for lead in stopping:
        late = sum(pk == lead.pk for pk, _ in handed_over) - before[lead.pk]
        flights = Event.objects.filter(kind="touch.in_flight", lead=lead).count()
        assert late <= flights, "what left after the stop was with a thread before it, and is recorded"
        left = {touch.state for touch in Touch.objects.filter(pk__in=[one.pk for one in touches[lead.pk]])}
        assert left <= {"sent", "cancelled", "blocked"}
    others = Lead.objects.filter(account=account).exclude(pk__in=[lead.pk for lead in stopping])
    assert Touch.objects.filter(lead__in=others, state="sent").count() == 2 * others.count()
