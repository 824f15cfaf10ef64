"""Texts that wait for a number of ours, and when the last of them leaves at this pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from nextcall.cadences.models import Touch
from nextcall.engine import number_pace
from nextcall.engine.numbers import Number, Pool, day_limit
from nextcall.lib import hours
from nextcall.team.models import Account

OPENS, MINUTES = time(8), 13 * 60  # 47 CFR 64.1200(c)(1): 8 to 21, by the account's clock as an approximation
FURTHEST = 365  # days


@dataclass(frozen=True, slots=True)
class Backlog:
    """`last_at` None: no number may send, or it would take more than a year."""

    waiting: int
    last_at: datetime | None


def backlog(account: Account, *, at: datetime) -> Backlog | None:
    """None when nothing waits. Two queries."""
    planned = Touch.objects.filter(account=account, channel="text", state=Touch.State.PLANNED, person__sample=False)
    waits = Q(due_at__lte=at) | Q(rule__in=["number.day", "number.rate"])
    count = planned.filter(waits).filter(Q(by_machine=True) | ~Q(body="")).count()
    if not count:
        return None
    pools = number_pace.pools([account.pk], {account.pk: account.zone}, at=at)
    pool = next(iter(pools.values()), None)
    return Backlog(count, last_leaves(count, pool) if pool is not None else None)


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
