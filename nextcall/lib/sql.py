"""The few statements where the ORM is too slow, written once for both databases."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection


def many_engines() -> bool:
    """Whether several engines may work on this database at once (PostgreSQL); SQLite has one writer."""
    return connection.vendor == "postgresql"


def locked(alias: str) -> str:
    """The end of a SELECT that locks its rows until the transaction ends, waiting for whoever holds them."""
    return f" FOR NO KEY UPDATE OF {alias}" if many_engines() else ""


def skip_locked(alias: str) -> str:
    """The end of a SELECT that takes rows which no other engine holds."""
    return f" FOR NO KEY UPDATE OF {alias} SKIP LOCKED" if many_engines() else ""


def among(keys: Iterable[int]) -> str:
    """The list behind IN for keys of ours; numbers only, so that it may stand in the statement itself."""
    return f"({','.join(map(str, map(int, keys))) or 'NULL'})"


def rows(statement: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [adapted(value) for value in values])
        return list(cursor.fetchall())


def execute(statement: str, values: Sequence[Any]) -> int:
    """How many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [adapted(value) for value in values])
        return int(cursor.rowcount)


def execute_many(statement: str, values: Iterable[Sequence[Any]]) -> int:
    """The same statement for many rows, planned once and in one round trip; how many rows it touched."""
    prepared: Sequence[Sequence[Any]] = list(values)
    if connection.vendor == "sqlite":
        prepared = [[_text(value) if type(value) is datetime else value for value in row] for row in prepared]
    if not prepared:
        return 0
    with connection.wrap_database_errors, _planning_once() as cursor:
        cursor.executemany(statement, prepared)
        return int(cursor.rowcount)


def _planning_once() -> Any:
    """Django's own cursor has PostgreSQL read and plan the statement anew for each row."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    import psycopg

    connection.ensure_connection()
    driver = connection.connection
    driver.prepare_threshold = 5
    return psycopg.Cursor(driver)


def adapted(value: Any) -> Any:
    """A value as the driver takes it: SQLite keeps instants as UTC text."""
    if isinstance(value, datetime) and connection.vendor == "sqlite":
        return _text(value)
    return value


@lru_cache(maxsize=1000)
def _text(value: datetime) -> Any:
    """The rows of a batch share most of their instants."""
    return connection.ops.adapt_datetimefield_value(value)


def instant(value: Any) -> datetime:
    """An instant as the driver gave it; SQLite's have no zone and are UTC."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def instant_or_none(value: Any) -> datetime | None:
    """As `instant`, for a column that may be empty."""
    return None if value is None else instant(value)
