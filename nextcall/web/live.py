"""What just happened, pushed to open pages as server-sent events: /live.

Stands before Django (see nextcall/asgi.py), because a stream would hold one of its few threads. One look at the
timeline every 400 ms serves the whole process, and only while somebody listens. It carries kinds and numbers, never
words: pages fetch again what they show, past the same walls as ever.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from nextcall.conversations.models import Presence
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline import following
from nextcall.timeline.following import Happened
from nextcall.web.access import SignedIn, member_of, signed_in

LOOK_SECONDS = 0.4
HEARTBEAT_SECONDS = 20.0
CHECK_SECONDS = 60.0  # so long a stream may outlive the session that opened it
SLOW_SECONDS = 10.0  # a client that does not take a line for so long is dropped
MOST_WAITING = 64  # lines for one client
MOST_AT_ONCE = 40  # of one look; more are told as kinds alone
MOST_OF_ONE, MOST = 6, 500  # streams of one member, and of all

T = TypeVar("T")
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
log = structlog.get_logger("nextcall.live")
threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")


@dataclass(eq=False)
class Listener:
    """One open page."""

    member_id: int
    account_id: int
    manages: bool
    lines: "asyncio.Queue[bytes | None]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def tell(self, line: bytes | None) -> None:
        """Never waits; whoever does not keep up is let go, and finds out what was missed when it comes back."""
        try:
            self.lines.put_nowait(line)
        except asyncio.QueueFull:
            self.lines = asyncio.Queue(MOST_WAITING)
            self.lines.put_nowait(None)

    def may_see(self, lead_id: int, owners: dict[int, int | None]) -> bool:
        """As access.leads_seen_by: managers every lead, a rep their own and nobody's."""
        return lead_id in owners and (self.manages or owners[lead_id] in (None, self.member_id))


@dataclass(frozen=True, slots=True)
class News:
    """What one look found, and whose the leads are."""

    events: list[Happened]
    owners: dict[int, int | None]


@dataclass
class Look:
    """How far the process has read."""

    place: following.Place
    seen_until: datetime  # of presences
    seen: set[tuple[int, int, datetime]] = field(default_factory=set)

    def on(self, accounts: set[int], *, now: float) -> News:
        """The events and the presences that came since, of `accounts` alone."""
        happened = [one for one in following.read_on(self.place, now=now) if one.account_id in accounts]
        happened += self._presences(accounts)
        leads = {one.lead_id for one in happened if one.lead_id}
        rows = Lead.objects.filter(account_id__in=accounts, pk__in=leads, removed_at__isnull=True) if leads else None
        return News(happened, dict(rows.values_list("pk", "owner_id")) if rows is not None else {})

    def _presences(self, accounts: set[int]) -> list[Happened]:
        since = self.seen_until - timedelta(seconds=2)  # one that was written before may be committed after
        rows = Presence.objects.filter(account_id__in=accounts, seen_at__gt=since)
        found = {row[:3]: row[3] for row in rows.values_list("lead_id", "member_id", "seen_at", "account_id")[:500]}
        fresh = [key for key in found if key not in self.seen]
        self.seen_until = max([self.seen_until, *(seen_at for _, _, seen_at in fresh)])
        self.seen = set(found)
        return [Happened(0, found[key], "presence", key[0]) for key in fresh]


@dataclass
class Feed:
    """Everyone who listens to this process, and the one task that looks for them."""

    listeners: set[Listener] = field(default_factory=set)
    _task: "asyncio.Task[None] | None" = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def join(self, listener: Listener) -> bool:
        """False if there are too many already."""
        of_member = sum(one.member_id == listener.member_id for one in self.listeners)
        if len(self.listeners) >= MOST or of_member >= MOST_OF_ONE:
            return False
        self.listeners.add(listener)
        async with self._starting:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._follow(await in_thread(_look_from_here)))
        return True

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)

    def end(self) -> None:
        """Lets everyone go: the process ends."""
        for listener in self.listeners:
            listener.tell(None)

    async def _follow(self, look: Look) -> None:
        while self.listeners:
            try:
                news = await in_thread(
                    lambda: look.on({one.account_id for one in self.listeners}, now=time.monotonic())
                )
            except DatabaseError:  # away for a moment
                log.warning("live feed cannot read")
                await asyncio.sleep(2)
                continue
            for listener in list(self.listeners) if news.events else ():
                for line in lines_for(listener, news):
                    listener.tell(line)
            await asyncio.sleep(LOOK_SECONDS)


