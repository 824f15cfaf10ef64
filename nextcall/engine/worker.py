"""The engine at work: claims what is due, sends it, records it, and sleeps until something is due or wakes it."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.db.models import Min

from nextcall.cadences.models import Touch
from nextcall.channels.provider import Provider
from nextcall.engine import expiring, looking, recalling
from nextcall.engine.due import BATCH, Claims
from nextcall.engine.knowledge import changed
from nextcall.engine.record import GROUP, record_answers
from nextcall.engine.rescue import rescue
from nextcall.engine.send import THREADS, Answer, Pool
from nextcall.engine.senders import Senders
from nextcall.engine.trusting import Trust
from nextcall.lib import ticking
from nextcall.lib.wake import Waker

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
Job = Callable[..., bool]  # job(at=now): one bite of work; False when there is none

LONGEST_NAP = timedelta(seconds=60)  # a word that got lost costs at most this
ROUNDS_ON = timedelta(seconds=1)  # how often leases, pauses and holds are looked after while busy
AHEAD = 2  # messages claimed for each thread: what a crash leaves uncertain at most
MOST_AHEAD = 256  # if the providers are so quick that the threads run dry between two claims
LOOK_EVERY = 0.25  # seconds, while messages wait for a thread: whether something came in from their persons
BUSY_NAP = timedelta(milliseconds=50)  # other engines hold what is due


def system_clock() -> datetime:
    return datetime.now(UTC)


class Worker:
    """One engine. `everything`: one provider for every account and channel, for rehearsals and tests.

    `jobs` run beside it, a bite at a time (imports). `threads` 0 sends in this thread, which a jumping clock needs.
    `trust` says why the clock cannot be trusted; without it, it is.
    """

    def __init__(
        self,
        *,
        clock: Clock = system_clock,
        everything: Provider | None = None,
        jobs: Sequence[Job] = (),
        threads: int = THREADS,
        trust: Trust | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(3)}"
        self._clock = clock
        self._senders = Senders(everything)
        self._claims = Claims(self.name, self._senders)
        self._pool = Pool(threads=threads, on_answer=self._nudge)
        self._jobs = jobs
        self._trust = trust
        self._most_in_flight = self._least_ahead = AHEAD * threads or BATCH
        self._waker: Waker | None = None
        self._stopping = threading.Event()
        self._looked_after_at: datetime | None = None

    def run(self) -> None:
        """Work until `stop`. What is being sent then is still recorded."""
        self._waker = waker = Waker()
        log.info("engine.started", engine=self.name)
        try:
            while not self._stopping.is_set():
                try:
                    self._work_or_sleep(waker)
                except DatabaseError:
                    log.exception("engine.database")
                    close_old_connections()
                    waker.wait(1.0)
        finally:
            self._finish()
            waker.close()
            self._senders.close()
            connection.close()
            log.info("engine.stopped", engine=self.name)

    def stop(self) -> None:
        """Ask it to end; safe in a signal handler."""
        self._stopping.set()
        self._nudge()

    def run_until(
        self, until: datetime, *, start: datetime, moved: Callable[[datetime], None] = lambda at: None
    ) -> datetime:
        """Everything that falls due from `start` to `until`, the clock jumping from one instant to the next.

        `moved` is called after each round with its instant: what is open then may be done, a call logged as unanswered.
        Needs threads=0. Returns the last instant worked.
        """
        at = start
        while True:
            self._clock = lambda now=at: now  # type: ignore[misc]
            self._claims.chooser.forget()
            self._looked_after_at = None
            worked = True
            while worked:
                worked = self.turn(at)
                moved(at)
            following = self.next_at(after=at)
            if following is None or following > until:
                return at
            at = following

    def turn(self, at: datetime) -> bool:
        """One round of work at this instant; False when there was nothing to do."""
        self._look()
        worked = self._record(at)
        if self._looked_after_at is None or at - self._looked_after_at >= ROUNDS_ON or at < self._looked_after_at:
            worked = bool(rescue(self._senders, engine=self.name, at=at)) or worked
            worked = bool(looking.turn(self._senders, at=at)) or worked
            worked = bool(expiring.turn(at=at)) or worked
            worked = bool(recalling.turn(self._senders, at=at)) or worked
            if not worked:
                self._looked_after_at = at
        if self._trust is not None:
            self._claims.clock_doubt = self._trust(at=at)
        ran_dry = not self._pool.in_flight
        limit = min(BATCH, self._most_in_flight - self._pool.in_flight)
        if limit > 0:
            claimed = self._claims.claim(at=at, limit=limit)
            self._pool.submit(claimed.ready)
            worked = bool(claimed.settled) or worked
            self._keep_ahead(ran_dry=ran_dry, filled=claimed.found >= limit)
        return self._record(at) or worked

    def _look(self) -> None:
        """Recalls what waits for a thread while something came in from its person; the gate is asked again."""
        waiting = self._pool.waiting()
        if waiting:
            since = ticking.now()
            news = changed({ready.due.person_id: ready.due.revision for ready in waiting})
            self._pool.looked([ready.due.id for ready in waiting if ready.due.person_id in news], since=since)

    def _keep_ahead(self, *, ran_dry: bool, filled: bool) -> None:
        """Claims more at once while the threads run dry between two claims, and less again when they do not."""
        if not ran_dry:
            self._most_in_flight = max(self._most_in_flight // 2, self._least_ahead)
        elif filled:
            self._most_in_flight = max(min(2 * self._most_in_flight, MOST_AHEAD), self._least_ahead)

    def next_at(self, *, after: datetime) -> datetime | None:
        """The next instant after `after` at which there is something to do, as far as is known now."""
        ahead = Touch.objects.filter(state="planned", due_at__gt=after).order_by("due_at")
        leased = Touch.objects.filter(state__in=["claimed", "sending"], lease_until__gt=after)
        found = [
            ahead.values_list("due_at", flat=True).first(),
            leased.aggregate(at=Min("lease_until"))["at"],
            looking.next_at(after=after),
            expiring.next_at(after=after),
            self._claims.next_at(),
        ]
        return min((at for at in found if at is not None), default=None)

    def _work_or_sleep(self, waker: Waker) -> None:
        at = self._clock()
        worked = self.turn(at)
        for job in self._jobs:
            worked = bool(job(at=self._clock())) or worked
        if worked:
            return
        if self._pool.in_flight:
            waker.wait(LOOK_EVERY if self._pool.waiting() else 1.0)
            return
        if waker.wait(self._nap(at)):
            self._claims.chooser.forget()

    def _nap(self, at: datetime) -> float:
        """Seconds until there is something to do: a minute at most, a moment while other engines hold what is due."""
        following = min(self.next_at(after=at) or at + LONGEST_NAP, at + LONGEST_NAP)
        if self._looked_after_at is not None and self._looked_after_at < at:  # what ran out since then was left alone
            following = min(following, self._looked_after_at + ROUNDS_ON)
        if not self._claims.resting and Touch.objects.filter(state="planned", due_at__lte=at).exists():
            following = min(following, at + BUSY_NAP)
        wanted: list[datetime] = [again for job in self._jobs if (again := getattr(job, "again_at", None)) is not None]
        return max((min([following, *wanted]) - self._clock()).total_seconds(), 0.001)

    def _record(self, at: datetime) -> bool:
        worked = False
        while answers := self._pool.answers(GROUP):
            self._write_down(answers)
            worked = True
        return worked

    def _write_down(self, answers: Sequence[Answer]) -> None:
        """Once more if another transaction was in the way: an answer that is lost leaves its touch in doubt."""
        try:
            record_answers(answers, engine=self.name, at=self._clock())
        except OperationalError:
            log.exception("engine.record_again")
            close_old_connections()
            record_answers(answers, engine=self.name, at=self._clock())

    def _finish(self) -> None:
        """Threads end what they began; their answers are written down."""
        self._pool.close()
        while answers := self._pool.answers(GROUP):
            self._write_down(answers)

    def _nudge(self) -> None:
        if self._waker is not None:
            self._waker.nudge()
