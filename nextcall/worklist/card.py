"""Cards: everything the Now page shows of one lead, for a whole hand in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nextcall.cadences import wording
from nextcall.cadences.models import Touch
from nextcall.consent import preferring
from nextcall.consent.known import Knowledge, completed
from nextcall.engine import outcome
from nextcall.engine.promising import SNOOZES
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist import say
from nextcall.worklist.beads import Bead, Thread, thread_of
from nextcall.worklist.call_card import CallCard, Latest, call_card, latest_contacts
from nextcall.worklist.details import details_of
from nextcall.worklist.gathering import CARDS, Promised, promises
from nextcall.worklist.gating import Reachable, reach_of
from nextcall.worklist.offering import goal_of
from nextcall.worklist.ranking import Candidate, Group, Ranked
from nextcall.worklist.reading import Rows, leads_of, rows_of, voice_of
from nextcall.worklist.reasons import Reason, Voice, draft_for, find, first_line, question_in, reasons, told
from nextcall.worklist.wishing import asked_for

TOLD = "You told them you would call"  # a promise without words of its own
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
    reasons: tuple[Reason, ...]  # not offered to them before, best first
    first_lines: tuple[str, ...]  # one for each reason, on request
    beads: tuple[Bead, ...]
    thread_says: str
    reach: dict[str, Reachable]
    call: CallCard
    primary: str  # call, text, email, reply, decide
    held: Held | None
    outcomes: tuple[outcome.Effect, ...]
    snoozes: int  # since the latest outcome
    asked_for: str = ""  # short of a stop: "texts only, after 5 pm their time"


def question_to_ask(lead: Lead) -> str:
    """One easy question that fits what they asked for."""
    return wording.question_for(lead.offer.name if lead.offer else "")


def cards(
    hand: Sequence[Ranked],
    leads: Mapping[int, Lead],
    standing: Sequence[Promised],
    *,
    member: Member,
    at: datetime,
    known: Knowledge | None = None,
) -> tuple[Card, ...]:
    """A hand of cards, in order; `leads` as `reading.leads_of` gave them, without them no card.

    `standing` are the member's open promises, `known` what was read of some of the persons a moment ago.
    """
    if not hand:
        return ()
    persons = {lead.person_id for lead in leads.values()}
    known = completed(known, persons, account_id=member.account_id, at=at)
    rows = rows_of(hand, leads, standing, member=member, at=at, known=known)
    voice, latest = voice_of(member), latest_contacts(persons, account_id=member.account_id)
    wishes = preferring.standing(persons, account_id=member.account_id, at=at)
    made = (
        _card(ranked, rows[ranked.candidate.lead_id], known, voice, latest, member=member, at=at)
        for ranked in hand
        if ranked.candidate.lead_id in rows
    )
    return tuple(
        replace(one, asked_for=asked_for(one.reach, wishes.get(one.lead.person_id), zone=one.zone, at=at))
        for one in made
    )


def _card(
    ranked: Ranked,
    rows: Rows,
    knowledge: Knowledge,
    voice: Voice,
    latest: Mapping[int, Latest],
    *,
    member: Member,
    at: datetime,
) -> Card:
    lead, person = rows.lead, rows.lead.person
    reach = reach_of(lead, member=member, at=at, known=knowledge)
    zone = reach["call"].facts.place.home_zone
    thread = thread_of(lead, rows.touches, touch=rows.touch, running=rows.running, at=at, zone=zone)
    known = _known(ranked, rows, thread, member, zone=zone)
    chip, tint = say.chip(ranked, known, at=at)
    first = person.given_name or str(person)
    words, words_from = _words(rows, at=at)
    primary = _primary(ranked, reach)
    reasons = _reasons(rows, thread, first)
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
        details=tuple(details_of(rows, reach, known, thread, at=at)),
        reasons=reasons,
        first_lines=tuple(first_line(one, name=person.given_name, voice=voice) for one in reasons),
        beads=thread.beads,
        thread_says=thread.says,
        reach=reach,
        call=call_card(lead, reach["call"], member=member, at=at, latest=latest.get(person.pk)),
        primary=primary,
        held=_held(reach, primary, zone=zone, at=at),
        outcomes=tuple(outcome.effects(rows.touch, at=at, known=rows.running, standing=rows.touches)),
        snoozes=rows.snoozes,
    )


def _known(ranked: Ranked, rows: Rows, thread: Thread, member: Member, *, zone: str) -> say.Known:
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
        goal=goal_of(rows.lead.account),
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


def _words(rows: Rows, *, at: datetime) -> tuple[str, str]:
    inbound = rows.inbound
    how = "" if inbound is None else "on their page" if inbound.channel == "page" else f"by {inbound.channel}"
    if inbound and inbound.body and (rows.lead.waiting_since or at - inbound.at < timedelta(days=30)):
        return inbound.body[:600], f"{how}, {say.ago(inbound.at, at=at)}"
    return rows.lead.message[:600], ""


def _reasons(rows: Rows, thread: Thread, first: str) -> tuple[Reason, ...]:
    newest = rows.inbound.body if rows.inbound and not rows.inbound.answered_at else ""
    asked = rows.lead.message.strip()
    promise = rows.promise.what if rows.promise and rows.promise.what not in (*SNOOZES, TOLD) else ""
    return reasons(
        name=first,
        question=question_in(newest, asked),
        asked=asked[:160],
        answers=told(rows.lead.answers, imported=rows.lead.import_id is not None),
        promise=promise,
        step_says=thread.step_says,
        note=rows.note.body[:200] if rows.note else "",
        about=wording.in_a_sentence(rows.lead.offer.name) if rows.lead.offer else "",
        without=rows.offered,
    )


def draft_of(*, lead: Lead, key: str, member: Member, at: datetime) -> str:
    """The text that "As a text" opens the composer with: the reason of that key worded, its gap open.

    `key` is the `reason` of the address; "" when that is no reason of this lead, or was offered before. The gap stands
    in square brackets (`reasons.GAP`): only the member can fill it.
    """
    leads = leads_of([lead.pk], member)
    if lead.pk not in leads:
        return ""
    promised = [one for one in promises(member, at=at) if one.lead_id == lead.pk and one.kind in CARDS]
    due = Candidate(lead.pk, lead.person_id, at, promise_id=promised[0].id if promised else None)
    hand = cards([Ranked(Group.TODAY, due)], leads, promised, member=member, at=at)
    reason = find(hand[0].reasons, key) if hand else None
    return draft_for(reason, name=lead.person.given_name, voice=voice_of(member)) if reason else ""


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