def lines_for(listener: Listener, news: News) -> list[bytes]:
    """What one page is told: each thing once, of leads that the member may see."""
    told: dict[tuple[str, int | None], int] = {}
    for one in news.events:
        if one.account_id != listener.account_id:
            continue
        if one.lead_id is None or listener.may_see(one.lead_id, news.owners):
            told[one.kind, one.lead_id] = one.id
        elif one.kind.startswith("lead."):  # it may have been theirs until now
            told[one.kind, None] = one.id
    if len(told) > MOST_AT_ONCE:
        told = {(kind, None): number for (kind, _), number in told.items()}
    return [_line({"kind": kind, "lead": lead}, number=number) for (kind, lead), number in told.items()]


def _line(data: dict[str, object], *, number: int = 0, event: str = "") -> bytes:
    named, numbered = f"event: {event}\n" if event else "", f"id: {number}\n" if number else ""
    return f"{named}{numbered}data: {json.dumps(data)}\n\n".encode()


def _look_from_here() -> Look:
    return Look(following.here(), timezone.now())


async def in_thread(work: Callable[[], T]) -> T:
    """The ORM waits for its database, so it works beside the loop."""

    def guarded() -> T:
        close_old_connections()
        try:
            return work()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(threads, guarded)


def member_with(session_key: str) -> Member | None:
    """The member whose session it is, past the same fence as on every page."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    return member_of(request) if session_key else None


def session_key_in(headers: Iterable[tuple[bytes, bytes]]) -> str:
    jar: SimpleCookie = SimpleCookie()
    with suppress(CookieError):
        jar.load("; ".join(value.decode("latin1") for name, value in headers if name.lower() == b"cookie"))
    found = jar.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else ""


feed = Feed()


async def stream(scope: Message, receive: Receive, send: Send) -> None:
    """One client, until it goes, is signed out, or does not keep up."""
    key = session_key_in(scope["headers"])
    member = await in_thread(lambda: member_with(key))
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    if member is None:
        await _last(send, "gone")
        return
    listener = Listener(member.pk, member.account_id, member.manages)
    if not await feed.join(listener):
        await _last(send, "full")
        return
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        latest = await in_thread(lambda: following.latest_of(listener.account_id))
        await _put(send, _line({"latest": latest}, event="hello"))
        await _carry(listener, key, send, gone)
    except (TimeoutError, OSError):
        pass  # too slow, or gone while we spoke
    finally:
        feed.leave(listener)
        gone.cancel()


async def _carry(listener: Listener, key: str, send: Send, gone: "asyncio.Future[None]") -> None:
    checked = time.monotonic()
    while not gone.done():
        waiting: asyncio.Future[bytes | None] = asyncio.ensure_future(listener.lines.get())
        either: set[asyncio.Future[Any]] = {waiting, gone}
        await asyncio.wait(either, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        line = waiting.result() if waiting.done() else b": still here\n\n"
        waiting.cancel()
        if line is None or gone.done():
            break
        if time.monotonic() - checked > CHECK_SECONDS:
            member, checked = await in_thread(lambda: member_with(key)), time.monotonic()
            if member is None or member.pk != listener.member_id:
                await _last(send, "gone")
                return
            listener.manages = member.manages
        await _put(send, line)
    await _put(send, b"", more=False)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _put(send: Send, line: bytes, *, more: bool = True) -> None:
    await asyncio.wait_for(send({"type": "http.response.body", "body": line, "more_body": more}), SLOW_SECONDS)


async def _last(send: Send, event: str) -> None:
    await _put(send, _line({}, event=event), more=False)


HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"private, no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


@require_GET
def elsewhere(_request: HttpRequest) -> HttpResponse:
    """/live where only the pages are served, without the front: the page asks now and then instead."""
    answer = HttpResponse(_line({}, event="full"), content_type="text/event-stream")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
@signed_in
def now(request: SignedIn) -> HttpResponse:
    """The latest event's number: what a page asks now and then while it has no stream."""
    return JsonResponse({"latest": following.latest_of(request.member.account_id)})
