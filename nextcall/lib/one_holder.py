"""Things that one process at a time may hold, let go by the database itself when the process dies.

PostgreSQL has advisory locks for it, over a connection of their own. With SQLite there is one engine anyway.
"""

import contextlib
from typing import Any

from django.db import connection


class OneHolder:
    """For one thread. `space` keeps the keys of one kind apart from all others."""

    def __init__(self, space: int) -> None:
        self._space = space
        self._session: Any = None

    def take(self, key: int) -> bool:
        """Whether it is ours now; False while another process has it. Each key is taken once."""
        if connection.vendor != "postgresql":
            return True
        if self._session is None:
            self._session = _session()
        row = self._session.execute("SELECT pg_try_advisory_lock(%s)", [self._number(key)]).fetchone()
        return bool(row[0])

    def give(self, key: int) -> None:
        if self._session is not None:
            self._session.execute("SELECT pg_advisory_unlock(%s)", [self._number(key)])

    def keeps(self) -> bool:
        """Whether what was taken is still ours. False: the connection was lost, and everything with it."""
        if self._session is None:
            return True
        try:
            self._session.execute("SELECT 1")
        except Exception:  # whichever way it broke
            self.close()
            return False
        return True

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(Exception):
                session.close()

    def _number(self, key: int) -> int:
        return (self._space << 40) + key


def _session() -> Any:
    import psycopg

    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    return psycopg.connect(**parameters, autocommit=True)
