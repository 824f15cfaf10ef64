"""Taking back what a member did, as long as nothing has left since."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.consent import ledger
from nextcall.consent.models import Withdrawal
from nextcall.consent.reading import UNDONE
from nextcall.conversations import inbox
from nextcall.conversations.models import Call, Promise
from nextcall.engine import snapshot
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.lib import wake
from nextcall.team.models import Member
from nextcall.timeline.record import record

STILL_HERE = frozenset({"planned", "open", "cancelled", "skipped", "blocked", "done"})
PLAN = frozenset({"Touch", "Enrollment", "Pause", "Withdrawal", "Permission"})  # changed since: undoing would muddle it


@dataclass
class Deed:
    """What is being done; `says` is the line shown with Undo.

    `moved`: rows that came to this person from elsewhere, as snapshot.difference has changed ones; they go back there.
    """

    says: str = ""
    kind: str = ""
    actions: list[Action] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)

    @property
    def action(self) -> Action:
        return self.actions[0]


@dataclass(frozen=True, slots=True)
class Undone:
    """It is as before; the record keeps both the deed and its undoing."""

    action: Action
    says: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it cannot be taken back, in words for the member."""

    why: str


_forgets: ContextVar[bool] = ContextVar("forgets", default=False)


@contextmanager
def for_good() -> Iterator[None]:
    """What is done inside cannot be undone, and costs a third: for a past that is invented."""
    token = _forgets.set(True)
    try:
        yield
    finally:
        _forgets.reset(token)


@contextmanager
def undoable(
    *,
    lead: Lead,
    kind: str,
    by: Member | None,
    at: datetime,
    says: str = "",
    of_the_record: bool = False,
    of_the_household: bool = False,
    beside: Lead | None = None,
) -> Iterator[Deed]:
    """Around a deed towards one lead: one transaction under the person's lock, with what it takes to undo it.

    `of_the_record`: the deed may change the person's own row and how they are reached, which few do.
    `of_the_household`: it may concern everyone who shares a number with them, as a stop does.
    `beside`: another person's lead that it changes too, as when a message moves there.

    with undoable(lead=lead, kind="pause", by=ann, at=now, says="Paused") as deed:
        enroll.pause(...)
    deed.action
    """
    deed = Deed(says, kind)
    if _forgets.get():
        with transaction.atomic():
            yield deed
            deed.actions.append(Action(account_id=lead.account_id, lead=lead, kind=deed.kind[:30], at=at))
        return
    with transaction.atomic():
        if of_the_household:
            ledger.lock_everyone_concerned(lead.person, None)
        leads = [lead, *([beside] if beside else [])]
        ledger.lock_persons({one.person_id for one in leads})
        before = snapshot.take_all(leads, of_the_record=of_the_record)
        yield deed
        changed, made = snapshot.difference(before, snapshot.take_all(leads, of_the_record=of_the_record))
        moved = [{"model": entry["model"], "pk": entry["pk"]} for entry in deed.moved]
        deed.actions.append(
            Action.objects.create(
                account_id=lead.account_id,
                member=by,
                lead=lead,
                kind=deed.kind[:30],
                says=deed.says[:200],
                at=at,
                before=[*changed, *deed.moved],
                made=[one for one in made if one not in moved],
            )
        )
        transaction.on_commit(wake.wake)


def undo(*, action: Action, by: Member | None, at: datetime) -> Undone | Refused:
    """Put back every row as it was. Refused when something has left since, or the plan was changed again."""
    persons = _persons(action)
    if action.lead is None and not action.before:
        return Refused("The lead is gone.")
    with transaction.atomic():
        ledger.lock_persons(persons)
        fresh = Action.objects.select_for_update().get(account_id=action.account_id, pk=action.pk)
        why = why_not(fresh)
        if why:
            return Refused(why)
        _take_back_made(fresh, by, at)
        for entry in fresh.before:
            _restore(entry)
        made = _by_model(fresh.made).get("InboxItem", [])
        inbox.taken_back(account_id=fresh.account_id, ids=made)
        fresh.undone_at = at
        fresh.save(update_fields=["undone_at"])
        record(
            account_id=fresh.account_id,
            kind="action.undone",
            at=at,
            by=by,
            lead_id=fresh.lead_id,
            person_id=action.lead.person_id if action.lead else None,
            data={"action": fresh.pk, "says": fresh.says},
        )
        transaction.on_commit(wake.wake)
    action.undone_at = at
    return Undone(fresh, f"Undone: {fresh.says}")


