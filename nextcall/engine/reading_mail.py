"""Reading a mailbox from where its row stands: every new mail once, in order; one that cannot be read holds up none."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, IntegrityError

from nextcall.channels.email.imap import WINDOW, CannotFetch, Fetched, Imap, Standing, Unreachable
from nextcall.engine import mail_in
from nextcall.engine.mail_in import Brought
from nextcall.team.models import Mailbox
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
CUT_OFTEN = 3  # a mail at which the connection breaks this often is left where it is
DAYS_AGAIN = timedelta(days=2)  # read again when the server has numbered its mail anew
Clock = Callable[[], datetime]


def read_new(
    mailbox: Mailbox, imap: Imap, *, clock: Clock, cut: Counter[int], stopping: Callable[[], bool] = lambda: False
) -> int:
    """How many mails were new. The row moves on after each: a crash repeats one at most, which changes nothing.

    `cut` counts, across connections, how often each mail broke one. Raises Unreachable or DatabaseError: go on later.
    """
    standing = imap.look(mailbox.folder)
    first = _stand(mailbox, imap, standing, clock())
    found = 0
    while first < standing.uid_next and not stopping():
        end = min(first + WINDOW, standing.uid_next)
        for uid in imap.uids(first, end):
            if stopping():
                return found
            _one(mailbox, imap, uid, clock, cut)
            _move_on(mailbox, uid + 1)
            found += 1
        _move_on(mailbox, end)
        first = end
    return found


def _stand(mailbox: Mailbox, imap: Imap, standing: Standing, at: datetime) -> int:
    """The first UID to read. A mailbox that is new to us begins with its next mail.

    Numbered anew by its server, it begins with the days since we looked last: what came before has no business here,
    and what was read already changes nothing.
    """
    if mailbox.uid_validity == standing.uid_validity and mailbox.uid_next is not None:
        return mailbox.uid_next
    first = standing.uid_next
    if mailbox.uid_validity is not None and mailbox.looked_at is not None:
        first = next(iter(imap.since(mailbox.looked_at - DAYS_AGAIN)), first)
        _note(mailbox, "mailbox.renumbered", at, {"from": first})
    mailbox.uid_validity, mailbox.uid_next = standing.uid_validity, first
    Mailbox.objects.filter(account_id=mailbox.account_id, pk=mailbox.pk).update(
        uid_validity=mailbox.uid_validity, uid_next=first
    )
    return first


def _one(mailbox: Mailbox, imap: Imap, uid: int, clock: Clock, cut: Counter[int]) -> None:
    try:
        fetched = imap.fetch(uid)
    except CannotFetch as error:
        _note(mailbox, "mailbox.skipped", clock(), {"uid": uid, "because": str(error)[:200]})
        return
    except Unreachable as error:
        cut[uid] += 1
        if cut[uid] >= CUT_OFTEN:
            _note(mailbox, "mailbox.skipped", clock(), {"uid": uid, "because": str(error)[:200]})
            _move_on(mailbox, uid + 1)
        raise
    _take_in(mailbox, fetched, clock())


def _take_in(mailbox: Mailbox, fetched: Fetched, at: datetime) -> None:
    try:
        became = mail_in.take_in(mailbox, Brought(fetched.raw, fetched.received_at, fetched.whole), at=at)
        log.info("mailbox.mail", mailbox=mailbox.pk, uid=fetched.uid, became=became, bytes=fetched.size)
    except IntegrityError:  # another engine, or another mailbox, had the same mail at this moment
        log.info("mailbox.mail", mailbox=mailbox.pk, uid=fetched.uid, became="repeated")
    except DatabaseError:
        raise
    except Exception as error:  # whatever it holds, the next one must not suffer; it stays in the mailbox, unread
        log.exception("mailbox.failed", mailbox=mailbox.pk, uid=fetched.uid)
        _note(mailbox, "mailbox.skipped", at, {"uid": fetched.uid, "because": type(error).__name__})


def _move_on(mailbox: Mailbox, uid_next: int) -> None:
    mailbox.uid_next = uid_next
    rows = Mailbox.objects.filter(account_id=mailbox.account_id, pk=mailbox.pk, uid_validity=mailbox.uid_validity)
    rows.update(uid_next=uid_next)


def _note(mailbox: Mailbox, kind: str, at: datetime, data: dict[str, object]) -> None:
    record(account_id=mailbox.account_id, kind=kind, at=at, data={"mailbox": mailbox.pk, **data})
