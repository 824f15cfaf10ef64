"""Correcting what is on record of a lead, one field at a time: written down with what it was, and undoable.

Where they are decides when they may be contacted: a changed place plans the touches ahead anew.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nextcall.cadences import enroll
from nextcall.consent import geography
from nextcall.consent.geography.names import read_region
from nextcall.consent.known import read as read_facts
from nextcall.consent.models import PlaceClue
from nextcall.conversations.log import clean
from nextcall.engine import stopping
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads import editing as records
from nextcall.leads import own_fields
from nextcall.leads.models import Lead, Offer, Person, Source
from nextcall.lib import hours
from nextcall.team.models import Member
from nextcall.timeline.record import record

KIND = "lead.edited"  # the event: {"field", "from", "to", "says"}
OWN = "own_"  # before the key of an account's own field
ANSWER = "answer_"  # before the name of something else that they told us
ZIP = re.compile(r"\d{5}(-\d{4})?")
POSTAL_CODE = re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d")
BY_HAND = "stated"  # the kind of a place clue that the lead gave in their own words


class Wrong(ValueError):
    """What was written does not fit the field; says what would."""


class NoSuchField(ValueError):
    """There is no field of that name."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a lead's record."""

    name: str
    label: str
    longest: int = 100


FIELDS: Mapping[str, Field] = {
    one.name: one
    for one in (
        Field("given_name", "First name"),
        Field("family_name", "Last name"),
        Field("street", "Street", 200),
        Field("city", "City"),
        Field("region", "State", 40),
        Field("postal_code", "ZIP", 20),
        Field("country", "Country", 40),
        Field("zone", "Their clock", 64),
        Field("stage", "Stage", 20),
        Field("source", "Source", 80),
        Field("offer", "Offer", 80),
    )
}
PLACE = frozenset({"region", "postal_code", "country", "zone"})


def field_of(lead: Lead, name: str) -> Field:
    """Raises NoSuchField."""
    if name in FIELDS:
        return FIELDS[name]
    if name.startswith(ANSWER) and len(name) > len(ANSWER):
        return Field(name, name.removeprefix(ANSWER), own_fields.LONGEST)
    for own in own_fields.read_all(lead.account.own_fields):
        if name == f"{OWN}{own.key}":
            return Field(name, own.label, own_fields.LONGEST)
    raise NoSuchField(f"There is no field {name[:40]}.")


def value_of(lead: Lead, name: str) -> str:
    """What stands there now."""
    if name.startswith(OWN):
        return str(lead.own.get(name.removeprefix(OWN), ""))
    if name.startswith(ANSWER):
        return str(lead.answers.get(name.removeprefix(ANSWER), ""))
    if name in ("source", "offer"):
        row: Source | Offer | None = getattr(lead, name)
        return row.name if row else ""
    return str(lead.stage if name == "stage" else getattr(lead.person, name))


def change(*, lead: Lead, name: str, written: str, by: Member, at: datetime) -> Action | None:
    """Set one field; None if it stands there already. Raises NoSuchField, Wrong."""
    field = field_of(lead, name)
    before, after = value_of(lead, name), _read(lead, field, written)
    if before == after:
        return None
    says = f"{field.label}: {before or 'empty'} is now {after or 'empty'}."
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=name not in ("stage",)) as deed:
        if name == "stage":  # with its own event, and what cadences say about it
            stopping.set_stage(lead=lead, stage=after, by=by, at=at)
        else:
            _store(lead, name, after, at)
            write_down(lead, {"field": name, "from": before, "to": after, "says": says}, by=by, at=at)
        if name in PLACE:
            place_again(lead.person, at=at)
    return deed.action


def fits(lead: Lead, name: str, written: str) -> bool:
    """Whether a field takes it."""
    try:
        _read(lead, field_of(lead, name), written)
    except Wrong:
        return False
    return True


def fill(*, lead: Lead, written: Mapping[str, str], says: str, by: Member | None, at: datetime) -> Action | None:
    """Several fields as one deed, by a member or by machine; None if all stands there already. Raises as `change`."""
    read = {name: _read(lead, field_of(lead, name), value) for name, value in written.items()}
    changed = {name: value for name, value in read.items() if value_of(lead, name) != value}
    if not changed:
        return None
    with undoable(lead=lead, kind="edit", by=by, at=at, says=says, of_the_record=True) as deed:
        for name, value in changed.items():
            data = {"field": name, "from": value_of(lead, name), "to": value, "says": says}
            _store(lead, name, value, at)
            write_down(lead, data, by=by, at=at)
        if PLACE & changed.keys():
            place_again(lead.person, at=at)
    return deed.action


