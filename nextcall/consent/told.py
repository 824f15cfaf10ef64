"""What lists, the reassigned-numbers database and the persons themselves told us, in one statement for any number.

It is one statement so that a claim costs one query more, and so that a list that is being replaced is seen whole: the
old one or the new one.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from nextcall.consent.facts import Checked
from nextcall.consent.places import place_of
from nextcall.lib import sql
from nextcall.lib.hours import Spans, read_spans

# The first part has a value in each column: PostgreSQL takes the types from it.
TOLD = (
    "SELECT 'asked', t.person_id, t.kind, CAST(t.channels AS text), CAST(t.value AS text), t.until_at, t.at"
    " FROM nextcall_preference t WHERE +t.account_id = %s AND t.person_id IN {them} AND t.at <= %s"
    " AND (t.ended_at IS NULL OR t.ended_at > %s)"
    " UNION ALL SELECT 'checked', t.contact_point_id, t.result, coalesce(CAST(t.since_date AS text), ''), '', NULL,"
    " t.checked_at FROM nextcall_numbercheck t WHERE +t.account_id = %s AND t.contact_point_id IN {points}"
    " AND t.checked_at <= %s"
    " UNION ALL SELECT 'named', l.id, n.key, CASE WHEN NOT l.washed THEN 'on' WHEN n.listed THEN 'yes' ELSE 'no' END,"
    " l.place, NULL, l.obtained_at"
    " FROM nextcall_listednumber n JOIN nextcall_numberlist l ON l.id = n.list_id"
    " WHERE n.account_id = %s AND n.key IN ({keys})"
    " AND l.ready_at IS NOT NULL AND l.replaced_at IS NULL AND l.dropped_at IS NULL"
    " UNION ALL SELECT 'list', l.id, l.place, CAST(l.area_codes AS text), '', NULL, l.obtained_at"
    " FROM nextcall_numberlist l WHERE l.account_id = %s AND NOT l.washed"
    " AND l.ready_at IS NOT NULL AND l.replaced_at IS NULL AND l.dropped_at IS NULL"
)


class Asked(NamedTuple):
    """What the person asked for, short of a stop."""

    kind: str
    channels: str  # JSON; none: all
    value: str  # JSON
    until_at: datetime | None
    at: datetime


class Answer(NamedTuple):
    """One answer of the reassigned-numbers database."""

    result: str  # yes, no, no_data
    since: date | None  # the date that was asked about
    checked_at: datetime


@dataclass(slots=True)
class Told:
    """By person, by contact point, and by number."""

    asked: dict[int, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[int, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    lists: dict[str, tuple[Checked, ...]] = field(default_factory=dict)


def read_told(person_ids: Iterable[int], phones: Mapping[int, str], *, account_id: int, at: datetime) -> Told:
    """All of it about these persons and numbers (`phones`: E.164 by contact point), at that instant. One query."""
    keys = sorted(set(phones.values()))
    statement = TOLD.format(
        them=sql.among(person_ids), points=sql.among(phones), keys=", ".join(["%s"] * len(keys)) or "NULL"
    )
    values = [account_id, at, at, account_id, at, account_id, *keys, account_id]
    found = Told()
    whole: list[Whole] = []
    named: dict[str, list[Named]] = defaultdict(list)
    for what, key, first, second, third, until, moment in sql.rows(statement, values):
        when = sql.instant(moment)
        if what == "asked":
            found.asked[key].append(Asked(first, second, third, sql.instant_or_none(until), when))
        elif what == "checked":
            since = date.fromisoformat(second) if second else None
            found.answers[key].append(Answer(first, since, when))
        elif what == "named":
            named[first].append((third, second, when))
        else:
            whole.append((first, _words(second), when))
    if whole or named:
        found.lists = {key: checked(key, whole, named.get(key, ())) for key in keys}
    return found


Whole = tuple[str, frozenset[str], datetime]  # place, area codes it covers (none: all), its date
Named = tuple[str, str, datetime]  # place; on (a list), yes or no (a washed file); its date


def checked(key: str, lists: Iterable[Whole], named: Sequence[Named]) -> tuple[Checked, ...]:
    """What the lists in force say of a number, one answer a place.

    `lists` cover all of their place or their area codes; `named` are the lists that the number stands on, and the
    washed files that answer for it. On any list is listed; of the washed files the newest counts. The date
    is the newest of them all. A place without a list that covers the number is no fact.
    """
    dates: dict[str, datetime] = {}
    covering = [(place, at) for place, codes, at in lists if _covers(place, codes, key)]
    for place, at in (*covering, *((place, at) for place, _, at in named)):
        dates[place] = max(dates.get(place, at), at)
    listed = {place for place, how, _ in named if how == "on"}
    newest: dict[str, tuple[datetime, str]] = {}
    for place, how, at in named:
        if how != "on":
            newest[place] = max(newest.get(place, (at, how)), (at, how))
    listed |= {place for place, (_, how) in newest.items() if how == "yes"}
    return tuple(Checked(place, place in listed, dates[place]) for place in sorted(dates))


def _covers(place: str, codes: frozenset[str], key: str) -> bool:
    return place[:2] in countries_of(key[:5]) and (not codes or key[2:5] in codes)


@lru_cache(maxsize=10_000)
def countries_of(prefix: str) -> frozenset[str]:
    """The countries that a number may belong to, by its first digits ("+1212", "+4420")."""
    return frozenset(place[:2] for place in place_of(phones=[prefix], default_country="").jurisdictions)


@lru_cache(maxsize=1000)
def _words(listed: str) -> frozenset[str]:
    return frozenset(map(str, json.loads(listed)))


def preferred(asked: Iterable[Asked], channel: str) -> tuple[tuple[Spans, ...], datetime | None]:
    """The hours of the latest wish about them (Monday to Friday, Saturday, Sunday; (): any), and "not before"."""
    hours: tuple[Spans, ...] = ()
    latest, not_before = None, None
    for one in asked:
        channels = _words(one.channels)
        if channels and channel not in channels:
            continue
        if one.kind == "not_before" and one.until_at is not None:
            not_before = max(not_before or one.until_at, one.until_at)
        elif one.kind == "hours" and (latest is None or one.at >= latest):
            latest, hours = one.at, _hours(one.value)
    return hours, not_before


@lru_cache(maxsize=1000)
def _hours(value: str) -> tuple[Spans, ...]:
    """What cannot be read is closed: nobody is contacted at hours that they may have excluded."""
    said: Any = json.loads(value)
    rows = []
    for day in ("mon_fri", "sat", "sun"):
        try:
            rows.append(read_spans(str(said.get(day, "closed"))))
        except (ValueError, AttributeError):
            rows.append(())
    return tuple(rows)


def latest_answer(answers: Iterable[Answer]) -> Answer | None:
    """The newest; of two at the same moment the stricter."""
    return max(answers, key=lambda one: (one.checked_at, _STRICT[one.result]), default=None)


_STRICT = {"no": 0, "no_data": 1, "yes": 2}
