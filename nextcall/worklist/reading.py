"""The rows that cards are made of: for a whole hand of cards in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from nextcall.cadences import ahead
from nextcall.cadences.models import Touch
from nextcall.cadences.progress import STANDING, Situation
from nextcall.consent.known import Knowledge
from nextcall.conversations.models import Message, Note
from nextcall.engine.models import Action
from nextcall.engine.telling import NOT_NOW, USED
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from nextcall.worklist.beads import MADE
from nextcall.worklist.gathering import Promised
from nextcall.worklist.ranking import Ranked
from nextcall.worklist.reasons import Voice, greeting_in

SHOWN = (*STANDING, *MADE)
MOST = 60  # touches of one lead looked at
WRITTEN = 20  # messages of a member in which we look for how they greet
RESTS = timedelta(days=14)  # how long a reason that is not useful now stays away


@dataclass(frozen=True, slots=True)
class Rows:
    """What is on record of one lead."""

    lead: Lead
    touches: Sequence[Touch]  # planned, open or made; the latest due first
    touch: Touch
    promise: Promised | None
    inbound: Message | None
    note: Note | None
    running: Sequence[Situation]
    offered: Collection[str]  # keys of the reasons this lead was offered already
    snoozes: int  # since the latest outcome


def leads_of(lead_ids: Collection[int], member: Member) -> dict[int, Lead]:
    """Leads with everything a card says of them, and their latest message and note; those gone are left out."""
    inbound = Message.objects.filter(account_id=member.account_id, lead=OuterRef("pk"), outbound=False)
    notes = Note.objects.filter(account_id=member.account_id, lead=OuterRef("pk"))
    rows = Lead.objects.filter(account_id=member.account_id, pk__in=lead_ids, removed_at__isnull=True)
    rows = rows.select_related("account", "person", "source", "offer", "owner").annotate(
        inbound_id=Subquery(inbound.order_by("-at").values("pk")[:1]),
        note_id=Subquery(notes.order_by("-at").values("pk")[:1]),
    )
    return {lead.pk: lead for lead in rows}


def rows_of(
    hand: Sequence[Ranked],
    leads: Mapping[int, Lead],
    standing: Sequence[Promised],
    *,
    member: Member,
    at: datetime,
    known: Knowledge,
) -> dict[int, Rows]:
    """Of each lead of the hand; `leads` as `leads_of` gave them, `standing` the member's open promises."""
    here = [leads[one.candidate.lead_id] for one in hand if one.candidate.lead_id in leads]
    named = [one.candidate.touch_id for one in hand if one.candidate.touch_id]
    inbound = Message.objects.in_bulk([pk for lead in here if (pk := _annotated(lead, "inbound_id"))])
    notes = Note.objects.in_bulk([pk for lead in here if (pk := _annotated(lead, "note_id"))])
    touches, running = _touches(here, named), ahead.situations_of_many(here, at=at, known=known)
    offered, snoozes = _told(here, member, at=at)
    found = {}
    for one in hand:
        lead = leads.get(one.candidate.lead_id)
        if lead is not None:
            of_lead = touches.get(lead.pk, [])
            found[lead.pk] = Rows(
                lead=lead,
                touches=of_lead,
                touch=in_hand(lead, of_lead, one.candidate.touch_id),
                promise=next((promised for promised in standing if promised.id == one.candidate.promise_id), None),
                inbound=inbound.get(_annotated(lead, "inbound_id") or 0),
                note=notes.get(_annotated(lead, "note_id") or 0),
                running=running.get(lead.pk, []),
                offered=offered[lead.pk],
                snoozes=snoozes[lead.pk],
            )
    return found


def _annotated(lead: Lead, name: str) -> int | None:
    found: int | None = getattr(lead, name)
    return found


def touches_of(lead: Lead) -> list[Touch]:
    """What is planned, open or made of a lead, the latest due first."""
    return _touches([lead], []).get(lead.pk, [])


def _touches(leads: Sequence[Lead], named: Collection[int]) -> dict[int, list[Touch]]:
    """The same of many leads, and the named ones whatever their state."""
    by_id = {lead.pk: lead for lead in leads}
    wanted = Q(state__in=SHOWN) | Q(pk__in=named) if named else Q(state__in=SHOWN)
    rows = (
        Touch.objects.filter(wanted, account_id__in={lead.account_id for lead in leads}, lead__in=by_id)
        .order_by("lead", "-due_at")
        .defer("decision")
    )
    found: dict[int, list[Touch]] = defaultdict(list)
    for touch in rows[: MOST * max(len(leads), 1)]:
        lead = by_id[touch.lead_id]
        touch.account, touch.lead, touch.person = lead.account, lead, lead.person
        found[lead.pk].append(touch)
    return found


def in_hand(lead: Lead, touches: Sequence[Touch], touch_id: int | None = None) -> Touch:
    """The touch a person has in hand for this lead: the one named, else the open one, else the next call planned.

    With none of them an unplanned call, not stored: whatever is logged of it stands by itself.
    """
    if touch_id:
        named = next((one for one in touches if one.pk == touch_id), None)
        return named or Touch.objects.select_related("account").get(account_id=lead.account_id, lead=lead, pk=touch_id)
    mine = [one for one in touches if not one.by_machine]
    workable = [one for one in mine if one.state == Touch.State.OPEN] or [
        one for one in mine if one.state == Touch.State.PLANNED and one.channel == "call"
    ]
    return min(workable, key=lambda one: one.due_at, default=None) or Touch(
        account=lead.account, lead=lead, person=lead.person, channel="call", by_machine=False, state=Touch.State.OPEN
    )


def _told(leads: Sequence[Lead], member: Member, *, at: datetime) -> tuple[dict[int, set[str]], dict[int, int]]:
    """By lead: the reasons that were offered or rest, and how often it was snoozed since its latest outcome.

    What was undone does not count.
    """
    ids = [lead.pk for lead in leads]
    deeds = Action.objects.filter(account_id=member.account_id, lead__in=ids, kind__in=("outcome", "snooze", "reason"))
    undone: set[int] = set()
    snoozes: dict[int, int] = defaultdict(int)
    for key, lead_id, kind, undone_at in deeds.order_by("at", "pk").values_list("pk", "lead_id", "kind", "undone_at"):
        if undone_at is not None:
            undone.add(key)
        elif lead_id is not None and kind != "reason":
            snoozes[lead_id] = snoozes[lead_id] + 1 if kind == "snooze" else 0
    offered: dict[int, set[str]] = defaultdict(set)
    events = Event.objects.filter(account_id=member.account_id, lead__in=ids, kind__in=(USED, NOT_NOW))
    for lead_id, kind, happened_at, data in events.values_list("lead_id", "kind", "at", "data"):
        if lead_id is not None and data.get("action") not in undone and (kind == USED or at - happened_at < RESTS):
            offered[lead_id].add(str(data.get("key", "")))
    return offered, snoozes


def voice_of(member: Member) -> Voice:
    """How the member usually begins a message, and who they are to a lead."""
    written = Message.objects.filter(account_id=member.account_id, by=member, outbound=True).order_by("-pk")
    seller = member.account.seller_name or member.account.name
    greeting = greeting_in(list(written.values_list("body", flat=True)[:WRITTEN]))
    return Voice(greeting=greeting, me=member.name.partition(" ")[0], seller=seller)
