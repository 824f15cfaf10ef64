"""Whether mailboxes are read: written down when one stops for ten minutes and when it goes on, and who has to know."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from nextcall.team.models import Mailbox
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

# A connection that waits is renewed every four minutes: a mailbox that answered ten minutes ago no longer does.
TOO_LONG = timedelta(minutes=10)
KINDS = tuple(
    f"mailbox.{deed}"
    for deed in ("connected", "changed", "refused", "stopped", "resumed", "renumbered", "skipped", "removed")
)


def is_unread(row: Mailbox, *, at: datetime) -> bool:
    """Nobody has looked at it for ten minutes, or its sign-in was taken back: replies lie in it that nobody sees."""
    if not row.enabled:
        return bool(row.problem)
    return at - (row.looked_at or row.created_at) > TOO_LONG


def unread_since(row: Mailbox) -> datetime:
    """When it counted as not read."""
    if not row.enabled:
        return row.problem_at or row.created_at
    return (row.looked_at or row.created_at) + TOO_LONG


def unread(account_ids: Iterable[int], *, at: datetime) -> list[Mailbox]:
    """The mailboxes of these accounts that are not read, in one query."""
    long_ago = Q(looked_at__lt=at - TOO_LONG) | Q(looked_at=None, created_at__lt=at - TOO_LONG)
    rows = Mailbox.objects.filter((Q(enabled=True) & long_ago) | (Q(enabled=False) & ~Q(problem="")))
    return list(rows.filter(account_id__in=list(account_ids)).order_by("account_id", "pk"))


def failed(row: Mailbox, because: str, *, at: datetime) -> None:
    """It could not be read once more. The first time after ten minutes is written down, once until it is read again."""
    if not is_unread(row, at=at) or not row.enabled:
        return
    since = row.looked_at or row.created_at
    said = Event.objects.filter(account_id=row.account_id, kind="mailbox.stopped", data__mailbox=row.pk, at__gt=since)
    if not said.exists():
        data = {"mailbox": row.pk, "because": because[:200], "since": since.isoformat()}
        record(account_id=row.account_id, kind="mailbox.stopped", at=at, data=data)


def answered(row: Mailbox, *, at: datetime) -> None:
    """It answers, `row` being as it stood before: whether it does so again is written down."""
    if row.looked_at is None or at - row.looked_at <= TOO_LONG:
        return
    minutes = int((at - row.looked_at).total_seconds() // 60)
    after = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
    data = {"mailbox": row.pk, "after": after, "since": row.looked_at.isoformat()}
    record(account_id=row.account_id, kind="mailbox.resumed", at=at, data=data)
