"""Everything that settling a batch of due touches needs to know, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from nextcall.cadences.definition import Cadence, Step
from nextcall.cadences.models import Halt
from nextcall.cadences.versions import definitions
from nextcall.consent import known, policy
from nextcall.consent.facts import Channel, Facts, Purpose
from nextcall.consent.policy import Policy
from nextcall.conversations.models import Invitation, Message
from nextcall.engine import number_pace, pictures
from nextcall.engine.lately import Texted, texted
from nextcall.engine.numbers import Pools
from nextcall.engine.senders import OWN_HANDSET, SAMPLE, Everything, Key, Sender, Senders
from nextcall.leads.models import ContactPoint
from nextcall.lib import sql
from nextcall.team.models import Account, Member

DUE = (
    "SELECT t.id, t.account_id, t.lead_id, t.person_id, t.enrollment_id, t.owner_id, t.step_key, t.channel,"
    " t.by_machine, t.purpose, t.local_at, t.zone, t.due_at, t.intended_at, t.priority, t.rule, t.because,"
    " t.contact_point_id, t.subject, t.body, t.in_reply_to, t.reference, t.tries, t.created_at,"
    " e.version_id, e.state, e.ended_at, l.removed_at, l.owner_id,"
    " p.name, p.given_name, p.family_name, p.city, p.revision, p.sample, o.name, s.name,"
    # the campaign's halt, seldom one, in the same statement: a claim asks nothing more for it
    " (SELECT h.id FROM nextcall_halt h JOIN nextcall_cadenceversion v ON v.cadence_id = h.cadence_id"
    " WHERE h.account_id = t.account_id AND h.ended_at IS NULL AND h.channel = t.channel AND v.id = e.version_id"
    " ORDER BY h.id LIMIT 1),"
    " o.disclosures, s.kind, s.basis, t.our_number_id"
    " FROM nextcall_touch t JOIN nextcall_lead l ON l.id = t.lead_id JOIN nextcall_person p ON p.id = t.person_id"
    " LEFT JOIN nextcall_enrollment e ON e.id = t.enrollment_id"
    " LEFT JOIN nextcall_offer o ON o.id = l.offer_id LEFT JOIN nextcall_source s ON s.id = l.source_id"
    " WHERE t.person_id IN {them} AND t.state IN ('planned', 'claimed', 'sending', 'open')"
    " AND t.state = 'planned' AND t.due_at <= %s ORDER BY t.due_at, t.priority, t.id"
)  # the list of states is the touch_person_live index's own, or SQLite would not use it


@dataclass(slots=True)
class Due:
    """One due touch with its enrollment, lead and person; in the order of DUE."""

    id: int
    account_id: int
    lead_id: int
    person_id: int
    enrollment_id: int | None
    owner_id: int | None
    step_key: str
    channel: str
    by_machine: bool
    purpose: str
    local_at: datetime | None
    zone: str
    due_at: datetime
    intended_at: datetime | None
    priority: int
    rule: str
    because: str
    contact_point_id: int | None
    subject: str
    body: str
    in_reply_to: str
    reference: UUID
    tries: int
    created_at: datetime
    version_id: int | None
    enrollment_state: str | None
    enrollment_ended_at: datetime | None
    removed_at: datetime | None
    lead_owner_id: int | None
    person_name: str
    given_name: str
    family_name: str
    city: str
    revision: int  # of the person: unchanged means that nobody withdrew anything since
    sample: bool  # an invented person: nothing ever leaves to them
    offer: str | None
    source: str | None
    halt_id: int | None  # the campaign stands still
    offer_disclosures: str | None
    source_kind: str | None
    source_basis: str | None
    our_number_id: int | None  # of an earlier try

    @property
    def is_sent(self) -> bool:
        """Whether it leaves by itself: the machine's own, or words that a member wrote and released."""
        return self.by_machine or (self.step_key == "" and self.body != "")


