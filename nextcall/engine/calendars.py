"""Members' calendars elsewhere: connected, read on a schedule, and told of appointments. A job of the worker.

The network is asked in threads that touch no database; what they bring is written down in the engine's own.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db.models import F, Q

from nextcall.channels.calendar import caldav, reading, writing
from nextcall.channels.calendar.busy import Span, as_rows, busy, merged
from nextcall.channels.calendar.fetching import Access, CannotReach, address_of, fetch
from nextcall.conversations.models import Promise
from nextcall.engine import inviting
from nextcall.lib import sealing, wake
from nextcall.team.models import CalendarSource, Member
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
EVERY = timedelta(minutes=10)  # how often a calendar is read
LOOK_EVERY = timedelta(seconds=2)  # how often the job looks what there is to do
AGAIN = timedelta(minutes=1)  # a server that did not take an appointment is asked again
AHEAD = timedelta(days=60)
MOST_READ = 10  # calendars of one user
AT_ONCE = 20
THREADS = 2
BROKE = "What the server says cannot be understood."
BOOKED_ELSEWHERE = "booking-"  # uids of a booking page, which writes into calendars itself


@dataclass(frozen=True, slots=True)
class Looked:
    """What a reading brought: busy spans, or the problem in words; problems of single events beside."""

    spans: tuple[Span, ...] = ()
    problem: str = ""
    failed: bool = False


def connect(*, member: Member, kind: str, url: str, at: datetime, user: str = "", password: str = "") -> CalendarSource:
    """Try it, then keep it sealed; the engine reads it at once. Raises CannotReach with what is wrong."""
    url = address_of(url)
    access = _access(url, user, password)
    calendars: list[dict[str, str]] = []
    if kind == CalendarSource.Kind.CALDAV:
        calendars = [{"url": one.url, "name": one.name} for one in caldav.discover(url, access)][:MOST_READ]
        name = calendars[0]["name"]
    else:
        name = _feed(url, access).name or urlsplit(url).hostname or "Calendar"
    secret = {"url": url, "user": user, "password": password, "calendars": calendars}
    first = not member.calendars.filter(account_id=member.account_id, writes=True).exists()
    source = CalendarSource.objects.create(
        account_id=member.account_id,
        member=member,
        kind=kind,
        sealed=sealing.seal(secret | {"writes_to": calendars[0]["url"] if calendars else ""}),
        name=name[:120],
        writes=bool(calendars) and first,
        created_at=at,
    )
    record(account_id=member.account_id, kind="calendar.connected", at=at, by=member, data={"kind": kind})
    wake.wake()
    return source


def write_to(*, source: CalendarSource, url: str) -> None:
    """Appointments go into that calendar of the source; "" for none of it. Of all sources one is written to."""
    secret = sealing.unseal(source.sealed)
    named = next((one for one in secret.get("calendars", []) if one["url"] == url), None)
    if named:
        others = CalendarSource.objects.filter(account_id=source.account_id, member_id=source.member_id)
        others.exclude(pk=source.pk).update(writes=False)
        source.sealed, source.name = sealing.seal(secret | {"writes_to": url}), named["name"][:120]
    source.writes = named is not None
    source.save(update_fields=["sealed", "name", "writes"])
    wake.wake()


def read_again(source: CalendarSource) -> None:
    """The engine reads it in a moment."""
    CalendarSource.objects.filter(account_id=source.account_id, pk=source.pk).update(read_at=None)
    wake.wake()


def remove(*, source: CalendarSource, by: Member, at: datetime) -> None:
    """Forget it, its password and what was read; appointments stay where they were written."""
    source.delete()
    record(account_id=by.account_id, kind="calendar.removed", at=at, by=by, data={"kind": source.kind})


class Calendars:
    """A job of the worker. `threads` 0 asks at once, in this thread."""

    def __init__(self, *, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="calendars") if threads else None
        self._running: list[tuple[Future[Any], Callable[[Any], None]]] = []
        self._next_at: datetime | None = None
        self._resting: dict[int, datetime] = {}  # sources that did not take an appointment
        self._busy: set[int] = set()

    def __call__(self, *, at: datetime) -> bool:
        """Begin what is due, take in what was brought; never more to do at once."""
        self._tidy()
        if self._next_at is not None and at < self._next_at <= at + LOOK_EVERY:
            return False
        self._next_at = at + LOOK_EVERY
        self._read(at)
        self._write(at)
        return False

    def _read(self, at: datetime) -> None:
        due = CalendarSource.objects.filter(Q(read_at=None) | Q(read_at__lte=at - EVERY), member__is_active=True)
        for source in due.select_related("member").order_by("read_at")[:AT_ONCE]:
            mine = CalendarSource.objects.filter(pk=source.pk, read_at=source.read_at)
            if not mine.update(read_at=at):  # another engine has it
                continue
            own = Promise.objects.filter(
                account_id=source.account_id, owner_id=source.member_id, in_calendar__isnull=False
            )
            uids = frozenset(own.values_list("uid", flat=True))
            self._ask(
                partial(look, source, own=uids, at=at), partial(_keep, source), Looked(problem=BROKE, failed=True)
            )

    def _write(self, at: datetime) -> None:
        self._resting = {key: until for key, until in self._resting.items() if until > at}
        for promise, source in to_write(at=at):
            if source.pk in self._resting or promise.pk in self._busy:
                continue
            self._busy.add(promise.pk)
            written = inviting.entry(promise, at=at) if promise.closed_at is None else None
            self._ask(partial(put, source, promise.uid, written), partial(self._written, source, promise, at), BROKE)

    def _written(self, source: CalendarSource, promise: Promise, at: datetime, problem: str) -> None:
        self._busy.discard(promise.pk)
        if problem:  # the next reading that succeeds takes it away
            CalendarSource.objects.filter(account_id=source.account_id, pk=source.pk).update(problem=problem[:300])
            self._resting[source.pk] = at + AGAIN
            return
        sequence = promise.sequence if promise.closed_at is None else None
        Promise.objects.filter(account_id=promise.account_id, pk=promise.pk).update(in_calendar=sequence)

    def _ask(self, task: Callable[[], Any], take: Callable[[Any], None], broken: Any) -> None:
        """`take` gets what the task brings, or `broken` if it fell over what a server said."""
        if self._pool:
            self._running.append((self._pool.submit(_safely, task, broken), take))
        else:
            take(_safely(task, broken))

    def _tidy(self) -> None:
        done = [one for one in self._running if one[0].done()]
        self._running = [one for one in self._running if not one[0].done()]
        for future, take in done:
            take(future.result())


def _safely(task: Callable[[], Any], broken: Any) -> Any:
    try:
        return task()
    except Exception:
        log.exception("calendar.broke")
        return broken


def to_write(*, at: datetime) -> list[tuple[Promise, CalendarSource]]:
    """Appointments that the owner's own calendar does not have as they are; what may still be undone waits."""
    stands = Q(closed_at=None) & (Q(in_calendar=None) | ~Q(in_calendar=F("sequence"))) & Q(due_at__gt=at)
    gone = Q(closed_as__in=("cancelled", "released"), in_calendar__isnull=False)
    rows = (
        Promise.objects.filter(stands | gone, kind=Promise.Kind.APPOINTMENT, owner__calendars__writes=True)
        .exclude(uid="")
        .exclude(uid__startswith=BOOKED_ELSEWHERE)
        .select_related("owner", "lead__account", "lead__person")
        .order_by("due_at")
        .distinct()
    )
    ready = [one for one in rows[:100] if one.made_at + timedelta(seconds=one.lead.account.undo_seconds) <= at]
    sources = CalendarSource.objects.filter(member__in={one.owner_id for one in ready}, writes=True)
    by_member = {source.member_id: source for source in sources}
    return [(one, by_member[one.owner_id]) for one in ready if one.owner_id in by_member]


