"""What the database knows, as the values the gate decides on: in a constant number of queries, however many ask."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from nextcall.consent.facts import Channel, Facts, Place, Purpose, Tier
from nextcall.consent.models import Attempt, Permission, PlaceClue, Withdrawal
from nextcall.consent.permission import RANK
from nextcall.consent.places import Stated, place_of
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.lib.hashing import point_hash

LONGEST_CAP = timedelta(days=31)
# An import that does not say when they asked stores the time of the import: that is no inquiry (US-07).
_NO_DATE = timedelta(minutes=1)
OF_THE_POINT = ("wrong_number", "reassigned")  # reasons that concern the number or address, not the person's wish

UNUSABLE = ("wrong", "disconnected", "reassigned", "bounced")
_NO_TEXTS = ("landline", "toll_free")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact that is asked about. Without a contact point the person's wishes and place still count."""

    person_id: int
    contact_point_id: int | None
    channel: Channel
    purpose: Purpose = "marketing"
    lead_id: int | None = None


@dataclass(slots=True)
class _Person:
    """Everything loaded about one person."""

    place: Place
    points: dict[int, ContactPoint] = field(default_factory=dict)
    permissions: list[Permission] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    attempts: list[tuple[str, datetime]] = field(default_factory=list)
    inquired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was read of some persons at one moment: asked as often as one likes, without another query."""

    persons: Mapping[int, _Person]
    hashes: Mapping[int, str]  # by contact point

    def facts(self, wanted: Wanted) -> Facts:
        return _facts(wanted, self.persons[wanted.person_id], self.hashes)

    def points(self, person_id: int) -> dict[str, ContactPoint]:
        """As `points_for`."""
        return _best(self.persons[person_id].points.values())


def read(person_ids: Collection[int], *, account_id: int, at: datetime) -> Knowledge:
    """Everything the gate may ask about these persons. Seven queries, however many they are."""
    persons = _load(set(person_ids), account_id, at) if person_ids else {}
    points = {point.pk: point for person in persons.values() for point in person.points.values()}
    return Knowledge(persons, {pk: point_hash(point.kind, point.key) for pk, point in points.items()})


def facts_for(wanted: Sequence[Wanted], *, account_id: int, at: datetime) -> list[Facts]:
    """The facts for each contact that is asked about, in the same order; queries as for `read`."""
    known = read({one.person_id for one in wanted}, account_id=account_id, at=at)
    return [known.facts(one) for one in wanted]


def points_for(person_ids: Collection[int], *, account_id: int) -> dict[int, dict[str, ContactPoint]]:
    """The best usable contact point of each person for each channel; a channel without one is absent.

    The first by rank that works: a phone for call and voicemail, one that takes texts, an address for email.
    """
    found: dict[int, list[ContactPoint]] = {person_id: [] for person_id in person_ids}
    for reach in _reaches(person_ids, account_id):
        found[reach.person_id].append(reach.contact_point)
    return {person_id: _best(points) for person_id, points in found.items()}


def _best(points: Iterable[ContactPoint]) -> dict[str, ContactPoint]:
    """Of one person's points in the order of their rank, the first that works for each channel."""
    best: dict[str, ContactPoint] = {}
    for point in points:
        if point.problem in UNUSABLE:
            continue
        channels = ("email",) if point.kind == ContactPoint.Kind.EMAIL else ("call", "voicemail", "text")
        for channel in channels:
            if channel != "text" or (point.problem != "landline" and point.line_type not in _NO_TEXTS):
                best.setdefault(channel, point)
    return best


def _reaches(person_ids: Collection[int], account_id: int) -> list[Reach]:
    reaches = Reach.objects.filter(account_id=account_id, person_id__in=person_ids)
    return list(reaches.select_related("contact_point").order_by("person_id", "rank", "pk"))


def _load(person_ids: Collection[int], account_id: int, at: datetime) -> dict[int, _Person]:
    persons = Person.objects.filter(account_id=account_id, pk__in=person_ids)
    columns = ("pk", "postal_code", "region", "country", "account__country")
    addresses = {row["pk"]: row for row in persons.values(*columns)}
    if missing := set(person_ids) - set(addresses):
        raise Person.DoesNotExist(f"account {account_id} has no person {sorted(missing)[0]}")
    points: dict[int, dict[int, ContactPoint]] = defaultdict(dict)
    for reach in _reaches(person_ids, account_id):
        points[reach.person_id][reach.contact_point_id] = reach.contact_point
    stated = _stated(person_ids, account_id, at)
    known = {
        pk: _Person(_place(row, points[pk], stated.get(pk, ())), points[pk]) for pk, row in addresses.items()
    }
    _add_permissions(known, account_id, at)
    _add_withdrawals(known, account_id)
    attempts = Attempt.objects.filter(account_id=account_id, person_id__in=person_ids, at__gte=at - LONGEST_CAP)
    for person_id, channel, made_at in attempts.order_by("at", "pk").values_list("person_id", "channel", "at"):
        known[person_id].attempts.append((channel, made_at))
    _add_inquiries(known, account_id, at)
    return known


