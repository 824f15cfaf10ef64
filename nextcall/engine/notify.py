"""Notices to members' own devices: a new lead, a reply, a promise due. Each once, within ten minutes, or never."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef

from nextcall.channels import push
from nextcall.channels.browser import Device
from nextcall.channels.contract import SendError
from nextcall.conversations.models import Message, Promise, Suggestion
from nextcall.engine.models import Notice
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead
from nextcall.lib import bulk
from nextcall.team.models import Member, PushSubscription
from nextcall.timeline.models import Event

log = structlog.get_logger(__name__)

WITHIN = timedelta(minutes=10)  # later it is no news
EVERY = timedelta(seconds=1)  # how often it looks while the engine is busy
THREADS = 4  # a push service that does not answer holds up no message
MANY = 3  # more new leads than this at once are one notice
KINDS = ("new_lead", "reply", "promise")
ANSWERED = {
    "accepted": "{} accepted",
    "declined": "{} declined",
    "tentative": "{} may come",
    "counter": "{} asks for another time",
    "cancelled": "{} called it off",
}
PROMISED = {"call": "Call {}, as promised", "send": "Answer {}, as promised", "appointment": "Appointment with {}"}

Devices = Mapping[Member, list[PushSubscription]]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, and whose it is; `to` None: everybody's who may see it."""

    kind: str
    about: str
    lead: Lead | None
    to: Member | None
    at: datetime
    title: str
    body: str
    by: int | None = None  # whoever did it needs no notice


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
    facts = [*_new_leads(accounts, at), *_answers(accounts, at), *_replies(accounts, at), *_promises(accounts, at)]
    pairs = [(member, fact) for fact in facts for member in devices if _concerns(fact, member)]
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
    if not wants(member, fact.kind) or fact.by == member.pk:
        return False
    if fact.lead is None:
        return member.manages and fact.to is None
    return fact.lead.account_id == member.account_id and fact.to in (None, member)


def _new_leads(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    """Those that came by themselves, or that a colleague added; a file of four hundred is no news."""
    events = Event.objects.filter(
        account_id__in=accounts, kind="lead.arrived", at__gt=at - WITHIN, at__lte=at, lead__removed_at=None
    ).exclude(data__has_key="import")
    for event in events.select_related("lead__person", "lead__owner", "lead__offer", "lead__source"):
        lead = event.lead
        if lead is None or lead.person.sample:
            continue
        asked = lead.offer or lead.source
        title = f"New lead: {_first(lead)}"
        yield Fact(
            "new_lead", f"lead:{lead.pk}", lead, lead.owner, event.at, title, asked.name if asked else "", event.by_id
        )


def _answers(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    """What a lead's calendar answered to an invitation: news of the message it came with, so that it is told once."""
    events = Event.objects.filter(
        account_id__in=accounts, kind="appointment.answered", at__gt=at - WITHIN, at__lte=at, lead__removed_at=None
    )
    found = list(events.select_related("lead__person", "lead__owner"))
    held = Promise.objects.filter(pk__in=[one.data["promise"] for one in found]).select_related("owner")
    owners = {one.pk: one.owner for one in held}
    for event in found:
        lead, response = event.lead, str(event.data["response"])
        to = owners.get(event.data["promise"]) or (lead.owner if lead else None)
        if lead is None or lead.person.sample or to is None or response not in ANSWERED:
            continue
        starts, wished = (
            spoken(datetime.fromisoformat(written), now=at, zone=to.zone) if written else ""
            for written in (event.data.get("starts_at"), event.data.get("wishes"))
        )
        body = f"{wished} instead of {starts}." if wished else f"{starts}." if starts else ""
        title = ANSWERED[response].format(_first(lead))
        yield Fact("reply", f"message:{event.data.get('message')}", lead, to, event.at, title, body)


def _replies(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    """What people wrote; automatic answers are none. A number that nobody knows is the managers'."""
    rows = Message.objects.filter(account_id__in=accounts, outbound=False, at__gt=at - WITHIN, at__lte=at)
    rows = rows.filter(answered_at=None).exclude(verdict="auto_reply")
    moves = Suggestion.objects.filter(message=OuterRef("pk"), kind="appointment", value__has_key="moves")
    for one in rows.annotate(moves=Exists(moves)).select_related(
        "lead__person", "lead__owner", "lead__inbox_item__assignee"
    ):
        lead = one.lead
        if lead is None:
            if one.person_id is None:
                yield Fact(
                    "reply", f"message:{one.pk}", None, None, one.at, "A number nobody knows wrote", "", one.by_id
                )
        elif not lead.person.sample and lead.removed_at is None:
            item = getattr(lead, "inbox_item", None)
            to = (item.assignee if item else None) or lead.owner
            title = f"{_first(lead)} asks for another time" if one.moves else f"{_first(lead)} wrote"
            yield Fact("reply", f"message:{one.pk}", lead, to, one.at, title, f"By {one.channel}.", one.by_id)


def _promises(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    rows = Promise.objects.filter(account_id__in=accounts, closed_at=None, due_at__gt=at - WITHIN, due_at__lte=at)
    rows = rows.filter(kind__in=PROMISED, lead__removed_at=None, owner__isnull=False)
    for one in rows.select_related("lead__person", "owner"):
        if not one.lead.person.sample:
            title = PROMISED[one.kind].format(_first(one.lead))
            about = f"promise:{one.pk}:{one.due_at:%m%d%H%M}"  # snoozed, it falls due again
            yield Fact("promise", about, one.lead, one.owner, one.due_at, title, "")


def _first(lead: Lead) -> str:
    return lead.person.given_name or "someone"


def _payloads(facts: list[Fact], member: Member, *, at: datetime) -> Iterable[bytes]:
    """What the device shows. Beyond a first name nothing personal leaves, encrypted though it is."""
    for kind, group in groupby(sorted(facts, key=lambda fact: KINDS.index(fact.kind)), key=lambda fact: fact.kind):
        alike = list(group)
        if kind == "new_lead" and len(alike) > MANY:
            yield _payload(f"{len(alike)} new leads", "", "/now/", "new_leads")
            continue
        for fact in alike:
            body = fact.body if kind != "promise" else f"Due {spoken(fact.at, now=at, zone=member.zone)}."
            yield _payload(fact.title, body, f"/leads/{fact.lead.pk}/" if fact.lead else "/inbox/", fact.about)


def _payload(title: str, body: str, url: str, tag: str) -> bytes:
    return json.dumps({"title": title[:80], "body": body[:120], "url": url, "tag": tag}, ensure_ascii=False).encode()
