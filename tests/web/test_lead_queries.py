"""The Lead page asks the database a fixed number of times, however much was done with the lead."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.conversations.models import Call, Message, Note
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_lead, make_point, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
MOST = 38  # with the frame's own


def busy_lead(account: Account, member: Member, much: int) -> Lead:
    arrived = timezone.now() - timedelta(days=40)
    lead = make_lead(account, owner=member, arrived_at=arrived)
    enroll.begin(lead=lead, slug="steady", by=None, at=arrived)
    for n in range(much):
        at = arrived + timedelta(hours=n + 1)
        make_touch(lead, "email", due_at=at, state="sent", made_at=at)
        Note.objects.create(account=account, lead=lead, body=f"note {n}", at=at, by=member)
        Call.objects.create(account=account, lead=lead, person=lead.person, at=at, by=member, outcome="no_answer")
        Event.objects.create(
            account=account,
            lead=lead,
            kind="lead.edited",
            at=at,
            by=member,
            data={"field": "city", "from": "", "to": "x"},
        )
    for n in range(much * 4):
        at = arrived + timedelta(hours=n, minutes=5)
        Message.objects.create(
            account=account, lead=lead, person=lead.person, channel="text", outbound=bool(n % 2), body=f"m{n}", at=at
        )
    for n in range(much // 10):
        lead.person.reaches.create(
            account=account, contact_point=make_point(account, "phone", f"+1303555{much}{n:02d}"), rank=n + 1
        )
    return lead


def test_the_page_asks_as_often_for_fifty_touches_as_for_five(account: Account, member: Member) -> None:
    client, asked = signed(member), {}
    for much in (5, 50):
        lead = busy_lead(account, member, much)
        client.get(f"/leads/{lead.pk}/")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/leads/{lead.pk}/")
        assert answer.status_code == 200
        asked[much] = len(queries)
        if much == 50:
            assert "Earlier" in answer.content.decode()
            assert answer.content.decode().count('class="node') < 60
    assert asked[5] == asked[50] <= MOST, asked
