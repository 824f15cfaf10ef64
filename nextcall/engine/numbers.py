"""Which of our numbers a text leaves from, and when each may send its next. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from nextcall.lib import hours, phone

BURST = timedelta(seconds=2)  # how far a sender may run ahead of its rate, so that it need not wake for each message
ASK_AGAIN = timedelta(minutes=10)  # a number that somebody has to mend
NAMED = "name"  # of a number's kind: a name that is shown, which nobody can answer
REGISTERED = "registered"
RULES = {"toll_free": "CX-04.toll_free", "name": "AU-04.sender_id"}  # all others: CX-03
SOURCES = {
    "CX-03.10dlc": "https://www.twilio.com/docs/api/errors/30034",
    "CX-04.toll_free": "https://www.twilio.com/docs/api/errors/30460",
    "AU-04.sender_id": "https://www.acma.gov.au/sms-sender-id-register",
}
# what a text that waits for one of them stands under
WAITS = ("number.day", "number.rate", "number.rests", "number.none", *SOURCES)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the pool as a claim read it. `sent` counts the account's day; `next_at` None: never used."""

    id: int
    number: str
    kind: str = "long_code"
    registration: str = REGISTERED
    registration_says: str = ""
    per_minute: int = 60
    per_day: int = 0
    ramp_from: date | None = None
    paused_until: datetime | None = None
    paused_because: str = ""
    enabled: bool = True
    next_at: datetime | None = None
    sent: int = 0

    @property
    def country(self) -> str:
        """ISO code; "" of a name or a short code."""
        read = phone.read(self.number, country="")
        return read.country if read else ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a number does not send, and what mends it."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The number to leave from, or since when to ask again and why."""

    number: Number | None = None
    again_at: datetime | None = None
    rule: str = ""
    says: str = ""


@cache
def ramp() -> tuple[int, ...]:
    """Texts a day from a new number, its first day first."""
    return tuple(tomllib.loads((Path(__file__).with_name("ramp.toml")).read_text())["a_day"])


def day_limit(one: Number, today: date) -> int | None:
    """How many texts it may send on that day of the account's; None: as many as its rate allows."""
    limits = [one.per_day] if one.per_day else []
    if one.ramp_from is not None:
        nth = max((today - one.ramp_from).days, 0)
        limits += [ramp()[nth]] if nth < len(ramp()) else []
    return min(limits, default=None)


def stopped(one: Number, at: datetime, to_country: str = "") -> Stop | None:
    """Why nothing may leave from it now, to that country; None if it may."""
    if one.registration != REGISTERED:
        rule = RULES.get(one.kind, "CX-03.10dlc")
        wanted = {"toll_free": "its verification", "name": "its registration"}.get(one.kind, "its 10DLC campaign")
        said = f" The carrier says: {one.registration_says}." if one.registration_says else ""
        return Stop(rule, f"{one.number} is not registered. Finish {wanted} at the carrier, then read it anew.{said}")
    if one.kind == NAMED and to_country == "AU" and not one.registration_says:
        return Stop(RULES[NAMED], f"{one.number} needs the reference of its registration to text Australia.")
    if one.paused_until is not None and one.paused_until > at:
        return Stop("number.rests", f"{one.number} rests: {one.paused_because or 'somebody paused it'}")
    return None


