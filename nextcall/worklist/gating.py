"""What the gate says of the people in the deck, now and by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from nextcall.consent import policy, rules
from nextcall.consent.facts import Ask, Channel, Decision, Facts, Purpose, Rule
from nextcall.consent.known import Knowledge, Wanted, read
from nextcall.consent.policy import Policy
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Member
from nextcall.worklist.ranking import Candidate

BY_HAND: tuple[Channel, ...] = ("call", "text", "email")


def judge(candidates: Sequence[Candidate], known: Knowledge, *, member: Member, at: datetime) -> list[Candidate]:
    """The candidates with what the gate says of their channel, by hand; `known` of their persons."""
    rulebook = policy.for_account(member.account.policy, at=at)
    return [_judged(one, known, rulebook, at) for one in candidates]


def _judged(one: Candidate, known: Knowledge, rulebook: Policy, at: datetime) -> Candidate:
    want = _wanted(one.person_id, one.lead_id, one.channel, known.points(one.person_id))
    ask = Ask(channel=want.channel, automated=False)
    decision = (
        rules.decide(ask, known.facts(want), rulebook, at) if want.contact_point_id else _nowhere(one.channel, at)
    )
    return replace(
        one,
        closes_at=decision.until,
        denied=decision.verdict == "deny",
        opens_at=decision.earliest if decision.verdict == "wait" else None,
    )


def _wanted(
    person_id: int, lead_id: int, channel: str, points: Mapping[str, ContactPoint], purpose: Purpose = "marketing"
) -> Wanted:
    point = points.get(channel)
    return Wanted(
        person_id=person_id,
        contact_point_id=point.pk if point else None,
        channel=cast(Channel, channel),
        purpose=purpose,
        lead_id=lead_id,
    )


@dataclass(frozen=True, slots=True)
class Reachable:
    """One channel of one person: the point it goes to and what the gate says of a member's own hand."""

    channel: str
    point: ContactPoint | None
    facts: Facts
    decision: Decision


def reach_of(lead: Lead, *, member: Member, at: datetime, known: Knowledge | None = None) -> dict[str, Reachable]:
    """Call, text and email to a lead by hand; an answer if they wrote. `known` of their person, if read already."""
    purpose: Purpose = "reply" if lead.waiting_since else "marketing"
    known = known or read([lead.person_id], account_id=member.account_id, at=at)
    points = known.points(lead.person_id)
    rulebook = policy.for_account(member.account.policy, at=at)
    found = {}
    for channel in BY_HAND:
        point = points.get(channel)
        ask = Ask(channel=channel, purpose=purpose, automated=False)
        facts = known.facts(_wanted(lead.person_id, lead.pk, channel, points, purpose))
        decision = rules.decide(ask, facts, rulebook, at) if point else _nowhere(channel, at)
        found[str(channel)] = Reachable(channel, point, facts, decision)
    return found


def _nowhere(channel: str, at: datetime) -> Decision:
    what = "working email address" if channel == "email" else "working number"
    return Decision("deny", at, (Rule("contact.none", "deny", f"there is no {what} on record", "house rule"),))
