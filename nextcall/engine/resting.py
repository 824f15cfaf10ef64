"""Something is wrong with a number of ours, not with a lead: it rests, and what would leave from it waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Message
from nextcall.engine import backlog
from nextcall.team.models import Connection, Member, SenderNumber
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

FILTERED = "filtered"
ONE_LEAD = frozenset({"country not permitted"})  # the number serves everybody else
WHOLE_ACCOUNT = frozenset({"credentials refused", "account suspended"})  # no other number would do better
LONG = timedelta(days=3650)  # until somebody has looked
WITHIN = timedelta(hours=1)
MOST_IN_AN_HOUR = 3  # compliance notes, row TW-30007
SHARE, OF_AT_LEAST = 0.02, 100  # … or 2 % of what left from it in a day


@dataclass(frozen=True, slots=True)
class Left:
    """A message that shows a fault on our side. `ours`: the number that it left from, if known."""

    account_id: int
    touch_id: int
    channel: str
    ours: str = ""


def left(touch: Touch) -> Left:
    """By the record: of a text that a report is about."""
    mine = Message.objects.filter(account_id=touch.account_id, touch=touch)
    ours = mine.values_list("our_point", flat=True).first() or (touch.our_number.number if touch.our_number else "")
    return Left(touch.account_id, touch.pk, touch.channel, ours)


def rest(of: Left, problem: str, code: str, *, at: datetime) -> None:
    """A report says that our side is at fault. Filtering is counted first; everything else rests the number at once."""
    record(
        account_id=of.account_id,
        kind=f"sender.{'filtered' if problem == FILTERED else 'refused'}",
        at=at,
        touch_id=of.touch_id,
        data={"number": of.ours, "problem": problem, "code": code},
    )
    if problem in ONE_LEAD or (problem == FILTERED and not _too_often(of, at)):
        return
    because = f"{problem}{f' ({code})' if code else ''}; nothing leaves from it until you have looked"
    mine = SenderNumber.objects.filter(account_id=of.account_id, number=of.ours)
    if problem not in WHOLE_ACCOUNT and mine.update(paused_until=at + LONG, paused_because=because[:200]):
        _say(of, because, at)
        return
    if Connection.objects.filter(account_id=of.account_id, channel=of.channel).update(problem=because[:300]):
        _say(of, because, at)


def use_again(number: SenderNumber, *, by: Member, at: datetime) -> None:
    """Somebody has looked: it sends again from now on."""
    SenderNumber.objects.filter(account_id=number.account_id, pk=number.pk).update(paused_until=None, paused_because="")
    record(account_id=number.account_id, kind="sender.resumed", at=at, by=by, data={"number": number.number})
    backlog.ask_again(number.account_id, at=at)


def _say(of: Left, because: str, at: datetime) -> None:
    record(account_id=of.account_id, kind="sender.paused", at=at, data={"number": of.ours, "because": because})


def _too_often(of: Left, at: datetime) -> bool:
    filtered = Event.objects.filter(account_id=of.account_id, kind="sender.filtered", data__number=of.ours)
    if filtered.filter(at__gt=at - WITHIN).count() >= MOST_IN_AN_HOUR:
        return True
    sent = Message.objects.filter(
        account_id=of.account_id, outbound=True, our_point=of.ours, at__gt=at - timedelta(days=1)
    ).count()
    return sent >= OF_AT_LEAST and filtered.filter(at__gt=at - timedelta(days=1)).count() / sent > SHARE
