"""The engine at work, over real rows, with a clock that is given."""

from datetime import timedelta

import pytest

from nextcall.channels.memory import Memory
from nextcall.consent.models import Attempt
from nextcall.conversations.models import Message
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def memory() -> Memory:
    return Memory()


def run(memory: Memory, until: timedelta = timedelta(hours=1)) -> None:
    Worker(everything=memory, threads=0).run_until(MONDAY + until, start=MONDAY)


def test_a_due_text_leaves_and_is_recorded(account: Account, lead: Lead, memory: Memory) -> None:
    touch = make_touch(lead, "text", body="Hi Hazel", by_machine=True)
    run(memory)
    touch.refresh_from_db()
    assert [(m.to, m.body, m.reference) for m in memory.sent] == [
        (lead.person.reaches.get(contact_point__kind="phone").contact_point.value, "Hi Hazel", str(touch.reference))
    ]
    assert touch.state == "sent"
    assert touch.made_at == touch.due_at
    assert touch.decision["verdict"] == "allow"
    assert Attempt.objects.get(touch_id=touch.pk).state == "made"
    assert Message.objects.get(touch=touch).body == "Hi Hazel"
    assert Event.objects.filter(kind="touch.sent", touch_id=touch.pk).count() == 1
    lead.refresh_from_db()
    assert (lead.attempts, lead.first_machine_touch_at, lead.first_person_touch_at) == (1, touch.due_at, None)
