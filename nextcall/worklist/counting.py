"""How many leads fit, up to a bound: a list of a million is "2,000+", and costs what 2,000 cost."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from nextcall.leads.models import Lead
from nextcall.lib.patience import TookTooLong, within
from nextcall.team.models import Member
from nextcall.worklist.sifting import Filter, fitting

MOST = 2000
ONE_LIST, NARROWER = 0.4, 0.3  # seconds for one list's count; for each try without one of the filters


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; `more` if that is only as far as was counted."""

    n: int
    more: bool

    def __str__(self) -> str:
        return f"{self.n:,}+" if self.more else f"{self.n:,}"


def count(leads: QuerySet[Lead], *, most: int = MOST) -> Count:
    """Counts at most `most` of them."""
    found = leads.order_by().values("pk")[: most + 1].count()
    return Count(min(found, most), found > most)


def count_list(
    seen: QuerySet[Lead], member: Member, wanted: Filter, *, at: datetime, most: int = MOST, seconds: float = ONE_LIST
) -> Count | None:
    """How many leads `seen` by the member fit; None if it takes too long to say."""
    with suppress(TookTooLong), within(seconds):
        return count(fitting(seen, member, wanted, at=at), most=most)
    return None


def without(
    seen: QuerySet[Lead], member: Member, ways: Sequence[tuple[str, Filter]], *, at: datetime
) -> list[tuple[str, Count | None]]:
    """For each named way to ask for less how many leads then fit, the filter that removed the most first."""
    found = [(name, count_list(seen, member, wanted, at=at, seconds=NARROWER)) for name, wanted in ways]
    return sorted(found, key=lambda one: -(one[1].n + one[1].more if one[1] else -1))
