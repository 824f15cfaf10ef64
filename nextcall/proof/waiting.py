"""Packs that were asked for on a page: made by the engine beside its work, and let go after a week."""

import threading
import time
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Q

from nextcall.lib import wake
from nextcall.proof import asked, making
from nextcall.proof.models import ProofPack
from nextcall.team.models import Member
from nextcall.timeline.record import record

log = structlog.get_logger(__name__)
KEPT = timedelta(days=7)
SILENT = timedelta(minutes=2)  # a maker that says nothing for so long has died; another begins anew
EVERY = timedelta(seconds=1)
AT_ONCE = 3  # packs of one account that wait or run


class Busy(Exception):
    """The account has as many under way as it may."""


def ask(*, wanted: asked.Asked, by: Member, at: datetime) -> ProofPack:
    """Ask for a pack; the engine makes it. Raises Busy, asked.NoSuch."""
    says = ", ".join(words for _, words in asked.words(wanted))[:200]
    says = says[:1].upper() + says[1:]
    with transaction.atomic():
        under_way = ProofPack.objects.filter(account_id=wanted.account_id, state__in=("waiting", "running"))
        if under_way.count() >= AT_ONCE:
            raise Busy(f"{AT_ONCE} packs are being made. Ask again when one of them is done.")
        row = ProofPack.objects.create(
            account_id=wanted.account_id, by=by, asked=wanted.to_json(), says=says, created_at=at
        )
        record(account_id=wanted.account_id, kind="proof.asked", at=at, by=by, lead_id=wanted.lead, data=row.asked)
        transaction.on_commit(wake.wake)
    return row


class Packs:
    """A job of the worker: hands what waits to a thread of its own, for a long pack takes longer than a text may."""

    def __init__(self) -> None:
        self.again_at: datetime | None = None
        self._thread: threading.Thread | None = None

    def __call__(self, *, at: datetime) -> bool:
        if self.again_at is not None and self.again_at - EVERY <= at < self.again_at:
            return False
        self.again_at = None if self._thread is None else at + EVERY
        if self._thread is not None and self._thread.is_alive():
            return False
        self._thread = None
        if ProofPack.objects.filter(_to_do(at)).exists():
            self._thread = threading.Thread(target=_in_thread, args=(at,), name="proof", daemon=True)
            self._thread.start()
            self.again_at = at + EVERY
        return False


def make_next(*, at: datetime) -> ProofPack | None:
    """Make the pack that waits longest; None when none does. Lets old files go."""
    ProofPack.objects.filter(state="done", finished_at__lt=at - KEPT).update(state="gone", file=None)
    row = ProofPack.objects.filter(_to_do(at)).defer("file").order_by("created_at", "pk").first()
    if row is None:
        return None
    mine = ProofPack.objects.filter(pk=row.pk, state=row.state, tended_at=row.tended_at)
    if not mine.update(state="running", tended_at=at, done=0):
        return None  # another engine has it
    _make(row, at)
    return row


def _to_do(at: datetime) -> Q:
    return Q(state="waiting") | Q(state="running", tended_at__lt=at - SILENT)


def _make(row: ProofPack, at: datetime) -> None:
    mine, began = ProofPack.objects.filter(pk=row.pk), time.monotonic()

    def now() -> datetime:
        return at + timedelta(seconds=time.monotonic() - began)

    def told(done: int, total: int) -> None:
        mine.update(done=done, total=total, tended_at=now())

    try:
        pack = making.make(asked.Asked.from_json(row.asked), by=row.by, at=at, told=told)
    except (asked.NoSuch, making.TooMuch) as error:
        mine.update(state="failed", problem=str(error)[:300], finished_at=now())
    except Exception:
        log.exception("proof.failed", pack=row.pk)
        mine.update(state="failed", problem="It could not be made; the log says why.", finished_at=now())
    else:
        mine.update(
            state="done", file=pack.file, sha256=pack.sha256, done=pack.records, total=pack.records, finished_at=now()
        )


def _in_thread(at: datetime) -> None:
    try:
        while make_next(at=at) is not None:
            pass
    finally:
        connection.close()
