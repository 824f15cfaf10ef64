"""When an implied consent and a business relationship end, in the lead's own calendar. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Literal

from nextcall.consent import law
from nextcall.consent.facts import Place
from nextcall.lib.hours import add_months, instant, local

Event = Literal["inquiry", "purchase"]
_IMPLIED = {"CA": (24, 6)}  # CA-05: two years after a purchase, six months after an inquiry


@dataclass(frozen=True, slots=True)
class Relationship:
    """Business with a person that a law counts: since when, and the last day on which it still does."""

    country: str
    event: Event
    since: datetime
    last_day: date
    months: int

    def holds(self, at: datetime, zone: str) -> bool:
        return local(at, zone).date() <= self.last_day


def countries(place: Place) -> tuple[str, ...]:
    """The countries that a person may be in, by their clues."""
    return tuple(dict.fromkeys(name.partition("-")[0] for name in place.jurisdictions))


@cache
def implied_months(country: str) -> tuple[int, int] | None:
    """How long consent is implied there after a purchase and after an inquiry; None: it is not, by those."""
    own: tuple[int, int] | None = getattr(law.pack(country), "implied_months", None)
    return own or _IMPLIED.get(country)


def implied_until(place: Place, since: datetime, event: Event) -> datetime | None:
    """When consent implied by it ends: the earliest of every country they may be in; None where none is implied.

    Read strictly: the day on which the months are full does not count any more.
    """
    zone = place.home_zone
    ends = []
    for country in countries(place):
        if months := implied_months(country):
            day = add_months(local(since, zone).date(), months[0] if event == "purchase" else months[1])
            ends.append(instant(datetime.combine(day, time()), zone).astimezone(UTC))
    return min(ends, default=None)


def relationships(place: Place, *, inquired_at: datetime | None, bought_at: datetime | None) -> Iterator[Relationship]:
    """The established business relationship by each country's clock (US-07: 3 and 18 months, CA-02: 6 and 18)."""
    for country in countries(place):
        if (pack := law.pack(country)) is None:
            continue
        happened: tuple[tuple[Event, datetime | None, int], ...] = (
            ("inquiry", inquired_at, pack.inquired_months),
            ("purchase", bought_at, pack.bought_months),
        )
        for event, since, months in happened:
            if since is not None and months:
                day = add_months(local(since, place.home_zone).date(), months)
                yield Relationship(country, event, since, day, months)
