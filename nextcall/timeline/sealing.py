"""Giving each event its place in its account's chain, within seconds of its commit. One sealer works at a time.

Events of invented persons are left out: they are taken away with the sample, and nothing was sent to anybody. An event
that commits late, with a lower id than others that are sealed, comes later in the chain: the chain's order is the order
in which events were seen, and each still says when it happened.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from nextcall.lib import bulk, sql
from nextcall.timeline import chain
from nextcall.timeline.models import Event, Seal

BITE = 500  # events a turn: on SQLite nobody writes meanwhile, a twentieth of a second
EVERY = timedelta(seconds=3)
LATE = timedelta(minutes=2)  # a transaction longer than this is found by the next look at everything
EVERYTHING_EVERY = timedelta(hours=6)
ONE_AT_A_TIME = 7_243_601  # the advisory lock of PostgreSQL; SQLite has one writer by itself
# What the sample brought is taken away again: its persons' events, what its members did, and, while it is there, what
# names no person. When it is gone, what is left is sealed as it stands.
REAL = (
    "((p.id IS NULL AND a.sample_at IS NULL) OR (p.id IS NOT NULL AND NOT p.sample)) AND (m.id IS NULL OR NOT m.sample)"
)
JOINED = (
    " FROM nextcall_event e JOIN nextcall_account a ON a.id = e.account_id"
    " LEFT JOIN nextcall_person p ON p.id = e.person_id LEFT JOIN nextcall_member m ON m.id = e.by_id"
)
COLUMNS = "e.id, e.account_id, e.kind, e.at, e.by_id, e.person_id, e.lead_id, e.touch_id, e.data"
UNSEALED = (
    f"SELECT {COLUMNS}{JOINED} WHERE e.id > %s AND {REAL}"
    " AND NOT EXISTS (SELECT 1 FROM nextcall_seal s WHERE s.event_id = e.id) ORDER BY e.id LIMIT %s"
)
HEADS = (
    "SELECT s.account_id, s.number, s.hash FROM nextcall_seal s JOIN (SELECT account_id, max(number) AS number"
    " FROM nextcall_seal WHERE account_id IN {them} GROUP BY account_id) h"
    " ON h.account_id = s.account_id AND h.number = s.number"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of an account's chain."""

    number: int
    hash: str


NO_HEAD = Head(0, chain.BEFORE_THE_FIRST)


class Sealing:
    """A job of the worker."""

    def __init__(self) -> None:
        self.again_at: datetime | None = None  # when it wants to look again, though nothing else is to do
        self._floor = 0  # nothing behind it will still commit
        self._cursor = 0  # how far this look along the events has come
        self._seen: list[tuple[datetime, int]] = []  # how far looks had come, when
        self._everything_at: datetime | None = None

    def __call__(self, *, at: datetime) -> bool:
        """One bite; whether there may be more."""
        if self.again_at is not None and self.again_at - EVERY <= at < self.again_at:
            return False
        if self._everything_at is None or at - self._everything_at > EVERYTHING_EVERY:
            self._floor, self._cursor, self._everything_at, self._seen = 0, 0, at, []
        sealed = seal_some(after=self._cursor, limit=BITE, at=at)
        self._raise_floor(sealed, at)
        if len(sealed) == BITE:
            self._cursor, self.again_at = sealed[-1], None
            return True
        self._cursor, self.again_at = self._floor, at + EVERY
        return False

    def _raise_floor(self, sealed: Sequence[int], at: datetime) -> None:
        """Next time only what a long transaction may still bring, and what is new."""
        before = self._seen[-1][1] if self._seen else self._floor
        self._seen.append((at, max(before, sealed[-1] if sealed else 0)))
        old = [place for place in self._seen if at - place[0] >= LATE]
        if old:
            self._floor, self._seen = old[-1][1], self._seen[len(old) - 1 :]


def seal_some(*, at: datetime, after: int = 0, limit: int = BITE) -> list[int]:
    """Seal up to `limit` events behind the id `after`; their ids in order. None while another sealer works."""
    with transaction.atomic():
        if not _alone():
            return []
        rows = sql.rows(UNSEALED, [after, limit])
        heads = heads_of({row[1] for row in rows})
        seals = []
        for row in rows:
            content = chain.content(values_of(row))
            head = heads.get(row[1], NO_HEAD)
            number = head.number + 1
            hash = chain.link(account=row[1], number=number, previous=head.hash, content=content)
            heads[row[1]] = Head(number, hash)
            seals.append(
                bulk.row(
                    Seal, account_id=row[1], number=number, event_id=row[0], content=content, hash=hash, sealed_at=at
                )
            )
        bulk.insert(seals)
    return [row[0] for row in rows]


def values_of(row: Sequence[Any]) -> dict[str, Any]:
    """The values of an event, from the columns of UNSEALED as the driver gives them."""
    id, account, kind, at, by, person, lead, touch, data = row
    return chain.values_of(
        id=id,
        account=account,
        kind=kind,
        at=sql.instant(at),
        by=by,
        person=person,
        lead=lead,
        touch=touch,
        data=json.loads(data) if isinstance(data, str) else data,
    )


def heads_of(account_ids: Iterable[int]) -> dict[int, Head]:
    """The end of each account's chain; one that has none is absent."""
    rows = sql.rows(HEADS.format(them=sql.among(sorted(account_ids))), [])
    return {row[0]: Head(row[1], row[2]) for row in rows}


def erased(event_ids: Iterable[int], *, account_id: int, at: datetime) -> None:
    """Empty the values of these events for an erasure; their places in the chain, and its hashes, stay.

    What was not sealed yet is sealed first, so that the chain tells how many there were.
    """
    ids = sorted(event_ids)
    with transaction.atomic():
        if ids:
            seal_some(after=ids[0] - 1, at=at, limit=10_000_000)
        Event.objects.filter(account_id=account_id, pk__in=ids).update(data={})
        Seal.objects.filter(account_id=account_id, event__in=ids, erased_at=None).update(erased_at=at)


def _alone() -> bool:
    if connection.vendor != "postgresql":
        return True
    return bool(sql.rows("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])[0][0])
