"""One change of many leads: its leads frozen, shown before anything happens, done a bite at a time, undone as one.

A bite is one transaction that also says how far the change is, under a lock on its row: a process that dies takes its
unfinished bite with it, and whoever goes on begins where the latest finished one ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import OperationalError, transaction

from nextcall.consent import ledger
from nextcall.engine import bulk_deeds, undo
from nextcall.engine.models import Action, BulkChange
from nextcall.leads.models import Lead
from nextcall.lib import wake
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
State = BulkChange.State
BITE = 20  # leads in one transaction: about a tenth of a second of the write lock
AT_ONCE = 50  # so many are changed while the member waits for the page
MOST = 20_000
UNDOABLE = timedelta(days=7)
KEPT = timedelta(days=1)  # a change that was looked at and not confirmed
NAMED = 200  # leads named for each reason they were left out
TO_DO = (State.WAITING, State.RUNNING)


class CannotChange(Exception):
    """The change cannot be made, or taken back; says why."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Whom a change would touch, and whom it leaves out, by reason."""

    changed: tuple[tuple[int, int], ...]  # lead, and who gets it
    left: Mapping[str, tuple[int, ...]]

    @property
    def left_out(self) -> int:
        return sum(len(leads) for leads in self.left.values())


def propose(
    *, account: Account, by: Member, kind: str, lead_ids: Sequence[int], choices: Mapping[str, Any], at: datetime
) -> BulkChange:
    """Freeze the leads; nothing happens to them before `confirm`. Raises CannotChange."""
    if kind not in bulk_deeds.KINDS:
        raise CannotChange("There is no such change.")
    if not lead_ids:
        raise CannotChange("Select at least one lead first.")
    BulkChange.objects.filter(
        account=account, by=by, state=State.WAITING, created_at__lt=at - KEPT, choices__confirmed=False
    ).delete()
    return BulkChange.objects.create(
        account=account,
        by=by,
        kind=kind,
        choices={**choices, "confirmed": False, "total": min(len(lead_ids), MOST)},
        lead_ids=list(lead_ids[:MOST]),
        says="",
        created_at=at,
    )


def sort(change: BulkChange, *, by: Member) -> Sorted:
    """Whom it would touch as things are now."""
    found = bulk_deeds.standings(change.lead_ids, account_id=change.account_id, kind=change.kind)
    changed, left, turn = [], dict[str, list[int]](), 0
    for lead_id in change.lead_ids:
        to = bulk_deeds.turn_of(change.kind, change.choices, turn)
        reason = bulk_deeds.why_not(
            change.kind, change.choices, found.get(lead_id), by_id=by.pk, manages=by.manages, to=to
        )
        turn += bulk_deeds.takes_a_turn(reason)
        if reason:
            left.setdefault(reason, []).append(lead_id)
        else:
            changed.append((lead_id, to))
    return Sorted(tuple(changed), {reason: tuple(leads) for reason, leads in left.items()})


def choose(change: BulkChange, choices: Mapping[str, Any]) -> None:
    """Remember what is chosen so far. Harmless once it is confirmed."""
    with transaction.atomic():
        locked = BulkChange.objects.select_for_update().get(account_id=change.account_id, pk=change.pk)
        if locked.state == State.WAITING and not locked.choices.get("confirmed"):
            locked.choices = {**locked.choices, **choices, "confirmed": False}
            locked.save(update_fields=["choices"])
    change.choices = locked.choices


def confirm(change: BulkChange, *, says: str, a_day: int = 0, by: Member, at: datetime) -> None:
    """Let it be done; with `a_day` so many leads start on each working day.

    Confirming twice is harmless. Raises CannotChange when something is still to be chosen.
    """
    members, cadences = bulk_deeds.known(change.account_id, of=change.account)
    if wrong := bulk_deeds.problem(change.kind, change.choices, members=members, cadences=cadences):
        raise CannotChange(wrong)
    with transaction.atomic():
        locked = BulkChange.objects.select_for_update().get(account_id=change.account_id, pk=change.pk)
        if locked.state == State.WAITING and not locked.choices.get("confirmed"):
            locked.choices = {**locked.choices, "confirmed": True, "left": {}, "turn": 0, "a_day": a_day}
            locked.says = says[:200]
            locked.created_at = at
            locked.save(update_fields=["choices", "says", "created_at"])
            _record("bulk.confirmed", locked, by=by, at=at, leads=len(locked.lead_ids))
            transaction.on_commit(wake.wake)
    change.refresh_from_db()


