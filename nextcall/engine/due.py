"""Claiming what is due: chosen, locked, decided, reserved and written in one transaction, in batches."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from nextcall.channels import permit
from nextcall.channels.contract import Outgoing
from nextcall.channels.permit import Permit
from nextcall.channels.provider import Provider
from nextcall.consent import ledger, policy_text
from nextcall.consent.reading import Read
from nextcall.engine import following, letter, our_number, senders, tally, their_page, unsubscribing
from nextcall.engine.handing import LEASE
from nextcall.engine.kept import Gate
from nextcall.engine.knowledge import Due, Knowledge, due_of, gather
from nextcall.engine.lanes import Candidate, Chooser
from nextcall.engine.senders import Senders
from nextcall.engine.settle import Settled, settle
from nextcall.lib import hours, sql, ticking
from nextcall.timeline.models import Event
from nextcall.timeline.record import event, record_many

BATCH = 200
# A provider that takes its time (30 seconds for each of a mail server's answers) is done before another engine asks.
ANSWERED_WITHIN = timedelta(minutes=3)
# A database writes an index anew for every column that is named, changed or not: what leaves names the fewest.
SEND = (
    "UPDATE nextcall_touch SET state = 'sending', contact_point_id = %s, subject = %s, body = %s, claimed_by = %s,"
    " lease_until = %s, tries = tries + 1, provider = %s, decision = %s,"
    " our_number_id = COALESCE(%s, our_number_id) WHERE id = %s AND state = 'planned'"
)
WRITE = (
    "UPDATE nextcall_touch SET state = %s, rule = %s, because = %s, due_at = %s, local_at = %s, zone = %s,"
    " contact_point_id = %s, subject = %s, body = %s, step_key = %s, decision = %s, finished_at = %s"
    " WHERE id = %s AND state = 'planned'"
)
LOCK_PERSONS = (
    "SELECT p.id FROM nextcall_person p WHERE p.id = ANY(%s) ORDER BY p.id FOR NO KEY UPDATE OF p SKIP LOCKED"
)
IN_FLIGHT = (
    "SELECT t.person_id FROM nextcall_touch t WHERE t.person_id IN {them}"
    " AND t.state IN ('planned', 'claimed', 'sending', 'open') AND t.state IN ('claimed', 'sending')"
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may leave: permitted, worded and committed as `sending`."""

    due: Due
    provider: Provider
    provider_name: str
    outgoing: Outgoing
    contact_point_id: int
    read: Read  # what the gate was asked with, for the plan of what follows
    gate: Gate  # what it answered, for the record
    number_id: int | None = None  # of ours, that it leaves from
    known_at: float = 0.0  # of lib/ticking.py: when the claim looked at what is known about the person
    permit: Permit | None = None  # issued once the decision is committed


@dataclass(slots=True)
class Claimed:
    """What one claim came to. `found`: how many due touches it saw; 0 means that nothing is due now."""

    found: int = 0
    ready: list[Ready] = field(default_factory=list)
    settled: int = 0


