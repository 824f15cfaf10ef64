"""Finds and makes persons in bulk: a handful of statements, however many leads arrive."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from nextcall.leads.matching import Match, Someone, match
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.lib import bulk
from nextcall.lib.email_address import EmailAddress
from nextcall.lib.phone import Phone

BATCH = 400  # keys in one IN (…)
UNSAVED = 1 << 60  # keys from here on are of persons that have no id yet
FIELDS = ("name", "given_name", "family_name", "street", "city", "region", "postal_code", "country")
PointKey = tuple[str, str]  # kind, key


@dataclass(slots=True)
class Arriving:
    """What an inquiry says of its person: `values` by field of Person, absent ones left out."""

    values: dict[str, str]
    emails: Sequence[EmailAddress] = ()
    phones: Sequence[Phone] = ()
    labels: dict[str, str] = field(default_factory=dict)

    def points(self) -> list[PointKey]:
        return [("email", email.key) for email in self.emails] + [("phone", phone.e164) for phone in self.phones]

    def someone(self) -> Someone:
        values = self.values
        return Someone(
            0,
            values.get("name", ""),
            values.get("given_name", ""),
            values.get("family_name", ""),
            frozenset(email.key for email in self.emails),
            frozenset(phone.e164 for phone in self.phones),
        )


@dataclass(slots=True)
class Change:
    """What meeting a known person again changed in their record; enough to put it back."""

    person: Person
    before: dict[str, str] = field(default_factory=dict)
    reaches: list[Reach] = field(default_factory=list)


class Directory:
    """The persons of an account that a batch of arrivals may be, and those it makes.

    Make it inside the transaction of the deed: it locks the contact points, so that the same person arriving twice at
    once becomes one person. With `store` False nothing is stored and nothing may be saved: for a forecast.
    `sample`: the arrivals are invented; real persons and invented ones never meet.
    """

    def __init__(
        self, account_id: int, arrivals: Iterable[Arriving], *, at: datetime, store: bool = True, sample: bool = False
    ) -> None:
        self.account_id, self.at, self.sample = account_id, at, sample
        self.points, stored = _points(account_id, arrivals, store=store)
        self.people: dict[int, Person] = {}
        self.of_person: dict[int, set[PointKey]] = defaultdict(set)
        self.at_point: dict[PointKey, list[int]] = defaultdict(list)
        self.made: list[Person] = []
        self.new_reaches: list[tuple[Person, Reach]] = []
        self.changes: dict[int, Change] = {}
        self._load({point.pk: key for key, point in stored.items()})

    def _load(self, keys: dict[int, PointKey]) -> None:
        ids = list(keys)
        for start in range(0, len(ids), BATCH):
            for person_id, point_id in (
                Reach.objects.filter(account_id=self.account_id, contact_point__in=ids[start : start + BATCH])
                .filter(person__sample=self.sample)
                .order_by("person_id")
                .values_list("person_id", "contact_point_id")
            ):
                self._link(person_id, keys[point_id])
        found = list(self.of_person)
        for start in range(0, len(found), BATCH):
            self.people |= Person.objects.filter(account_id=self.account_id).in_bulk(found[start : start + BATCH])

    def _link(self, key: int, point: PointKey) -> None:
        if point not in self.of_person[key]:
            self.of_person[key].add(point)
            self.at_point[point].append(key)

    def find(self, arriving: Arriving) -> Match:
        """Who this is, among the stored and those made earlier in the batch."""
        near = {key for point in arriving.points() for key in self.at_point[point]}
        if not near:
            return Match(None)
        return match(arriving.someone(), [self._someone(key) for key in near])

    def _someone(self, key: int) -> Someone:
        person, points = self.people[key], self.of_person[key]
        return Someone(
            key,
            person.name,
            person.given_name,
            person.family_name,
            frozenset(value for kind, value in points if kind == "email"),
            frozenset(value for kind, value in points if kind == "phone"),
        )

    def person(self, key: int) -> Person:
        """The person behind a Match's key."""
        return self.people[key]

    def make(self, arriving: Arriving, *, zone: str) -> Person:
        """A new person, stored by `save`."""
        key = UNSAVED + len(self.made)
        person = bulk.row(
            Person, account_id=self.account_id, created_at=self.at, zone=zone, sample=self.sample, **arriving.values
        )
        self.people[key] = person
        self.made.append(person)
        self._reach(person, key, arriving)
        return person

    def meet_again(self, key: int, arriving: Arriving) -> Change:
        """Fill what was empty in a known person's record and add new ways to reach them; nothing is overwritten."""
        person = self.person(key)
        change = self.changes.setdefault(key, Change(person))
        named = bool(person.name)
        for name, value in arriving.values.items():
            if not getattr(person, name) and not (named and name in ("given_name", "family_name")):
                change.before.setdefault(name, "")
                setattr(person, name, value)
        change.reaches += self._reach(person, key, arriving)
        return change

    def _reach(self, person: Person, key: int, arriving: Arriving) -> list[Reach]:
        added = []
        for point in arriving.points():
            if point in self.of_person[key]:
                continue
            rank = sum(kind == point[0] for kind, _ in self.of_person[key])
            label = arriving.labels.get(point[1], "")
            contact_point = self.points[point]
            reach = bulk.row(
                Reach, account_id=self.account_id, contact_point=contact_point, label=label, rank=min(rank, 99)
            )
            self.new_reaches.append((person, reach))
            self._link(key, point)
            added.append(reach)
        return added

    def save(self) -> None:
        """Store what was made and changed, in four statements."""
        bulk.insert(self.made)
        for person, reach in self.new_reaches:
            reach.person = person
        bulk.insert([reach for _, reach in self.new_reaches])
        changed = [change.person for key, change in self.changes.items() if change.before and key < UNSAVED]
        bulk.update(changed, FIELDS)