def run_some(*, at: datetime, bite: int = BITE) -> bool:
    """One bite of the oldest change that is to be done or undone; False when there is none. For the engine's worker."""
    to_do = BulkChange.objects.filter(state__in=(*TO_DO, State.UNDOING)).exclude(choices__confirmed=False)
    change = to_do.order_by("created_at", "pk").defer("lead_ids").first()
    return run(change, at=at, bite=bite) if change is not None else False


def run(change: BulkChange, *, at: datetime, bite: int = BITE) -> bool:
    """The next bite of this change; False when nothing of it is left, or another process is at it."""
    with transaction.atomic():
        rows = BulkChange.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account", "by")
        to_do = rows.filter(pk=change.pk, state__in=(*TO_DO, State.UNDOING))
        locked = to_do.exclude(choices__confirmed=False).first()
        if locked is None:
            return False
        if locked.state == State.UNDOING:
            _undo_bite(locked, at=at, size=bite)
        else:
            _bite(locked, at=at, size=bite)
    return locked.state in (*TO_DO, State.UNDOING)


def _bite(change: BulkChange, *, at: datetime, size: int) -> None:
    by = change.by
    if by is None or not by.is_active:
        change.state, change.problem, change.finished_at = State.FAILED, "Whoever asked for it has left.", at
        change.save(update_fields=["state", "problem", "finished_at"])
        return
    members, _ = bulk_deeds.known(change.account_id, of=change.account)
    deed = bulk_deeds.Change(change.kind, change.choices, by, members, at)
    ids = change.lead_ids[change.done : change.done + size]
    made = _each(change, deed, ids)
    Action.objects.filter(account_id=change.account_id, pk__in=made).update(bulk=change)
    change.done += len(ids)
    change.state = State.RUNNING
    if change.done >= len(change.lead_ids):
        change.state, change.finished_at = State.DONE, at
        _record("bulk.done", change, by=by, at=at, changed=change.done - change.left_out, left_out=change.left_out)
    change.save(update_fields=["state", "done", "left_out", "choices", "finished_at"])


def _each(change: BulkChange, deed: bulk_deeds.Change, ids: Sequence[int]) -> list[int]:
    """Each lead of a bite, as things are now; the actions made. Whom it leaves out is noted with the reason."""
    rows = Lead.objects.filter(account_id=change.account_id, pk__in=ids).select_related("account", "person", "owner")
    leads = rows.in_bulk()
    # All at once and in order, so that two who lock the same persons cannot block each other.
    ledger.lock_persons([lead.person_id for lead in leads.values()])
    found = bulk_deeds.standings(ids, account_id=change.account_id, kind=change.kind)
    made = list[int]()
    for lead_id in ids:
        to = bulk_deeds.turn_of(change.kind, change.choices, change.choices.get("turn", 0))
        standing = found.get(lead_id)
        reason = bulk_deeds.why_not(
            change.kind, change.choices, standing, by_id=deed.by.pk, manages=deed.by.manages, to=to
        )
        change.choices["turn"] = change.choices.get("turn", 0) + bulk_deeds.takes_a_turn(reason)
        if not reason:
            action = _one(change, deed, leads[lead_id], to=to, placed=change.choices["turn"] - 1)
            reason = "" if action else "it could not be changed"
            made += [action.pk] if action else []
        if reason:
            change.left_out += 1
            _name(change.choices.setdefault("left", {}), reason, lead_id)
    return made


