"""What is known of persons who were stored a moment ago, from what their maker has at hand: it is not read back."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from nextcall.consent.known import Knowledge
from nextcall.consent.models import Permission
from nextcall.consent.places import place_of
from nextcall.consent.reading import Grant, Read, add_business, add_lead, add_told, add_wishes
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.lib.hashing import point_hash
from nextcall.team.models import Account


def knowledge_of(
    persons: Iterable[Person],
    *,
    reaches: Iterable[Reach],
    permissions: Iterable[Permission],
    leads: Iterable[Lead],
    account: Account,
    at: datetime,
) -> Knowledge:
    """What `known.read` would find, in two queries: a stop outlives whoever gave it, and a list names anybody.

    `persons` were stored in this transaction, and the others are everything that was stored of them, and may be more.
    """
    own: dict[int, list[Reach]] = defaultdict(list)
    for reach in reaches:
        own[reach.person_id].append(reach)
    found = {person.pk: _read(person, own[person.pk], account) for person in persons}
    for row in permissions:
        if row.person_id in found and (row.expires_at is None or row.expires_at > at):
            found[row.person_id].grants.append(_grant(row))
    for lead in leads:
        if lead.person_id in found:
            add_lead(found[lead.person_id], lead.arrived_at, lead.created_at, lead.import_id)
            add_business(found[lead.person_id], lead.bought_at, lead.refused_at, at)
    if found:
        add_wishes(found, account_id=account.pk)
        add_told(found, account_id=account.pk, at=at)
    return Knowledge(found)


def _read(person: Person, reaches: list[Reach], account: Account) -> Read:
    points: dict[int, ContactPoint] = {}
    for reach in sorted(reaches, key=lambda reach: (reach.rank, reach.pk)):
        points[reach.contact_point_id] = reach.contact_point
    place = place_of(
        phones=[point.value for point in points.values() if point.kind == ContactPoint.Kind.PHONE],
        postal_code=person.postal_code,
        region=person.region,
        country=person.country,
        default_country=account.country,
    )
    hashes = {pk: point_hash(point.kind, point.key) for pk, point in points.items()}
    return Read(place, points, hashes, names=(account.name, account.seller_name))


def _grant(row: Permission) -> Grant:
    sellers = _listed(tuple(row.sellers))
    return Grant(
        row.channel,
        row.purpose,
        row.tier,
        row.automated,
        sellers,
        row.contact_point_id,
        row.pk,
        row.given_at,
        row.expires_at,
    )


@lru_cache(maxsize=1000)
def _listed(sellers: tuple[str, ...]) -> str:
    return json.dumps(sellers)
