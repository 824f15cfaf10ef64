"""Notices to members' own devices: a new lead, a reply, a promise due, a mailbox not read.

Each once, within ten minutes, or never.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.conf import settings

from nextcall.channels import push
from nextcall.channels.browser import Device
from nextcall.channels.contract import SendError
from nextcall.engine import news
from nextcall.engine.models import Notice
from nextcall.engine.news import WITHIN, Fact
from nextcall.engine.when import spoken
from nextcall.lib import bulk
from nextcall.team.models import Member, PushSubscription

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=1)  # how often it looks while the engine is busy
THREADS = 4  # a push service that does not answer holds up no message
MANY = 3  # more new leads than this at once are one notice
KINDS = ("new_lead", "reply", "promise", "mailbox")

Devices = Mapping[Member, list[PushSubscription]]


class Notify:
    """A job of the worker. `threads` 0 pushes at once, in this thread."""

    def __init__(self, *, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="notices") if threads else None
        self._running: list[Future[list[int]]] = []
        self._next_at: datetime | None = None

    def __call__(self, *, at: datetime) -> bool:
        """Look what is new, and push it; never more to do at once."""
        self._tidy()
        if self._next_at is not None and at < self._next_at <= at + EVERY:
            return False
        self._next_at = at + EVERY
        devices = _devices(at)
        if devices:
            for member, facts in _new_to(devices, at=at).items():
                for payload in _payloads(facts, member, at=at):
                    self._push(devices[member], payload, member)
        return False

    def _push(self, devices: list[PushSubscription], payload: bytes, member: Member) -> None:
        if self._pool:
            self._running.append(self._pool.submit(deliver, devices, payload, member=member, sent=Sent()))
        else:
            forget(deliver(devices, payload, member=member, sent=Sent()))

    def _tidy(self) -> None:
        """Devices that are gone are forgotten, in the engine's own thread: the others touch no database."""
        done = [one for one in self._running if one.done()]
        self._running = [one for one in self._running if not one.done()]
        forget(pk for one in done if one.exception() is None for pk in one.result())


@dataclass(slots=True)
class Sent:
    """How many devices took a notice, could not be reached, or are gone."""

    took: int = 0
    failed: int = 0
    gone: int = 0


def deliver(devices: Iterable[PushSubscription], payload: bytes, *, member: Member, sent: Sent) -> list[int]:
    """Push to each device; which of them are gone. One that cannot be reached now is left as it is."""
    gone = []
    contact = settings.URL if settings.SECURE else f"mailto:{member.email}"
    for one in devices:
        device = Device(one.endpoint, one.p256dh, one.auth)
        try:
            push.push(device, payload, key=settings.VAPID_KEY, contact=contact, reach=settings.SMTP_REACH)
        except push.Gone:
            gone.append(one.pk)
            sent.gone += 1
        except SendError as error:
            sent.failed += 1
            log.warning("notice.not_taken", device=one.pk, why=str(error))
        else:
            sent.took += 1
    return gone


def forget(gone: Iterable[int]) -> None:
    keys = list(gone)
    if keys:
        PushSubscription.objects.filter(pk__in=keys).delete()


def test(*, member: Member) -> Sent:
    """A notice to every device of theirs, at once."""
    devices, sent = list(member.push_subscriptions.filter(account_id=member.account_id)), Sent()
    payload = _payload("Notices work", "This is what one looks like.", "/now/", "test")
    forget(deliver(devices, payload, member=member, sent=sent))
    return sent


def wants(member: Member, kind: str) -> bool:
    """Each kind has its switch; all are on when a device is."""
    return bool(member.settings.get(f"push_{kind}", True))


def _devices(at: datetime) -> Devices:
    """Of members who are here."""
    rows = PushSubscription.objects.filter(member__is_active=True).select_related("member__account").order_by("pk")
    found: dict[Member, list[PushSubscription]] = defaultdict(list)
    for one in rows:
        if one.member.away_until is None or one.member.away_until <= at:
            found[one.member].append(one)
    return found


def _new_to(devices: Devices, *, at: datetime) -> dict[Member, list[Fact]]:
    """What each member is to be told, written down first: whatever crashes now, nobody is told twice."""
    accounts = {member.account_id for member in devices}
    pairs = [(member, fact) for fact in news.since(accounts, at=at) for member in devices if _concerns(fact, member)]
    told = set(
        Notice.objects.filter(member__in={member for member, _ in pairs}, at__gte=at - 2 * WITHIN).values_list(
            "member_id", "kind", "about"
        )
    )
    found: dict[Member, list[Fact]] = defaultdict(list)
    for member, fact in pairs:
        if (member.pk, fact.kind, fact.about) in told:
            continue
        row = bulk.row(
            Notice, account_id=member.account_id, member_id=member.pk, kind=fact.kind, about=fact.about, at=at
        )
        if bulk.insert_new([row]):
            found[member].append(fact)
    return found


def _concerns(fact: Fact, member: Member) -> bool:
    if fact.account_id != member.account_id or not wants(member, fact.kind) or fact.by == member.pk:
        return False
    if fact.lead is None:
        return member.manages and fact.to is None
    return fact.to in (None, member)


def _payloads(facts: list[Fact], member: Member, *, at: datetime) -> Iterable[bytes]:
    """What the device shows. Beyond a first name nothing personal leaves, encrypted though it is."""
    for kind, group in groupby(sorted(facts, key=lambda fact: KINDS.index(fact.kind)), key=lambda fact: fact.kind):
        alike = list(group)
        if kind == "new_lead" and len(alike) > MANY:
            yield _payload(f"{len(alike)} new leads", "", "/now/", "new_leads")
            continue
        for fact in alike:
            body = fact.body if kind != "promise" else f"Due {spoken(fact.at, now=at, zone=member.zone)}."
            yield _payload(fact.title, body, f"/leads/{fact.lead.pk}/" if fact.lead else fact.url, fact.about)


def _payload(title: str, body: str, url: str, tag: str) -> bytes:
    return json.dumps({"title": title[:80], "body": body[:120], "url": url, "tag": tag}, ensure_ascii=False).encode()
