"""What each member has seen of the Inbox: a row for a member and an item, written as they open it, and read with it.

New to a member is what they have not seen of those who wait on us, so that the count in the navigation looks at those
alone, however many conversations the account has.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from nextcall.conversations.models import InboxItem, Seen
from nextcall.team.models import Member


def look(*, item: InboxItem, by: Member, at: datetime, opened: bool) -> bool:
    """The member has it before their eyes; whether it was new to them.

    `opened`: by their own deed. What they marked as new stays so while it merely stands beside the list.
    """
    if item.heard_at is None:
        return False
    row = Seen.objects.filter(account_id=item.account_id, item=item, member=by).first()
    if row is not None and row.seen_at >= item.heard_at and not (row.marked and opened):
        return False
    if row is not None and row.marked and not opened:
        return False
    _write(item, by, seen_at=max(at, item.heard_at), marked=False)
    return True


def mark_new(*, items: Collection[InboxItem], by: Member) -> None:
    """As if this member had not seen it."""
    for item in items:
        if item.heard_at is not None:
            _write(item, by, seen_at=item.heard_at, marked=True)


def _write(item: InboxItem, by: Member, *, seen_at: datetime, marked: bool) -> None:
    row = Seen(account_id=item.account_id, item=item, member=by, seen_at=seen_at, marked=marked)
    Seen.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["item", "member"], update_fields=["seen_at", "marked"]
    )


def new_to(rows: QuerySet[InboxItem], member: Member) -> QuerySet[InboxItem]:
    """Those of these items with words that the member has not seen."""
    read = Seen.objects.filter(item=OuterRef("pk"), member=member, seen_at__gte=OuterRef("heard_at"), marked=False)
    return rows.filter(~Exists(read), heard_at__isnull=False)


def new_to_all(rows: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
    """Those that nobody of the team has seen."""
    read = Seen.objects.filter(item=OuterRef("pk"), seen_at__gte=OuterRef("heard_at"), marked=False)
    return rows.filter(~Exists(read), heard_at__isnull=False)


def of(items: Collection[InboxItem], member: Member) -> tuple[set[int], set[int]]:
    """Which of these items are new to the member, and which to everybody: one query."""
    heard = {item.pk: item for item in items if item.heard_at is not None}
    rows = Seen.objects.filter(account_id=member.account_id, item__in=heard, marked=False)
    read = set(rows.filter(Q(seen_at__gte=F("item__heard_at"))).values_list("item_id", "member_id"))
    return set(heard) - {item for item, one in read if one == member.pk}, set(heard) - {item for item, _ in read}
