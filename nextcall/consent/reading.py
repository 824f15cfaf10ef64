"""Reading what the gate decides on: a few plain statements, however many persons. known.py makes facts of it.

The engine reads all of this for every touch, so no model is built but the contact points, which others use.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS

from nextcall.consent.facts import Checked, Place
from nextcall.consent.places import Stated, place_of
from nextcall.consent.told import Answer, Asked, read_told
from nextcall.leads.models import ContactPoint, Person
from nextcall.lib import sql
from nextcall.lib.hashing import point_hash

UNDONE = "undone at once"  # why a wish that a member took back was lifted: as if it had never been said
LONGEST_CAP = timedelta(days=31)
# An import that does not say when they asked stores the time of the import: that is no inquiry (US-07).
NO_DATE = timedelta(minutes=1)

# `+` keeps SQLite from reading the whole account by its index where the persons' own finds a few rows.
PERSONS = (
    "SELECT t.id, t.postal_code, t.region, t.country, a.country, a.name, a.seller_name FROM nextcall_person t"
    " JOIN nextcall_account a ON a.id = t.account_id WHERE +t.account_id = %s AND t.id IN {them}"
)
COLUMNS = [str(one.column) for one in ContactPoint._meta.concrete_fields]
POINTS = (
    "SELECT t.person_id, {columns} FROM nextcall_reach t JOIN nextcall_contactpoint c ON c.id = t.contact_point_id"
    " WHERE +t.account_id = %s AND t.person_id IN {them} ORDER BY t.person_id, t.rank, t.id"
)
CLUES = (
    "SELECT t.person_id, t.zone, t.region, t.country FROM nextcall_placeclue t"
    " WHERE +t.account_id = %s AND t.person_id IN {them} AND t.at <= %s"
    " AND (t.expires_at IS NULL OR t.expires_at > %s) ORDER BY t.at DESC, t.id"
)
GRANTS = (
    "SELECT t.person_id, t.channel, t.purpose, t.tier, t.automated, t.sellers, t.contact_point_id, t.id,"
    " t.given_at, t.expires_at FROM nextcall_permission t"
    " WHERE +t.account_id = %s AND t.person_id IN {them} AND t.given_at <= %s"
    " AND (t.expires_at IS NULL OR t.expires_at > %s) AND (t.ended_at IS NULL OR t.ended_at > %s)"
)
WISHES = (
    "SELECT t.person_id, t.value_hash, t.channels, t.reason, t.at, t.lifted_at FROM nextcall_withdrawal t"
    " WHERE t.account_id = %s AND (t.value_hash IN ({hashes}) OR t.person_id IN {them})"
    " AND t.lifted_because <> %s ORDER BY t.id"
)
ATTEMPTS = (
    "SELECT t.person_id, t.channel, t.at FROM nextcall_attempt t"
    " WHERE +t.account_id = %s AND t.person_id IN {them} AND t.at >= %s ORDER BY t.at, t.id"
)
LEADS = (
    "SELECT t.person_id, t.arrived_at, t.created_at, t.import_id, t.bought_at, t.refused_at FROM nextcall_lead t"
    " WHERE +t.account_id = %s AND t.person_id IN {them} AND t.arrived_at <= %s AND t.removed_at IS NULL"
)


class Grant(NamedTuple):
    """A permission in force."""

    channel: str
    purpose: str
    tier: str
    automated: bool
    sellers: str  # JSON
    contact_point_id: int | None
    id: int | None
    given_at: datetime
    expires_at: datetime | None = None


class Wish(NamedTuple):
    """A withdrawal, lifted ones too."""

    person_id: int | None
    value_hash: str
    channels: str  # JSON
    reason: str
    at: datetime
    lifted_at: datetime | None


@dataclass(slots=True)
class Read:
    """Everything read about one person."""

    place: Place
    points: Mapping[int, ContactPoint]  # in the order of their rank
    hashes: Mapping[int, str]  # by contact point
    grants: list[Grant] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    attempts: list[tuple[str, datetime]] = field(default_factory=list)
    inquired_at: datetime | None = None
    bought_at: datetime | None = None
    refused_at: datetime | None = None
    asked: Sequence[Asked] = ()
    answers: Mapping[int, Sequence[Answer]] = field(default_factory=dict)  # by contact point
    lists: Mapping[int, tuple[Checked, ...]] = field(default_factory=dict)  # by contact point
    names: tuple[str, ...] = ()  # under which we are the seller


def read_persons(person_ids: Collection[int], *, account_id: int, at: datetime) -> dict[int, Read]:
    """All about these persons, by id. Raises Person.DoesNotExist for one that the account does not have."""
    them = sql.among(person_ids)
    addresses = sql.rows(PERSONS.format(them=them), [account_id])
    if missing := set(person_ids) - {row[0] for row in addresses}:
        raise Person.DoesNotExist(f"account {account_id} has no person {sorted(missing)[0]}")
    points = read_points(person_ids, account_id=account_id)
    stated: dict[int, list[Stated]] = defaultdict(list)
    for person_id, zone, region, country in sql.rows(CLUES.format(them=them), [account_id, at, at]):
        stated[person_id].append((zone, region, country))
    found = {row[0]: _of_person(row, points[row[0]], stated.get(row[0], ())) for row in addresses}
    for person_id, *grant, given_at, expires_at in sql.rows(GRANTS.format(them=them), [account_id, at, at, at]):
        row = Grant._make([*grant, sql.instant(given_at), sql.instant_or_none(expires_at)])
        found[person_id].grants.append(row)
    add_wishes(found, account_id=account_id)
    add_told(found, account_id=account_id, at=at)
    for person_id, channel, made_at in sql.rows(ATTEMPTS.format(them=them), [account_id, at - LONGEST_CAP]):
        found[person_id].attempts.append((channel, sql.instant(made_at)))
    for person_id, *lead in sql.rows(LEADS.format(them=them), [account_id, at]):
        arrived, created, import_id, bought, refused = lead
        add_lead(found[person_id], sql.instant(arrived), sql.instant(created), import_id)
        add_business(found[person_id], sql.instant_or_none(bought), sql.instant_or_none(refused), at)
    return found


def read_points(person_ids: Collection[int], *, account_id: int) -> dict[int, dict[int, ContactPoint]]:
    """Each person's contact points in the order of their rank."""
    found: dict[int, dict[int, ContactPoint]] = {person_id: {} for person_id in person_ids}
    columns = ", ".join(f"c.{name}" for name in COLUMNS)
    statement = POINTS.format(columns=columns, them=sql.among(person_ids))
    for person_id, *values in sql.rows(statement, [account_id]):
        point = ContactPoint.from_db(DEFAULT_DB_ALIAS, COLUMNS, values)
        point.problem_at = sql.instant_or_none(point.problem_at)
        point.latest_inbound_at = sql.instant_or_none(point.latest_inbound_at)
        found[person_id][point.pk] = point
    return found