def fits(start: datetime, wanted: int, at: datetime, per_minute: int) -> tuple[int, datetime]:
    """How many of `wanted` messages a rate lets go now, whose next slot is `start`; and from when on another may."""
    if not per_minute:
        return wanted, at
    interval = timedelta(seconds=60 / per_minute)
    ahead = max(BURST, interval) - (start - at)
    return max(0, min(wanted, ahead // interval)), max(at, start + interval - max(BURST, interval))


@dataclass(slots=True)
class Pool:
    """The numbers of one connection during one claim; `choose` counts what it gives away."""

    numbers: Sequence[Number]
    at: datetime
    zone: str = "UTC"
    taken: dict[int, int] = field(default_factory=dict)
    pushed: dict[int, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return hours.local(self.at, self.zone).date()

    def usable(self, to_country: str = "") -> list[Number]:
        return [one for one in self.numbers if one.enabled and stopped(one, self.at, to_country) is None]

    def room(self) -> int | None:
        """How many texts could leave now at the most; None where no number may send at all, which is said by each."""
        usable = self.usable()
        return sum(self._left(one) for one in usable) if usable else None

    def again_at(self) -> datetime:
        """From when on one of the numbers has room again."""
        return min(self._free_at(one) for one in self.usable())

    def choose(self, to: str, *, knows: int | None = None) -> Chosen:
        """The number for a text to `to`: what they know, or it had at its first try, while that may send at all.

        Else the least used of the same area, of the same country, of all; a name only where no number is.
        """
        read = phone.read(to, country="")
        country = read.country if read else ""
        usable = self.usable(country)
        if not usable:
            return self.nobody(country)
        known = next((one for one in usable if one.id == knows), None)
        if known is not None:
            return self._give(known) if self._left(known) else self._later(known)
        for tier in _tiers(usable, to, country):
            free = [one for one in tier if self._left(one)]
            if free:
                return self._give(min(free, key=self._used))
        reach = next((tier for tier in _tiers(usable, to, country) if tier), None)
        if reach is None:
            says = (
                f"Only names are in use, and {country} takes texts from numbers alone. Add a number in Settings, Text."
            )
            return Chosen(None, self.at + ASK_AGAIN, "number.none", says)
        return self._later(min(reach, key=self._free_at))

    def _give(self, one: Number) -> Chosen:
        self.taken[one.id] = self.taken.get(one.id, 0) + 1
        return Chosen(one)

    def _later(self, one: Number) -> Chosen:
        """Each that waits has a slot of its own, so that they do not all ask again at once."""
        nth = self.pushed[one.id] = self.pushed.get(one.id, -1) + 1
        again = self._free_at(one) + nth * timedelta(seconds=60 / one.per_minute if one.per_minute else 0)
        limit = day_limit(one, self.today)
        if limit is not None and self._sent(one) >= limit:
            return Chosen(None, again, "number.day", f"{one.number} has sent its {limit:,} texts of today")
        return Chosen(None, again, "number.rate", f"{one.number} is at its rate of {one.per_minute} a minute")

    def nobody(self, country: str = "") -> Chosen:
        """What a text is told where no number may send at all."""
        enabled = [one for one in self.numbers if one.enabled]
        stops = [found for one in enabled if (found := stopped(one, self.at, country))]
        first = stops[0] if stops else Stop("number.none", "Every number is switched off. Use one in Settings, Text.")
        return Chosen(None, self.at + ASK_AGAIN, first.rule, first.says)

    def _sent(self, one: Number) -> int:
        return one.sent + self.taken.get(one.id, 0)

    def _used(self, one: Number) -> tuple[int, int]:
        return self._sent(one), one.id

    def _left(self, one: Number) -> int:
        return left(one, self.at, self.today, taken=self.taken.get(one.id, 0))

    def _free_at(self, one: Number) -> datetime:
        limit = day_limit(one, self.today)
        if limit is not None and self._sent(one) >= limit:
            midnight = datetime.combine(self.today + timedelta(days=1), datetime.min.time())
            return hours.instant(midnight, self.zone)
        return fits(max(one.next_at or self.at, self.at), 1, self.at, one.per_minute)[1]


def left(one: Number, at: datetime, today: date, *, taken: int = 0) -> int:
    """How many more may leave from it at this moment, by its rate and its day."""
    now, _ = fits(max(one.next_at or at, at), 1_000_000, at, one.per_minute)
    limit = day_limit(one, today)
    return max(0, min(now - taken, limit - one.sent - taken if limit is not None else now))


def _tiers(usable: Sequence[Number], to: str, country: str) -> list[list[Number]]:
    """Of the same area (North America: +1 and three digits), of the same country, all others; names last."""
    spoken = [one for one in usable if one.kind != NAMED]
    area = to[:5] if to.startswith("+1") else ""
    near = [one for one in spoken if area and one.number.startswith(area)]
    same = [one for one in spoken if country and one.country == country]
    names = [one for one in usable if one.kind == NAMED and country not in ("US", "CA")]
    return [near, same, spoken, names]


Pools = Mapping[int, Pool]  # by connection