class Claims:
    """One engine's claims: its name, its turn among the lanes, and which senders are at their rate."""

    def __init__(self, name: str, everyone: Senders) -> None:
        self.name = name
        self.senders = everyone
        self.chooser = Chooser()
        self.resting: dict[tuple[int, str], datetime] = {}
        self.clock_doubt = ""  # why the clock cannot be trusted; see engine/trusting.py

    def claim(self, *, at: datetime, limit: int = BATCH) -> Claimed:
        """Claim up to `limit` persons' due touches. What is `ready` must be handed to its provider now."""
        self.resting = {key: until for key, until in self.resting.items() if until > at}
        began = ticking.now()
        with transaction.atomic():
            candidates = self.chooser.choose(at=at, limit=limit, resting=self.resting)
            if not candidates:
                return Claimed()
            dues = self._lock(candidates, at)
            if not dues:
                return Claimed(found=len(candidates))
            known = gather(dues, self.senders, at=at, clock_doubt=self.clock_doubt)
            settled = [settle(due, known, at=at) for due in self._within_rate(dues, known, at)]
            our_number.choose(settled, known)
            ready = self._take_share(settled, known, at)
            _write(settled, self.name, at)
            _keep_words(settled, known, at)
            _reserve(settled, at)
            following.follow(settled, known, at=at)
        return Claimed(len(candidates), [_permitted(one, at, began) for one in ready], len(settled))

    def next_at(self) -> datetime | None:
        """When a sender that is at its rate may send again."""
        return min(self.resting.values(), default=None)

    def _lock(self, candidates: Sequence[Candidate], at: datetime) -> list[Due]:
        """The touches that may be settled now: the earliest of each person, and none while one is in flight."""
        persons = sorted({one.person_id for one in candidates})
        if sql.many_engines():  # a person whom somebody else holds, a reply coming in perhaps, waits for the next round
            persons = [row[0] for row in sql.rows(LOCK_PERSONS, [persons])]
        taken = {row[0] for row in sql.rows(IN_FLIGHT.format(them=sql.among(persons)), [])}
        points: set[int] = set()
        found = []
        for due in due_of(persons, at=at):
            resting = due.is_sent and not due.sample and (due.account_id, due.channel) in self.resting
            if due.person_id in taken or resting or due.contact_point_id in points:
                continue
            taken.add(due.person_id)
            if due.contact_point_id:
                points.add(due.contact_point_id)
            found.append(due)
        return found

    def _within_rate(self, dues: Sequence[Due], known: Knowledge, at: datetime) -> list[Due]:
        """Leaves out what the senders could not send now; their lanes rest until they can."""
        wanted: dict[tuple[int, str], int] = {}
        for due in dues:
            if due.is_sent and not due.sample:
                wanted[due.account_id, due.channel] = wanted.get((due.account_id, due.channel), 0) + 1
        allowed = {}
        for key, count in wanted.items():
            sender = known.senders.get(key, senders.OWN_HANDSET)
            fits, again_at = senders.permitted(sender, count, at=at)
            allowed[key], room_at = our_number.room(sender, key[1], known, fits, at)
            if allowed[key] < count:
                self.resting[key] = max(again_at, room_at, at + timedelta(milliseconds=10))
        kept = []
        for due in dues:
            if due.is_sent and not due.sample:
                allowed[due.account_id, due.channel] -= 1
                if allowed[due.account_id, due.channel] < 0:
                    continue
            kept.append(due)
        return kept

    def _take_share(self, settled: list[Settled], known: Knowledge, at: datetime) -> list[Ready]:
        """Take the messages' share of their senders' rates; what another engine took meanwhile stays planned."""
        ready = [_ready(one, known, at) for one in settled if one.state == "sending" and one.due.sample]
        groups: dict[tuple[int, str], list[Settled]] = {}
        for one in settled:
            if one.state == "sending" and not one.due.sample:
                groups.setdefault((one.due.account_id, one.due.channel), []).append(one)
        for key, members in sorted(groups.items()):
            had = senders.take(known.senders.get(key, senders.OWN_HANDSET), len(members), at=at)
            taken = our_number.take(members[:had], known, at)
            for one in members if len(taken) < len(members) else ():
                if not any(one is other for other in taken):
                    settled.remove(one)
            ready += [_ready(one, known, at) for one in taken]
        return ready


def _permitted(ready: Ready, at: datetime, began: float) -> Ready:
    """With its permit: `allow` stands in the row, committed at `at`, where the clock of permits said `began`."""
    seconds = (LEASE - ANSWERED_WITHIN).total_seconds()
    allowed = permit.issue(ready.outgoing, reason="gate", seconds=seconds, at=at, since=began)
    return replace(ready, known_at=began, permit=allowed)


