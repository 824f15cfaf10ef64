"""A permit: the gate's `allow` in a provider's hand. It is good for one message, once, soon, and in this process alone.

Who may issue one stands in .importlinter: the engine, where it committed the decision, and mail to our own members.
"""

import hmac
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from nextcall.channels.contract import NotPermitted, Outgoing
from nextcall.lib import ticking

Reason = Literal["gate", "own member"]
FORGOTTEN_AFTER = 3600.0  # seconds; until then a late one can be told from one that was used


@dataclass(frozen=True, slots=True)
class Permit:
    """Allows one hand-over of the message that it was issued for. The seal binds everything else to it."""

    reason: Reason
    number: int
    until: float  # of lib/ticking.py: its own expiry
    window_until: float | None  # when the window that allowed the message closes; None: no window
    process: str
    seal: bytes


class Office:
    """Issues permits and takes them back. One a process; a forked child begins with a key of its own."""

    def __init__(self, tick: Callable[[], float] = ticking.now) -> None:
        self._tick = tick
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._key = secrets.token_bytes(32)
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._number = 0
        self._standing: dict[int, float] = {}  # number -> expiry, of those that were not used yet

    def forked(self) -> None:
        """In a child process: what the parent issued is the parent's."""
        self._lock = threading.Lock()
        self._begin()

    def issue(
        self,
        message: Outgoing,
        *,
        reason: Reason,
        seconds: float,
        at: datetime | None = None,
        since: float | None = None,
    ) -> Permit:
        """A permit for exactly this message.

        It is good for so many `seconds`, and never past `message.valid_until`: with one, `at` is the instant that the
        decision was asked for. `since`: what lib/ticking.py said then (default: this moment).
        """
        at = at or message.at
        if message.valid_until and at is None:
            raise ValueError("a message that is valid until an instant is permitted at one")
        began = self._tick() if since is None else since
        closes = began + (message.valid_until - at).total_seconds() if message.valid_until and at else None
        with self._lock:
            self._forget(began)
            self._number += 1
            number, until = self._number, began + seconds
            self._standing[number] = until
        made = Permit(reason, number, until, closes, self._process, b"")
        return Permit(reason, number, until, closes, self._process, self._seal(made, message))

    def redeem(self, permit: object, message: Outgoing) -> None:
        """Uses the permit up. Raises NotPermitted when it does not allow this message now."""
        if not isinstance(permit, Permit):
            raise NotPermitted("no permit was shown", why="missing")
        if permit.process != self._process:
            raise NotPermitted("the permit was issued in another process", why="foreign")
        if not hmac.compare_digest(permit.seal, self._seal(permit, message)):
            raise NotPermitted("the permit is for another message, or was changed", why="changed")
        with self._lock:
            standing = self._standing.pop(permit.number, None)
        if standing is None:
            raise NotPermitted("the permit was used already", why="used")
        moment = self._tick()
        if moment >= permit.until:
            raise NotPermitted("the permit has run out: the message stood in the queue for too long", why="expired")
        if permit.window_until is not None and moment >= permit.window_until:
            raise NotPermitted("the window closed while the message stood in the queue", why="closed")

    def _forget(self, moment: float) -> None:
        """Those that ran out long ago unused, oldest first; what stays is as much as is on its way."""
        for number in list(islice(self._standing, 2)):
            if self._standing[number] + FORGOTTEN_AFTER > moment:
                break
            del self._standing[number]

    def _seal(self, permit: Permit, message: Outgoing) -> bytes:
        """repr puts every value in quotes of its own, so no two messages read alike."""
        bound = (
            permit.reason,
            permit.number,
            permit.until,
            permit.window_until,
            message.reference,
            message.channel,
            message.to,
            message.subject,
            message.body,
            message.html,
            message.from_name,
            message.from_address,
            message.reply_to,
            message.in_reply_to,
            message.media,
            sorted(message.headers.items()),
            message.calendar,
            message.valid_until.isoformat() if message.valid_until else None,
            message.at,
            message.whose,
        )
        return hmac.digest(self._key, repr(bound).encode(), "sha256")


_office = Office()
os.register_at_fork(after_in_child=_office.forked)
issue = _office.issue
redeem = _office.redeem
