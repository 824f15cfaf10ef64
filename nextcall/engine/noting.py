"""What becomes of a suggestion's row beside the deed it stood for: closed, written down, offered again by undo."""

from collections.abc import Mapping
from datetime import datetime

from nextcall.conversations.models import Suggestion
from nextcall.engine import editing, filling
from nextcall.engine.models import Action
from nextcall.team.models import Member
from nextcall.timeline.record import record


def note_by_machine(*, suggestion: Suggestion, at: datetime) -> bool:
    """Fill in a sure answer to the machine's own question; whether it could be. If not, a member decides."""
    try:
        action = filling.fill(lead=suggestion.lead, value=suggestion.value, quote=suggestion.quote, by=None, at=at)
    except (editing.Wrong, editing.NoSuchField):
        return False
    close(suggestion, by=None, at=at)
    if action is not None:
        bind(action, suggestion, by=None, at=at)
    return True


def close(one: Suggestion, *, by: Member | None, at: datetime) -> None:
    """It was taken; `by` None: by machine."""
    Suggestion.objects.filter(pk=one.pk).update(taken_at=at, by=by)
    write_down("suggestion.taken", one, by, at)


def bind(action: Action, one: Suggestion, *, by: Member | None, at: datetime) -> None:
    """What takes the deed back offers the suggestion again."""
    now = {"taken_at": at.isoformat(), "by_id": by.pk if by else None}
    extend(action, one, was={"taken_at": None, "by_id": None}, now=now)


def extend(action: Action, one: Suggestion, *, was: Mapping[str, object], now: Mapping[str, object]) -> None:
    """The row among those that undo puts back."""
    action.before = [*action.before, {"model": "Suggestion", "pk": one.pk, "was": dict(was), "now": dict(now)}]
    action.save(update_fields=["before"])


def write_down(kind: str, one: Suggestion, by: Member | None, at: datetime) -> None:
    """On the timeline: which suggestion, of which message."""
    data = {"suggestion": one.pk, "what": one.kind, "message": one.message_id}
    record(
        account_id=one.account_id, kind=kind, at=at, by=by, lead_id=one.lead_id, person_id=one.lead.person_id, data=data
    )
