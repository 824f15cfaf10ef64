"""Remembers instead of sending: for tests, for rehearsal, and for running a cadence through."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from nextcall.channels.contract import Found, Handed, Outgoing, Receipt, TakenBack
from nextcall.channels.provider import Provider


class Memory(Provider):
    """Keeps what it was given in `sent`.

    `before` and `after` are called with the message around the moment it is kept: they may raise, wait or crash.
    With `file`, every send appends one line with the reference, written through at once, which outlives the process.
    With `queue`, what was sent stands in `queued`, where it can be taken back, until `let_go` delivers it.
    """

    name = "memory"

    def __init__(
        self,
        *,
        file: str = "",
        knows: bool = True,
        keep: int | None = None,
        queue: bool = False,
        before: Callable[[Outgoing], None] | None = None,
        after: Callable[[Outgoing], None] | None = None,
    ) -> None:
        self.sent: list[Outgoing] = []
        self.queued: list[Outgoing] = []
        self.before = before
        self.after = after
        self._keep = keep
        self._knows = knows
        self._into = self.queued if queue else self.sent
        self._path = Path(file) if file else None
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if file else None
        self._lock = threading.Lock()

    def _deliver(self, message: Outgoing) -> Receipt:
        if self.before:
            self.before(message)
        if self._file is not None:
            os.write(self._file, f"{message.reference} {message.channel}\n".encode())
        with self._lock:
            if self._keep is None or len(self._into) < self._keep:
                self._into.append(message)
        if self.after:
            self.after(message)
        return Receipt(f"memory-{message.reference}")

    def look_up(self, handed: Handed) -> Found:
        if not self._knows:
            return "unknown"
        if any(message.reference == handed.reference for message in (*self.sent, *self.queued)):
            return "sent"
        if self._path and any(line.startswith(handed.reference) for line in self._path.read_text().splitlines()):
            return "sent"
        return "never_arrived"

    def let_go(self) -> None:
        """The queue's end: what is still in it reaches the lead."""
        with self._lock:
            self.sent += self.queued
            self.queued.clear()

    def take_back(self, handed: Handed) -> TakenBack:
        with self._lock:
            if any(message.reference == handed.reference for message in self.sent):
                return "gone"
            found = [message for message in self.queued if message.reference == handed.reference]
            for message in found:
                self.queued.remove(message)
        return "stopped" if found else "unknown"

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
