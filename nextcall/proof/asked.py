"""What a pack is about: a lead, a person, a member, a source, a cadence, between two instants."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from nextcall.cadences.models import Cadence, Touch
from nextcall.leads.models import Lead, Person, Source
from nextcall.proof.records import KINDS
from nextcall.team.models import Member
from nextcall.timeline.models import Event

OF_THE_PERSON = tuple(kind for kind, (what, _) in KINDS.items() if what in ("permission", "withdrawal"))


class NoSuch(ValueError):
    """The account has no such lead, member …; says which."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The choice, by ids of the account's own rows; None is "any". `since` is included, `until` is not."""

    account_id: int
    lead: int | None = None
    person: int | None = None
    member: int | None = None
    source: int | None = None
    cadence: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in asdict(self).items()
            if value is not None
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Asked":
        times = {key: datetime.fromisoformat(said[key]) for key in ("since", "until") if said.get(key)}
        return cls(**{**said, **times})

    @property
    def of_few(self) -> bool:
        """One lead or person: short enough to be made while somebody waits."""
        return self.lead is not None or self.person is not None


def events(asked: Asked) -> QuerySet[Event]:
    """What belongs into the pack, in the order in which it happened."""
    rows = Event.objects.filter(account_id=asked.account_id, kind__in=KINDS).order_by("at", "pk")
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    if asked.until:
        rows = rows.filter(at__lt=asked.until)
    if asked.lead:
        person = Lead.objects.filter(account_id=asked.account_id, pk=asked.lead).values("person_id")
        rows = rows.filter(Q(lead_id=asked.lead) | Q(lead=None, person__in=person, kind__in=OF_THE_PERSON))
    if asked.person:
        rows = rows.filter(person_id=asked.person)
    if asked.member:  # what they did, and what the machine sent in their name
        theirs = Touch.objects.filter(account_id=asked.account_id, pk=OuterRef("touch_id"), owner=asked.member)
        rows = rows.filter(Q(by=asked.member) | Exists(theirs))
    if asked.source:
        rows = rows.filter(lead__source=asked.source)
    if asked.cadence:
        on_it = Touch.objects.filter(
            account_id=asked.account_id, pk=OuterRef("touch_id"), enrollment__version__cadence=asked.cadence
        )
        rows = rows.filter(Exists(on_it))
    return rows


def words(asked: Asked) -> list[tuple[str, str]]:
    """The choice in words, as the cover says it. Raises NoSuch."""
    found: list[tuple[str, str]] = []
    for word, model, key in (
        ("Lead", Lead, asked.lead),
        ("Person", Person, asked.person),
        ("Member", Member, asked.member),
        ("Source", Source, asked.source),
        ("Cadence", Cadence, asked.cadence),
    ):
        if key is None:
            continue
        row: Any = model.objects.filter(account_id=asked.account_id, pk=key).first()
        if row is None:
            raise NoSuch(f"this account has no {word.lower()} {key}")
        name = row.person.name if isinstance(row, Lead) else row.name
        found.append((word, f"{name} (no. {key})"))
    since = f"{asked.since:%Y-%m-%d %H:%M} UTC" if asked.since else "the beginning"
    until = f"{asked.until:%Y-%m-%d %H:%M} UTC, not included" if asked.until else "the making of this pack"
    return [*found, ("Period", f"from {since} to {until}")]
