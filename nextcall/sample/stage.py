"""Where a story takes place: the account, who works in it, what lies ahead, and what each lead is like."""

import heapq
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nextcall.sample.habits import Habit, Traits
from nextcall.team.models import Account, Member

Deed = Callable[[datetime], None]
WEEK = [["08:30", "18:00"]] * 5 + [["09:00", "12:30"], None]  # of whoever has not said when they work


@dataclass(slots=True)
class Worker:
    """One invented member (or the one who looks), and how they work."""

    member: Member
    habit: Habit
    works_until: datetime | None = None  # away from then on
    busy: tuple[datetime, datetime] | None = None  # with something else: what comes due then is carried over


@dataclass
class Stage:
    """Everything that the deeds of a story need to know."""

    account: Account
    workers: Mapping[int, Worker]  # by member
    rng: random.Random
    begins: datetime
    ends: datetime
    traits: dict[int, Traits] = field(default_factory=dict)  # by lead
    doubtful: set[int] = field(default_factory=set)  # leads whose next message nobody is sure of
    _ahead: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _count: int = 0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.account.zone)

    def at(self, when: datetime, deed: Deed) -> None:
        """`deed` happens then; what would happen after the end does not."""
        if when <= self.ends:
            heapq.heappush(self._ahead, (when, self._count, deed))
            self._count += 1

    def next(self) -> tuple[datetime, Deed] | None:
        """The earliest deed ahead, taken out."""
        if not self._ahead:
            return None
        at, _, deed = heapq.heappop(self._ahead)
        return at, deed

    def keep(self, worker: Worker, promised_at: datetime, deed: Deed) -> None:
        """Some minutes after the time that was promised, or when they are at work next."""
        self.at(self.at_work(worker, promised_at + timedelta(minutes=self.rng.randint(0, 9))), deed)

    def at_work(self, worker: Worker, at: datetime) -> datetime:
        """Then, or when they are at work next."""
        for _ in range(24 * 10):
            if self.works(worker, at):
                return at
            at += timedelta(hours=1)
        return at

    def works(self, worker: Worker, at: datetime) -> bool:
        """Whether they are at work then."""
        if worker.works_until and at >= worker.works_until:
            return False
        if worker.busy and worker.busy[0] <= at < worker.busy[1]:
            return False
        local = at.astimezone(self.zone)
        hours: list[str] | None = (worker.member.working_hours or WEEK)[local.weekday()]
        return hours is not None and hours[0] <= f"{local:%H:%M}" < hours[1]
