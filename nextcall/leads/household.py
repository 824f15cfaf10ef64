"""Who belongs with a person: those who share a number or address, those of one name at one address; and what else the
same person asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nextcall.leads.models import Lead, Person, Reach

MOST = 12


@dataclass(frozen=True, slots=True)
class Housemate:
    """Another person, why they are shown here, and the lead to open."""

    person: Person
    because: str  # "same phone", "same email", "same address"
    lead: Lead | None


def household(person: Person, sharing: Mapping[int, str] | None = None) -> list[Housemate]:
    """The others, those who share a contact point first; `sharing` if it was read: by person, "same phone"."""
    because = dict(_sharing(person) if sharing is None else sharing)
    for other in _same_address(person):
        because.setdefault(other, "same address")
    if not because:
        return []
    people = Person.objects.filter(account_id=person.account_id).in_bulk(list(because)[:MOST])
    newest = {lead.person_id: lead for lead in _leads(person.account_id, people)}
    return [
        Housemate(people[key], words, newest.get(key))
        for key, words in because.items()
        if key in people and people[key].sample == person.sample and key in newest
    ]


def other_leads(lead: Lead) -> list[Lead]:
    """What the same person asked before or after, the latest first."""
    rows = Lead.objects.filter(account_id=lead.account_id, person_id=lead.person_id, removed_at__isnull=True)
    return list(
        rows.exclude(pk=lead.pk).select_related("source", "offer", "owner").order_by("-arrived_at", "-pk")[:MOST]
    )


def _sharing(person: Person) -> dict[int, str]:
    mine = Reach.objects.filter(account_id=person.account_id, person=person).values("contact_point")
    rows = Reach.objects.filter(account_id=person.account_id, contact_point__in=mine).exclude(person=person)
    return {
        other: f"same {kind}"
        for other, kind in rows.order_by("person_id", "-contact_point__kind").values_list(
            "person_id", "contact_point__kind"
        )[:50]
    }


def _same_address(person: Person) -> list[int]:
    """Of one family name, ZIP and street: a family name alone, or a building alone, says too little."""
    if not (person.family_name and person.postal_code and person.street):
        return []
    near = Person.objects.filter(
        account_id=person.account_id, family_name=person.family_name, postal_code=person.postal_code
    ).exclude(pk=person.pk)
    street = _plain(person.street)
    return [key for key, theirs in near.values_list("pk", "street")[:200] if _plain(theirs) == street]


def _plain(street: str) -> str:
    return "".join(letter for letter in street.casefold() if letter.isalnum())


def _leads(account_id: int, people: Iterable[int]) -> list[Lead]:
    rows = Lead.objects.filter(account_id=account_id, person__in=list(people), removed_at__isnull=True)
    return list(rows.select_related("owner").order_by("arrived_at", "pk"))
