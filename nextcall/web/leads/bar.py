"""The line above the list: the latest change of many leads, with its undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from nextcall.engine.bulk_changes import UNDOABLE
from nextcall.engine.models import BulkChange
from nextcall.team.models import Member
from nextcall.web.leads.preview import Left, left_of
from nextcall.web.leads.sentence import leads
from nextcall.worklist import say

SHOWN_FOR = timedelta(hours=12)
State = BulkChange.State


@dataclass(frozen=True, slots=True)
class Latest:
    """What is said of it, and where it can be looked at and taken back."""

    pk: int
    says: str
    url: str
    undo_url: str


def changes_seen_by(member: Member) -> QuerySet[BulkChange]:
    """Those confirmed, without the ids of their leads: a manager's are everybody's, a rep's their own."""
    rows = BulkChange.objects.filter(account=member.account).exclude(choices__confirmed=False).select_related("by")
    return (rows if member.manages else rows.filter(by=member)).defer("lead_ids")


def latest(member: Member, *, at: datetime) -> Latest | None:
    """The member's own latest change of this half day."""
    recent = Q(finished_at__gte=at - SHOWN_FOR) | Q(finished_at__isnull=True)
    rows = changes_seen_by(member).filter(recent, by=member, created_at__gte=at - UNDOABLE).exclude(state=State.UNDONE)
    change = rows.order_by("-created_at", "-pk").first()
    if change is None:
        return None
    undo = reverse("leads_change_undo", args=[change.pk])
    over = change.state in (State.UNDOING, State.FAILED)
    return Latest(change.pk, says(change), reverse("leads_change", args=[change.pk]), "" if over else undo)


def says(change: BulkChange) -> str:
    """How far it is, in a sentence."""
    total, done = change.choices.get("total", 0), change.done - change.left_out
    match change.state:
        case State.WAITING | State.RUNNING:
            return f"{change.done:,} of {leads(total)} looked at: {change.says}."
        case State.UNDOING:
            return f"Being undone: {leads(done)} {change.says}."
        case State.UNDONE:
            stayed = sum(one["n"] for one in change.choices.get("stayed", {}).values())
            rest = f" {leads(stayed).capitalize()} stayed: something happened since." if stayed else ""
            return f"Undone: {leads(change.choices.get('back', 0))} {change.says}.{rest}"
        case State.FAILED:
            return f"Stopped after {leads(done)}. {change.problem}"
    left = f" {change.left_out:,} left out." if change.left_out else ""
    return f"{leads(done).capitalize()} {change.says}.{left}"


def undoable(change: BulkChange, *, at: datetime) -> bool:
    if change.state == State.DONE:
        return change.finished_at is not None and at - change.finished_at <= UNDOABLE
    return change.state in (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Line:
    """One change before, in the list of them."""

    pk: int
    says: str
    who: str
    when: str
    undo: bool


def line(change: BulkChange, member: Member, *, at: datetime) -> Line:
    who = change.by.name if change.by else "Somebody who left"
    when = say.when(change.created_at, member.zone, at=at)
    return Line(change.pk, says(change), who, when, undoable(change, at=at))


def result(change: BulkChange, member: Member, *, at: datetime) -> dict[str, object]:
    """What its page shows once it is confirmed."""
    left, stayed = change.choices.get("left", {}), change.choices.get("stayed", {})
    until = change.finished_at + UNDOABLE if change.finished_at else None
    changed = change.done - change.left_out
    undoing = change.state in (State.UNDOING, State.UNDONE)
    return {
        "change": change,
        "says": says(change),
        "total": changed if undoing else change.choices.get("total", 0),
        "done": _taken_back(change) if undoing else change.done,
        "left": _named(change, left),
        "stayed": _named(change, stayed),
        "undo": undoable(change, at=at) and (changed or change.state != State.DONE),
        "undo_until": say.day(until, member.zone, at=at) if until else "",
        "back": f"{reverse('leads')}?{change.choices.get('query', '')}",
    }


def _taken_back(change: BulkChange) -> int:
    stayed = change.choices.get("stayed", {})
    back: int = change.choices.get("back", 0)
    return back + sum(int(one["n"]) for one in stayed.values())


def _named(change: BulkChange, left: Mapping[str, Any]) -> list[Left]:
    ids = {because: tuple(one["ids"]) for because, one in left.items()}
    return left_of(change.account_id, ids, {because: one["n"] for because, one in left.items()})