def look(source: CalendarSource, *, own: frozenset[str], at: datetime) -> Looked:
    """Ask the server, and follow what repeats. No database."""
    begins, ends, zone = at - timedelta(days=1), at + AHEAD, source.member.zone
    try:
        secret = sealing.unseal(source.sealed)
        access = _access(secret["url"], secret["user"], secret["password"])
        if source.kind == CalendarSource.Kind.FEED:
            calendars = [_feed(secret["url"], access)]
        else:
            calendars = [
                reading.read(raw)
                for one in secret["calendars"]
                for raw in caldav.events(one["url"], access, begins=begins, ends=ends)
            ]
    except (CannotReach, sealing.CannotUnseal) as why:
        return Looked(problem=str(why), failed=True)
    found = [busy(one, begins=begins, ends=ends, zone=zone, own=own) for one in calendars]
    problems = [problem for one in found for problem in one.problems]
    return Looked(merged(span for one in found for span in one.spans), problems[0] if problems else "")


def put(source: CalendarSource, uid: str, entry: writing.Entry | None) -> str:
    """Write the appointment, or take it out with None; the problem in words, "" when it is done. No database."""
    try:
        secret = sealing.unseal(source.sealed)
        access = _access(secret["url"], secret["user"], secret["password"])
        if entry is None:
            caldav.remove(secret["writes_to"], access, uid=uid)
        else:
            caldav.put(secret["writes_to"], access, uid=uid, ics=writing.stored(entry))
    except (CannotReach, sealing.CannotUnseal) as why:
        return str(why)
    return ""


def _keep(source: CalendarSource, looked: Looked) -> None:
    rows = CalendarSource.objects.filter(account_id=source.account_id, pk=source.pk)
    if looked.failed:  # what was read before still says more than nothing
        rows.update(problem=looked.problem[:300])
    else:
        rows.update(busy=as_rows(looked.spans), problem=looked.problem[:300])


def _access(url: str, user: str, password: str) -> Access:
    return Access(user, password, settings.SMTP_REACH, urlsplit(url).hostname or "")


def _feed(url: str, access: Access) -> reading.Calendar:
    answer = fetch("GET", url, access)
    if answer.status != 200:
        raise CannotReach(f"{urlsplit(url).hostname} answered {answer.status}: the address may have been withdrawn.")
    found = reading.read(answer.body)
    if not found.events and not found.periods and b"BEGIN:VCALENDAR" not in answer.body[:2000].upper():
        raise CannotReach(
            "What is at that address is no calendar. Copy the address that ends in .ics or begins webcal://."
        )
    return found