def _stated(person_ids: Collection[int], account_id: int, at: datetime) -> Mapping[int, Sequence[Stated]]:
    clues = PlaceClue.objects.filter(account_id=account_id, person_id__in=person_ids, at__lte=at)
    clues = clues.filter(Q(expires_at=None) | Q(expires_at__gt=at)).order_by("-at", "pk")
    found: dict[int, list[Stated]] = defaultdict(list)
    for person_id, zone, region, country in clues.values_list("person_id", "zone", "region", "country"):
        found[person_id].append((zone, region, country))
    return found


def _place(address: Mapping[str, Any], points: Mapping[int, ContactPoint], stated: Sequence[Stated]) -> Place:
    phones = [point.value for point in points.values() if point.kind == ContactPoint.Kind.PHONE]
    return place_of(
        phones=phones,
        postal_code=address["postal_code"],
        region=address["region"],
        country=address["country"],
        stated=stated,
        default_country=address["account__country"],
    )


def _add_permissions(known: Mapping[int, _Person], account_id: int, at: datetime) -> None:
    rows = Permission.objects.filter(account_id=account_id, person_id__in=known, given_at__lte=at)
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=at), Q(ended_at=None) | Q(ended_at__gt=at))
    for row in rows.defer("wording", "proof"):
        known[row.person_id].permissions.append(row)


def _add_withdrawals(known: Mapping[int, _Person], account_id: int) -> None:
    """By person, and by the hash of every point they can be reached at: a stop outlives the rows it was given for."""
    by_hash: dict[str, list[int]] = defaultdict(list)
    for person_id, person in known.items():
        for point in person.points.values():
            by_hash[point_hash(point.kind, point.key)].append(person_id)
    rows = Withdrawal.objects.filter(account_id=account_id)
    for row in rows.filter(Q(value_hash__in=list(by_hash)) | Q(person_id__in=known)).defer("said").order_by("pk"):
        for person_id in {*by_hash.get(row.value_hash, ()), row.person_id} & known.keys():
            known[person_id].withdrawals.append(row)


def _add_inquiries(known: Mapping[int, _Person], account_id: int, at: datetime) -> None:
    leads = Lead.objects.filter(account_id=account_id, person_id__in=known, arrived_at__lte=at, removed_at=None)
    for person_id, arrived_at, created_at, import_id in leads.values_list(
        "person_id", "arrived_at", "created_at", "import_id"
    ):
        if import_id is not None and arrived_at > created_at - _NO_DATE:
            continue
        person = known[person_id]
        person.inquired_at = max(person.inquired_at or arrived_at, arrived_at)


def _facts(wanted: Wanted, person: _Person, hashes: Mapping[int, str]) -> Facts:
    point = person.points.get(wanted.contact_point_id or 0)
    own_hash = hashes.get(point.pk, "") if point else ""
    by_machine = not _withdrawn(wanted, person, own_hash, "automated")
    best = _best_permission(wanted, person)
    tier: Tier = best.tier if best else "none"  # type: ignore[assignment]
    return Facts(
        place=person.place,
        tier=tier,
        permission_automated=best.automated and by_machine if best else by_machine,
        sellers=tuple(best.sellers) if best else (),
        withdrawn=_withdrawn(wanted, person, own_hash, wanted.channel),
        inquired_at=person.inquired_at,
        inbound_at=point.latest_inbound_at if point else None,
        attempts=tuple(person.attempts),
        contact_point_problem=_problem(wanted, point),
    )


def _applies(row: Withdrawal, channel: str, wanted: Wanted, person: _Person, own_hash: str) -> bool:
    """A wish holds for the person on all their points; for others only on the point that they share.

    Once the person is erased, it holds for whoever is reached there. A wrong number is wrong for everyone on it. What
    was lifted for this very point (they wrote START from it) is not brought back by what was said before on another.
    """
    if row.lifted_at is not None or channel not in row.channels:
        return False
    if row.value_hash and row.value_hash == own_hash:
        return True
    if row.reason in OF_THE_POINT or row.person_id not in (wanted.person_id, None):
        return False
    return not any(
        lifted.lifted_at and lifted.lifted_at >= row.at and lifted.value_hash == own_hash and channel in lifted.channels
        for lifted in person.withdrawals
    )


def _withdrawn(wanted: Wanted, person: _Person, own_hash: str, channel: str) -> tuple[str, ...]:
    """The reasons of every wish in force against that channel."""
    rows = (row for row in person.withdrawals if _applies(row, channel, wanted, person, own_hash))
    return tuple(dict.fromkeys(row.reason for row in rows))


def _best_permission(wanted: Wanted, person: _Person) -> Permission | None:
    fitting = [
        row
        for row in person.permissions
        if row.channel == wanted.channel
        and row.purpose in ("marketing", wanted.purpose)
        and (row.contact_point_id is None or wanted.contact_point_id in (None, row.contact_point_id))
    ]
    return max(fitting, key=lambda row: (RANK[row.tier], row.automated, row.given_at), default=None)


def _problem(wanted: Wanted, point: ContactPoint | None) -> str:
    if point is None:
        return ""
    if wanted.channel == "text" and not point.problem and point.line_type in _NO_TEXTS:
        return "landline"
    return point.problem
