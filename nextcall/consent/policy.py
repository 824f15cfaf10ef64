"""What the gate decides by: the law as shipped, and what an account made stricter, or looser with a reason."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from nextcall.consent import law
from nextcall.consent.law import Cap, Hours, Pack
from nextcall.lib.hours import both, read_spans, show_spans
from nextcall.lib.zone_data import OLDEST, in_use

VERSION = "2026-11-28"  # of the rules as shipped; change it with them


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Everything the gate needs beside the facts. Compared by identity; equal settings give the same object."""

    version: str
    packs: Mapping[str, Pack]
    account: Pack
    after_open_minutes: int = 5  # distance kept from a window that the law sets
    before_close_minutes: int = 15
    zone_data: str = ""  # release in use; older than `oldest_zone_data` denies phone and text
    oldest_zone_data: str = OLDEST
    proclaimed: Mapping[str, frozenset[date]] = field(default_factory=dict)  # place -> holidays announced since
    emergencies: Mapping[str, frozenset[date]] = field(default_factory=dict)  # place -> days without any sales contact
    compiled: dict[Any, Any] = field(default_factory=dict, repr=False)  # compiled rules and opening hours


@cache
def shipped() -> Policy:
    """The rules as shipped, nothing changed."""
    packs = {place: pack for place in law.known() if (pack := law.pack(place))}
    return Policy(version=VERSION, packs=packs, account=law.account_pack(), zone_data=in_use())


def for_account(account_policy: Mapping[str, Any], *, at: datetime) -> Policy:
    """The shipped rules with an account's changes (`Account.policy`).

    {"rules": {rule id: {"value", "legal_basis", "approved_by", "ends_at"}},
     "proclaimed_days": {"US-LA": ["2026-11-27"]}, "emergency_days": {…}}

    A change that tightens holds. One that loosens holds only with basis, name and an end that is still ahead;
    any other is ignored, however it came into the settings.
    """
    if not account_policy:
        return shipped()
    rules = account_policy.get("rules", {})
    in_force = {rule_id: row["value"] for rule_id, row in rules.items() if _holds(rule_id, row, at)}
    days = {name: account_policy.get(name, {}) for name in ("proclaimed_days", "emergency_days")}
    if not in_force and not any(days.values()):
        return shipped()
    return _changed(json.dumps([in_force, days], sort_keys=True))


@lru_cache(maxsize=500)
def _changed(settings: str) -> Policy:
    in_force, days = json.loads(settings)
    base = shipped()
    digest = hashlib.sha256(settings.encode()).hexdigest()[:8]
    return replace(
        base,
        version=f"{base.version}+{digest}",
        packs={place: _change_pack(pack, in_force) for place, pack in base.packs.items()},
        account=_change_pack(base.account, in_force),
        proclaimed=_dates(days["proclaimed_days"]),
        emergencies=_dates(days["emergency_days"]),
        compiled={},
    )


def _dates(listed: Mapping[str, list[str]]) -> dict[str, frozenset[date]]:
    return {place: frozenset(map(date.fromisoformat, days)) for place, days in listed.items()}


def _change_pack(pack: Pack, in_force: Mapping[str, Any]) -> Pack:
    hours = tuple(changed(rule, in_force[rule.id]) if rule.id in in_force else rule for rule in pack.hours)
    caps = tuple(changed_cap(rule, in_force[rule.id]) if rule.id in in_force else rule for rule in pack.caps)
    return replace(pack, hours=hours, caps=caps) if (hours, caps) != (pack.hours, pack.caps) else pack


def rules() -> Iterator[Hours | Cap]:
    """Every rule of the shipped policy that an account may change, hours and caps."""
    for pack in (shipped().account, *shipped().packs.values()):
        yield from pack.hours
        yield from pack.caps


def rule(rule_id: str) -> Hours | Cap | None:
    """The shipped rule of that id."""
    return next((found for found in rules() if found.id == rule_id), None)


def value_of(found: Hours | Cap) -> dict[str, Any]:
    """A rule's value as settings hold it: {"mon_fri": "08:00-20:00", …} or {"max": 3, "hours": 24}."""
    if isinstance(found, Cap):
        return {"max": found.max, "hours": found.seconds // 3600}
    return {day: show_spans(row) for day, row in zip(law.DAYS, found.rows, strict=True)}


def changed(rule: Hours, value: Mapping[str, str]) -> Hours:
    """The rule with other hours, days left out staying as they are; ValueError if the value cannot be read."""
    if unknown := set(value) - set(law.DAYS):
        raise ValueError(f"{sorted(unknown)[0]!r} is not one of {', '.join(law.DAYS)}")
    rows = [read_spans(value[day]) if day in value else row for day, row in zip(law.DAYS, rule.rows, strict=True)]
    says = f"{rule.id}, changed by the account: " + ", ".join(
        f"{day.replace('_', '-')} {show_spans(row)}" for day, row in zip(law.DAYS, rows, strict=True)
    )
    return replace(rule, rows=(rows[0], rows[1], rows[2], rows[3]), says=says)


def changed_cap(rule: Cap, value: Mapping[str, int]) -> Cap:
    """The cap with another number or time; ValueError if the value cannot be read."""
    most, hours = value.get("max", rule.max), value.get("hours", rule.seconds // 3600)
    if not isinstance(most, int) or not isinstance(hours, int) or not 0 <= most <= 1000 or not 1 <= hours <= 24 * 366:
        raise ValueError('a cap is {"max": 0 to 1000, "hours": 1 to 8784}')
    channels = ", ".join(sorted(rule.channels))
    return replace(
        rule, max=most, seconds=hours * 3600, says=f"at most {most} of {channels} in {hours} hours, set by the account"
    )


def loosens(rule_id: str, value: Mapping[str, Any]) -> bool:
    """Whether the value allows what the shipped rule does not. ValueError if there is no such rule or value."""
    found = rule(rule_id)
    if found is None:
        raise ValueError(f"there is no rule {rule_id!r} that an account may change")
    if isinstance(found, Cap):
        cap = changed_cap(found, value)
        return cap.max > found.max or cap.seconds < found.seconds
    return any(both(new, old) != new for new, old in zip(changed(found, value).rows, found.rows, strict=True))


def _holds(rule_id: str, row: Mapping[str, Any], at: datetime) -> bool:
    try:
        if not loosens(rule_id, row["value"]):
            return True
        ends_at = datetime.fromisoformat(row.get("ends_at") or "")
        return bool(row.get("legal_basis") and row.get("approved_by")) and ends_at > at
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
