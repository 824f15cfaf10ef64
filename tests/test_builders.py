"""The ground the other tests stand on."""

from datetime import UTC, datetime

from django.db import connection

from nextcall.leads.models import Lead
from nextcall.team.models import Account
from tests import builders


def test_times_are_written_as_the_lead_sees_them() -> None:
    assert builders.T("2026-11-23 10:00") == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert builders.T("2026-07-01 10:00", "America/New_York") == datetime(2026, 7, 1, 14, tzinfo=UTC)


def test_a_lead_comes_with_points_and_permission(account: Account, lead: Lead) -> None:
    assert lead.account == account
    assert {r.contact_point.kind for r in lead.person.reaches.all()} == {"phone", "email"}
    assert {p.channel for p in lead.person.permissions.all()} == {"call", "text", "email", "voicemail"}
    touch = builders.make_touch(lead, enrollment=builders.make_enrollment(lead))
    assert touch.state == "planned" and touch.step_key


def test_the_database_is_the_one_that_was_asked_for(db: None) -> None:
    import os

    assert connection.vendor == os.environ.get("NEXTCALL_TEST_DATABASE", "sqlite")
