"""Writing down what happened, in the transaction in which it happens."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from nextcall.lib import bulk
from nextcall.team.models import Member
from nextcall.timeline.models import Event


def event(
    *,
    account_id: int,
    kind: str,
    at: datetime,
    by: Member | None = None,
    person_id: int | None = None,
    lead_id: int | None = None,
    touch_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """An event that is not stored yet, for `record_many`.

    `kind` reads noun, dot, past participle ("touch.sent"). `by` None means the machine. `data` holds JSON values only.
    """
    return bulk.row(
        Event,
        account_id=account_id,
        kind=kind,
        at=at,
        by_id=by.pk if by else None,
        person_id=person_id,
        lead_id=lead_id,
        touch_id=touch_id,
        data=dict(data or {}),
    )


def record(
    *,
    account_id: int,
    kind: str,
    at: datetime,
    by: Member | None = None,
    person_id: int | None = None,
    lead_id: int | None = None,
    touch_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Store one event; call it inside the transaction of the deed, so that neither exists without the other."""
    happened = event(
        account_id=account_id,
        kind=kind,
        at=at,
        by=by,
        person_id=person_id,
        lead_id=lead_id,
        touch_id=touch_id,
        data=data,
    )
    happened.save(force_insert=True)
    return happened


def record_many(events: Iterable[Event]) -> list[Event]:
    """Store many events with few statements, in order."""
    return bulk.insert(list(events))
