"""Keeps SQLite's knowledge of its tables fresh. PostgreSQL sees to that itself."""

from datetime import datetime, timedelta

from django.db import connection

EVERY = timedelta(minutes=15)
LOOKED_AT = 1000  # rows of each index: ten milliseconds, whatever is stored


class Statistics:
    """A job of the worker. Without it SQLite takes every index that begins with the account for as good as any other:
    at 100,000 leads the Leads page takes ten times as long.
    """

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, *, at: datetime) -> bool:
        """Look again if it is time; never more to do at once."""
        if connection.vendor != "sqlite" or (self._next_at is not None and at < self._next_at):
            return False
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
            cursor.execute("ANALYZE")
        self._next_at = at + EVERY
        return False
