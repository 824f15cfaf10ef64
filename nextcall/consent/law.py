"""The law as data: reads jurisdictions/*.toml into values. How to add one: docs/adding_a_jurisdiction.md."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from nextcall.lib.hours import Spans, both, read_spans

FOLDER = Path(__file__).parent / "jurisdictions"

# MC: a call a person dials. AC: dialled, recorded or voiced by software. TX: text. EM: email.
Kind = Literal["MC", "AC", "TX", "EM"]
Rows = tuple[Spans, Spans, Spans, Spans]  # Monday to Friday, Saturday, Sunday, holiday
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
    place: str = ""  # whose holidays and proclaimed days close it
    is_law: bool = True  # law is kept at a distance: the margins of the policy

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
    unless_bought: bool = False  # not counted against those who bought within the relationship's months
    unless_permitted: bool = False  # not counted with express or written consent


@dataclass(frozen=True, slots=True)
class Need:
    """What permits a contact: one of `any_of` must be given.

    written, express, implied: that tier or a stronger one. relationship: an inquiry or purchase recent enough.
    dnc_clean: checked against the do-not-call list. thread: they wrote to us. anyone: nothing needed.
    """

    id: str
    says: str
    source: str
    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one jurisdiction."""

    place: str
    name: str
    hours: tuple[Hours, ...]
    caps: tuple[Cap, ...]
    needs: tuple[Need, ...]
    holidays: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()  # what the caller must say and do; shown, not decided on
    bought_months: int = 18
    inquired_months: int = 3


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dated holidays, and between which dates they are known."""

    valid_from: date
    valid_until: date
    lists: Mapping[str, Mapping[date, str]]
    source: str


def _key(path: Path) -> str:
    country, _, state = path.stem.partition("_")
    return f"{country.upper()}-{state if state == 'unknown' else state.upper()}" if state else country.upper()


@cache
def _files() -> dict[str, Path]:
    return {_key(path): path for path in FOLDER.glob("*.toml") if path.stem not in ("holidays", "account")}


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
    return _read(FOLDER / "account.toml", "account")


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


def _read(path: Path, place: str) -> Pack:
    data = tomllib.loads(path.read_text())
    months = data.get("relationship_months", {})
    return Pack(
        place=place,
        name=data["name"],
        hours=tuple(_hours(row, place) for row in data.get("hours", ())),
        caps=tuple(_cap(row) for row in data.get("caps", ())),
        needs=tuple(
            Need(r["id"], r["says"], r["source"], tuple(r["kinds"]), tuple(r["purposes"]), tuple(r["any_of"]))
            for r in data.get("needs", ())
        ),
        holidays=tuple(data.get("holidays", ())),
        duties=tuple(data.get("duties", ())),
        bought_months=months.get("bought", 18),
        inquired_months=months.get("inquired", 3),
    )


def _hours(row: dict[str, Any], place: str) -> Hours:
    monday, saturday, sunday, holiday = (read_spans(row[day]) for day in DAYS)
    return Hours(
        id=row["id"],
        says=row["says"],
        source=row["source"],
        kinds=tuple(row["kinds"]),
        rows=(monday, saturday, sunday, holiday),
        purposes=tuple(row.get("purposes", ALL_PURPOSES)),
        also_in_zone=row.get("also_in_zone", ""),
        place=place,
        is_law=place != "account",
    )


def _cap(row: dict[str, Any]) -> Cap:
    return Cap(
        id=row["id"],
        says=row["says"],
        source=row["source"],
        channels=frozenset(row["channels"]),
        max=row["max"],
        seconds=row["hours"] * 3600,
        resets_on_reply=row.get("resets_on_reply", False),
        unless_bought=row.get("unless_bought", False),
        unless_permitted=row.get("unless_permitted", False),
    )
