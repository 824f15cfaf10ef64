"""The law as data: reads jurisdictions/*.toml into values. How to add one: docs/adding_a_jurisdiction.md."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from nextcall.consent.caller import Caller
from nextcall.lib.hours import Spans, both, read_spans

FOLDER = Path(__file__).parent / "jurisdictions"

# MC: a call a person dials. AC: dialled, recorded or voiced by software. TX: text. EM: email.
Kind = Literal["MC", "AC", "TX", "EM"]
Rows = tuple[Spans, Spans, Spans, Spans]  # Monday to Friday, Saturday, Sunday, holiday
ACCOUNT = "account"
DAYS = ("mon_fri", "sat", "sun", "holiday")
ALL_PURPOSES = ("marketing", "informational", "reply", "confirmation")


@dataclass(frozen=True, slots=True)
class Hours:
    """A window: contact only inside these local hours. The holiday row holds together with the weekday's."""

    id: str
    says: str
    source: str
    kinds: tuple[str, ...]
    rows: Rows
    purposes: tuple[str, ...] = ALL_PURPOSES
    also_in_zone: str = ""  # the window must be open by this clock too
    only_in_zone: str = ""  # by this clock alone
    places: tuple[str, ...] = ()  # whose holidays and proclaimed days close it
    is_law: bool = True  # law is kept at a distance: the margins of the policy
    is_policy: bool = False  # hours that we chose where the law names none: no distance is kept from them
    closed_days: frozenset[date] = frozenset()  # by local date, whatever the row says
    confidence: str = ""

    @property
    def needs_calendar(self) -> bool:
        """Whether a holiday changes anything, so that an expired holiday file makes it undecidable."""
        weekday, saturday, sunday, holiday = self.rows
        return self.is_law and any(both(row, holiday) != row for row in (weekday, saturday, sunday))


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `max` attempts on these channels in any `seconds`, towards the person, from all of us together."""

    id: str
    says: str
    source: str
    channels: frozenset[str]
    max: int
    seconds: int
    resets_on_reply: bool = False
    unless_bought_months: int = 0  # not counted against those who bought so recently, in their calendar; 0: counted
    unless_permitted: bool = False  # not counted with express or written consent
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What permits a contact: one of `any_of` must be given.

    written, express, implied: that tier or a stronger one. soft: the United Kingdom's soft opt-in, or express consent.
    relationship: an inquiry or purchase recent enough. dnc_clean: on none of the country's do-not-call lists.
    reassigned_no: the reassigned-numbers database said lately that it is still theirs. thread: they wrote to us.
    anyone: nothing needed.
    """

    id: str
    says: str
    source: str
    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    any_of: tuple[str, ...]
    channels: tuple[str, ...] = ()  # only these; (): whatever channel has the kind
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class DoNotCall:
    """A jurisdiction has a list that must be asked, in a copy no older than `max_age_days`."""

    name: str  # as people know it
    source: str
    max_age_days: int
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Quiet:
    """No sales contact on these channels for `days` full days of their calendar after they said no."""

    id: str
    says: str
    source: str
    channels: frozenset[str]
    days: int
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """What the law asks beyond the gate: the rule, and who or what keeps it."""

    id: str
    says: str
    source: str
    kept_by: str
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one jurisdiction."""

    place: str
    name: str
    hours: tuple[Hours, ...]
    caps: tuple[Cap, ...]
    needs: tuple[Need, ...]
    holidays: tuple[str, ...] = ()
    caller: Caller | None = None  # what whoever calls must say and do; shown, not decided on
    bought_months: int = 18
    inquired_months: int = 3
    implied_months: tuple[int, int] | None = None  # after a purchase and an inquiry; None: implied does not run out
    do_not_call: DoNotCall | None = None
    quiets: tuple[Quiet, ...] = ()
    beyond: tuple[Duty, ...] = ()
    withdrawal: Duty | None = None  # how this law calls the wish to be left alone
    review_by: date | None = None
    deny_after: date | None = None  # nothing is allowed there once this day is over

    @property
    def duties(self) -> tuple[str, ...]:
        """What whoever calls must say and do, in sentences."""
        return self.caller.sentences() if self.caller else ()

    @property
    def rules(self) -> tuple["Hours | Cap | Need | DoNotCall | Quiet | Duty", ...]:
        """Everything it says."""
        single = [rule for rule in (self.do_not_call, self.withdrawal) if rule]
        return (*self.hours, *self.caps, *self.needs, *self.quiets, *single, *self.beyond)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dated holidays, and between which dates they are known."""

    valid_from: date
    valid_until: date
    lists: Mapping[str, Mapping[date, str]]
    source: str


