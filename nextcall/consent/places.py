"""Where a person may be: every clue gives zones and jurisdictions, and a contact must be lawful in all of them.

A number keeps its area code when its owner moves, a ZIP is a mail route, an address may be last year's. So no clue
replaces another; together they only ever make the answer stricter (compliance notes, part c).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nextcall.consent import geography
from nextcall.consent.facts import Place
from nextcall.consent.geography import abroad
from nextcall.consent.geography.names import MILITARY, read_region, say
from nextcall.lib import hours

UNKNOWN = "unknown"
_WITH_STATES = ("US", "CA", "AU")


@dataclass(frozen=True, slots=True)
class _Clue:
    says: str
    places: tuple[str, ...]  # jurisdictions; may be empty: a zone alone
    zones: tuple[str, ...]


Stated = tuple[str, str, str]  # zone, region, country: what a lead said of themselves; any may be ""


def place_of(
    *,
    phones: Sequence[str] = (),
    postal_code: str = "",
    region: str = "",
    country: str = "",
    stated_zone: str = "",
    stated_region: str = "",
    default_country: str = "US",
    stated: Sequence[Stated] = (),
) -> Place:
    """The union of all clues. Phones are E.164; what cannot be read is no clue.

    `default_country` is the account's: without any clue the person is somewhere in it ("" denies everything).
    """
    said = (*stated, (stated_zone, stated_region, "")) if stated_zone or stated_region else tuple(stated)
    prefixes = tuple(dict.fromkeys(phone[:5] for phone in phones if phone))
    here, default = geography.country_code(country), geography.country_code(default_country)
    return _place(prefixes, postal_code.strip().upper(), region.strip(), here, said, default)


@lru_cache(maxsize=100_000)
def _place(
    prefixes: tuple[str, ...], postal_code: str, region: str, country: str, stated: tuple[Stated, ...], default: str
) -> Place:
    address = _address(postal_code, region, country, default)
    clues = [*_statements(stated), *address, *filter(None, map(_phone, prefixes))]
    if country and not any(place.startswith(country) for clue in clues for place in clue.places):
        clues.append(_of_country(country, f"address: {say(country)}"))  # says least: only where nothing finer does
    if not clues:
        clues = [_of_country(default, f"nothing known: anywhere in {say(default)}" if default else "nothing known")]
    places = {geography.law_of(place) for clue in clues for place in clue.places}
    countries = {place.split("-")[0] for place in places}
    for known in countries & {"US", "CA"}:  # a toll-free number says nothing when a ZIP names the state
        states = {place for place in places if place.startswith(f"{known}-")} - {f"{known}-unknown"}
        places = places - {f"{known}-unknown"} if states else places | {f"{known}-unknown"}
    zones: dict[str, str] = {}
    for clue in clues:
        for zone in clue.zones:
            zones.setdefault(geography.same_clock(zone), zone)
    home = next(iter(zones.values()), "UTC")
    return Place(
        zones=tuple(sorted(zones.values())) or (home,),
        jurisdictions=tuple(sorted(places | countries)),
        home_zone=home,
        clues=tuple(clue.says for clue in clues),
    )


def _statements(stated: tuple[Stated, ...]) -> list[_Clue]:
    clues = []
    for zone, region, named in stated:
        country = geography.country_code(named)
        place = read_region(region, country=country) if region else None
        if place:
            clues.append(_Clue(f"they say they are in {say(place)}", (place,), geography.zones_of(place)))
        elif country and geography.is_country(country):
            clues.append(_of_country(country, f"they say they are in {say(country)}"))
        if zone and hours.is_zone(zone):
            home = geography.country_of(zone)
            clues.append(_Clue(f"they say their clock is {zone}", (home,) if home else (), (zone,)))
    # "I'm in Denver" with its zone: the zone is the finer word for the state's own zones
    return sorted(clues, key=lambda clue: len(clue.zones))


def _address(postal_code: str, region: str, country: str, default: str) -> list[_Clue]:
    where = country or default
    clues = []
    found = _postal(postal_code, where, explicit=bool(country))
    if region.upper() in MILITARY and where == "US":
        clues.append(_of_country("US", "military mail: anywhere"))
    place = _region(region, country, default)
    if place and country and not place.startswith(country):
        place = None  # "WA" in Australia is not Washington
    if found:
        shown = dict.fromkeys(map(geography.same_clock, found.zones)) if len(found.zones) > 1 else found.zones
        clues.append(_Clue(f"{found.says}: {', '.join(map(say, found.places))}, {', '.join(shown)}", *_answer(found)))
    if place and not (found and place in found.places):
        clues.append(_Clue(f"address: {say(place)}", (place,), geography.zones_of(place)))
    return clues


def _region(region: str, country: str, default: str) -> str | None:
    """The state or province; without a country the account's own is tried first."""
    if not region:
        return None
    if country in _WITH_STATES:
        return read_region(region, country=country)
    own = read_region(region, country="AU") if default == "AU" and not country else None
    return own or read_region(region)


