"""Undoing an import: what it made goes, what it changed comes back, what people worked on since stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Permission
from nextcall.conversations.models import Call, Message, Note, Promise
from nextcall.intake.models import Import
from nextcall.intake.placing import Accepted
from nextcall.leads import people
from nextcall.leads.models import Lead, Person, Reach
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from nextcall.timeline.record import event, record_many

DAYS = 7
BATCH = 400
BECAUSE = "import undone"
_AHEAD = (Touch.State.PLANNED, Touch.State.OPEN)
# What an import writes itself; anything else that a member did to a lead is work.
_OWN = ("lead.arrived", "lead.merged", "cadence.began", "permission.given", "permission.withdrawn", "touches.cancelled")


class CannotUndo(Exception):
    """The import cannot be undone any more; says why."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many leads went, how many records were put back, how many stayed because somebody had worked on them."""

    removed: int
    put_back: int
    stayed: int

    def sentence(self) -> str:
        stayed = f", {self.stayed:,} stayed because they were worked on since" if self.stayed else ""
        return f"{self.removed:,} removed, {self.put_back:,} put back as they were{stayed}"


def merges_of(accepted: Iterable[Accepted]) -> list[dict[str, Any]]:
    """What a chunk changed in records that were there before, by person: what each field held first and holds now."""
    found: dict[int, tuple[Accepted, dict[str, object]]] = {}
    for one in accepted:
        if one.change is None and not one.lead_before:
            continue
        _, before = found.setdefault(one.person.pk, (one, {}))
        for name, value in one.lead_before.items():
            before.setdefault(name, value)
    return [
        _merge_line(one, before)
        for one, before in found.values()
        if before or (one.change and (one.change.before or one.change.reaches))
    ]


def _merge_line(one: Accepted, lead_before: dict[str, object]) -> dict[str, Any]:
    change, lead = one.change, one.lead
    return {
        "person": one.person.pk,
        "before": change.before if change else {},
        "after": {name: getattr(one.person, name) for name in change.before} if change else {},
        "reaches": [reach.pk for reach in change.reaches] if change else [],
        "lead": lead.pk if lead and lead_before else None,
        "lead_before": lead_before,
        "lead_after": {name: getattr(lead, name) for name in lead_before},
    }


def undo(import_: Import, *, by: Member | None, at: datetime) -> Undone:
    """Undo an import, running or finished, within 7 days. Raises CannotUndo. Wishes to be left alone stay."""
    with transaction.atomic():
        locked = Import.objects.select_for_update().defer("body").get(pk=import_.pk, account_id=import_.account_id)
        if locked.state == Import.State.UNDONE:
            raise CannotUndo("this import was undone already")
        if locked.finished_at and at - locked.finished_at > timedelta(days=DAYS):
            raise CannotUndo(
                f"an import can be undone for {DAYS} days; this one ended on {locked.finished_at:%-d %B %Y}"
            )
        leads = dict(
            Lead.objects.filter(account_id=locked.account_id, import_id=locked.pk, removed_at__isnull=True).values_list(
                "pk", "person_id"
            )
        )
        worked = _worked(locked, list(leads))
        gone = {pk: person for pk, person in leads.items() if pk not in worked}
        _remove(locked, gone, by=by, at=at)
        put_back = _put_back(locked, at=at)
        undone = Undone(len(gone), put_back, len(worked))
        _note(locked, worked, leads, undone, by=by, at=at)
        locked.state, locked.undone_at = Import.State.UNDONE, at
        locked.summary = {**locked.summary, "undone": undone.sentence()}
        locked.save(update_fields=["state", "undone_at", "summary"])
    import_.refresh_from_db(fields=["state", "undone_at", "summary"])
    return undone


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    ids = list(ids)
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _worked(import_: Import, ids: Sequence[int]) -> set[int]:
    """The leads that somebody, or the machine towards them, did something with since."""
    worked: set[int] = set()
    made = ~models.Q(state__in=(*_AHEAD, Touch.State.CANCELLED, Touch.State.BLOCKED, Touch.State.SKIPPED))
    for batch in _batches(ids):
        touched = (
            models.Q(attempts__gt=0)
            | models.Q(waiting_since__isnull=False)
            | models.Q(first_machine_touch_at__isnull=False)
        )
        worked |= set(
            Lead.objects.filter(touched | models.Q(first_person_touch_at__isnull=False), pk__in=batch).values_list(
                "pk", flat=True
            )
        )
        worked |= set(Touch.objects.filter(made, lead__in=batch).values_list("lead_id", flat=True))
        for model in (Message, Call, Note, Promise):
            worked |= set(model._default_manager.filter(lead__in=batch).values_list("lead_id", flat=True))
        done = Event.objects.filter(account_id=import_.account_id, lead__in=batch, by__isnull=False).exclude(
            kind__in=_OWN
        )
        worked |= set(done.values_list("lead_id", flat=True))
    return worked