def _one(change: BulkChange, deed: bulk_deeds.Change, lead: Lead, *, to: int, placed: int) -> Action | None:
    """None for one that fails: the others go on. `placed`: how many came before it."""
    try:
        with transaction.atomic():
            return deed.do(lead, to=to, day=placed // max(change.choices.get("a_day") or MOST, 1))
    except OperationalError:
        raise
    except Exception:
        log.exception("bulk.failed", change=change.pk, lead=lead.pk)
        return None


def _name(left: dict[str, Any], reason: str, lead_id: int) -> None:
    said = left.setdefault(reason, {"n": 0, "ids": []})
    said["n"] += 1
    if len(said["ids"]) < NAMED:
        said["ids"].append(lead_id)


def take_back(change: BulkChange, *, by: Member, at: datetime) -> None:
    """Undo it as one, running or done. Twice is harmless. Raises CannotChange after seven days."""
    with transaction.atomic():
        locked = BulkChange.objects.select_for_update().get(account_id=change.account_id, pk=change.pk)
        why = _why_not_back(locked, at=at)
        if why:
            raise CannotChange(why)
        if locked.state in (State.RUNNING, State.DONE, State.WAITING, State.FAILED):
            locked.state = State.UNDOING
            locked.choices = {**locked.choices, "stayed": {}, "back": 0, "undone_by": by.pk}
            locked.save(update_fields=["state", "choices"])
            _record("bulk.undo_asked", locked, by=by, at=at)
            transaction.on_commit(wake.wake)
    change.refresh_from_db()


def _why_not_back(change: BulkChange, *, at: datetime) -> str:
    if change.state == State.WAITING and not change.choices.get("confirmed"):
        return "Nothing of it has been done."
    if change.finished_at and at - change.finished_at > UNDOABLE and change.state == State.DONE:
        ended = change.finished_at
        return f"A change can be undone for {UNDOABLE.days} days; this one ended on {ended:%B} {ended.day}."
    return ""


def _undo_bite(change: BulkChange, *, at: datetime, size: int) -> None:
    """The latest of its deeds first. A lead that went on since stays as it is, and is named."""
    stayed: dict[str, Any] = change.choices.setdefault("stayed", {})
    below = change.choices.get("below")
    rows = Action.objects.filter(account_id=change.account_id, bulk=change, undone_at__isnull=True)
    rows = rows.filter(pk__lt=below) if below else rows
    actions = list(rows.select_related("lead").order_by("-pk")[:size])
    by = Member.objects.filter(account_id=change.account_id, pk=change.choices.get("undone_by")).first()
    ledger.lock_persons([action.lead.person_id for action in actions if action.lead])
    worked = _worked_since(change, actions)
    for action in actions:
        why = "worked on since" if action.lead_id in worked else _undone(action, by, at)
        if why:
            _name(stayed, why, action.lead_id or 0)
        else:
            change.choices["back"] = change.choices.get("back", 0) + 1
        change.choices["below"] = action.pk
    if len(actions) < size:
        change.state, change.undone_at = State.UNDONE, at
        _record("bulk.undone", change, by=by, at=at, back=change.choices.get("back", 0))
    change.save(update_fields=["state", "undone_at", "choices"])


def _undone(action: Action, by: Member | None, at: datetime) -> str:
    """Why it was not taken back; "" if it was."""
    found = undo.undo(action=action, by=by, at=at)
    return found.why.rstrip(".").lower() if isinstance(found, undo.Refused) else ""


def _worked_since(change: BulkChange, actions: Iterable[Action]) -> set[int | None]:
    """The leads to which somebody did something after this."""
    first = {action.lead_id: action.pk for action in actions if action.lead_id}
    later = Action.objects.filter(account_id=change.account_id, lead_id__in=first, undone_at__isnull=True)
    found = later.exclude(bulk=change).values_list("lead_id", "pk")
    # not in (…) leaves out what has no bulk at all
    found = found.union(later.filter(bulk__isnull=True).values_list("lead_id", "pk"))
    return {lead for lead, pk in found if pk > first[lead]}


def _record(kind: str, change: BulkChange, *, by: Member | None, at: datetime, **data: Any) -> None:
    data = {"change": change.pk, "kind": change.kind, "says": change.says, **data}
    record(account_id=change.account_id, kind=kind, at=at, by=by, data=data)
