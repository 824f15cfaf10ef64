"""The scenarios of the compliance notes, part (d), that belong to one place, under their numbers: by phone and text.

4 to 10 and 20 through the real engine, by the machine and by a member's own phone. What 16 and 19 ask is tried where
lists and words are read.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nextcall.cadences.models import Touch
from nextcall.consent import policy
from nextcall.consent.models import Permission
from nextcall.leads.models import Lead, Person
from nextcall.team.models import Account
from tests.builders import T, make_lead, make_touch
from tests.engine.ways_out import WAYS, Way

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["memory", "handset"])
def way(request: pytest.FixtureRequest, account: Account) -> Iterator[Way]:
    with WAYS[request.param]() as made:
        made.connect(account)
        yield made


def lives(account: Account, *, phone: str, region: str, zip_code: str, zone: str, at: datetime, **more: Any) -> Lead:
    return make_lead(
        account, phone=phone, region=region, postal_code=zip_code, zone=zone, arrived_at=at - timedelta(days=20), **more
    )


def due(lead: Lead, at: datetime) -> Touch:
    return make_touch(lead, "text", body="Hi", by_machine=True, due_at=at)


def waits(way: Way, touch: Touch, at: datetime) -> datetime:
    """It does not leave now; when it may, by the lead's own clock."""
    way.run(start=at, until=at + timedelta(minutes=20))
    touch.refresh_from_db()
    assert not way.left(touch)
    assert touch.state == "planned"
    assert touch.rule
    assert touch.because
    return touch.due_at.astimezone(ZoneInfo(touch.zone))


def test_04_every_clue_must_agree_a_new_york_number_in_phoenix(account: Account, way: Way) -> None:
    at = datetime.fromisoformat("2026-11-24T02:30+00:00")
    lead = lives(account, phone="+12125550142", region="AZ", zip_code="85004", zone="America/Phoenix", at=at)
    opens = waits(way, due(lead, at), at)
    assert opens.hour == 8, "eight in Phoenix, ten in New York"


def test_05_florida_closes_at_eight_on_its_later_clock(account: Account, way: Way) -> None:
    at = datetime.fromisoformat("2026-11-24T01:30+00:00")
    lead = lives(account, phone="+18502345142", region="FL", zip_code="32301", zone="America/New_York", at=at)
    touch = due(lead, at)
    opens = waits(way, touch, at)
    assert "US-FL" in touch.rule
    assert opens.hour == 9, "eight on the Central clock of the number"


def test_06_vancouver_keeps_the_clock_of_its_new_law(account: Account, way: Way) -> None:
    at = datetime.fromisoformat("2026-11-24T04:45+00:00")
    lead = lives(account, phone="+16045550142", region="BC", zip_code="V6B 1A1", zone="America/Vancouver", at=at)
    Person.objects.filter(pk=lead.person_id).update(country="CA")
    assert waits(way, due(lead, at), at).hour == 9


def test_06_with_stale_zone_data_nothing_starts(account: Account, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = replace(policy.shipped(), zone_data="2025b", compiled={})
    monkeypatch.setattr(policy, "shipped", lambda: stale)
    at = datetime.fromisoformat("2026-11-23T19:00+00:00")
    lead = lives(account, phone="+16045550142", region="BC", zip_code="V6B 1A1", zone="America/Vancouver", at=at)
    Person.objects.filter(pk=lead.person_id).update(country="CA")
    touch = due(lead, at)
    way.run(start=at, until=at + timedelta(minutes=20))
    touch.refresh_from_db()
    assert (touch.state, touch.rule, way.left(touch)) == ("planned", "zone_data.stale", False)


def test_07_texas_sleeps_until_noon_on_sundays(account: Account, way: Way) -> None:
    at = datetime.fromisoformat("2026-11-22T17:30+00:00")
    lead = lives(account, phone="+12145550142", region="TX", zip_code="75201", zone="America/Chicago", at=at)
    opens = waits(way, due(lead, at), at)
    assert (opens.weekday(), opens.hour) == (6, 12)
    assert opens.minute > 0


def test_08_a_proclaimed_day_that_only_the_operator_s_feed_knows_closes_louisiana(way: Way, account: Account) -> None:
    account.policy = {"proclaimed_days": {"US-LA": ["2026-11-27"]}}
    account.save()
    at = T("2026-11-27 10:00", "America/Chicago")
    lead = lives(account, phone="+15045550142", region="LA", zip_code="70112", zone="America/Chicago", at=at)
    opens = waits(way, due(lead, at), at)
    assert (opens.day, opens.hour) == (28, 8)


@pytest.mark.parametrize(
    ("region", "zip_code", "phone", "zone", "written"),
    [
        ("UT", "84101", "+18015550142", "America/Denver", "2026-07-24 10:00"),
        ("RI", "02903", "+14015550142", "America/New_York", "2026-11-21 17:05"),
    ],
)
def test_09_written_consent_does_not_lift_a_holiday_or_a_saturday_evening(
    account: Account, way: Way, region: str, zip_code: str, phone: str, zone: str, written: str
) -> None:
    at = T(written, zone)
    lead = lives(account, phone=phone, region=region, zip_code=zip_code, zone=zone, at=at)
    assert waits(way, due(lead, at), at).date() > at.date()


def test_10_a_tick_for_texts_permits_texts_alone(account: Account, way: Way) -> None:
    at = T("2026-11-24 10:30", "America/Denver")
    lead = make_lead(account, arrived_at=at - timedelta(days=120))
    Permission.objects.filter(person=lead.person).exclude(channel="text").delete()
    text = due(lead, at)
    by_machine = make_touch(lead, "call", body="", by_machine=True, due_at=at + timedelta(minutes=5))
    by_hand = make_touch(lead, "call", by_machine=False, due_at=at + timedelta(minutes=10))
    way.run(start=at, until=at + timedelta(hours=1))
    for touch in (text, by_machine, by_hand):
        touch.refresh_from_db()
    assert way.left(text)
    assert (by_machine.state, by_hand.state) == ("blocked", "blocked")
    assert by_machine.rule
    assert by_hand.rule


def test_20_a_loosening_without_its_basis_is_ignored(account: Account, way: Way) -> None:
    account.policy = {
        "rules": {"US-FL.hours": {"value": dict.fromkeys(("mon_fri", "sat", "sun", "holiday"), "08:00-21:00")}}
    }
    account.save()
    at = T("2026-11-24 20:20", "America/New_York")
    lead = lives(account, phone="+13055550142", region="FL", zip_code="33101", zone="America/New_York", at=at)
    touch = due(lead, at)
    waits(way, touch, at)
    assert touch.rule == "US-FL.hours"