def _of_person(row: Any, points: Mapping[int, ContactPoint], stated: Iterable[Stated]) -> Read:
    phones = [point.value for point in points.values() if point.kind == ContactPoint.Kind.PHONE]
    _, postal_code, region, country, default_country, *names = row
    place = place_of(
        phones=phones,
        postal_code=postal_code,
        region=region,
        country=country,
        stated=tuple(stated),
        default_country=default_country,
    )
    hashes = {pk: point_hash(point.kind, point.key) for pk, point in points.items()}
    return Read(place, points, hashes, names=tuple(names))


def add_wishes(found: Mapping[int, Read], *, account_id: int) -> None:
    """By person, and by the hash of every point they can be reached at: a stop outlives the rows it was given for."""
    by_hash: dict[str, list[int]] = defaultdict(list)
    for person_id, person in found.items():
        for value_hash in person.hashes.values():
            by_hash[value_hash].append(person_id)
    statement = WISHES.format(hashes=", ".join(["%s"] * len(by_hash)) or "NULL", them=sql.among(found))
    for *said, given_at, lifted_at in sql.rows(statement, [account_id, *by_hash, UNDONE]):
        wish = Wish._make([*said, sql.instant(given_at), sql.instant_or_none(lifted_at)])
        for person_id in {*by_hash.get(wish.value_hash, ()), wish.person_id} & found.keys():
            found[person_id].wishes.append(wish)


def add_told(found: Mapping[int, Read], *, account_id: int, at: datetime) -> None:
    """What lists and the reassigned-numbers database say of their numbers, and what they asked for themselves."""
    phones = {
        pk: point.key
        for person in found.values()
        for pk, point in person.points.items()
        if point.kind == ContactPoint.Kind.PHONE
    }
    told = read_told(found, phones, account_id=account_id, at=at)
    for person_id, person in found.items():
        person.asked = told.asked.get(person_id, ())
        person.answers = {pk: told.answers[pk] for pk in person.points if pk in told.answers}
        person.lists = {pk: told.lists[phones[pk]] for pk in person.points if told.lists.get(phones.get(pk, ""))}


def add_lead(person: Read, arrived_at: datetime, created_at: datetime, import_id: int | None) -> None:
    """An inquiry, unless it came in a file that does not say when they asked."""
    if import_id is None or arrived_at <= created_at - NO_DATE:
        person.inquired_at = max(person.inquired_at or arrived_at, arrived_at)


def add_business(person: Read, bought: datetime | None, refused: datetime | None, at: datetime) -> None:
    """When they bought, and when they said no on the phone; the latest of all their leads."""
    if bought is not None and bought <= at:
        person.bought_at = max(person.bought_at or bought, bought)
    if refused is not None and refused <= at:
        person.refused_at = max(person.refused_at or refused, refused)
