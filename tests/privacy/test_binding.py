"""What a lead chose on their own page binds the machine and people alike."""

from datetime import timedelta

import pytest

from nextcall.channels.memory import Memory
from nextcall.engine import write
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.privacy import choosing
from nextcall.team.models import Member
from tests.builders import MONDAY, make_touch

pytestmark = pytest.mark.django_db
EVENINGS = {"mon_fri": "17:00-20:00", "sat": "closed", "sun": "closed"}


def test_evenings_only_makes_the_machine_wait_for_the_evening(lead: Lead) -> None:
    choosing.set_hours(lead=lead, hours=EVENINGS, by=None, at=MONDAY)
    touch, memory = make_touch(lead, "text", body="Hi", due_at=MONDAY + timedelta(minutes=5)), Memory()
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(hours=2), start=MONDAY)
    touch.refresh_from_db()
    assert (touch.state, touch.rule, memory.sent) == ("planned", "person.hours", [])
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(hours=10), start=MONDAY + timedelta(hours=2))
    touch.refresh_from_db()
    assert touch.state == "sent" and touch.made_at is not None
    assert (touch.made_at - timedelta(hours=7)).hour >= 17, "by their clock, in Denver"


def test_not_before_a_day_binds_who_writes_by_hand_too(lead: Lead, member: Member) -> None:
    later = (MONDAY + timedelta(days=30)).date()
    choosing.set_later(lead=lead, day=later, by=None, at=MONDAY)
    decision = write.may(lead=lead, channel="call", at=MONDAY + timedelta(hours=1))
    assert decision.verdict == "wait" and decision.deciding is not None
    assert decision.deciding.id == "person.not_before"
    assert decision.earliest is not None and decision.earliest.date() >= later
