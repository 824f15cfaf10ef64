"""Facts as they are told on the command line: instants, places, lists, hours. Each error is one line."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, get_args

from nextcall.cli import Wrong
from nextcall.consent import geography, law
from nextcall.consent.facts import Channel, Checked, Place
from nextcall.consent.geography.names import MILITARY, read_region
from nextcall.consent.places import place_of
from nextcall.lib import hours

_WEEK = ("mon_fri", "sat", "sun")


@dataclass(frozen=True)
class Point:
    """The number that is asked about; empty for an email address."""

    phone: str = ""
    is_landline: bool = False


def point(channel: str, to: str, country: str) -> Point:
    """What `--to` names, for that channel."""
    if channel == "email":
        from nextcall.lib import email_address  # each reader costs a tenth of a second: only the one that is needed

        if not email_address.read(to):
            raise Wrong(f"--to {to!r} is not an email address like hazel@example.com")
        return Point()
    from nextcall.lib import phone

    number = phone.read(to, country=geography.country_code(country) or "US")
    if number is None:
        raise Wrong(f"--to {to!r} is not a valid number like +13055550142")
    return Point(number.e164, number.line_type == "landline")


def place(number: Point, zip: str, state: str, country: str, stated_zone: str) -> Place:
    """Where they may be, from every clue told."""
    country = geography.country_code(country)
    if country and not geography.is_country(country):
        raise Wrong(f"--country {country!r} is not a country code like US")
    _check_postcode(zip.strip().upper(), country)
    example = {"AU": "NSW", "CA": "BC"}.get(country, "FL")
    is_read = state.upper() in MILITARY or read_region(state, country=country)
    if state and country in ("", "US", "CA", "AU") and not is_read:
        raise Wrong(f"--state {state!r} is not a state or province like {example}")
    if stated_zone and not hours.is_zone(stated_zone):
        raise Wrong(f"--stated-zone {stated_zone!r} is not a zone like America/Denver")
    return place_of(
        phones=[number.phone] if number.phone else [],
        postal_code=zip,
        region=state,
        country=country,
        stated_zone=stated_zone,
    )


_POSTCODES = {
    "AU": (r"\d{4}", "a postcode like 2000"),
    "FR": (r"\d{5}", "a postcode like 75001"),
    "GB": (r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", "a postcode like SW1A 1AA"),
    "CA": (r"[A-Z]\d[A-Z] ?(\d[A-Z]\d)?", "a postal code like V6B 1A1"),
}


def _check_postcode(code: str, country: str) -> None:
    if not code or country not in ("", "US", *_POSTCODES):
        return
    if country in _POSTCODES:
        pattern, example = _POSTCODES[country]
        if not re.fullmatch(pattern, code):
            raise Wrong(f"--zip {code!r} is not {example}")
        return
    if not country and any(re.fullmatch(_POSTCODES[one][0], code) for one in ("CA", "GB")):
        return
    american = re.fullmatch(r"(\d{5})(-?\d{4})?", code)
    if not american or geography.of_zip(int(american[1])) is None:
        raise Wrong(f"--zip {code!r} is not a ZIP like 80202")


def one_of(name: str, value: str, known: tuple[str, ...]) -> Any:
    """The value, if it is one of them."""
    if value not in known:
        raise Wrong(f"{name} {value!r}: there are {', '.join(known)}")
    return value


def instant(name: str, written: str) -> datetime:
    """An ISO time with its offset, in UTC."""
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        raise Wrong(f"{name} {written!r} is not a time like 2026-11-23T10:00-07:00") from None
    if read.tzinfo is None:
        raise Wrong(f"{name} {written!r} needs its offset, like {written}-07:00 or {written}Z")
    return read.astimezone(UTC)


def instant_or_none(name: str, written: str) -> datetime | None:
    """As `instant`; None for nothing."""
    return instant(name, written) if written else None


def attempt(written: str, channel: str) -> tuple[str, datetime]:
    """An attempt: ISO, or call:ISO for another channel than the one asked about."""
    named, _, rest = written.partition(":")
    if named in get_args(Channel):
        channel, written = named, rest
    return channel, instant("--attempts-at", written)


def checked(written: str) -> Checked:
    """ "US-FL:2026-11-10:no", the date being the list's own; an instant with offset may stand for the date."""
    match = re.fullmatch(r"([A-Za-z]{2}(?:-[A-Za-z]{2,3})?):(.+):(yes|no)", written)
    if not match:
        raise Wrong(f"--dnc-list {written!r} is not a list, its date and whether it names them, like US:2026-11-10:no")
    name, dated, listed = match.groups()
    found = _place_name(name)
    pack = law.pack(found)
    if pack is None or pack.do_not_call is None:
        having = [one for one in law.known() if (other := law.pack(one)) and other.do_not_call]
        raise Wrong(f"--dnc-list {written!r}: {found} has no do-not-call list; these have one: {', '.join(having)}")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", dated):
        end_of_day = datetime.combine(_day("--dnc-list", dated), time(23, 59, 59), UTC)  # the law counts dates
        return Checked(found, listed == "yes", end_of_day)
    return Checked(found, listed == "yes", instant("--dnc-list", dated))


def dated_places(name: str, written: list[str] | None) -> dict[str, list[str]]:
    """ "US-LA:2026-12-04", as often as wanted: days by place, as the account's policy holds them."""
    found: dict[str, list[str]] = {}
    for one in written or ():
        where, _, day = one.partition(":")
        found.setdefault(_place_name(where), []).append(_day(name, day).isoformat())
    return found


def preferred(written: str) -> tuple[hours.Spans, ...]:
    """ "mon_fri=17:00-20:00, sat=closed": Monday to Friday, Saturday, Sunday; a day left out is closed."""
    if not written:
        return ()
    rows: dict[str, hours.Spans] = dict.fromkeys(_WEEK, ())
    for part in re.split(r"[,;]", written):
        day, _, spans = part.strip().partition("=")
        if day not in rows:
            raise Wrong(f"--preferred-hours {part.strip()!r} is not a day and its hours like mon_fri=17:00-20:00")
        try:
            rows[day] = hours.read_spans(spans)
        except ValueError as wrong:
            raise Wrong(f"--preferred-hours {day}: {wrong}") from None
    return tuple(rows[day] for day in _WEEK)


def _place_name(written: str) -> str:
    country, _, state = written.strip().partition("-")
    country = geography.country_code(country)
    return f"{country}-{state.upper()}" if state else country


def _day(name: str, written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Wrong(f"{name} {written!r} is not a date like 2026-11-27") from None
