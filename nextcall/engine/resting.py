"""Something is wrong with a number of ours, not with a lead: it rests, and what would leave from it waits."""

from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Message
from nextcall.team.models import Connection, SenderNumber
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

FILTERED = "filtered"
LONG = timedelta(days=3650)  # until somebody has looked
WITHIN = timedelta(hours=1)
MOST_IN_AN_HOUR = 3  # compliance notes, row TW-30007
SHARE, OF_AT_LEAST = 0.02, 100  # … or 2 % of what left from it in a day


def rest(touch: Touch, problem: str, code: str, *, at: datetime) -> None:
    """A report says that our side is at fault. Filtering is counted first; everything else rests the number at once."""
    record(
        account_id=touch.account_id,
        kind=f"sender.{'filtered' if problem == FILTERED else 'refused'}",
        at=at,
        touch_id=touch.pk,
        data={"number": _ours(touch), "problem": problem, "code": code},
    )
    if problem == FILTERED and not _too_often(touch, at):
        return
    because = f"{problem} ({code}); nothing leaves from it until you have looked"
    mine = SenderNumber.objects.filter(account_id=touch.account_id, number=_ours(touch))
    if mine.update(paused_until=at + LONG, paused_because=because[:200]):
        _say(touch, because, at)
        return
    if Connection.objects.filter(account_id=touch.account_id, channel=touch.channel).update(problem=because[:300]):
        _say(touch, because, at)


def _say(touch: Touch, because: str, at: datetime) -> None:
    record(account_id=touch.account_id, kind="sender.paused", at=at, data={"number": _ours(touch), "because": because})


def _too_often(touch: Touch, at: datetime) -> bool:
    number = _ours(touch)
    filtered = Event.objects.filter(account_id=touch.account_id, kind="sender.filtered", data__number=number)
    if filtered.filter(at__gt=at - WITHIN).count() >= MOST_IN_AN_HOUR:
        return True
    sent = Message.objects.filter(
        account_id=touch.account_id, outbound=True, our_point=number, at__gt=at - timedelta(days=1)
    ).count()
    return sent >= OF_AT_LEAST and filtered.filter(at__gt=at - timedelta(days=1)).count() / sent > SHARE


def _ours(touch: Touch) -> str:
    """The number of ours that it left from; "" where the provider has only one."""
    found = Message.objects.filter(account_id=touch.account_id, touch=touch).values_list("our_point", flat=True).first()
    return found or ""