def _ready(one: Settled, known: Knowledge, at: datetime) -> Ready:
    due, point, sender = one.due, one.point, one.sender
    if point is None or sender is None or sender.provider is None:
        raise ValueError(f"touch {due.id} is permitted without a way to send it")
    owner = known.members.get(due.owner_id or 0)
    text, html, extra = one.body, "", {}
    if due.channel == "email":
        whose = {"account_id": due.account_id, "person_id": due.person_id, "contact_point_id": point.pk}
        link = unsubscribing.url(**whose)
        links = {"unsubscribe": link, "their_page": their_page.url(**whose)}
        text, html = letter.signed(one.body, foot=one.foot, **links), letter.html(one.body, foot=one.foot, **links)
        extra = dict(letter.headers(at=at, unsubscribe=link))
    outgoing = Outgoing(
        reference=str(due.reference),
        channel=due.channel,
        to=point.value,
        body=text,
        subject=one.subject,
        html=html,
        from_name=owner.name if owner and due.channel == "email" else sender.from_name,
        from_address=one.number.number if one.number else sender.from_address,
        reply_to=sender.reply_to_of(str(due.reference)),
        in_reply_to=due.in_reply_to,
        headers=extra,
        calendar=known.invitations.get(due.id, "") if due.channel == "email" else "",
        valid_until=one.decision.until if one.decision else None,
        at=at,
        media=known.pictures.get(due.id, ()),
        whose=due.owner_id or 0,
    )
    read, number = known.read[due.account_id].persons[due.person_id], one.number.id if one.number else None
    return Ready(due, sender.provider, sender.name, outgoing, point.pk, read, one.gate or {}, number)


def _write(settled: Sequence[Settled], engine: str, at: datetime) -> None:
    leaving = [one for one in settled if one.state == "sending"]
    sql.execute_many(SEND, [_leaving(one, engine, at) for one in leaving])
    sql.execute_many(WRITE, [_row(one, at) for one in settled if one.state != "sending"])
    record_many(_event(one, at) for one in settled if one.state in following.CLOSED or _waits_anew(one))
    for one in settled:
        tally.count({"planned": "waited", "open": "opened"}.get(one.state, one.state), one.due.channel)
        tally.late((at - one.due.due_at).total_seconds())


def _waits(one: Settled) -> bool:
    """Whether the gate said: not yet."""
    return one.state == "planned" and one.decision is not None


def _waits_anew(one: Settled) -> bool:
    """A wait that is asked about again every few minutes, for a list or a halt, is one refusal, not hundreds."""
    return _waits(one) and one.rule != one.due.rule


def _event(one: Settled, at: datetime) -> Event:
    data: dict[str, Any] = {"channel": one.due.channel, "rule": one.rule, "because": one.because}
    if one.gate:
        data["gate"] = one.gate
    return event(
        account_id=one.due.account_id,
        kind="touch.waited" if _waits(one) else f"touch.{one.state}",
        at=at,
        person_id=one.due.person_id,
        lead_id=one.due.lead_id,
        touch_id=one.due.id,
        data=data,
    )


def _keep_words(settled: Sequence[Settled], known: Knowledge, at: datetime) -> None:
    """The rules' words, once a policy: what the decisions name by their ids."""
    for account_id in {one.due.account_id for one in settled if one.gate}:
        policy_text.keep(account_id, known.policies[account_id], at=at)


def _leaving(one: Settled, engine: str, at: datetime) -> list[Any]:
    return [
        one.point.pk if one.point else one.due.contact_point_id,
        one.subject or one.due.subject,
        one.body or one.due.body,
        engine,
        at + LEASE,
        one.sender.name if one.sender else "",
        json.dumps(one.gate) if one.gate else None,
        one.number.id if one.number else None,
        one.due.id,
    ]


def _row(one: Settled, at: datetime) -> list[Any]:
    due = one.due
    local_at, zone, due_at = due.local_at, due.zone, due.due_at
    if one.due_at is not None and one.due_at != due.due_at:
        due_at = one.due_at
        zone = zone or "UTC"
        local_at = hours.local(due_at, zone).replace(tzinfo=UTC)
    point = one.point.pk if one.point else due.contact_point_id
    return [
        one.state,
        one.rule[:60],
        one.because[:200],
        due_at,
        local_at,
        zone,
        point,
        one.subject or due.subject,
        one.body or due.body,
        one.step_key or due.step_key,
        json.dumps(one.gate) if one.gate else None,
        at if one.state in following.CLOSED else None,
        due.id,
    ]


def _reserve(settled: Sequence[Settled], at: datetime) -> None:
    """The caps count a message from its claim on, so that no other claim can take its place."""
    ledger.reserve(
        [reservation(one.due) for one in settled if one.state == "sending" and one.due.purpose != "confirmation"], at=at
    )


def reservation(due: Due) -> ledger.Reservation:
    """Its place under the caps."""
    return ledger.Reservation(
        account_id=due.account_id, person_id=due.person_id, lead_id=due.lead_id, channel=due.channel, touch_id=due.id
    )
