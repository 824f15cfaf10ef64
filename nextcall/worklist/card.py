"""One card: everything the Now page shows of one lead, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.cadences import ahead, wording
from nextcall.cadences.models import Touch
from nextcall.cadences.progress import STANDING
from nextcall.consent.known import Knowledge, read
from nextcall.conversations.models import Message, Note
from nextcall.engine import outcome
from nextcall.engine.promising import SNOOZED
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist import say
from nextcall.worklist.beads import MADE, Bead, Thread, thread_of
from nextcall.worklist.gathering import Promised
from nextcall.worklist.gating import Reachable, reach_of
from nextcall.worklist.ranking import Group, Ranked

TOLD = "You told them you would call"  # a promise without words of its own
SHOWN = (*STANDING, *MADE)
MOST = 60  # touches of one lead looked at
UNANSWERED = ("no_answer", "left_voicemail", "voicemail")


@dataclass(frozen=True, slots=True)
class Held:
    """Why the card's deed may not be done now."""

    says: str
    rule: str
    source: str
    opens: str  # in the lead's own time; "" if waiting will not help


@dataclass(frozen=True, slots=True)
class Card:
    """One lead in hand."""

    ranked: Ranked
    lead: Lead
    touch: Touch  # not stored if it is no touch of the plan
    promise: Promised | None
    zone: str  # theirs
    name: str
    first_name: str
    there: str  # the time where they are
    about: str  # source and offer, where
    words: str  # their own
    words_from: str
    chip: str
    tint: str
    why: str
    details: tuple[tuple[str, str], ...]
    reasons: tuple[say.Reason, ...]
    beads: tuple[Bead, ...]
    thread_says: str
    reach: dict[str, Reachable]
    primary: str  # call, text, email, reply, decide
    held: Held | None
    outcomes: tuple[outcome.Effect, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows that a card is made of."""

    lead: Lead
    touches: Sequence[Touch]  # planned, open or made; the latest due first
    touch: Touch
    promise: Promised | None
    inbound: Message | None
    note: Note | None


def lead_on(ranked: Ranked, member: Member) -> Lead | None:
    """The lead of a card with everything a card says of it; None if it is gone since."""
    rows = Lead.objects.filter(account_id=member.account_id, pk=ranked.candidate.lead_id)
    return rows.select_related("account", "person", "source", "offer", "owner").first()


def _read(ranked: Ranked, lead: Lead, standing: Sequence[Promised]) -> _Read:
    one, touches = ranked.candidate, touches_of(lead)
    return _Read(
        lead=lead,
        touches=touches,
        touch=in_hand(lead, touches, one.touch_id),
        promise=next((promised for promised in standing if promised.id == one.promise_id), None),
        inbound=Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=False).order_by("-at").first(),
        note=Note.objects.filter(account_id=lead.account_id, lead=lead).order_by("-at").first(),
    )


def touches_of(lead: Lead) -> list[Touch]:
    """What is planned, open or made of a lead, the latest due first."""
    rows = Touch.objects.filter(account_id=lead.account_id, lead=lead, state__in=SHOWN).order_by("-due_at")
    touches = list(rows.defer("decision")[:MOST])
    for touch in touches:
        touch.account, touch.lead, touch.person = lead.account, lead, lead.person
    return touches


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


def question_to_ask(lead: Lead) -> str:
    """One easy question that fits what they asked for."""
    return wording.question_for(lead.offer.name if lead.offer else "")


def card(
    ranked: Ranked,
    lead: Lead,
    standing: Sequence[Promised],
    knowledge: Knowledge | None,
    *,
    member: Member,
    at: datetime,
) -> Card:
    """The whole card of one ranked lead (see `lead_on`); `standing` are the member's open promises."""
    rows, person = _read(ranked, lead, standing), lead.person
    knowledge = knowledge or read([lead.person_id], account_id=lead.account_id, at=at)
    running = ahead.situations_of(lead, at=at, known=knowledge)
    reach = reach_of(lead, member=member, at=at, known=knowledge)
    zone = reach["call"].facts.place.home_zone
    thread = thread_of(lead, rows.touches, touch=rows.touch, running=running, at=at, zone=zone)
    known = _known(ranked, rows, thread, member, zone=zone)
    chip, tint = say.chip(ranked, known, at=at)
    first = person.given_name or str(person)
    words, words_from = _words(rows, at=at)
    primary = _primary(ranked, reach)
    return Card(
        ranked=ranked,
        lead=lead,
        touch=rows.touch,
        promise=rows.promise,
        zone=zone,
        name=str(person),
        first_name=first,
        there=say.clock(at, zone),
        about=_about(lead),
        words=words,
        words_from=words_from,
        chip=chip,
        tint=tint,
        why=say.why(ranked, known, at=at),
        details=tuple(_details(rows, reach, known, thread, at=at)),
        reasons=_reasons(rows, thread, first),
        beads=thread.beads,
        thread_says=thread.says,
        reach=reach,
        primary=primary,
        held=_held(reach, primary, zone=zone, at=at),
        outcomes=tuple(outcome.effects(rows.touch, at=at, known=running, standing=rows.touches)),
    )


def _known(ranked: Ranked, rows: _Read, thread: Thread, member: Member, *, zone: str) -> say.Known:
    """What the sentences on the card may draw on."""
    unanswered = [one.made_at for one in thread.made if one.channel == "call" and one.outcome in UNANSWERED]
    return say.Known(
        zone=zone,
        member_zone=member.zone,
        touch_number=thread.number,
        touches=thread.total,
        cadence=thread.cadence,
        cadence_day=thread.day,
        due_at=ranked.candidate.due_at,
        promise="" if not rows.promise or rows.promise.what == TOLD else rows.promise.what,
        unanswered_at=[made_at for made_at in unanswered if made_at],
    )


def _primary(ranked: Ranked, reach: dict[str, Reachable]) -> str:
    if ranked.group is Group.UNCERTAIN:
        return "decide"
    if ranked.group is Group.WAITING:
        return "reply"
    channel = ranked.candidate.channel
    return channel if channel in reach else "call"


def _about(lead: Lead) -> str:
    place = lead.person.street or ", ".join(part for part in (lead.person.city, lead.person.region) if part)
    asked = lead.offer.name if lead.offer else ""
    source = lead.source.name if lead.source and lead.source.name != asked else ""
    return " · ".join(part for part in (asked, source, place) if part)


def _words(rows: _Read, *, at: datetime) -> tuple[str, str]:
    inbound = rows.inbound
    if inbound and inbound.body and (rows.lead.waiting_since or at - inbound.at < timedelta(days=30)):
        return inbound.body[:600], f"by {inbound.channel}, {say.ago(inbound.at, at=at)}"
    return rows.lead.message[:600], ""


def _reasons(rows: _Read, thread: Thread, first: str) -> tuple[say.Reason, ...]:
    newest = rows.inbound.body if rows.inbound and not rows.inbound.answered_at else ""
    asked = rows.lead.message.strip()
    promise = rows.promise.what if rows.promise and rows.promise.what not in (SNOOZED, TOLD) else ""
    return say.reasons(
        name=first,
        question=say.question_in(newest, asked),
        asked=asked[:160],
        answers=say.told(rows.lead.answers, imported=rows.lead.import_id is not None),
        promise=promise,
        step_says=thread.step_says,
        note=rows.note.body[:200] if rows.note else "",
    )


def _held(reach: dict[str, Reachable], primary: str, *, zone: str, at: datetime) -> Held | None:
    if primary not in reach:
        return None
    there = reach[primary]
    decision = there.decision
    if decision.verdict == "allow":
        return None
    rule = decision.deciding
    opens = say.when(decision.earliest, zone, at=at) if decision.earliest else ""
    return Held(
        says=f"{rule.says.rstrip('.')}." if rule else f"No number or address for a {primary}.",
        rule=rule.id if rule else "",
        source=rule.source if rule else "",
        opens=opens,
    )


def _details(
    rows: _Read, reach: dict[str, Reachable], known: say.Known, thread: Thread, *, at: datetime
) -> list[tuple[str, str]]:
    lead = rows.lead
    fresh = at - lead.arrived_at <= timedelta(minutes=5) and not lead.import_id
    arrived = f"{say.ago(lead.arrived_at, at=at)}{', inside your 5-minute goal' if fresh else ''}"
    details = [("Came with a file" if lead.import_id else "Arrived", arrived)]
    if rows.promise and rows.promise.what != SNOOZED:
        details.append(
            ("Promise", f"{rows.promise.what or 'A call'}, {say.when(rows.promise.due_at, known.member_zone, at=at)}")
        )
    if thread.says:
        details.append(("Cadence", thread.says))
    details.append(("Hours", hours_line(reach["call"], zone=known.zone, at=at)))
    details.append(("Permission", permission_line(reach)))
    tried = say.tries(known)
    if tried:
        details.append(("Tries", tried))
    if lead.owner is None:
        details.append(("Owner", "Nobody yet; yours for 15 minutes"))
    return details


def hours_line(there: Reachable, *, zone: str, at: datetime) -> str:
    """ "Calls allowed until 8 pm their time", or why not and when."""
    decision = there.decision
    noun = f"{there.channel.capitalize()}s"
    if decision.verdict == "allow":
        return (
            f"{noun} allowed until {say.clock(decision.until, zone)} their time"
            if decision.until
            else f"{noun} allowed"
        )
    says = decision.deciding.says if decision.deciding else ""
    if decision.earliest:
        return f"{noun} open {say.when(decision.earliest, zone, at=at)} their time. {says}"
    return f"No {there.channel}s. {says}"


def permission_line(reach: dict[str, Reachable]) -> str:
    """Which channels carry which permission."""
    tiers: dict[str, list[str]] = {}
    for channel, there in reach.items():
        if there.point is not None:
            tiers.setdefault("stopped" if there.facts.withdrawn else there.facts.tier, []).append(channel)
    words = {
        "written": "in writing",
        "express": "given",
        "implied": "implied",
        "none": "none recorded",
        "stopped": "withdrawn",
    }
    return (
        "; ".join(f"{', '.join(channels)}: {words[tier]}" for tier, channels in tiers.items()).capitalize()
        or "None recorded"
    )
