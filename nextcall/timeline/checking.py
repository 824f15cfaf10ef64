"""Whether an account's timeline is still what was sealed: what was edited, deleted or put in, and where."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.lib import sql
from nextcall.timeline import chain
from nextcall.timeline.sealing import COLUMNS, JOINED, REAL, values_of

AT_ONCE = 2000
SEALED_WITHIN = timedelta(minutes=10)  # an event that is older and has no seal was put in behind the sealer's back
SEALS = (
    f"SELECT s.number, s.event_id, s.content, s.hash, s.erased_at, {COLUMNS} FROM nextcall_seal s"
    " LEFT JOIN nextcall_event e ON e.id = s.event_id"
    " WHERE s.account_id = %s AND s.number > %s ORDER BY s.number LIMIT %s"
)
LOOSE = (
    f"SELECT e.id, e.kind, e.at{JOINED} WHERE e.account_id = %s AND e.at < %s AND {REAL}"
    " AND NOT EXISTS (SELECT 1 FROM nextcall_seal s WHERE s.event_id = e.id) ORDER BY e.id LIMIT 1000"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed."""

    number: int | None  # in the account's chain
    event_id: int | None
    says: str


@dataclass(slots=True)
class Checked:
    """How far a check came: seals read, of them erased, and the end of the chain."""

    count: int = 0
    erased: int = 0
    head: str = chain.BEFORE_THE_FIRST


def check(account_id: int, checked: Checked, *, at: datetime) -> Iterator[Finding]:
    """Every finding of an account's chain, in its order; `checked` counts along."""
    expected, number = 1, 0
    while rows := sql.rows(SEALS, [account_id, number, AT_ONCE]):
        for number, event_id, content, hash, erased_at, *event in rows:
            if number != expected:
                missing = f"seal {expected}" if number == expected + 1 else f"seals {expected} to {number - 1}"
                yield Finding(expected, None, f"{missing} of the chain is missing: deleted")
            elif chain.link(account=account_id, number=number, previous=checked.head, content=content) != hash:
                yield Finding(number, event_id, f"seal {number} does not follow from the one before: edited or put in")
            expected = number + 1
            checked.count, checked.head = checked.count + 1, hash
            checked.erased += erased_at is not None
            yield from _event(number, event_id, content, erased_at is not None, event)
    for event_id, kind, when in sql.rows(LOOSE, [account_id, at - SEALED_WITHIN]):
        told = f"event {event_id} ({kind}, {sql.instant(when):%Y-%m-%d %H:%M} UTC) was never sealed: put in"
        yield Finding(None, event_id, told)


def _event(number: int, event_id: int | None, content: str, erased: bool, event: list[object]) -> Iterator[Finding]:
    if event_id is None or event[0] is None:
        yield Finding(number, event_id, f"the event of seal {number} is gone: deleted")
    elif erased:
        data = event[-1]
        if (json.loads(data) if isinstance(data, str) else data) != {}:
            yield Finding(number, event_id, f"event {event_id} was erased, and says something again: edited")
    elif chain.content(values_of(event)) != content:
        yield Finding(number, event_id, f"event {event_id} ({event[2]}) is not what was sealed as {number}: edited")


def unsealed(*, at: datetime) -> int:
    """How many events of all accounts wait for longer than they should; 1000 at most."""
    late = at - SEALED_WITHIN
    statement = (
        f"SELECT e.id{JOINED} WHERE e.at < %s AND {REAL}"
        " AND NOT EXISTS (SELECT 1 FROM nextcall_seal s WHERE s.event_id = e.id) LIMIT 1000"
    )
    return len(sql.rows(statement, [late]))


def holds(account_id: int, *, number: int, hash: str) -> bool:
    """Whether the chain still has this hash at this number, as an earlier pack says."""
    statement = "SELECT 1 FROM nextcall_seal WHERE account_id = %s AND number = %s AND hash = %s"
    return number == 0 or bool(sql.rows(statement, [account_id, number, hash]))