def write_down(lead: Lead, data: Mapping[str, object], *, by: Member | None, at: datetime) -> None:
    """The event of one change, for the history of its field."""
    record(account_id=lead.account_id, kind=KIND, at=at, by=by, lead_id=lead.pk, person_id=lead.person_id, data=data)


def place_again(person: Person, *, at: datetime, lost: Sequence[str] = (), because: str = "") -> None:
    """Where they are may have changed: the zone that touches are planned in, and the touches ahead.

    `lost`: channels on which nothing is left to reach them by, and why.
    """
    facts = read_facts([person.pk], account_id=person.account_id, at=at).persons[person.pk]
    stated = PlaceClue.objects.filter(account_id=person.account_id, person=person).exclude(zone="").exists()
    if not stated and facts.place.home_zone != person.zone:
        person.zone = facts.place.home_zone
        person.save(update_fields=["zone"])
    enroll.plan_anew(person=person, at=at, lost=lost, because=because)


def _store(lead: Lead, name: str, value: str, at: datetime) -> None:
    if name.startswith(OWN):
        lead.own = {**lead.own, name.removeprefix(OWN): value}
        lead.save(update_fields=["own"])
    elif name.startswith(ANSWER):
        lead.answers = {**lead.answers, name.removeprefix(ANSWER): value}
        lead.save(update_fields=["answers"])
    elif name in ("source", "offer"):
        model = Source if name == "source" else Offer
        row = model._default_manager.get_or_create(account_id=lead.account_id, name=value)[0] if value else None
        setattr(lead, name, row)
        lead.save(update_fields=[name])
    elif name == "zone":
        records.set_field(lead.person, name, value)
        theirs = PlaceClue.objects.filter(account_id=lead.account_id, person=lead.person, kind=BY_HAND)
        theirs.exclude(zone="").delete()
        if value:
            PlaceClue.objects.create(account_id=lead.account_id, person=lead.person, kind=BY_HAND, zone=value, at=at)
    else:
        records.set_field(lead.person, name, value)


def _read(lead: Lead, field: Field, written: str) -> str:
    """The value as it is kept. Raises Wrong with an example that works."""
    said = " ".join(clean(written).split())
    if len(said) > field.longest:
        raise Wrong(f"{field.label} has at most {field.longest} letters; this is {len(said)}.")
    if field.name.startswith(OWN):
        return _read_own(lead, field, said)
    if field.name == "stage":
        if said not in Lead.Stage.values:
            raise Wrong(f"A stage is one of: {', '.join(Lead.Stage.values)}.")
        return said
    return _read_place(lead.person, field.name, said) if said and not field.name.startswith(ANSWER) else said


def _read_own(lead: Lead, field: Field, said: str) -> str:
    own = next(one for one in own_fields.read_all(lead.account.own_fields) if f"{OWN}{one.key}" == field.name)
    try:
        return own.read(said)
    except own_fields.Wrong as wrong:
        raise Wrong(str(wrong)) from wrong


def _read_place(person: Person, name: str, said: str) -> str:
    country = person.country or person.account.country
    if name == "region" and country in ("US", "CA"):
        place = read_region(said, country=country)
        if place is None:
            raise Wrong(f"{said} is no state or province that we know. Write it like CO or Colorado.")
        return place.split("-")[1]
    if name == "postal_code" and country == "US" and not ZIP.fullmatch(said):
        raise Wrong("That is not a ZIP code. Write it like 80202.")
    if name == "postal_code" and country == "CA" and not POSTAL_CODE.fullmatch(said.upper()):
        raise Wrong("That is not a postal code. Write it like K1A 0B1.")
    if name == "country" and not geography.is_country(said.upper()):
        raise Wrong("Write the country with its two letters, like US or CA.")
    if name == "zone" and not hours.is_zone(said):
        raise Wrong("Choose a clock from the list, like Mountain (Denver).")
    return said.upper() if name in ("postal_code", "country") else said
