"""Pictures that came along and that the carrier still keeps: fetched by the engine, outside any transaction."""

from datetime import datetime, timedelta

import structlog

from nextcall.channels.contract import File, SendError
from nextcall.conversations.models import Attachment
from nextcall.engine import senders
from nextcall.engine.coming_along import LARGEST, checked
from nextcall.lib import wake
from nextcall.team.models import Connection

log = structlog.get_logger(__name__)
AT_ONCE = 5
HELD = timedelta(minutes=3)  # far longer than a carrier is given to answer: another engine leaves it alone so long
AGAIN = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
GONE = "the carrier did not give it"


def run_waiting(*, at: datetime) -> bool:
    """A bite of what waits; False when there is none. For the engine's worker."""
    due = Attachment.objects.filter(fetch_at__lte=at).select_related("message").order_by("fetch_at", "pk")
    mine = [row for row in due[:AT_ONCE] if _taken(row, at)]
    for row in mine:
        _fetch(row, at)
    if mine:
        wake.wake()
    return bool(mine)


def _taken(row: Attachment, at: datetime) -> bool:
    """Whether no other engine took it meanwhile."""
    same = Attachment.objects.filter(account_id=row.account_id, pk=row.pk, fetch_at=row.fetch_at)
    return bool(same.update(fetch_at=at + HELD, fetch_tries=row.fetch_tries + 1))


def _fetch(row: Attachment, at: datetime) -> None:
    line = Connection.objects.filter(account_id=row.account_id, channel="text", enabled=True).first()
    sender = senders.make(line) if line is not None else senders.OWN_HANDSET
    changed: dict[str, object] = {"refused": GONE, "fetch_at": None}
    try:
        if sender.provider is not None:
            content, _ = sender.provider.fetch(row.fetch_url, most=LARGEST)
            changed = checked(File(row.name, "", content)) | {"fetch_at": None, "fetch_url": ""}
    except SendError as error:
        log.warning("picture.not_fetched", attachment=row.pk, error=str(error))
        if error.permanent:
            changed["refused"] = str(error)[:120]
        elif row.fetch_tries < len(AGAIN):
            changed = {"fetch_at": at + AGAIN[row.fetch_tries]}
    finally:
        if sender.provider is not None:
            sender.provider.close()
    Attachment.objects.filter(account_id=row.account_id, pk=row.pk).update(**changed)
