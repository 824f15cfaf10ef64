"""SQLite's knowledge of its tables."""

from datetime import timedelta

import pytest
from django.db import connection

from nextcall.engine.statistics import EVERY, Statistics
from tests.builders import MONDAY, make_account, make_lead


def known() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'nextcall_lead'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_statistics_are_taken_at_once_and_then_every_quarter_of_an_hour() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL does it by itself")
    make_lead(make_account())
    job = Statistics()
    assert job(at=MONDAY) is False
    assert known()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
    job(at=MONDAY + timedelta(minutes=1))
    assert not known()
    job(at=MONDAY + EVERY)
    assert known()