def _answer(clue: _Clue) -> geography.Answer:
    return clue.places, clue.zones


_PROVINCES = {
    "A": "NL",
    "B": "NS",
    "C": "PE",
    "E": "NB",
    "G": "QC",
    "H": "QC",
    "J": "QC",
    "K": "ON",
    "L": "ON",
    "M": "ON",
    "N": "ON",
    "P": "ON",
    "R": "MB",
    "S": "SK",
    "T": "AB",
    "V": "BC",
    "Y": "YT",
}
_MAIN_CLOCK = {
    "H": "America/Toronto",
    "J": "America/Toronto",
    "K": "America/Toronto",
    "L": "America/Toronto",
    "M": "America/Toronto",
    "N": "America/Toronto",
} | {f"V{n}": "America/Vancouver" for n in range(2, 10)}


def _postal(code: str, country: str, *, explicit: bool) -> _Clue | None:
    if country not in ("CA", "FR") and (match := re.fullmatch(r"(\d{5})(?:-?\d{4})?", code)):
        if country == "US" and (answer := geography.of_zip(int(match[1]))):
            return _Clue(f"ZIP {match[1]}", *answer)
    elif (country == "CA" or not explicit) and re.fullmatch(r"[A-Z]\d[A-Z] ?(\d[A-Z]\d)?", code):
        provinces = ("CA-NT", "CA-NU") if code[0] == "X" else (f"CA-{_PROVINCES.get(code[0], 'unknown')}",)
        main = _MAIN_CLOCK.get(code[:2]) or _MAIN_CLOCK.get(code[0])
        zones = (main,) if main else tuple(zone for province in provinces for zone in geography.zones_of(province))
        return _Clue(f"postal code {code[:3]}", provinces, tuple(dict.fromkeys(zones)))
    found = abroad.of_postcode(code, country, explicit=explicit)
    return _Clue(found[0], *found[1]) if found else None


def _of_country(code: str, says: str) -> _Clue:
    if not geography.is_country(code):
        return _Clue(says, (UNKNOWN,), ("UTC",))
    return _Clue(says, (f"{code}-unknown",) if code in ("US", "CA") else (code,), geography.zones_of(code))


def _phone(prefix: str) -> _Clue | None:
    if not prefix.startswith("+"):
        return None
    if prefix.startswith("+1"):
        answer = geography.of_area_code(prefix[2:5])
        if answer is None:
            return _of_country("US", f"area code {prefix[2:5]}: not listed")
        places, zones = answer
        return _Clue(f"area code {prefix[2:5]}: {', '.join(map(say, places))}, {', '.join(zones)}", places, zones)
    if found := abroad.of_number(prefix):
        says, (places, zones) = found
        shown = dict.fromkeys(map(geography.same_clock, zones))
        return _Clue(f"{says}: {', '.join(map(say, places))}, {', '.join(shown)}", places, zones)
    return _foreign(prefix)


@lru_cache(maxsize=1000)
def _foreign(prefix: str) -> _Clue:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE  # 80 ms, and needed only for a number from abroad

    for length in (1, 2, 3):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(prefix[1 : 1 + length] or 0), ())
        countries = tuple(region for region in regions if geography.is_country(region))
        if countries:
            zones = tuple(dict.fromkeys(zone for code in countries for zone in geography.zones_of(code)))
            return _Clue(f"country code +{prefix[1 : 1 + length]}: {', '.join(countries)}", countries, zones)
    return _of_country("", f"unknown country code in {prefix}")
