"""Reminders of an appointment name it."""

from datetime import timedelta

import pytest

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.engine.worker import Worker
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, T, make_lead

pytestmark = pytest.mark.django_db


def test_a_reminder_names_the_day_and_the_hour_of_the_appointment(account: Account, member: Member) -> None:
    lead = make_lead(account, owner=member, arrived_at=MONDAY)
    enroll.begin(lead=lead, slug="appointment-reminders", by=None, at=MONDAY, anchor_at=T("2026-11-25 14:30"))
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(days=3), start=MONDAY)
    sent = Touch.objects.filter(step_key="one-day-before", state__in=["sent", "delivered"]).get()
    assert "see you Wednesday at 2:30 pm" in sent.body
