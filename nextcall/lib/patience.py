"""A bound on how long a page's query may take: both databases give up by themselves, and keep nothing locked."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

STEPS = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond


class TookTooLong(Exception):
    """The query was given up; nothing was read."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Queries inside end after `seconds` together (SQLite) or each (PostgreSQL). Raises TookTooLong. For reading only.

    Fetch what is wanted inside: a queryset that is only built runs no query yet.
    """
    try:
        with _on_postgresql(seconds) if connection.vendor == "postgresql" else _on_sqlite(seconds):
            yield
    except OperationalError as problem:
        if not _given_up(problem):
            raise
        raise TookTooLong from problem


@contextmanager
def _on_postgresql(seconds: float) -> Iterator[None]:
    """The setting ends with the transaction, also where the connection is shared with others by a pooler."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{max(int(seconds * 1000), 1)}ms"])
        yield
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")  # the transaction may be a larger one's


@contextmanager
def _on_sqlite(seconds: float) -> Iterator[None]:
    """No transaction: one of ours would take the lock of the one writer."""
    connection.ensure_connection()
    driver, until = connection.connection, time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _given_up(problem: OperationalError) -> bool:
    """PostgreSQL names its state, SQLite has only words for it."""
    return getattr(problem.__cause__, "sqlstate", "") == "57014" or "interrupted" in str(problem)
