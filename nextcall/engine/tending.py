"""What members do with items of the Inbox, one or many at once: one deed, undone as one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from nextcall.consent import ledger
from nextcall.conversations import inbox, seen
from nextcall.conversations.models import InboxItem, Message, Seen
from nextcall.engine import snapshot
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.lib import wake
from nextcall.team.models import Member

MOST = 200  # items of one deed
KINDS = {"done": "seen", "until_reply": "until_reply", "reopen": "reopen", "assign": "assign", "unread": "mark_new"}


def tend(*, items: Sequence[InboxItem], deed: str, by: Member, at: datetime, to: Member | None = None) -> Action | None:
    """Do `deed` (done, until_reply, reopen, unread, or assign to `to`) with these items of an account, under the locks.

    None when all of them are gone by now, or were unread before.
    """
    with transaction.atomic():
        standing = _locked(items)
        if not standing:
            return None
        before = _rows(standing, by)
        match deed:
            case "done":
                inbox.done(items=standing, by=by, at=at)
            case "until_reply":
                inbox.until_reply(items=standing, by=by, at=at)
            case "reopen":
                inbox.reopen(items=standing, by=by, at=at)
            case "assign":
                inbox.assign(items=standing, to=to, by=by, at=at)
            case "unread":
                seen.mark_new(items=standing, by=by)
            case _:
                raise ValueError(f"an item is done, until_reply, reopen, assign or unread, not {deed!r}")
        changed, _made = snapshot.difference(before, _rows(standing, by, messages=_ids(before, "Message")))
        if deed == "unread" and not changed:
            return None
        transaction.on_commit(wake.wake)
        return Action.objects.create(
            account_id=by.account_id,
            member=by,
            lead=standing[0].lead if len(standing) == 1 else None,
            kind=KINDS[deed],
            says=_says(standing, deed, to)[:200],
            at=at,
            before=changed,
        )


def _locked(items: Sequence[InboxItem]) -> list[InboxItem]:
    """The items as they stand, held until the end of the transaction: by the person's lock, or by the row's."""
    ids = [item.pk for item in items][:MOST]
    persons = [item.lead.person_id for item in items[:MOST] if item.lead is not None]
    if persons:
        ledger.lock_persons(persons)
    rows = InboxItem.objects.select_for_update(of=("self",)).select_related("lead__person")
    return list(rows.filter(pk__in=ids).order_by("pk"))


def _rows(
    items: Sequence[InboxItem], by: Member, messages: Sequence[int] | None = None
) -> dict[tuple[str, int], dict[str, Any]]:
    """What such a deed may change: the items, whether their leads wait, which messages are answered, what `by` saw."""
    ids = [item.pk for item in items]
    leads = [item.lead_id for item in items if item.lead_id is not None]
    unanswered = Message.objects.filter(outbound=False, lead__in=leads, answered_at=None)
    read = Message.objects.filter(pk__in=messages) if messages is not None else unanswered
    return {
        **snapshot.columns(InboxItem.objects.filter(pk__in=ids)),
        **snapshot.columns(Lead.objects.filter(pk__in=leads), "waiting_since"),
        **snapshot.columns(read, "answered_at"),
        **snapshot.columns(Seen.objects.filter(item__in=ids, member=by), "seen_at", "marked"),
    }


def _ids(rows: dict[tuple[str, int], dict[str, Any]], name: str) -> list[int]:
    return [key for model, key in rows if model == name]


def _says(items: Sequence[InboxItem], deed: str, to: Member | None) -> str:
    first = items[0]
    who = str(first.lead.person) if first.lead else first.unknown_sender
    if len(items) > 1:
        who = f"{len(items)} people"
    match deed:
        case "done":
            return f"Done with {who}."
        case "until_reply":
            return f"Until they reply: {who}."
        case "reopen":
            return f"Waiting on you again: {who}."
        case "unread":
            return f"New to you again: {who}."
    return f"{to.name} has {who} now." if to else f"Nobody has {who} now."