REFERENCE = list(Due.__slots__).index("reference")
INSTANTS = [place for place, name in enumerate(Due.__slots__) if name.endswith("_at")]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the rules, the wording and the senders are asked with."""

    accounts: Mapping[int, Account]
    members: Mapping[int, Member]
    policies: Mapping[int, Policy]
    cadences: Mapping[int, Mapping[str, Step]]
    points: Mapping[int, Mapping[str, ContactPoint]]  # by person, then channel
    own_points: Mapping[int, ContactPoint]  # named by the touch itself
    read: Mapping[int, known.Knowledge]  # by account: what the gate may ask about these persons
    facts: Mapping[int, Facts]  # by touch
    senders: Mapping[Key, Sender] | Everything
    halts: Mapping[int, Halt]
    texted: Mapping[int, Texted]  # by person, of those to whom a text is due
    invitations: Mapping[int, str]  # by touch: the calendar file that goes along
    pools: Pools  # by connection: our numbers, where a text is due
    pictures: Mapping[int, tuple[str, ...]]  # by touch: where the carrier gets those that leave with it

    def sender(self, due: Due) -> Sender:
        if due.sample:
            return SAMPLE
        return self.senders.get((due.account_id, due.channel), OWN_HANDSET)

    def point(self, due: Due) -> ContactPoint | None:
        """The touch's own if it has words already, else the person's best today."""
        own = self.own_points.get(due.contact_point_id or 0) if due.body else None
        if own is not None:
            return own
        return self.points.get(due.person_id, {}).get(due.channel)


def due_of(person_ids: Sequence[int], *, at: datetime) -> list[Due]:
    """Everything due of these persons, in the order in which it leaves; locked on PostgreSQL."""
    rows = sql.rows(f"{DUE.format(them=sql.among(person_ids))}{sql.skip_locked('t')}", [at])
    return [_due(row) for row in rows]


def _due(row: list[Any]) -> Due:
    values = list(row)
    if not sql.many_engines():  # SQLite has no such types
        values[REFERENCE] = UUID(values[REFERENCE])
        for place in INSTANTS:
            values[place] = sql.instant_or_none(values[place])
    return Due(*values)


def gather(dues: Sequence[Due], senders: Senders, *, at: datetime, clock_doubt: str = "") -> Knowledge:
    """`clock_doubt`: why this engine's clock cannot be trusted; the gate is told."""
    accounts = Account.objects.in_bulk({due.account_id for due in dues})
    owners = {owner for due in dues for owner in (due.owner_id, due.lead_owner_id) if owner}
    read = {
        account_id: known.read({due.person_id for due in mine}, account_id=account_id, at=at)
        for account_id, mine in _by_account(dues).items()
    }
    named = {due.contact_point_id for due in dues if due.body and due.contact_point_id}
    versions = {due.version_id for due in dues if due.version_id}
    halted = {due.halt_id for due in dues if due.halt_id}
    found = Knowledge(
        accounts=accounts,
        members=Member.objects.in_bulk(owners) if owners else {},
        policies={key: policy.for_account(account.policy, at=at) for key, account in accounts.items()},
        cadences={key: steps(cadence) for key, cadence in definitions(list(versions)).items()} if versions else {},
        points={due.person_id: read[due.account_id].points(due.person_id) for due in dues},
        own_points=ContactPoint.objects.in_bulk(named) if named else {},
        read=read,
        facts={},
        senders=senders.find(accounts),
        halts=Halt.objects.in_bulk(halted) if halted else {},
        texted=texted(due.person_id for due in dues if due.channel == "text"),
        invitations=_invitations(dues),
        pools=_pools(dues, accounts, at),
        pictures=pictures.leaving(due.id for due in dues if due.channel == "text" and not due.by_machine),
    )
    return replace(found, facts=_facts(found, dues, clock_doubt))


def _invitations(dues: Sequence[Due]) -> dict[int, str]:
    """Of what is neither a cadence's step nor an answer, so that most claims ask nothing."""
    asked = [due.id for due in dues if due.channel == "email" and not due.step_key and due.purpose == "informational"]
    if not asked:
        return {}
    return dict(Invitation.objects.filter(touch__in=asked).exclude(file="").values_list("touch_id", "file"))


def _pools(dues: Sequence[Due], accounts: Mapping[int, Account], at: datetime) -> Pools:
    texting = {due.account_id for due in dues if due.channel == "text" and due.is_sent and not due.sample}
    zones = {key: account.zone for key, account in accounts.items()}
    return number_pace.pools(texting, zones, at=at) if texting else {}


def changed(revisions: Mapping[int, int]) -> set[int]:
    """Of these persons, each with the revision that a claim read, those from or about whom something came in since."""
    now = dict(sql.rows(f"SELECT p.id, p.revision FROM nextcall_person p WHERE p.id IN {sql.among(revisions)}", []))
    return {person_id for person_id, read in revisions.items() if now.get(person_id) != read}


def held(person_ids: Iterable[int]) -> set[int]:
    """Persons with an unclear message that nobody has seen: no machine touch until somebody has."""
    waiting = Message.objects.filter(person__in=person_ids, verdict="hold", answered_at=None, outbound=False)
    return {key for key in waiting.values_list("person_id", flat=True) if key is not None}


_steps: dict[int, tuple[Cadence, Mapping[str, Step]]] = {}


def steps(cadence: Cadence) -> Mapping[str, Step]:
    """The steps by key; cadence versions never change, so each is sorted out once."""
    kept = _steps.get(id(cadence))
    if kept is None or kept[0] is not cadence:
        kept = _steps[id(cadence)] = (cadence, {step.key: step for step in cadence.steps})
    return kept[1]


def _facts(knowledge: Knowledge, dues: Sequence[Due], clock_doubt: str) -> dict[int, Facts]:
    """By touch; one without a contact point has none."""
    waiting = held({due.person_id for due in dues})
    found: dict[int, Facts] = {}
    for due in dues:
        point = knowledge.point(due)
        if point is None:
            continue
        facts = knowledge.read[due.account_id].facts(
            known.Wanted(
                person_id=due.person_id,
                contact_point_id=point.pk,
                channel=cast(Channel, due.channel),
                purpose=cast(Purpose, due.purpose),
                lead_id=due.lead_id,
            )
        )
        if due.person_id in waiting or clock_doubt:
            unclear = "an unclear message" if due.person_id in waiting else ""
            facts = replace(facts, held=unclear, clock_doubt=clock_doubt)
        found[due.id] = facts
    return found


def _by_account(dues: Sequence[Due]) -> Mapping[int, list[Due]]:
    found: dict[int, list[Due]] = defaultdict(list)
    for due in dues:
        found[due.account_id].append(due)
    return found
