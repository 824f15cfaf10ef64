"""Reading the timeline as it grows: each event once, in whatever order the database commits them.

PostgreSQL gives a number when a row is written and shows the row when its transaction commits, so a lower number
may appear after a higher one. Numbers that were passed over are looked at again for a while.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max

from nextcall.timeline.models import Event

AT_ONCE = 1000  # events a look
LATE_SECONDS = 30.0  # a transaction longer than this is not waited for
MOST_GAPS = 2000


@dataclass(frozen=True, slots=True)
class Happened:
    """As much of an event as it takes to fetch what it changed."""

    id: int
    account_id: int
    kind: str
    lead_id: int | None


@dataclass(slots=True)
class Place:
    """How far somebody has read: everything up to `high`, apart from the gaps; each with the second it was missed."""

    high: int
    gaps: dict[int, float] = field(default_factory=dict)

    def pass_over(self, numbers: Iterable[int], now: float) -> None:
        """These were read at `now`, a monotonic second: what lies between them may still be under way."""
        for number in numbers:
            self.gaps.pop(number, None)
            if number > self.high:
                missed = range(max(self.high + 1, number - MOST_GAPS), number)
                self.gaps.update(dict.fromkeys(missed, now))
                self.high = number
        young = {n: since for n, since in self.gaps.items() if now - since < LATE_SECONDS}
        self.gaps = dict(sorted(young.items())[-MOST_GAPS:])


def here() -> Place:
    """The end of the timeline as it is now."""
    return Place(Event.objects.aggregate(top=Max("pk"))["top"] or 0)


def read_on(place: Place, *, now: float) -> list[Happened]:
    """What came since the last look, and moves `place` behind it. Of every account: each caller keeps its own walls."""
    columns = ("pk", "account_id", "kind", "lead_id")
    late = Event.objects.filter(pk__in=list(place.gaps)).values_list(*columns) if place.gaps else ()
    fresh = Event.objects.filter(pk__gt=place.high).order_by("pk").values_list(*columns)[:AT_ONCE]
    found = [Happened(*row) for row in (*late, *fresh)]
    place.pass_over((one.id for one in found), now)
    return found


def latest_of(account_id: int) -> int:
    """The number of an account's latest event, if it is among the latest of all: changed means that something came."""
    top = here().high
    near = Event.objects.filter(account_id=account_id, pk__gt=top - AT_ONCE * 5)
    return near.aggregate(top=Max("pk"))["top"] or 0
