"""proof.json: the records with the permissions, withdrawals and rules that they name."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from nextcall.consent.models import Permission, PolicyText, Withdrawal
from nextcall.lib import canonical
from nextcall.proof.asked import Asked
from nextcall.timeline.sealing import heads_of

FORMAT = "nextcall proof 1"


def document(records: Sequence[dict[str, Any]], asked: Asked, *, about: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Everything in the pack, JSON values; the schema stands in docs/proof.md. `records` are chained."""
    head = heads_of([asked.account_id]).get(asked.account_id)
    return {
        "format": FORMAT,
        **about,
        "asked": asked.to_json(),
        "counts": counts(records),
        "chain": {"account": asked.account_id, "number": head.number if head else 0, "hash": head.hash if head else ""},
        "policies": _policies(asked.account_id, {record["policy"] for record in records if record.get("policy")}),
        "permissions": _permissions(asked.account_id, {r["permission"] for r in records if r.get("permission")}),
        "withdrawals": _withdrawals(asked.account_id, {r["person"]["id"] for r in records if r["person"]}),
        "records": list(records),
    }


def counts(records: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many of each kind of record, and how many of them concern invented people."""
    found = Counter(str(record["what"]) for record in records)
    found["invented"] = sum(bool(record["person"] and record["person"]["invented"]) for record in records)
    return dict(sorted(found.items()))


def _policies(account_id: int, digests: Iterable[str]) -> dict[str, Any]:
    rows = PolicyText.objects.filter(account_id=account_id, digest__in=sorted(digests))
    return {row.digest: row.text for row in rows}


def _permissions(account_id: int, ids: Iterable[int]) -> dict[str, Any]:
    rows = Permission.objects.filter(account_id=account_id).select_related("contact_point", "recorded_by")
    return {str(row.pk): _permission(row) for row in rows.in_bulk(sorted(ids)).values()}


def _permission(row: Permission) -> dict[str, Any]:
    return {
        "channel": row.channel,
        "purpose": row.purpose,
        "tier": row.tier,
        "automated": row.automated,
        "sellers": row.sellers,
        "wording": row.wording,
        "wording_version": row.wording_version,
        "source": row.source,
        "proof": row.proof,
        "contact_point": row.contact_point.value if row.contact_point else None,
        "given_at": canonical.instant(row.given_at),
        "recorded_at": canonical.instant(row.recorded_at),
        "recorded_by": row.recorded_by.name if row.recorded_by else None,
        "expires_at": _instant(row.expires_at),
        "ended_at": _instant(row.ended_at),
        "ended_because": row.ended_because,
    }


def _withdrawals(account_id: int, persons: Iterable[int]) -> list[dict[str, Any]]:
    wanted = sorted(persons)
    found = []
    for start in range(0, len(wanted), 500):
        rows = Withdrawal.objects.filter(account_id=account_id, person__in=wanted[start : start + 500])
        for row in rows.select_related("contact_point", "by").order_by("applied_at", "pk"):
            found.append(
                {
                    "id": row.pk,
                    "person": row.person_id,
                    "contact_point": row.contact_point.value if row.contact_point else None,
                    "channels": row.channels,
                    "reason": row.reason,
                    "said": row.said,
                    "via": row.via,
                    "by": row.by.name if row.by else None,
                    "said_at": canonical.instant(row.at),
                    "applied_at": canonical.instant(row.applied_at),
                    "lifted_at": _instant(row.lifted_at),
                    "lifted_because": row.lifted_because,
                }
            )
    return found


def _instant(at: datetime | None) -> str | None:
    return canonical.instant(at) if at else None
