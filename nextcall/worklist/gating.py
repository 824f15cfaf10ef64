"""What the gate says of the people in the deck, now and by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from nextcall.cadences.progress import Situation
from nextcall.consent import ledger, policy, rules
from nextcall.consent.facts import Ask, Channel, Decision, Facts, Purpose, Rule
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Member
from nextcall.worklist.ranking import Candidate

BY_HAND: tuple[Channel, ...] = ("call", "text", "email")

Points = Mapping[int, Mapping[str, ContactPoint]]


def judge(candidates: Sequence[Candidate], *, member: Member, at: datetime) -> list[Candidate]:
    """The candidates with what the gate says of their channel, by hand, in a fixed number of queries."""
    points = ledger.points_for([one.person_id for one in candidates], account_id=member.account_id)
    wanted = [_wanted(one.person_id, one.lead_id, one.channel, points) for one in candidates]
    rulebook = policy.for_account(member.account.policy, at=at)
    known = ledger.facts_for(wanted, account_id=member.account_id, at=at)
    return [
        _judged(one, rules.decide(Ask(channel=want.channel, automated=False), facts, rulebook, at)
                if want.contact_point_id else _nowhere(one.channel, at))
        for one, want, facts in zip(candidates, wanted, known, strict=True)
    ]


def _wanted(
    person_id: int, lead_id: int, channel: str, points: Points, purpose: Purpose = "marketing"
) -> ledger.Wanted:
    point = points.get(person_id, {}).get(channel)
    return ledger.Wanted(
        person_id=person_id, contact_point_id=point.pk if point else None,
        channel=cast(Channel, channel), purpose=purpose, lead_id=lead_id,
    )


def _judged(one: Candidate, decision: Decision) -> Candidate:
    return replace(
        one, closes_at=decision.until, denied=decision.verdict == "deny",
        opens_at=decision.earliest if decision.verdict == "wait" else None,
    )


@dataclass(frozen=True, slots=True)
class Reachable:
    """One channel of one person: the point it goes to and what the gate says of a member's own hand."""

    channel: str
    point: ContactPoint | None
    facts: Facts
    decision: Decision


def reach_of(lead: Lead, *, member: Member, at: datetime, known: Situation | None = None) -> dict[str, Reachable]:
    """Call, text and email to a lead by hand, in a fixed number of queries; an answer if they wrote.

    `known`: what the planner asked a moment ago, so that the same facts are not read twice. They are the facts for
    marketing: a card may be stricter than the composer, which asks anew, never looser.
    """
    purpose: Purpose = "reply" if lead.waiting_since else "marketing"
    points = (
        known.points
        if known
        else ledger.points_for([lead.person_id], account_id=member.account_id).get(lead.person_id, {})
    )
    facts: dict[str, Facts] = dict(known.facts) if known else {}
    missing = [_wanted(lead.person_id, lead.pk, channel, {lead.person_id: points}, purpose) for channel in BY_HAND
               if channel not in facts]
    if missing:
        answers = ledger.facts_for(missing, account_id=member.account_id, at=at)
        facts |= {wanted.channel: answer for wanted, answer in zip(missing, answers, strict=True)}
    rulebook = policy.for_account(member.account.policy, at=at)
    found = {}
    for channel in BY_HAND:
        point = points.get(channel)
        ask = Ask(channel=channel, purpose=purpose, automated=False)
        decision = rules.decide(ask, facts[channel], rulebook, at) if point else _nowhere(channel, at)
        found[str(channel)] = Reachable(channel, point, facts[channel], decision)
    return found


def _nowhere(channel: str, at: datetime) -> Decision:
    what = "working email address" if channel == "email" else "working number"
    return Decision("deny", at, (Rule("contact.none", "deny", f"there is no {what} on record", "house rule"),))