def latest_leads(account_id: int, person_ids: Iterable[int]) -> dict[int, Lead]:
    """The newest lead of each person that has one."""
    ids, found = list(person_ids), dict[int, Lead]()
    for start in range(0, len(ids), BATCH):
        rows = Lead.objects.filter(
            account_id=account_id, person__in=ids[start : start + BATCH], removed_at__isnull=True
        )
        found |= {lead.person_id: lead for lead in rows.order_by("arrived_at", "pk")}
    return found


def search_text(person: Person, points: Iterable[str]) -> str:
    """What the lists search in: the name, then addresses and numbers, in lower case."""
    return " ".join(filter(None, (person.name, *points))).lower()[:400]


def _points(
    account_id: int, arrivals: Iterable[Arriving], *, store: bool
) -> tuple[dict[PointKey, ContactPoint], dict[PointKey, ContactPoint]]:
    """The contact points of these arrivals, made where they are missing; and those of them that somebody may have."""
    wanted = _wanted_points(account_id, arrivals)
    found = _stored_points(account_id, wanted, lock=store)
    # in one order, so that two batches with the same points wait for each other instead of dying together
    missing = {key: wanted[key] for key in sorted(wanted.keys() - found.keys())}
    if store and not bulk.insert_new(list(missing.values())):  # another process stored some of them this moment
        found |= _stored_points(account_id, missing, lock=True)
        return found, found
    return found | missing, found


def _wanted_points(account_id: int, arrivals: Iterable[Arriving]) -> dict[PointKey, ContactPoint]:
    wanted: dict[PointKey, ContactPoint] = {}
    for arriving in arrivals:
        for email in arriving.emails:
            if ("email", email.key) not in wanted:
                wanted["email", email.key] = bulk.row(
                    ContactPoint, account_id=account_id, kind="email", value=email.value, key=email.key
                )
        for phone in arriving.phones:
            if ("phone", phone.e164) not in wanted:
                line = "" if phone.line_type == "fixed_or_mobile" else phone.line_type
                wanted["phone", phone.e164] = bulk.row(
                    ContactPoint,
                    account_id=account_id,
                    kind="phone",
                    value=phone.e164,
                    key=phone.e164,
                    extension=(phone.extension or "")[:12],
                    line_type=line[:10],
                )
    return wanted


def _stored_points(account_id: int, keys: Iterable[PointKey], *, lock: bool) -> dict[PointKey, ContactPoint]:
    ordered, found = sorted(keys), dict[PointKey, ContactPoint]()
    for start in range(0, len(ordered), BATCH):
        part = ordered[start : start + BATCH]
        emails, phones = ([key for kind, key in part if kind == wanted] for wanted in ("email", "phone"))
        rows = ContactPoint.objects.filter(
            Q(kind="email", key__in=emails) | Q(kind="phone", key__in=phones), account_id=account_id
        ).order_by("pk")
        found |= {(point.kind, point.key): point for point in (rows.select_for_update(no_key=True) if lock else rows)}
    return found
