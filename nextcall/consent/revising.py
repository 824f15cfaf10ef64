"""Changing what an account's gate decides by: tighter by a word, looser with a reason, a name and an end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nextcall.consent import ledger, policy
from nextcall.consent.models import PolicyChange
from nextcall.team.models import Account, Member


def change(
    account: Account, rule_id: str, value: Mapping[str, Any], *, by: Member | None, at: datetime,
    legal_basis: str = "", ends_at: datetime | None = None,
) -> PolicyChange:
    """Change one rule of an account, and log it; a refused change is logged too, with the reason.

    Tightening needs nothing. Loosening needs the legal basis, the member who answers for it, and an end date.
    Raises ValueError for a rule or value that does not exist. Back to the shipped value: pass `value_of(rule(id))`.
    """
    return ledger.record_policy_change(
        account, rule_id, dict(value), loosens=policy.loosens(rule_id, value), by=by, at=at, legal_basis=legal_basis,
        ends_at=ends_at,
    )
