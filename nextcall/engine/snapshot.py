"""Every row of one person that a deed may change, before and after it: what undo puts back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from nextcall.leads.models import Lead

Rows = Mapping[tuple[str, int], Mapping[str, Any]]  # (model, primary key) -> field -> JSON value

# Model and how its rows are found from the person. What is not here (events, notes) is never taken back.
KEPT: dict[str, str] = {
    "Touch": "person_id",
    "Enrollment": "person_id",
    "Pause": "enrollment__person_id",
    "Lead": "person_id",
    "Promise": "lead__person_id",
    "Call": "person_id",
    "Attempt": "person_id",
    "Withdrawal": "person_id",
    "Permission": "person_id",
    "ContactPoint": "reaches__person_id",
    "Message": "person_id",
    "InboxItem": "lead__person_id",
}
# What only a correction of the record changes: the person, how they are reached, where they are, what they asked for.
OF_THE_RECORD: dict[str, str] = {
    "Person": "pk",
    "Reach": "person_id",
    "PlaceClue": "person_id",
    "Preference": "person_id",
}
NEVER_BACK = frozenset({"revision"})  # counts upwards only: an engine that holds a touch compares it


def model(name: str) -> type[Model]:
    return apps.get_model("nextcall", name)


def take(lead: Lead, *, of_the_record: bool = False) -> Rows:
    """One query for each kind of row."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for name, path in (KEPT | OF_THE_RECORD if of_the_record else KEPT).items():
        rows = model(name)._default_manager.filter(account_id=lead.account_id, **{path: lead.person_id}).values()
        for row in rows:
            kept = {field: _plain(value) for field, value in row.items() if field not in NEVER_BACK}
            found[name, row["id"]] = kept
    return found


def take_all(leads: Sequence[Lead], *, of_the_record: bool = False) -> Rows:
    """Of several persons."""
    return {key: row for lead in leads for key, row in take(lead, of_the_record=of_the_record).items()}


def columns(rows: QuerySet[Any], *names: str) -> dict[tuple[str, int], dict[str, Any]]:
    """These columns of some rows, or all, as `take` has them."""
    wanted = ("id", *names) if names else ()
    return {
        (rows.model.__name__, row["id"]): {name: _plain(value) for name, value in row.items()}
        for row in rows.values(*wanted)
    }


def leaving(row: Model) -> dict[str, Any]:
    """The entry of a row that a deed is about to delete."""
    was = {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    return {"model": type(row).__name__, "pk": row.pk, "was": was, "now": None}


def difference(before: Rows, after: Rows) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was changed or deleted (with the values before and after), and what was made."""
    changed: list[dict[str, Any]] = []
    for (name, key), was in before.items():
        now = after.get((name, key))
        if now is None:
            changed.append({"model": name, "pk": key, "was": dict(was), "now": None})
        elif was != now:
            fields = [field for field in was if was[field] != now[field]]
            changed.append(
                {"model": name, "pk": key, "was": {f: was[f] for f in fields}, "now": {f: now[f] for f in fields}}
            )
    made = [{"model": name, "pk": key} for name, key in after if (name, key) not in before]
    return changed, made


def real(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as the model's fields have them."""
    fields = {field.attname: field for field in model(name)._meta.concrete_fields}
    return {
        field: fields[field].to_python(value)
        if fields[field].get_internal_type() in ("DateTimeField", "UUIDField")
        else value
        for field, value in values.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
