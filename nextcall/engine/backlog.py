"""Texts that wait for a number of ours, and when the last of them leaves at this pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from nextcall.cadences.models import Touch
from nextcall.channels import registry
from nextcall.engine import number_pace
from nextcall.engine.numbers import WAITS, Number, Pool, day_limit
from nextcall.lib import hours, wake
from nextcall.team.models import Account, Connection, Member

PUT_OFF = (*WAITS, "connection.broken")
OPENS, MINUTES = time(8), 13 * 60  # 47 CFR 64.1200(c)(1): 8 to 21, by the account's clock as an approximation
FURTHEST = 365  # days


TAKEN_WITHIN = timedelta(minutes=1)  # what is due that long still waits for something
DAY_ENDS_WITHIN = timedelta(hours=26)  # a number at its day's limit puts its texts off to midnight
RATE_ENDS_WITHIN = timedelta(hours=4)  # one at its rate by a slot each: a claim's 200 at one a minute
PRIORITIES = range(10)  # see Touch.priority
NEWS = timedelta(minutes=5)  # what is gone by then is told nobody


@dataclass(frozen=True, slots=True)
class Backlog:
    """`last_at` None: no number may send, for the reason in `because`; or it would take more than a year."""

    waiting: int
    last_at: datetime | None
    because: str = ""

    def is_news(self, at: datetime) -> bool:
        return self.last_at is None or self.last_at > at + NEWS


def backlog(account: Account, *, at: datetime, of: Member | None = None) -> Backlog | None:
    """None when nothing waits. `of`: that member's texts alone, behind those of others that leave before them.

    Three queries, one where texts open on the members' own phones, four for a member's own that wait.
    """
    carrier = _carrier(account)
    if carrier is None:
        return None
    pool = _pool(carrier, account, at)
    waits = _waits(account, pool, at)
    if of is None:
        waiting = ahead = waits.count()
    else:
        waiting, ahead = _in_line(waits, of)
    if not waiting:
        return None
    if carrier.problem or not pool.usable():
        return Backlog(waiting, None, carrier.problem or pool.nobody().says)
    return Backlog(waiting, last_leaves(ahead, pool))


def by_number(account: Account, pool: Pool) -> dict[int, Backlog]:
    """By the number's id, the texts to leads who know it, each as if it sent nothing else. One query.

    What nobody looked at yet may leave from any number and stands with none.
    """
    number = Coalesce("our_number", "contact_point__our_number")
    rows = _waits(account, pool, pool.at).order_by().annotate(number=number).values_list("number")
    counted = dict(rows.annotate(Count("pk")))
    return {
        one.id: Backlog(counted[one.id], last_leaves(counted[one.id], Pool([one], pool.at, pool.zone)))
        for one in pool.numbers
        if one.id in counted
    }


def ask_again(account_id: int, *, at: datetime) -> None:
    """Somebody gave the numbers more room: what they put off is due now, and what still has none waits anew."""
    put_off = Touch.objects.filter(
        account_id=account_id, channel="text", state=Touch.State.PLANNED, rule__in=PUT_OFF, due_at__gt=at
    )
    for zone in list(put_off.order_by().values_list("zone", flat=True).distinct()):
        local_at = hours.local(at, zone or "UTC").replace(tzinfo=UTC)
        put_off.filter(zone=zone).update(due_at=at, local_at=local_at)
    transaction.on_commit(wake.wake)


def _carrier(account: Account) -> Connection | None:
    mine = Connection.objects.filter(account=account, channel="text", enabled=True)
    return mine.exclude(provider=registry.HANDSET).first()


def _pool(carrier: Connection, account: Account, at: datetime) -> Pool:
    """The carrier's own choice counts as one number where none is named."""
    found = number_pace.pools([account.pk], {account.pk: account.zone}, at=at).get(carrier.pk)
    return found or Pool([Number(0, "", per_minute=carrier.per_minute)], at, account.zone)


def _waits(account: Account, pool: Pool, at: datetime) -> QuerySet[Touch]:
    """Due and not taken, or put off by a number of ours.

    What is planned for later is not looked at, however much that is: all priorities are named, or the index, which has
    them before the instant, would be read from end to end.
    """
    full = any(limit is not None and one.sent >= limit for one in pool.numbers if (limit := day_limit(one, pool.today)))
    until = at + (DAY_ENDS_WITHIN if full else RATE_ENDS_WITHIN)
    planned = Touch.objects.filter(account=account, channel="text", state=Touch.State.PLANNED, person__sample=False)
    planned = planned.filter(priority__in=PRIORITIES, due_at__lte=until)
    due = planned.filter(Q(by_machine=True) | ~Q(body=""))
    return due.filter(Q(due_at__lte=at - TAKEN_WITHIN) | Q(rule__in=PUT_OFF))


def _in_line(waits: QuerySet[Touch], of: Member) -> tuple[int, int]:
    """How many of theirs wait, and how many leave until the last of them has left."""
    theirs = Q(lead__owner=of) | Q(owner=of)
    last = waits.filter(theirs).order_by("-priority", "-due_at").values_list("priority", "due_at").first()
    if last is None:
        return 0, 0
    before = Q(priority__lt=last[0]) | Q(priority=last[0], due_at__lte=last[1])
    found = waits.aggregate(theirs=Count("pk", filter=theirs), before=Count("pk", filter=before))
    return found["theirs"], found["before"]


def last_leaves(waiting: int, pool: Pool) -> datetime | None:
    """When the last of so many texts leaves, by rates, days and ramps of the numbers that may send now. Pure."""
    usable = pool.usable()
    day, left = pool.today, waiting
    for nth in range(FURTHEST if usable else 0):
        opens = hours.instant(datetime.combine(day, OPENS), pool.zone)
        closes = opens + timedelta(minutes=MINUTES)
        begins = max(opens, pool.at)
        minutes = max(0, int((closes - begins).total_seconds() // 60))
        fits = _held(usable, day, minutes, today=nth == 0)
        if left <= fits:
            needed = next(minute for minute in range(minutes + 1) if _held(usable, day, minute, today=nth == 0) >= left)
            return begins + timedelta(minutes=needed)
        left, day = left - fits, day + timedelta(days=1)
    return None


def _held(numbers: Sequence[Number], day: date, minutes: int, *, today: bool) -> int:
    """How many texts these numbers can send in the first so many minutes of that day."""
    total = 0
    for one in numbers:
        limit = day_limit(one, day)
        rate = one.per_minute * minutes if one.per_minute else 10_000 * minutes
        total += rate if limit is None else max(0, min(rate, limit - (one.sent if today else 0)))
    return total
