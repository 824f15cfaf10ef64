"""Copies of what left, in the mailbox's own Sent folder. One that fails is missed, never a reason to send again."""

import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import structlog

from nextcall.channels.email.imap import Imap, Place, Unreachable

log = structlog.get_logger(__name__)
WAITING = 1000  # copies that wait at most; what comes then is not copied
KEPT_OPEN_SECONDS = 60.0  # the connection, after the latest copy
END_WITHIN = 3.0  # seconds, for what still waits when the engine ends
TRIES = 2  # a connection that was kept open may have been closed by the server


class Copies:
    """One mailbox's Sent folder, filled by a thread of its own: sending waits for no copy."""

    def __init__(self, place: Place, folder: str) -> None:
        self._place, self._folder = place, folder
        self._waiting: queue.Queue[tuple[bytes, datetime] | None] = queue.Queue(WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, raw: bytes, *, at: datetime) -> None:
        """Returns at once."""
        try:
            self._waiting.put_nowait((raw, at))
        except queue.Full:
            log.warning("copy.missed", host=self._place.host, why="too many wait")
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sent-copies", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Puts what waits there, for some seconds at most. May be called twice."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            with suppress(queue.Full):
                self._waiting.put_nowait(None)
            thread.join(END_WITHIN)

    def _run(self) -> None:
        imap: Imap | None = None
        while True:
            try:
                copy = self._waiting.get(timeout=KEPT_OPEN_SECONDS)
            except queue.Empty:
                if imap is not None:
                    imap.close()
                imap = None
                continue
            if copy is None:
                break
            imap = self._put(imap, *copy)
        if imap is not None:
            imap.close()

    def _put(self, imap: Imap | None, raw: bytes, at: datetime) -> Imap | None:
        why = ""
        for _ in range(TRIES):
            try:
                imap = imap or Imap(self._place)
                imap.append(self._folder, raw, at=at)
                return imap
            except Unreachable as error:
                why = str(error)
                if imap is not None:
                    imap.close()
                imap = None
                if error.refused:
                    break
        log.warning("copy.missed", host=self._place.host, why=why)
        return None


class Filed:
    """Where copies lie: what a member of `own` wrote in their own Sent folder, anything else in the `usual` one."""

    def __init__(self, usual: Copies | None, own: Mapping[int, Copies] | None = None) -> None:
        self._usual, self._own = usual, own or {}

    def __bool__(self) -> bool:
        return self._usual is not None or bool(self._own)

    def add(self, raw: bytes, *, at: datetime, by: int = 0) -> None:
        """Returns at once."""
        copies = self._own.get(by) or self._usual
        if copies is not None:
            copies.add(raw, at=at)

    def close(self) -> None:
        """As `Copies.close`."""
        for copies in (self._usual, *self._own.values()):
            if copies is not None:
                copies.close()
