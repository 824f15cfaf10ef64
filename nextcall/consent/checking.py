"""A checker for jurisdiction files: what is wrong in one, by line and key, and what would be right. Pure."""

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

from nextcall.consent import geography, law
from nextcall.consent.caller import MUST_SAY
from nextcall.consent.facts import Channel, Purpose
from nextcall.consent.law import DAYS, Kind, Pack
from nextcall.consent.permission import TOKENS
from nextcall.lib.hours import Spans, both, is_zone, read_spans

_KINDS, _PURPOSES, _CHANNELS = get_args(Kind), get_args(Purpose), get_args(Channel)
LONGEST = 200_000  # characters; a file of law has a few thousand

# What each table may hold, and what it must.
_RULE = ("id", "says", "source", "confidence")
MAY: dict[str, tuple[str, ...]] = {
    "": (
        *("name", "review_by", "deny_after", "holidays", "relationship_months", "implied_months"),
        *("hours", "caps", "needs", "quiets", "beyond", "do_not_call", "withdrawal", "caller"),
    ),
    "hours": (*_RULE, "kinds", "purposes", "also_in_zone", "is_policy", *DAYS),
    "caps": (*_RULE, "channels", "max", "hours", "resets_on_reply", "unless_bought_months", "unless_permitted"),
    "needs": (*_RULE, "kinds", "channels", "purposes", "any_of"),
    "quiets": (*_RULE, "channels", "days"),
    "beyond": (*_RULE, "kept_by"),
    "do_not_call": ("name", "source", "confidence", "max_age_days"),
    "withdrawal": _RULE,
    "caller": (
        *("must_say", "source", "confidence", "identify_within_seconds", "end_within_seconds", "ask", "offer_dnc"),
        "also",
    ),
}
_MAY_LACK = {"purposes", "also_in_zone", "is_policy", "resets_on_reply", "unless_bought_months", "unless_permitted"}
MUST: dict[str, set[str]] = {table: set(keys) - _MAY_LACK for table, keys in MAY.items()}
MUST[""] = {"name", "review_by"}
MUST["needs"] -= {"channels"}
MUST["caller"] = {"must_say", "source", "confidence"}
_WORDS: dict[str, tuple[str, ...]] = {"kinds": _KINDS, "purposes": _PURPOSES, "channels": _CHANNELS, "any_of": TOKENS}
_WORDS["must_say"] = MUST_SAY
_COUNTS = {"max": (0, 1000), "hours": (1, 24 * 366), "days": (1, 366), "max_age_days": (1, 366)}
_COUNTS["unless_bought_months"] = (1, 120)
_COUNTS["identify_within_seconds"] = _COUNTS["end_within_seconds"] = (1, 120)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a file. A problem must be mended; a warning may be meant."""

    line: int  # from 1
    key: str  # "hours[2].sat"
    says: str
    is_warning: bool = False


def check(text: str, place: str) -> list[Finding]:
    """Everything that is wrong with the file of that place ("US-FL"), in the order of its lines."""
    if len(text) > LONGEST:
        return [Finding(1, "", f"it has more than {LONGEST:,} characters: no file of law is so long")]
    try:
        data = tomllib.loads(text)
    except RecursionError:
        return [Finding(1, "", "this is nested too deeply to be a file of law")]
    except tomllib.TOMLDecodeError as wrong:
        line = re.search(r"line (\d+)", str(wrong))
        return [Finding(int(line[1]) if line else 1, "", f"this is not TOML: {wrong}")]
    at = _lines(text)
    found = [_at(at, key, says) for key, says in (*_of_place(place), *_of_tables(data), *_of_file(data, place))]
    if not found:
        pack = law.read_pack(data, place)
        found = [_at(at, key, says, is_warning=True) for key, says in _looser(pack, place)]
        found += [_at(at, key, says, is_warning=True) for key, says in _left_open(pack, place)]
    return sorted(found, key=lambda one: (one.line, one.key))


def place_of(path: Path) -> str:
    """The place that a file's name stands for: "US-FL" of us_fl.toml."""
    return law.place_of_file(path)


Said = tuple[str, str]  # key, what is wrong with it


