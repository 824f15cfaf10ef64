"""The gate's decision as touches and events keep it: who asked for what, when, and by which rules. Pure."""

from typing import Any

from nextcall.consent.facts import Ask, Decision, Facts
from nextcall.consent.policy import Policy
from nextcall.consent.policy_text import shortened, text_of
from nextcall.leads.models import ContactPoint

Gate = dict[str, Any]


def gate(decision: Decision, ask: Ask, facts: Facts, policy: Policy, point: ContactPoint | None) -> Gate:
    """The whole decision as JSON values; what is absent is left out. Rules by id: their words are in `policy_text`."""
    text = text_of(policy)
    found: Gate = {
        "verdict": decision.verdict,
        "at": decision.at.isoformat(),
        "channel": ask.channel,
        "purpose": ask.purpose,
        "automated": ask.automated,
        "rules": shortened(decision, text),
        "local_times": dict(decision.local_times),
        "jurisdictions": list(decision.jurisdictions),
        "policy_version": decision.policy_version or policy.version,
        "policy_text": text.digest,
        "tier": facts.tier,
    }
    if decision.earliest:
        found["earliest"] = decision.earliest.isoformat()
    if decision.until:
        found["until"] = decision.until.isoformat()
    if facts.permission_id is not None:
        found["permission"] = facts.permission_id
    if point is not None:
        found["contact_point"] = point.pk
        found["to"] = masked(point)
    return found


def masked(point: ContactPoint) -> str:
    """Enough to recognise it by, too little to use it: "…1001", "h…@example.com"."""
    if point.kind == ContactPoint.Kind.EMAIL:
        name, _, host = point.value.rpartition("@")
        return f"{name[:1]}…@{host}"
    return f"…{point.value[-4:]}"
