"""Tells engines that there is new work, so that an idle one may sleep.

PostgreSQL carries the word itself (NOTIFY). With SQLite every engine on the machine listens on a datagram
socket of its own in NEXTCALL_HOME/wake. A word that is lost costs a nap, never a touch: engines look again
by themselves.
"""

import contextlib
import os
import select
import socket
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

CHANNEL = "nextcall_work"
LONGEST_SOCKET_PATH = 100  # the system allows 104 to 108 bytes


def wake() -> None:
    """There is new work. Call it as `transaction.on_commit(wake.wake)`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
        return
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as word:
        word.setblocking(False)
        for path in _sockets().glob("*.sock"):
            try:
                word.sendto(b"w", str(path))
            except BlockingIOError:
                pass  # its ear is full: it will wake anyway
            except OSError:
                path.unlink(missing_ok=True)  # nobody listens there any more


def listening() -> int:
    """How many engines have an ear open: none means that nobody sends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = %s",
                [f"LISTEN {CHANNEL}"],
            )
            return int(cursor.fetchone()[0])
    heard = 0
    for path in _sockets().glob("*.sock"):
        with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as word, contextlib.suppress(OSError):
            word.connect(str(path))  # refused where the engine died
            heard += 1
    return heard


class Waker:
    """One engine's ear. `wait` sleeps until there is work, `nudge` wakes it from this process."""

    def __init__(self) -> None:
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        self._path: Path | None = None
        self._socket: socket.socket | None = None
        self._notices: Any = None
        if connection.vendor == "postgresql":
            self._listen_to_postgresql()
        else:
            self._listen_to_socket()

    def wait(self, seconds: float) -> bool:
        """Sleeps at most `seconds`; True if somebody woke it."""
        ears: list[Any] = [self._ear]
        ears += [ear for ear in (self._socket, self._notices) if ear is not None]
        heard, _, _ = select.select(ears, [], [], max(0.0, seconds))
        for ear in heard:
            self._drain(ear)
        return bool(heard)

    def nudge(self) -> None:
        """Wakes `wait`; safe in threads and in signal handlers."""
        with contextlib.suppress(BlockingIOError, OSError):
            self._mouth.send(b"n")

    def close(self) -> None:
        if self._path:
            self._path.unlink(missing_ok=True)
        for end in (self._socket, self._notices, self._ear, self._mouth):
            if end is not None:
                end.close()

    def _drain(self, ear: Any) -> None:
        if ear is self._notices:
            self._read_notices()
            return
        with contextlib.suppress(BlockingIOError):
            while ear.recv(4096):
                pass

    def _listen_to_socket(self) -> None:
        folder = _sockets()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{os.getpid()}-{id(self):x}.sock"
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(self._path))

    def _listen_to_postgresql(self) -> None:
        import psycopg

        parameters = connection.get_connection_params()
        parameters.pop("cursor_factory", None)
        parameters.pop("context", None)
        self._notices = psycopg.connect(**parameters, autocommit=True)
        self._notices.execute(f"LISTEN {CHANNEL}")

    def _read_notices(self) -> None:
        import psycopg

        try:
            for _ in self._notices.notifies(timeout=0):
                pass
        except psycopg.OperationalError:  # the server went away: nap, then listen again
            self._notices.close()
            self._notices = None
            time.sleep(0.5)
            with contextlib.suppress(psycopg.OperationalError):
                self._listen_to_postgresql()


def _sockets() -> Path:
    folder = Path(settings.HOME) / "wake"
    if len(bytes(folder)) + 40 < LONGEST_SOCKET_PATH:
        return folder
    name = sha256(bytes(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"nextcall-{os.getuid()}-{name}"
