"""What ages: each thing the gate rests on, how old it is, what is refused when it is too old, how to mend it. Pure."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from nextcall.consent.facts import Decision, Facts

State = Literal["ok", "soon", "over"]
REVIEWED_AHEAD = timedelta(days=30)  # the law changes slowly: a month's notice of a review
# Denials that end when somebody mends something of ours. A touch that meets one waits; nothing is lost.
MENDABLE = ("clock.doubt", "zone_data.stale")
MENDABLE_ENDS = (".holidays",)
NOTHING = "nothing by itself"


@dataclass(frozen=True, slots=True)
class Age:
    """One line: a thing that ages."""

    key: str  # "zone_data", "list.US", "loosening.US-FL.hours"
    what: str
    state: State
    says: str
    refuses: str  # what the gate refuses once it is over
    mend: str
    ends_on: date | None = None  # the last day on which it holds
    is_told: bool = True  # whether owners are told before its end: a backup is renewed daily


@dataclass(frozen=True, slots=True)
class Listed:
    """A do-not-call list of an account: `obtained_on` is the oldest part of it that is in use."""

    place: str
    obtained_on: date
    max_age_days: int


@dataclass(frozen=True, slots=True)
class Loosened:
    """A rule that an account made looser, until when, and who answers for it."""

    rule_id: str
    ends_on: date
    approved_by: str


def is_mendable(decision: Decision) -> bool:
    """Whether all that denies is something that ages: mended, the same contact may be made."""
    denying = [rule.id for rule in decision.rules if rule.effect == "deny"]
    return bool(denying) and all(one in MENDABLE or one.endswith(MENDABLE_ENDS) for one in denying)


def renewed(facts: Facts, at: datetime) -> Facts:
    """The facts as if every do-not-call list that was looked up were from today: what a stale one alone stands in."""
    return replace(facts, lists=tuple(replace(one, obtained_at=at) for one in facts.lists))


@cache
def limits() -> dict[str, Any]:
    """ageing.toml."""
    return tomllib.loads((Path(__file__).parent / "ageing.toml").read_text())


def urgent(ages: Iterable[Age], *, today: date) -> list[Age]:
    """What an owner is told: over, or within seven days of it."""
    edge = today + timedelta(days=limits()["soon_days"])
    return [one for one in ages if one.state == "over" or (one.is_told and one.ends_on and one.ends_on <= edge)]


def clock(doubt: str) -> Age:
    """`doubt` as lib.second_clock says it."""
    return Age(
        "clock",
        "Clock",
        "over" if doubt else "ok",
        f"The server's clock is in doubt: {doubt}." if doubt else "Nothing speaks against the server's clock.",
        "all that the machine sends",
        "Set the clock by NTP (timedatectl set-ntp true). What waited leaves when it agrees again.",
    )


def zone_data(in_use: str, oldest: str) -> Age:
    """Releases compare as text: "2026e" before "2026f"."""
    old = in_use < oldest
    return Age(
        "zone_data",
        "Time zone data",
        "over" if old else "ok",
        f"Release {in_use or 'of unknown age'}. The oldest to decide on is {oldest}.",
        "calls, voicemails and texts, everywhere",
        "Install the locked requirements again: they bring our own copy.",
    )


def holidays(valid_until: date, states: Sequence[str], *, today: date) -> Age:
    """`states`: names of the places whose hours depend on the file."""
    where = f"{', '.join(states[:4])} and {len(states) - 4} more" if len(states) > 5 else ", ".join(states)
    return Age(
        "holidays",
        "Holiday file",
        _state(valid_until, today, timedelta(days=30)),
        f"Knows the holidays up to {_day(valid_until)}.",
        f"calls and texts to {where}, for days it does not know",
        "Install a newer version of Nextcall, or add the days to holidays.toml.",
        valid_until,
    )


def do_not_call(one: Listed, *, today: date) -> Age:
    ends_on = one.obtained_on + timedelta(days=one.max_age_days)
    age = (today - one.obtained_on).days
    return Age(
        f"list.{one.place}",
        f"Do-not-call list, {one.place}",
        _state(ends_on, today),
        f"Obtained {_day(one.obtained_on)}: {age} day{'' if age == 1 else 's'} old, {one.max_age_days} allowed.",
        f"calls and texts in {one.place} that need a clean list, not those who agreed or asked lately",
        f"Obtain the list again and bring it in: nextcall lists add FILE --place {one.place}.",
        ends_on,
    )


def review(name: str, review_by: date, deny_after: date | None, *, today: date) -> Age:
    """`name`: of the jurisdiction. `deny_after`: once it is over nothing is allowed there."""
    last = f"everything there, once {_day(deny_after)} is over" if deny_after else NOTHING
    return Age(
        f"review.{name}",
        f"Rules of {name}",
        _state(review_by, today, REVIEWED_AHEAD),
        f"To be read against the law again by {_day(review_by)}.",
        last,
        "Install a newer version of Nextcall. Until then compare the rules under Hours and caps with their sources.",
        review_by,
    )


def loosening(one: Loosened, *, today: date) -> Age:
    past = one.ends_on < today
    return Age(
        f"loosening.{one.rule_id}",
        f"Loosened rule {one.rule_id}",
        "ok" if past else _state(one.ends_on, today),  # past it the shipped rule holds, which harms nobody
        f"{'Ended' if past else 'Ends'} {_day(one.ends_on)}. {one.approved_by or 'Nobody'} answers for it.",
        "what only the loosened rule allowed: the shipped rule holds again",
        "Renew it under Hours and caps with its legal basis, or let it end.",
        None if past else one.ends_on,
    )


def feed(place: str, looked_on: date | None, *, today: date) -> Age:
    """Days that are proclaimed: how long ago somebody looked."""
    ends_on = looked_on + timedelta(days=limits()["feed"]["max_age_days"]) if looked_on else None
    return Age(
        f"feed.{place}",
        f"Days proclaimed in {place}",
        _state(ends_on, today) if ends_on else "soon",
        f"Somebody looked on {_day(looked_on)}." if looked_on else "Nobody has looked yet.",
        f"{NOTHING}: a day that was proclaimed since is not known, and is not kept",
        "Look at the state's proclamations, and say below what you found.",
        ends_on,
    )


def permissions(count: int, first_on: date | None, *, more: bool = False) -> Age:
    """Permissions that run out within the month."""
    number = f"{'More than ' if more else ''}{count:,}"
    says = f"{number} run{'s' if count == 1 else ''} out within a month, the first on {_day(first_on)}."
    return Age(
        "permissions",
        "Permissions",
        "soon" if first_on else "ok",
        says if first_on else "None runs out within a month.",
        "what rested on each of them, from that day on",
        "Ask for consent again while you still may: on the phone, or by a form.",
    )


def backup(made_on: date | None, *, there: bool, today: date) -> Age:
    ends_on = made_on + timedelta(days=limits()["backup"]["max_age_days"]) if made_on else None
    says = f"The latest is from {_day(made_on)}." if made_on else "None was made yet."
    return Age(
        "backup",
        "Backup",
        "soon" if ends_on is None or not there else "ok" if today <= ends_on else "over",
        says if there or not made_on else f"{says} The file is no longer there.",
        NOTHING,
        "nextcall backup FILE, daily, to another disk.",
        ends_on,
        is_told=False,
    )


def _state(ends_on: date, today: date, ahead: timedelta | None = None) -> State:
    if today > ends_on:
        return "over"
    return "soon" if today >= ends_on - (ahead or timedelta(days=limits()["soon_days"])) else "ok"


def _day(day: date | None) -> str:
    return f"{day:%b} {day.day}, {day.year}" if day else "no day"
