"""Reading mailboxes beside the engine: a thread each, looked after, each mailbox by one engine at a time."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection, transaction

from nextcall.channels.email.imap import Imap, Unreachable
from nextcall.engine import mailbox_watch, tokens
from nextcall.engine.mailbox_places import NoPlace, place_of
from nextcall.engine.reading_mail import Cut, Reading, read_new, read_others
from nextcall.lib import ticking
from nextcall.lib.one_holder import OneHolder
from nextcall.team.models import Mailbox

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]

EVERY = 3.0  # seconds: how soon a mailbox that was connected or switched off is noticed
RENEW_EVERY = timedelta(seconds=20)  # how often tokens are looked after
RENEW = 240.0  # seconds of one IDLE; servers end it after 30 minutes, routers sooner
OTHERS_EVERY = 60.0  # seconds: how often the folders beside the inbox are asked; a connection waits on one alone
MOST = 200  # mailboxes of one engine
SPACE = 7  # of our advisory locks
END_WITHIN = 1.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
FIRST_WHEN_REFUSED, LONGEST_WHEN_REFUSED = 60.0, 1800.0  # a wrong password tried too often locks an account


def pause_after(failures: int, *, refused: bool) -> float:
    """Seconds until the next try, after that many in a row."""
    first, longest = (FIRST_WHEN_REFUSED, LONGEST_WHEN_REFUSED) if refused else (FIRST_PAUSE, LONGEST_PAUSE)
    return min(longest, first * 2.0 ** min(max(failures - 1, 0), 20))


def _version(mailbox: Mailbox) -> object:
    """Changes when reading has to begin anew: other settings, other folders, a fresh token."""
    sending = bytes(mailbox.connection.sealed) if mailbox.connection else b""
    folders = tuple(sorted(one.pk for one in mailbox.folders.all()))
    return bytes(mailbox.sealed), mailbox.folder, mailbox.address, mailbox.member_id, folders, sending


class Reader(threading.Thread):
    """Reads one mailbox until `end`; whatever goes wrong, it tries again later and says so on the row."""

    def __init__(self, mailbox_id: int, *, clock: Clock) -> None:
        super().__init__(name=f"mailbox-{mailbox_id}", daemon=True)
        self._id, self._clock = mailbox_id, clock
        self._ending = threading.Event()
        self._imap: Imap | None = None
        self._failures = 0
        self._cut: Cut = Counter()

    def run(self) -> None:
        while not self._ending.is_set():
            refused = False
            try:
                self._read()
            except Unreachable as error:
                refused = error.refused
                if refused:
                    tokens.distrust(self._id, at=self._clock())
                self._failed(str(error))
            except NoPlace as error:  # looked for again when the row has changed
                refused = True
                self._failed(str(error))
            except DatabaseError:
                log.exception("mailbox.database", mailbox=self._id)
                self._failures += 1
            except Exception as error:
                log.exception("mailbox.broke", mailbox=self._id)
                self._failed(f"reading broke off ({type(error).__name__})")
            finally:
                self._let_go()
            self._ending.wait(pause_after(self._failures, refused=refused))

    def end(self) -> None:
        """Asks it to; `join` waits for it."""
        self._ending.set()
        imap = self._imap
        if imap is not None:
            imap.interrupt()

    def _read(self) -> None:
        rows = Mailbox.objects.select_related("account", "connection", "member").prefetch_related("folders")
        mailbox = rows.filter(pk=self._id, enabled=True).first()
        if mailbox is None:
            self._ending.set()
            return
        self._imap = imap = Imap(place_of(mailbox))
        reading = Reading(mailbox, imap, self._clock, self._cut, self._ending.is_set)
        others = sorted(mailbox.folders.all(), key=lambda one: one.pk)
        others_at = 0.0
        while not self._ending.is_set():
            new = 0
            if others and ticking.now() >= others_at:
                new = read_others(reading, others)
                others_at = ticking.now() + OTHERS_EVERY
            new += read_new(reading)  # the inbox last: it is the one that is waited on
            self._failures = 0
            self._looked(mailbox)
            if not new:  # nothing was said between looking and waiting, so no mail can slip through
                connection.close()  # one that waits holds no connection to the database
                imap.wait(max(min(RENEW, others_at - ticking.now()), 0.0) if others else RENEW)

    def _looked(self, mailbox: Mailbox) -> None:
        now = self._clock()
        mailbox_watch.answered(mailbox, at=now)
        mailbox.looked_at = now
        rows = Mailbox.objects.filter(account_id=mailbox.account_id, pk=mailbox.pk)
        rows.update(looked_at=mailbox.looked_at, problem="", problem_at=None)

    def _failed(self, problem: str) -> None:
        if self._ending.is_set():
            return
        self._failures += 1
        log.warning("mailbox.unreachable", mailbox=self._id, why=problem, failures=self._failures)
        try:
            with transaction.atomic():
                rows = Mailbox.objects.filter(pk=self._id)
                rows.filter(problem="").update(problem_at=self._clock())
                rows.update(problem=problem[:300])
                for row in rows:
                    mailbox_watch.failed(row, problem, at=self._clock())
        except DatabaseError:
            log.exception("mailbox.database", mailbox=self._id)

    def _let_go(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            imap.close()
        connection.close()


class Readers:
    """Looks after the readers of this engine: starts, replaces and ends them as the rows say."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._ending = threading.Event()
        self._holder = OneHolder(SPACE)
        self._running: dict[int, tuple[object, Reader]] = {}
        self._renewed_at: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="mailboxes", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends them all, within seconds. What was being read is read again by whoever comes next."""
        self._ending.set()
        self._thread.join(2 * END_WITHIN)  # they are daemons: one that hangs holds nobody up

    def turn(self) -> None:
        """One round: who is to be read, and by whom it is."""
        at = self._clock()
        if self._renewed_at is None or abs(at - self._renewed_at) >= RENEW_EVERY:
            self._renewed_at = at
            tokens.renew_due(at=at)
        if not self._holder.keeps():
            self._end(list(self._running))
        rows = Mailbox.objects.filter(enabled=True).select_related("connection").prefetch_related("folders")
        wanted = {row.pk: _version(row) for row in rows.order_by("pk")[:MOST]}
        self._end([pk for pk, (of, reader) in self._running.items() if wanted.get(pk) != of or not reader.is_alive()])
        for pk, of in wanted.items():
            if pk not in self._running and self._holder.take(pk):
                reader = Reader(pk, clock=self._clock)
                self._running[pk] = (of, reader)
                reader.start()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self.turn()
            except Exception:  # the database is away, and what we held with it
                log.exception("mailboxes.failed")
                self._holder.close()
                self._end(list(self._running))
            connection.close()
            self._ending.wait(EVERY)
        self._end(list(self._running))
        self._holder.close()

    def _end(self, keys: list[int]) -> None:
        ended = [(pk, self._running.pop(pk)[1]) for pk in keys]
        for _, reader in ended:
            reader.end()
        for pk, reader in ended:
            reader.join(END_WITHIN)
            self._holder.give(pk)
