"""What is on record of a lead, a row a field: each is changed in place, and says who changed what before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import Value

from nextcall.engine.editing import FIELDS, KIND, OWN, value_of
from nextcall.leads import own_fields
from nextcall.leads.models import Lead, Offer, Source
from nextcall.timeline.models import Event
from nextcall.web.frame import style_of
from nextcall.web.lead.shown import Shown
from nextcall.web.zones import AMERICAN, zone_words
from nextcall.worklist import say

NAME_AND_PLACE = ("given_name", "family_name", "street", "city", "region", "postal_code", "country", "zone")
OF_THE_LEAD = ("stage", "source", "offer")
HINTS: Mapping[str, str] = {
    "zone": "Only if they said so. Touches are planned by it, and allowed by every clue we have.",
    "region": "Hours and rules of every place that they may be in apply.",
    "postal_code": "Hours and rules of every place that they may be in apply.",
    "stage": "A stage may end the cadence, or begin another.",
}
TYPES: Mapping[str, str] = {"date": "date", "number": "text", "text": "text"}


Group = tuple[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was typed into a field and did not fit it."""

    name: str
    value: str
    says: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a field's history."""

    says: str
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One field."""

    name: str
    label: str
    value: str  # as kept
    shown: str  # as read
    typed: str  # in the form
    hint: str = ""
    wrong: str = ""
    groups: tuple[Group, ...] = ()  # to choose from, by their headings
    listed: tuple[str, ...] = ()  # suggestions
    kind: str = "text"
    history: tuple[Change, ...] = ()


def rows(shown: Shown, wrong: Wrong | None) -> dict[str, object]:
    """The fields with something in them, the empty ones, and the account's own."""
    told, listed = history(shown), _listed(shown.lead)
    place = [_row(shown, name, told, wrong) for name in NAME_AND_PLACE]
    own = [_own(shown, one, told, wrong) for one in own_fields.read_all(shown.lead.account.own_fields)]
    of_the_lead = [_row(shown, name, told, wrong, listed) for name in OF_THE_LEAD]
    detailed = style_of(shown.member) == "detailed"
    return {
        "rows": [one for one in place if one.value or one.wrong] + of_the_lead,
        "empty_rows": [one for one in place if not one.value and not one.wrong],
        "own_rows": own if detailed else [],
        "owner_history": told.get("owner", ()),
        "point_history": (*told.get("phone", ()), *told.get("email", ())),
    }


def history(shown: Shown) -> dict[str, tuple[Change, ...]]:
    """By field: who changed what from what to what, when; the newest first. Of the events that were read."""
    undone = {str(one.data.get("says")) for one in shown.events if one.kind == "action.undone"}
    found: dict[str, list[Change]] = {}
    for event in shown.events:
        field, words = _told(event)
        if field:
            who = event.by.name if event.by else "read by machine" if event.kind == KIND else "the cadence"
            when = say.when(event.at, shown.member.zone, at=shown.at)
            gone = str(event.data.get("says")) in undone
            found.setdefault(field, []).append(Change(f"{words}, {who}, {when}", gone))
    return {field: tuple(changes) for field, changes in found.items()}


def _told(event: Event) -> tuple[str, str]:
    data = event.data
    if event.kind == "stage.changed":
        return "stage", f"{data.get('from', '')} to {data.get('to', '')}"
    if event.kind == "lead.handed_over":
        return "owner", f"to {data.get('to_name', 'someone')}"
    if event.kind != KIND or "field" not in data:
        return "", ""
    field = str(data["field"])
    if field in ("phone", "email"):
        return field, str(data.get("says", "")).rstrip(".")
    return field, f"{data.get('from') or 'empty'} to {data.get('to') or 'empty'}"


def _row(
    shown: Shown,
    name: str,
    told: Mapping[str, tuple[Change, ...]],
    wrong: Wrong | None,
    listed: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Row:
    value = value_of(shown.lead, name)
    mine = wrong if wrong and wrong.name == name else None
    groups: tuple[Group, ...] = ()
    words = value
    if name == "stage":
        groups, words = (("", [(one, one.capitalize()) for one in Lead.Stage.values]),), value.capitalize()
    elif name == "zone":
        groups, words = _zones(shown, value), zone_words(value) if value else ""
    return Row(
        name=name,
        label=FIELDS[name].label,
        value=value,
        shown=words,
        typed=mine.value if mine else value,
        hint=HINTS.get(name, ""),
        wrong=mine.says if mine else "",
        groups=groups,
        listed=listed.get(name, ()),
        history=told.get(name, ()),
    )


def _zones(shown: Shown, value: str) -> tuple[Group, ...]:
    """The American clocks, and those of every place that they may be in: the list of all is long."""
    place = shown.reach["call"].facts.place
    near = dict.fromkeys((value, *place.zones, shown.member.zone, shown.lead.account.zone))
    others = [(zone, zone_words(zone)) for zone in near if zone and zone not in dict(AMERICAN)]
    groups = (("", [("", "Not stated")]), ("United States", AMERICAN))
    return (*groups, ("Elsewhere", others)) if others else groups


def _listed(lead: Lead) -> dict[str, tuple[str, ...]]:
    """Sources and offers that are known already, in one query."""
    sources = Source.objects.filter(account_id=lead.account_id).values_list(Value("source"), "name")
    offers = Offer.objects.filter(account_id=lead.account_id).values_list(Value("offer"), "name")
    found: dict[str, list[str]] = {}
    for kind, name in sources.union(offers, all=True)[:200]:
        found.setdefault(str(kind), []).append(name)
    return {kind: tuple(sorted(names)) for kind, names in found.items()}


def _own(shown: Shown, own: own_fields.OwnField, told: Mapping[str, tuple[Change, ...]], wrong: Wrong | None) -> Row:
    name = f"{OWN}{own.key}"
    mine = wrong if wrong and wrong.name == name else None
    value = value_of(shown.lead, name)
    groups: tuple[Group, ...] = (("", [("", "None"), *((one, one) for one in own.choices)]),)
    return Row(
        name=name,
        label=own.label,
        value=value,
        shown=value,
        typed=mine.value if mine else value,
        wrong=mine.says if mine else "",
        groups=groups if own.kind == "choice" else (),
        kind=TYPES.get(own.kind, "text"),
        history=told.get(name, ()),
    )
