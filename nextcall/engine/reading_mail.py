"""Reading a mailbox from where its rows stand: every new mail once, in order; one that cannot be read holds up none."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, IntegrityError
from django.db.models import QuerySet

from nextcall.channels.email.imap import WINDOW, CannotFetch, Fetched, Imap, NoFolder, Standing, Unreachable
from nextcall.engine import mail_in
from nextcall.engine.mail_in import Brought
from nextcall.team.models import Mailbox, MailboxFolder
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
CUT_OFTEN = 3  # a mail at which the connection breaks this often is left where it is
DAYS_AGAIN = timedelta(days=2)  # read again when the server has numbered its mail anew
Clock = Callable[[], datetime]
Cut = Counter[tuple[int, int]]  # how often each mail broke the connection: of a folder's row (0: the inbox), its UID


@dataclass(slots=True)
class Reading:
    """One mailbox being read over one connection; `cut` counts across connections."""

    mailbox: Mailbox
    imap: Imap
    clock: Clock
    cut: Cut
    stopping: Callable[[], bool] = lambda: False


def read_new(reading: Reading, folder: MailboxFolder | None = None) -> int:
    """How many mails were new in the inbox, or in that other folder.

    The row moves on after each: a crash repeats one at most, which changes nothing. Raises Unreachable or
    DatabaseError: go on later.
    """
    row = folder or reading.mailbox
    standing = reading.imap.look(folder.name if folder else reading.mailbox.folder)
    first = _stand(reading, row, standing)
    found = 0
    while first < standing.uid_next and not reading.stopping():
        end = min(first + WINDOW, standing.uid_next)
        for uid in reading.imap.uids(first, end):
            if reading.stopping():
                return found
            _one(reading, row, uid)
            _move_on(row, uid + 1)
            found += 1
        _move_on(row, end)
        first = end
    return found


def read_others(reading: Reading, folders: Sequence[MailboxFolder]) -> int:
    """The folders beside the inbox, one after another. One that is gone says so on its row, and holds up no other."""
    found = 0
    for folder in folders:
        if reading.stopping():
            break
        said: dict[str, object] = {"problem": ""}
        try:
            found += read_new(reading, folder)
            said["looked_at"] = folder.looked_at = reading.clock()
        except NoFolder as error:
            said["problem"] = str(error)[:300]
        MailboxFolder.objects.filter(account_id=folder.account_id, pk=folder.pk).update(**said)
    return found


def _stand(reading: Reading, row: Mailbox | MailboxFolder, standing: Standing) -> int:
    """The first UID to read. A folder that is new to us begins with its next mail.

    Numbered anew by its server, it begins with the days since we looked last: what came before has no business here,
    and what was read already changes nothing.
    """
    if row.uid_validity == standing.uid_validity and row.uid_next is not None:
        return row.uid_next
    first = standing.uid_next
    if row.uid_validity is not None and row.looked_at is not None:
        first = next(iter(reading.imap.since(row.looked_at - DAYS_AGAIN)), first)
        _note(reading, row, "mailbox.renumbered", {"from": first})
    row.uid_validity, row.uid_next = standing.uid_validity, first
    _same(row).update(uid_validity=row.uid_validity, uid_next=first)
    return first


def _one(reading: Reading, row: Mailbox | MailboxFolder, uid: int) -> None:
    try:
        fetched = reading.imap.fetch(uid)
    except CannotFetch as error:
        _note(reading, row, "mailbox.skipped", {"uid": uid, "because": str(error)[:200]})
        return
    except Unreachable as error:
        key = (row.pk if isinstance(row, MailboxFolder) else 0, uid)
        reading.cut[key] += 1
        if reading.cut[key] >= CUT_OFTEN:
            _note(reading, row, "mailbox.skipped", {"uid": uid, "because": str(error)[:200]})
            _move_on(row, uid + 1)
        raise
    _take_in(reading, row, fetched)


def _take_in(reading: Reading, row: Mailbox | MailboxFolder, fetched: Fetched) -> None:
    seen = {"mailbox": reading.mailbox.pk, "uid": fetched.uid}
    brought = Brought(fetched.raw, fetched.received_at, fetched.whole)
    try:
        try:
            became = mail_in.take_in(reading.mailbox, brought, at=reading.clock())
        except IntegrityError:  # the same mail, most likely, from another mailbox at this moment: once more tells
            became = mail_in.take_in(reading.mailbox, brought, at=reading.clock())
        log.info("mailbox.mail", **seen, became=became, bytes=fetched.size)
    except Exception as error:  # whatever it holds, the next one must not suffer; it stays in the mailbox, unread
        if isinstance(error, DatabaseError) and not isinstance(error, IntegrityError):
            raise
        log.exception("mailbox.failed", **seen)
        _note(reading, row, "mailbox.skipped", {"uid": fetched.uid, "because": type(error).__name__})


def _move_on(row: Mailbox | MailboxFolder, uid_next: int) -> None:
    row.uid_next = uid_next
    _same(row).filter(uid_validity=row.uid_validity).update(uid_next=uid_next)


def _same(row: Mailbox | MailboxFolder) -> QuerySet[Any]:
    return type(row)._default_manager.filter(account_id=row.account_id, pk=row.pk)


def _note(reading: Reading, row: Mailbox | MailboxFolder, kind: str, data: dict[str, object]) -> None:
    where = {"folder": row.name} if isinstance(row, MailboxFolder) else {}
    data = {"mailbox": reading.mailbox.pk, **where, **data}
    record(account_id=row.account_id, kind=kind, at=reading.clock(), data=data)
