"""A query that takes too long is given up on both databases, and the connection goes on working."""

import pytest
from django.db import connection

from nextcall.lib.patience import TookTooLong, within

ENDLESS = (
    "SELECT count(*) FROM generate_series(1, 10000000000)"
    if connection.vendor == "postgresql"
    else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
)


def ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_query_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(TookTooLong), within(0.05):
        ask(ENDLESS)
    assert ask("SELECT 1") == 1


@pytest.mark.django_db(transaction=True)
def test_afterwards_time_is_unbounded_again() -> None:
    with within(5):
        assert ask("SELECT 1") == 1
    if connection.vendor == "postgresql":
        assert ask("SELECT current_setting('statement_timeout')") == "0"
        assert ask("SELECT 2 FROM pg_sleep(0.2)") == 2
    with pytest.raises(TookTooLong), within(0.05):
        ask(ENDLESS)
    assert ask("SELECT 1") == 1


@pytest.mark.django_db
def test_another_failure_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), within(1):
        ask("SELECT 1")
        raise ZeroDivisionError
