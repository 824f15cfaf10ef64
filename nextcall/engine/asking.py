"""Asking the gate about a contact that a member makes by hand, and writing down what it refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from nextcall.consent import ledger, policy, policy_text, rules
from nextcall.consent.facts import Ask, Channel, Decision, Facts, Place, Purpose, Rule
from nextcall.consent.policy import Policy
from nextcall.consent.policy_text import shortened, text_of
from nextcall.engine.kept import Gate, gate
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Member
from nextcall.timeline.record import record


@dataclass(frozen=True, slots=True)
class Asked:
    """The gate's answer, and the same as the timeline keeps it."""

    decision: Decision
    gate: Gate
    policy: Policy

    def judged(self, decision: Decision) -> "Asked":
        """The same question with another answer: what the words of the message added to the gate's own."""
        gate = {**self.gate, "verdict": decision.verdict, "rules": shortened(decision, text_of(self.policy))}
        if decision.earliest is None:
            gate.pop("earliest", None)
        return Asked(decision, gate, self.policy)


def ask(*, lead: Lead, channel: str, at: datetime, automated: bool = False, point: ContactPoint | None = None) -> Asked:
    """What the gate says about a message or call to this lead; without `point`, to where they are best reached."""
    purpose: Purpose = "reply" if lead.waiting_since else "marketing"
    point = point or point_of(lead, channel)
    wanted = ledger.Wanted(
        person_id=lead.person_id,
        contact_point_id=point.pk if point else None,
        channel=cast(Channel, channel),
        purpose=purpose,
        lead_id=lead.pk,
    )
    facts = ledger.facts_for([wanted], account_id=lead.account_id, at=at)[0]
    rulebook = policy.for_account(lead.account.policy, at=at)
    wish = Ask(cast(Channel, channel), purpose, automated)
    decision = rules.decide(wish, facts, rulebook, at) if point else unreachable(channel, facts, at)
    policy_text.keep(lead.account_id, rulebook, at=at)
    return Asked(decision, gate(decision, wish, facts, rulebook, point), rulebook)


def point_of(lead: Lead, channel: str) -> ContactPoint | None:
    """Where a message to them goes: the first number or address that works."""
    return ledger.points_for([lead.person_id], account_id=lead.account_id).get(lead.person_id, {}).get(channel)


def refused(*, lead: Lead, asked: Asked, by: Member | None, at: datetime, page: str) -> None:
    """Somebody wanted to write or call, and was not let: that too is on the timeline, with the whole decision."""
    record(
        account_id=lead.account_id,
        kind="touch.refused",
        at=at,
        by=by,
        person_id=lead.person_id,
        lead_id=lead.pk,
        data={"channel": asked.gate["channel"], "page": page, "gate": asked.gate},
    )


def unreachable(channel: str, facts: Facts, at: datetime) -> Decision:
    """Nobody can be asked about: there is no number or address."""
    what = "email address" if channel == "email" else "number that takes texts" if channel == "text" else "number"
    place: Place = facts.place
    rule = Rule("contact.none", "deny", f"There is no {what} on record.", "house rule")
    return Decision("deny", at, (rule,), jurisdictions=place.jurisdictions)
