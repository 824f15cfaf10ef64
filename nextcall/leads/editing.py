"""Correcting what is on record of a person: names, place, and how they are reached. Rows only; engine/editing.py says
what a correction sets in motion.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from nextcall.leads.models import Lead, Person, Reach
from nextcall.leads.people import Arriving, Directory, search_text
from nextcall.lib.email_address import EmailAddress
from nextcall.lib.phone import Phone

NAMES = ("given_name", "family_name")
PLACE = ("street", "city", "region", "postal_code", "country")
KINDS: dict[str, str] = {"phone": "Phone", "email": "Email"}


def set_field(person: Person, name: str, value: str) -> None:
    """One field of the person; a changed name is the whole name, and the lists find it."""
    setattr(person, name, value)
    changed = [name]
    if name in NAMES:
        person.name = f"{person.given_name} {person.family_name}".strip()
        changed.append("name")
    person.save(update_fields=changed)
    refresh_search(person)


def refresh_search(person: Person) -> None:
    """What the lists search in, as the person is on record now."""
    points = [reach.contact_point.value for reach in reaches_of(person)]
    Lead.objects.filter(account_id=person.account_id, person=person).update(search=search_text(person, points))


def reaches_of(person: Person) -> QuerySet[Reach]:
    """How the person is reached, the first tried first."""
    rows = Reach.objects.filter(account_id=person.account_id, person=person).select_related("contact_point")
    return rows.order_by("rank", "pk")


def add_point(person: Person, written: Phone | EmailAddress, *, label: str, at: datetime) -> Reach | None:
    """A new way to reach them, tried after the others of its kind; None if they have it already."""
    arriving = Arriving(
        {},
        emails=() if isinstance(written, Phone) else (written,),
        phones=(written,) if isinstance(written, Phone) else (),
        labels={written.e164 if isinstance(written, Phone) else written.key: label[:20]},
    )
    directory = Directory(person.account_id, [arriving], at=at, sample=person.sample)
    directory.people[person.pk] = person
    directory.of_person[person.pk] |= {
        (reach.contact_point.kind, reach.contact_point.key) for reach in reaches_of(person)
    }
    added = directory.meet_again(person.pk, arriving).reaches
    directory.save()
    refresh_search(person)
    points = [reach.contact_point_id for reach in added]
    return reaches_of(person).filter(contact_point__in=points).first()


def put_first(reach: Reach) -> None:
    """Tried before the others of its kind."""
    _rank([reach, *(one for one in _of_its_kind(reach) if one.pk != reach.pk)])


def put_in_place_of(new: Reach, old: Reach) -> None:
    """The corrected one takes the place and the label of the one that goes."""
    order = [one for one in _of_its_kind(new) if one.pk != new.pk]
    order.insert(next((n for n, one in enumerate(order) if one.pk == old.pk), 0), new)
    if old.label and not new.label:
        Reach.objects.filter(pk=new.pk).update(label=old.label)
    _rank([one for one in order if one.pk != old.pk])
    remove(old)


def remove(reach: Reach) -> None:
    """This person is not reached there any more. Who shares the point keeps it, and every wish about it stands."""
    person = reach.person
    Reach.objects.filter(account_id=reach.account_id, pk=reach.pk).delete()
    refresh_search(person)


def sharers(points: Iterable[int], person: Person) -> dict[int, list[Person]]:
    """Who else is reached at these contact points."""
    found: dict[int, list[Person]] = {}
    others = Reach.objects.filter(account_id=person.account_id, contact_point__in=list(points))
    for reach in others.exclude(person=person).select_related("person").order_by("person_id")[:50]:
        found.setdefault(reach.contact_point_id, []).append(reach.person)
    return found


def _of_its_kind(reach: Reach) -> list[Reach]:
    return [one for one in reaches_of(reach.person) if one.contact_point.kind == reach.contact_point.kind]


def _rank(order: list[Reach]) -> None:
    for rank, one in enumerate(order):
        if one.rank != rank:
            Reach.objects.filter(pk=one.pk).update(rank=min(rank, 99))
