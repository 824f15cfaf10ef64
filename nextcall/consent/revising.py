"""Changing what an account's gate decides by: tighter by a word, looser with a reason, a name and an end."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nextcall.consent import policy
from nextcall.consent.models import PolicyChange
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record


def change(
    account: Account,
    rule_id: str,
    value: Mapping[str, Any],
    *,
    by: Member | None,
    at: datetime,
    legal_basis: str = "",
    ends_at: datetime | None = None,
) -> PolicyChange:
    """Change one rule of an account, and log it; a refused change is logged too, with the reason.

    Tightening needs nothing. Loosening needs the legal basis, the member who answers for it, and an end date.
    Raises ValueError for a rule or value that does not exist. Back to the shipped value: pass `value_of(rule(id))`.
    """
    loosens = policy.loosens(rule_id, value)
    refused = _refused(rule_id, legal_basis, by, at, ends_at) if loosens else ""
    with transaction.atomic():
        fresh = Account.objects.select_for_update().get(pk=account.pk)
        rules = dict(fresh.policy.get("rules", {}))
        before = rules.get(rule_id)
        if not refused:
            rules[rule_id] = {
                "value": dict(value),
                "legal_basis": legal_basis,
                "approved_by": by.name if by else "",
                "ends_at": ends_at.isoformat() if ends_at else "",
            }
            fresh.policy = {**fresh.policy, "rules": rules}
            fresh.save(update_fields=["policy"])
            account.policy = fresh.policy
        made = PolicyChange.objects.create(
            account=fresh,
            rule_id=rule_id[:60],
            before=before,
            after=dict(value),
            loosens=loosens,
            legal_basis=legal_basis[:300],
            approved_by=by,
            at=at,
            ends_at=ends_at,
            refused_because=refused[:300],
        )
        record(
            account_id=fresh.pk,
            kind="policy.refused" if refused else "policy.changed",
            at=at,
            by=by,
            data={"rule": rule_id, "after": dict(value), "loosens": loosens, "because": refused},
        )
    return made


def proclaim(
    account: Account, place: str, *, by: Member, at: datetime, day: date | None = None, kind: str = "proclaimed_days"
) -> None:
    """Somebody looked at what a state proclaimed: nothing new, or `day` as a holiday or an emergency. Only tightens.

    `kind`: proclaimed_days or emergency_days. Raises ValueError for another kind, or a place without rules.
    """
    if kind not in ("proclaimed_days", "emergency_days") or place not in policy.shipped().packs:
        raise ValueError(f"{place} has no rules here, or {kind} is not proclaimed_days or emergency_days")
    with transaction.atomic():
        fresh = Account.objects.select_for_update().get(pk=account.pk)
        changed = {**fresh.policy, "looked_at": {**fresh.policy.get("looked_at", {}), place: at.isoformat()}}
        if day is not None:
            days = set(fresh.policy.get(kind, {}).get(place, [])) | {day.isoformat()}
            changed[kind] = {**fresh.policy.get(kind, {}), place: sorted(days)}
        fresh.policy = changed
        fresh.save(update_fields=["policy"])
        account.policy = changed
        data = {"rule": f"{place}.{kind}", "after": {"day": day.isoformat() if day else None}, "loosens": False}
        record(account_id=fresh.pk, kind="policy.changed", at=at, by=by, data=data)


def _refused(rule_id: str, legal_basis: str, by: Member | None, at: datetime, ends_at: datetime | None) -> str:
    """Why it may not be loosened so; "" if it may."""
    missing = [
        name
        for name, given in (
            ("its legal basis", legal_basis.strip()),
            ("the member who answers for it", by),
            ("an end date", ends_at),
        )
        if not given
    ]
    if missing:
        return f"loosening {rule_id} needs {' and '.join(missing)}"
    return f"loosening {rule_id} needs an end date that is still ahead" if ends_at and ends_at <= at else ""
