"""Handing messages to their providers, several at once, outside any transaction."""

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from nextcall.channels.contract import NotPermitted, Receipt, SendError, Uncertain
from nextcall.engine.due import Ready
from nextcall.lib import ticking

log = structlog.get_logger(__name__)
THREADS = 32  # a provider takes 50 to 300 ms for a message
# Nothing leaves on what was known longer ago: a withdrawal holds for what waits in this queue within a second.
KNOWN_FOR_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said to one message."""

    ready: Ready
    receipt: Receipt | None = None
    error: SendError | None = None
    uncertain: str = ""


class Pool:
    """Threads that only talk to providers; they touch no database. `threads` 0: in the caller's own thread.

    What waits for a thread can still be recalled: the engine looks every now and then whether something came in from
    the person (`looked`), and a thread begins with nothing that was not looked at a moment ago.
    """

    def __init__(self, *, threads: int = THREADS, on_answer: Callable[[], None] | None = None) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="send") if threads else None
        self._answers: list[Answer] = []
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._looked = threading.Condition(self._lock)
        self._looked_at = 0.0
        self._waiting: dict[int, Ready] = {}
        self._recalled: set[int] = set()
        self._closing = False
        self.in_flight = 0

    def submit(self, messages: Sequence[Ready]) -> None:
        """Begin sending; the answers come out of `answers`."""
        self.in_flight += len(messages)
        with self._lock:
            self._waiting.update((ready.due.id, ready) for ready in messages)
        for ready in messages:
            if self._threads:
                self._threads.submit(self._one, ready)
            else:
                self._one(ready)

    def waiting(self) -> list[Ready]:
        """What no thread has begun with."""
        with self._lock:
            return list(self._waiting.values())

    def looked(self, recalled: Collection[int], *, since: float) -> None:
        """What was known at `since` about those who wait: these touches do not leave, the others may."""
        with self._looked:
            self._recalled.update(touch for touch in recalled if touch in self._waiting)
            self._looked_at = max(self._looked_at, since)
            self._looked.notify_all()

    def answers(self, limit: int) -> list[Answer]:
        """Up to `limit` answers that are there; waits for none."""
        with self._lock:
            found, self._answers = self._answers[:limit], self._answers[limit:]
        self.in_flight -= len(found)
        return found

    def close(self) -> None:
        """Waits for what is being sent; begins nothing more."""
        with self._looked:
            self._closing = True
            self._looked.notify_all()
        if self._threads:
            self._threads.shutdown(wait=True)

    def _one(self, ready: Ready) -> None:
        recalled = self._begin(ready)
        answer = Answer(ready, error=recalled) if recalled else _handed_over(ready)
        with self._lock:
            self._answers.append(answer)
            is_first = len(self._answers) == 1
        if self._on_answer and is_first:  # one word is enough until all are fetched
            self._on_answer()

    def _begin(self, ready: Ready) -> NotPermitted | None:
        """Waits until somebody has looked after it; why it must not leave, if so."""
        touch, permit = ready.due.id, ready.permit
        with self._looked:
            while permit and ticking.now() < permit.until and not self._closing and touch not in self._recalled:
                stale_at = max(ready.known_at, self._looked_at) + KNOWN_FOR_SECONDS
                if not self._threads or ticking.now() < stale_at:
                    break
                self._looked.wait(KNOWN_FOR_SECONDS)
            self._waiting.pop(touch, None)
            if touch in self._recalled:
                self._recalled.discard(touch)
                return NotPermitted("something came in from them while it stood in the queue", why="recalled")
            return NotPermitted("the engine stopped before it left", why="recalled") if self._closing else None


def _handed_over(ready: Ready) -> Answer:
    try:
        # A message without a permit is shown to the provider too: that it is refused stands in the record.
        return Answer(ready, receipt=ready.provider.send(ready.outgoing, ready.permit))
    except NotPermitted as refusal:
        if not refusal.late:
            log.error("permit.refused", why=refusal.why, provider=ready.provider_name, touch=ready.due.id)
        if refusal.why == "used":
            return Answer(ready, uncertain=f"{refusal}: it may have left before")
        return Answer(ready, error=refusal)
    except SendError as error:
        return Answer(ready, error=error)
    except Uncertain as doubt:
        return Answer(ready, uncertain=str(doubt) or "nobody knows whether it left")
    except Exception as error:  # a provider's own fault: it may have left, so it is never sent again by itself
        log.exception("provider.broke", provider=ready.provider_name, touch=ready.due.id)
        return Answer(ready, uncertain=f"{ready.provider_name} broke: {type(error).__name__}")