def _remove(import_: Import, gone: dict[int, int], *, by: Member | None, at: datetime) -> None:
    for batch in _batches(gone):
        Touch.objects.filter(lead__in=batch, state__in=_AHEAD).update(
            state=Touch.State.CANCELLED, because=BECAUSE, finished_at=at
        )
        Enrollment.objects.filter(lead__in=batch, ended_at__isnull=True).update(
            state=Enrollment.State.FINISHED, ended_at=at, ended_because=BECAUSE, ended_by=by
        )
        Lead.objects.filter(pk__in=batch).update(removed_at=at)
    left = set(people.latest_leads(import_.account_id, set(gone.values())))
    alone = set(gone.values()) - left
    for batch in _batches(alone):
        # A person that only this file knew cannot be found again by number or address: the next file starts afresh.
        made = Person.objects.filter(
            account_id=import_.account_id, pk__in=batch, created_at__gte=import_.began_at or import_.created_at
        )
        Reach.objects.filter(person__in=list(made.values_list("pk", flat=True))).delete()
    given = Permission.objects.filter(account_id=import_.account_id, import_id=import_.pk, ended_at__isnull=True)
    stays = set(
        Lead.objects.filter(account_id=import_.account_id, import_id=import_.pk, removed_at__isnull=True).values_list(
            "person_id", flat=True
        )
    )
    ended = [pk for pk, person in given.values_list("pk", "person_id") if person not in stays]
    for batch in _batches(ended):
        Permission.objects.filter(pk__in=batch).update(ended_at=at, ended_because=BECAUSE)
    record_many(
        event(
            account_id=import_.account_id,
            kind="lead.removed",
            at=at,
            by=by,
            person_id=person,
            lead_id=pk,
            data={"because": BECAUSE},
        )
        for pk, person in gone.items()
    )


def _put_back(import_: Import, *, at: datetime) -> int:
    """The records that merges filled, as they were; what somebody changed after that stays theirs."""
    merges: list[dict[str, Any]] = import_.undo_data.get("merged", [])
    persons = Person.objects.filter(account_id=import_.account_id).in_bulk([merge["person"] for merge in merges])
    leads = Lead.objects.filter(account_id=import_.account_id).in_bulk(
        [merge["lead"] for merge in merges if merge["lead"]]
    )
    count = 0
    for merge in reversed(merges):
        person, lead = persons.get(merge["person"]), leads.get(merge["lead"] or 0)
        if person is not None and _restore(person, merge["before"], merge["after"]):
            count += 1
        if lead is not None and lead.removed_at is None:
            _restore(lead, merge["lead_before"], merge["lead_after"])
        for batch in _batches(merge["reaches"]):
            used = Message.objects.filter(person_id=merge["person"]).values("contact_point_id")
            Reach.objects.filter(account_id=import_.account_id, pk__in=batch).exclude(contact_point__in=used).delete()
    Person.objects.bulk_update(persons.values(), people.FIELDS, batch_size=100)
    Lead.objects.bulk_update(leads.values(), ["message", "external_id", "interest", "answers"], batch_size=100)
    return count or sum(bool(merge["reaches"] or merge["lead"]) for merge in merges)


def _restore(row: Person | Lead, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Put fields back that still hold what the import wrote."""
    same = [name for name in before if getattr(row, name) == after.get(name)]
    for name in same:
        setattr(row, name, before[name])
    return bool(same)


def _note(
    import_: Import, worked: set[int], leads: dict[int, int], undone: Undone, *, by: Member | None, at: datetime
) -> None:
    stayed = [
        event(
            account_id=import_.account_id,
            kind="lead.stayed",
            at=at,
            by=by,
            person_id=leads[pk],
            lead_id=pk,
            data={"because": "worked on since its import was undone", "import": import_.pk},
        )
        for pk in sorted(worked)
    ]
    record_many(
        [
            *stayed,
            event(
                account_id=import_.account_id,
                kind="import.undone",
                at=at,
                by=by,
                data={"import": import_.pk, "says": undone.sentence()},
            ),
        ]
    )
