"""What the gate says of the people in the deck, now and by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nextcall.consent import ledger, policy, rules
from nextcall.consent.facts import Ask, Channel, Decision, Facts
from nextcall.leads.models import ContactPoint
from nextcall.team.models import Member
from nextcall.worklist.ranking import Candidate

JUDGED = 40  # the gate is asked about so many at once; who comes later in the day is asked about later
BY_HAND: tuple[Channel, ...] = ("call", "text", "email")

Points = Mapping[int, Mapping[str, ContactPoint]]


def judge(candidates: Sequence[Candidate], *, member: Member, at: datetime) -> list[Candidate]:
    """The candidates with what the gate says of their channel; the soonest due `JUDGED` of them are asked about."""
    asked = list(candidates[:JUDGED])
    points = ledger.points_for([one.person_id for one in asked], account_id=member.account_id)
    wanted = [_wanted(one.person_id, one.lead_id, one.channel, points) for one in asked]
    rulebook = policy.for_account(member.account.policy, at=at)
    judged = [
        _judged(one, rules.decide(Ask(channel=facts_of.channel, automated=False), facts, rulebook, at))
        for one, facts_of, facts in zip(asked, wanted, ledger.facts_for(wanted, account_id=member.account_id, at=at), strict=True)
    ]
    return judged + list(candidates[JUDGED:])


def _wanted(person_id: int, lead_id: int, channel: str, points: Points) -> ledger.Wanted:
    point = points.get(person_id, {}).get(channel)
    return ledger.Wanted(
        person_id=person_id, contact_point_id=point.pk if point else None,
        channel=channel, purpose="marketing", lead_id=lead_id,
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


def reach_of(person_id: int, lead_id: int, *, member: Member, at: datetime) -> dict[str, Reachable]:
    """Call, text and email for one person, in a fixed number of queries."""
    points = ledger.points_for([person_id], account_id=member.account_id)
    wanted = [_wanted(person_id, lead_id, channel, points) for channel in BY_HAND]
    rulebook = policy.for_account(member.account.policy, at=at)
    found = {}
    for one, facts in zip(wanted, ledger.facts_for(wanted, account_id=member.account_id, at=at), strict=True):
        decision = rules.decide(Ask(channel=one.channel, automated=False), facts, rulebook, at)
        found[one.channel] = Reachable(one.channel, points.get(person_id, {}).get(one.channel), facts, decision)
    return found