def _at(lines: Mapping[str, int], key: str, says: str, *, is_warning: bool = False) -> Finding:
    near = key
    while near and near not in lines:
        near = near.rpartition(".")[0]
    return Finding(lines.get(near, 1), key, says, is_warning)


def _lines(text: str) -> dict[str, int]:
    """The line of each key: tomllib does not tell. "hours[1].sat" is `sat` in the first [[hours]]."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*\[\[\s*(\w+)\s*\]\]", line):
            counts[match[1]] = counts.get(match[1], 0) + 1
            table = f"{match[1]}[{counts[match[1]]}]"
            found[table] = number
        elif match := re.match(r"\s*\[\s*(\w+)\s*\]", line):
            table = match[1]
            found[table] = number
        elif match := re.match(r"\s*([\w-]+)\s*=", line):
            found.setdefault(f"{table}.{match[1]}" if table else match[1], number)
    return found


def _of_place(place: str) -> Iterator[Said]:
    country, _, state = place.partition("-")
    named = state in ("", "unknown") or bool(re.fullmatch(r"[A-Z]{2,3}", state))
    if country in ("US", "CA"):
        named = state in ("", "unknown") or geography.is_state(place)
    if country != geography.country_code(country) or not geography.is_country(country) or not named:
        yield "", f"a file is named for its place, like us_fl.toml or fr.toml: {place!r} is no place"


def _of_tables(data: Mapping[str, Any]) -> Iterator[Said]:
    yield from _keys("", "", data)
    for table in ("hours", "caps", "needs", "quiets", "beyond"):
        rows = data.get(table, [])
        if not isinstance(rows, list):
            yield table, f"write it as [[{table}]], once for each rule"
            continue
        for number, row in enumerate(rows, 1):
            yield from _row(table, f"{table}[{number}]", row)
    for table in ("do_not_call", "withdrawal", "caller"):
        if table in data:
            yield from _row(table, table, data[table])


def _row(table: str, where: str, row: Any) -> Iterator[Said]:
    if not isinstance(row, dict):
        yield where, "a table of keys is wanted here"
        return
    yield from _keys(table, where, row)
    for key, value in row.items():
        if key in MAY[table]:
            says = _value(table, key, value)
            if says:
                yield f"{where}.{key}", says


def _keys(table: str, where: str, row: Mapping[str, Any]) -> Iterator[Said]:
    dot = f"{where}." if where else ""
    for key in row:
        if key not in MAY[table]:
            yield f"{dot}{key}", f"there is no key {key!r} here; there are: {', '.join(MAY[table])}"
    for key in sorted(MUST[table] - row.keys()):
        yield f"{dot}{key}", f"{key} is missing{_WHY.get(key, '')}"


_WHY = {
    "review_by": ": the date by which somebody reads these rules again, like 2027-05-21",
    "source": ": the statute, or who says so",
    "confidence": ": H statute or several law firms, M one good source, L unconfirmed",
    "holiday": ': hours like "09:00-20:00", or "closed"',
}


def _value(table: str, key: str, value: Any) -> str:
    """What is wrong with the value; "" if nothing is."""
    if key in _WORDS:
        return _words(_WORDS[key], value)
    if key == "confidence":
        return "" if value in ("H", "M", "L") else f"{value!r} is not one of H, M, L"
    if key in DAYS:
        return _spans(value)
    if key in _COUNTS:
        low, high = _COUNTS[key]
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if fits else f"{value!r} is not a whole number from {low} to {high}"
    if key in ("resets_on_reply", "unless_permitted", "is_policy", "offer_dnc"):
        return "" if isinstance(value, bool) else f"{value!r} is not true or false"
    if key == "also":
        return "" if _are_texts(value) else "a list of texts is wanted"
    if not isinstance(value, str) or not value.strip():
        return f"{value!r} is not a text"
    if key == "also_in_zone" and not is_zone(value):
        return f"{value!r} is not a zone like America/Chicago"
    return ""


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) and one.strip() for one in value)


def _words(known: Sequence[str], value: Any) -> str:
    if not isinstance(value, list) or not value:
        return f"a list of these is wanted: {', '.join(known)}"
    unknown = [one for one in value if one not in known]
    return f"{unknown[0]!r} is not one of {', '.join(known)}" if unknown else ""


def _spans(value: Any) -> str:
    if not isinstance(value, str):
        return f'{value!r} is not hours like "09:00-20:00", and not "closed"'
    try:
        spans = read_spans(value)
    except ValueError as wrong:
        return str(wrong)
    for (_, closes), (opens, _) in itertools.pairwise(spans):
        if opens < closes:
            return f'"{value}": the spans overlap; write them one after the other, like "10:00-13:00 14:00-20:00"'
    return ""


def _of_file(data: Mapping[str, Any], place: str) -> Iterator[Said]:
    for key in ("review_by", "deny_after"):
        if key in data and type(data[key]) is not date:
            yield key, f"{data[key]!r} is not a date like 2027-05-21, without quotes"
    for key, words in (("name", str), ("holidays", list)):
        given = data.get(key)
        if key in data and not (given and isinstance(given, words) and all(isinstance(one, str) for one in given)):
            yield key, "a text is wanted" if words is str else "a list of texts is wanted"
    for key in ("relationship_months", "implied_months"):
        if key in data and not _are_months(data[key]):
            yield key, "write it as { bought = 18, inquired = 3 }, in months"
    lists = law.calendar().lists
    for name in data.get("holidays", ()) if isinstance(data.get("holidays"), list) else ():
        if name not in lists:
            yield "holidays", f"holidays.toml has no list {name!r}; it has: {', '.join(sorted(lists))}"
    yield from _ids(data, place)


def _are_months(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"bought", "inquired"}
        and all(type(months) is int and 0 <= months <= 120 for months in value.values())
    )


def _ids(data: Mapping[str, Any], place: str) -> Iterator[Said]:
    taken = {rule.id: other for other, rule in _shipped_rules() if other != place}
    own: set[str] = set()
    for table in ("hours", "caps", "needs", "quiets"):
        rows = data.get(table, [])
        for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
            name = row.get("id") if isinstance(row, dict) else None
            if not isinstance(name, str):
                continue
            if name in own:
                yield f"{table}[{number}].id", f"{name!r} is the id of an earlier rule of this file: give it its own"
            elif name in taken:
                yield f"{table}[{number}].id", f"{name!r} is the id of a rule of {taken[name]}: give it its own"
            own.add(name)


def _shipped_rules() -> Iterator[tuple[str, Any]]:
    for place in law.known():
        if pack := law.pack(place):
            yield from ((place, rule) for rule in (*pack.hours, *pack.caps, *pack.needs, *pack.quiets))


def _looser(pack: Pack, place: str) -> Iterator[Said]:
    """Where a state allows what its country forbids: both hold, so it changes nothing."""
    country = law.pack(place.split("-")[0]) if "-" in place else None
    if country is None:
        return
    no_effect = "both hold, so this has no effect"
    for number, own in enumerate(pack.hours, 1):
        for index, (day, row) in enumerate(zip(DAYS, own.rows, strict=True)):
            if all(_widens(row, index, kind, country) for kind in own.kinds):
                yield f"hours[{number}].{day}", f"looser than {country.name}: {no_effect}"
    for number, cap in enumerate(pack.caps, 1):
        for other in country.caps:
            if cap.channels == other.channels and cap.max >= other.max and cap.seconds <= other.seconds:
                yield f"caps[{number}].max", f"looser than {other.id} of {country.name}: {no_effect}"


def _widens(row: Spans, index: int, kind: str, country: Pack) -> bool:
    outer = [rule.rows[index] for rule in country.hours if kind in rule.kinds]
    return any(both(row, spans) != row for spans in outer)


def _left_open(pack: Pack, place: str) -> Iterator[Said]:
    """What no need of a country mentions is permitted there."""
    if "-" in place:
        return
    asked = {
        (kind, purpose) for need in pack.needs if not need.channels for kind in need.kinds for purpose in need.purposes
    }
    wanted = [(kind, "marketing") for kind in _KINDS]
    wanted += [(kind, purpose) for kind in ("AC", "TX", "EM") for purpose in ("informational", "reply")]
    for kind, purpose in wanted:
        if (kind, purpose) not in asked:
            yield "needs", f"no need covers {kind} for {purpose}, so it is permitted to everyone"
