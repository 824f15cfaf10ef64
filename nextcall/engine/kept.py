"""The gate's decision as a touch keeps it: who decided what, when, by which rules. Pure."""

import json

from nextcall.consent.facts import Decision


def kept(decision: Decision | None) -> str | None:
    """Compact JSON; None where the gate was not asked."""
    if decision is None:
        return None
    return json.dumps(
        {
            "verdict": decision.verdict,
            "at": decision.at.isoformat(),
            "rules": [{"id": rule.id, "effect": rule.effect, "says": rule.says} for rule in decision.rules],
            "earliest": decision.earliest.isoformat() if decision.earliest else None,
            "until": decision.until.isoformat() if decision.until else None,
            "local_times": dict(decision.local_times),
            "jurisdictions": list(decision.jurisdictions),
            "policy_version": decision.policy_version,
        },
        separators=(",", ":"),
    )