def _persons(action: Action) -> list[int]:
    """Whom it concerns: the person of its lead, and those of the leads that it changed besides."""
    leads = [entry["pk"] for entry in action.before if entry["model"] == "Lead"]
    rows = Lead.objects.filter(account_id=action.account_id, pk__in=leads)
    own = [action.lead.person_id] if action.lead else []
    return sorted({*own, *rows.values_list("person_id", flat=True)})


def why_not(action: Action) -> str:
    """What stands in the way of undoing, in words for the member; "" if nothing does."""
    if action.undone_at:
        return "It is undone already."
    made = _by_model(action.made)
    if (
        Touch.objects.filter(account_id=action.account_id, pk__in=made.get("Touch", []))
        .exclude(state__in=STILL_HERE)
        .exists()
    ):
        return "A message of it has left already."
    enrolled = Touch.objects.filter(account_id=action.account_id, enrollment_id__in=made.get("Enrollment", []))
    if enrolled.exclude(state__in=STILL_HERE).exists():
        return "The cadence that it began has sent something already."
    standing = Promise.objects.filter(account_id=action.account_id, pk__in=made.get("Promise", []))
    if standing.filter(in_calendar__isnull=False).exists():
        return "It stands in your calendar already: cancel the appointment instead."
    if made.get("Withdrawal") and _did_something_since(action):
        return "You have gone on since. Lifting a wish not to be contacted needs a written reason."
    for entry in action.before:
        if entry["model"] in PLAN and entry["now"] is not None and _changed_since(entry):
            return "Something happened to this lead since: undo that first."
    return ""


def _did_something_since(action: Action) -> bool:
    later = Action.objects.filter(account_id=action.account_id, member=action.member, pk__gt=action.pk)
    return later.filter(undone_at=None).exists()


def _changed_since(entry: Mapping[str, Any]) -> bool:
    now = _current(entry)
    return now is None or any(now[name] != value for name, value in snapshot.real(entry["model"], entry["now"]).items())


def _current(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return snapshot.model(entry["model"])._default_manager.filter(pk=entry["pk"]).values(*entry["now"]).first()


def _take_back_made(action: Action, by: Member | None, at: datetime) -> None:
    made = _by_model(action.made)
    touches = Touch.objects.filter(account_id=action.account_id, pk__in=made.pop("Touch", []))
    touches.filter(step_key="").update(state=Touch.State.CANCELLED, because="undone", finished_at=at)
    touches.exclude(step_key="").delete()  # the planner may want the step again
    Call.objects.filter(account_id=action.account_id, pk__in=made.pop("Call", [])).update(undone_at=at, touch=None)
    logged = Withdrawal.objects.filter(account_id=action.account_id, pk__in=made.pop("Withdrawal", []))
    # What the lead said themselves is by nobody of ours, and stands whatever is undone.
    logged.filter(by__isnull=False).update(lifted_at=at, lifted_by=by, lifted_because=UNDONE)
    for name in (
        "Attempt",
        "Pause",
        "Promise",
        "Permission",
        "Message",
        "Enrollment",
        "Reach",
        "PlaceClue",
        "Preference",
    ):
        snapshot.model(name)._default_manager.filter(account_id=action.account_id, pk__in=made.get(name, [])).delete()


def _restore(entry: Mapping[str, Any]) -> None:
    rows = snapshot.model(entry["model"])._default_manager
    was = snapshot.real(entry["model"], entry["was"])
    if entry["now"] is None:
        # what somebody made again since stays as they made it
        rows.bulk_create([snapshot.model(entry["model"])(**was)], ignore_conflicts=True)
        return
    now = snapshot.real(entry["model"], entry["now"])
    current = _current(entry)
    if current is None:
        return
    back = {}
    for name, value in was.items():
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and isinstance(current[name], int)
            and not name.endswith("_id")
            and name != "rank"
        ):
            back[name] = current[name] - (now[name] - value)  # a count: others may have counted since
        elif current[name] == now[name]:
            back[name] = value
    if back:
        rows.filter(pk=entry["pk"]).update(**back)


def _by_model(entries: list[dict[str, Any]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for entry in entries:
        found.setdefault(entry["model"], []).append(entry["pk"])
    return found
