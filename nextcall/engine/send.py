"""Handing messages to their providers, several at once, outside any transaction."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from nextcall.channels.contract import Receipt, SendError, Uncertain
from nextcall.engine.due import LEASE, Ready

log = structlog.get_logger(__name__)
THREADS = 32  # a provider takes 50 to 300 ms for a message
MARGIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said to one message."""

    ready: Ready
    receipt: Receipt | None = None
    error: SendError | None = None
    uncertain: str = ""


class Pool:
    """Threads that only talk to providers; they touch no database. `threads` 0: in the caller's own thread."""

    def __init__(self, *, threads: int = THREADS, on_answer: Callable[[], None] | None = None) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="send") if threads else None
        self._answers: list[Answer] = []
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self.in_flight = 0

    def submit(self, messages: Sequence[Ready]) -> None:
        """Begin sending; the answers come out of `answers`."""
        self.in_flight += len(messages)
        give_up_at = time.monotonic() + LEASE.total_seconds() - MARGIN_SECONDS
        for ready in messages:
            if self._threads:
                self._threads.submit(self._one, ready, give_up_at)
            else:
                self._one(ready, give_up_at)

    def answers(self, limit: int) -> list[Answer]:
        """Up to `limit` answers that are there; waits for none."""
        with self._lock:
            found, self._answers = self._answers[:limit], self._answers[limit:]
        self.in_flight -= len(found)
        return found

    def close(self) -> None:
        """Waits for what is being sent; begins nothing more."""
        if self._threads:
            self._threads.shutdown(wait=True)

    def _one(self, ready: Ready, give_up_at: float) -> None:
        answer = _handed_over(ready, give_up_at)
        with self._lock:
            self._answers.append(answer)
            is_first = len(self._answers) == 1
        if self._on_answer and is_first:  # one word is enough until all are fetched
            self._on_answer()


def _handed_over(ready: Ready, give_up_at: float) -> Answer:
    if time.monotonic() > give_up_at:  # another engine may ask after it soon: it must not leave behind its back
        return Answer(ready, error=SendError("stood in the queue for too long", permanent=False))
    try:
        return Answer(ready, receipt=ready.provider.send(ready.outgoing))
    except SendError as error:
        return Answer(ready, error=error)
    except Uncertain as doubt:
        return Answer(ready, uncertain=str(doubt) or "nobody knows whether it left")
    except Exception as error:  # a provider's own fault: it may have left, so it is never sent again by itself
        log.exception("provider.broke", provider=ready.provider_name, touch=ready.due.id)
        return Answer(ready, uncertain=f"{ready.provider_name} broke: {type(error).__name__}")