def place_of_file(path: Path) -> str:
    """ "US-FL" of us_fl.toml."""
    country, _, state = path.stem.partition("_")
    return f"{country.upper()}-{state if state == 'unknown' else state.upper()}" if state else country.upper()


@cache
def _files() -> dict[str, Path]:
    return {place_of_file(path): path for path in FOLDER.glob("*.toml") if path.stem not in ("holidays", ACCOUNT)}


def known() -> tuple[str, ...]:
    """Every jurisdiction that has a file: "US", "US-FL", "US-unknown", "CA" …"""
    return tuple(sorted(_files()))


@cache
def pack(place: str) -> Pack | None:
    """The rules of a jurisdiction; None where there is no file (a state with no rules beyond its country's)."""
    path = _files().get(place)
    return _read(path, place) if path else None


@cache
def account_pack() -> Pack:
    """The hours and caps that no law names, as shipped."""
    return _read(FOLDER / "account.toml", ACCOUNT)


@cache
def calendar() -> Calendar:
    """The holiday file."""
    data = tomllib.loads((FOLDER / "holidays.toml").read_text())
    lists = {
        name: {day: holiday for holiday, days in entries.items() for day in days}
        for name, entries in data.items()
        if isinstance(entries, dict)
    }
    return Calendar(data["valid_from"], data["valid_until"], lists, data["source"])


@dataclass(frozen=True, slots=True)
class Review:
    """When the rules of a place are to be read again, and how sure they are."""

    place: str
    name: str
    review_by: date | None
    counts: Mapping[str, int]  # confidence H, M, L -> rules
    deny_after: date | None = None

    def is_due(self, on: date) -> bool:
        """Whether the day has come; a file that names none is due."""
        return self.review_by is None or self.review_by < on


def reviews() -> tuple[Review, ...]:
    """Every jurisdiction's date of review, the soonest first."""
    packs = [found for place in known() if (found := pack(place))]
    counted = (
        Review(one.place, one.name, one.review_by, dict(Counter(rule.confidence for rule in one.rules)), one.deny_after)
        for one in packs
    )
    return tuple(sorted(counted, key=lambda review: (review.review_by or date.min, review.place)))


def read_pack(data: Mapping[str, Any], place: str) -> Pack:
    """The rules in what a jurisdiction's file says; KeyError, TypeError or ValueError for one that is wrong."""
    months, implied = data.get("relationship_months", {}), data.get("implied_months")
    listed, withdrawal = data.get("do_not_call"), data.get("withdrawal")
    return Pack(
        place=place,
        name=data["name"],
        hours=tuple(_hours(row, place) for row in data.get("hours", ())),
        caps=tuple(_cap(row) for row in data.get("caps", ())),
        needs=tuple(Need(**_tuples(row)) for row in data.get("needs", ())),
        holidays=tuple(data.get("holidays", ())),
        caller=Caller(**_tuples(spoken)) if (spoken := data.get("caller")) else None,
        bought_months=months.get("bought", 18),
        inquired_months=months.get("inquired", 3),
        implied_months=(implied["bought"], implied["inquired"]) if implied else None,
        do_not_call=DoNotCall(**listed) if listed else None,
        quiets=tuple(Quiet(**{**row, "channels": frozenset(row["channels"])}) for row in data.get("quiets", ())),
        beyond=tuple(Duty(**row) for row in data.get("beyond", ())),
        withdrawal=Duty(**withdrawal, kept_by="the gate") if withdrawal else None,
        review_by=data.get("review_by"),
        deny_after=data.get("deny_after"),
    )


def _read(path: Path, place: str) -> Pack:
    return read_pack(tomllib.loads(path.read_text()), place)


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _hours(row: Mapping[str, Any], place: str) -> Hours:
    monday, saturday, sunday, holiday = (read_spans(row[day]) for day in DAYS)
    return Hours(
        id=row["id"],
        says=row["says"],
        source=row["source"],
        kinds=tuple(row["kinds"]),
        rows=(monday, saturday, sunday, holiday),
        purposes=tuple(row.get("purposes", ALL_PURPOSES)),
        also_in_zone=row.get("also_in_zone", ""),
        places=() if place == ACCOUNT else (place,),
        is_law=place != ACCOUNT,
        is_policy=row.get("is_policy", False),
        confidence=row.get("confidence", ""),
    )


def _cap(row: Mapping[str, Any]) -> Cap:
    rest = {key: value for key, value in row.items() if key not in ("channels", "hours")}
    return Cap(**rest, channels=frozenset(row["channels"]), seconds=row["hours"] * 3600)
