"""Which states and zones an area code, a ZIP or a state stands for: small tables, read when first needed."""

import bisect
from functools import cache
from importlib import resources
from pathlib import Path

HERE = Path(__file__).parent

# Zones whose clocks have agreed since 2010 and agree now: one of them speaks for all, the rest would only repeat it.
_SAME = {
    "America/New_York": (
        "America/Detroit",
        "America/Indiana/Indianapolis",
        "America/Indiana/Vincennes",
        "America/Indiana/Winamac",
        "America/Indiana/Marengo",
        "America/Indiana/Petersburg",
        "America/Indiana/Vevay",
        "America/Kentucky/Louisville",
        "America/Kentucky/Monticello",
        "America/Toronto",
        "America/Iqaluit",
        "US/Eastern",
    ),
    "America/Chicago": (
        "America/Menominee",
        "America/Indiana/Tell_City",
        "America/Indiana/Knox",
        "America/North_Dakota/Center",
        "America/North_Dakota/New_Salem",
        "America/North_Dakota/Beulah",
        "US/Central",
    ),
    "America/Denver": ("America/Boise", "US/Mountain"),
    "America/Los_Angeles": ("US/Pacific",),
    "America/Anchorage": ("America/Juneau", "America/Sitka", "America/Nome", "America/Yakutat", "America/Metlakatla"),
    "America/Phoenix": ("US/Arizona",),
    "Pacific/Honolulu": ("US/Hawaii",),
    "America/Puerto_Rico": ("America/St_Thomas",),
    "Pacific/Guam": ("Pacific/Saipan",),
    "Europe/London": ("Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Jersey"),
    "Australia/Sydney": ("Australia/Melbourne", "Australia/Hobart", "Australia/Canberra"),
    "Australia/Brisbane": ("Australia/Lindeman",),
    "Australia/Adelaide": ("Australia/Broken_Hill",),
    "America/Martinique": ("America/Guadeloupe", "America/Marigot", "America/St_Barthelemy"),
}
_CLOCK = {zone: first for first, others in _SAME.items() for zone in others}


def same_clock(zone: str) -> str:
    """The best-known zone that keeps the same clock: America/Detroit is America/New_York."""
    return _CLOCK.get(zone, zone)


Answer = tuple[tuple[str, ...], tuple[str, ...]]  # jurisdictions, zones; the most likely first

# Where nothing is known of a person in the United States: their call must be lawful on every clock of the fifty states.
ALL_US = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
)


def _rows(name: str) -> list[list[str]]:
    return [line.split() for line in (HERE / name).read_text().splitlines()]


@cache
def _states() -> dict[str, tuple[str, ...]]:
    rows = [*_rows("states.txt"), *_rows("countries.txt")]
    return {place: tuple(zones.split("+")) for place, zones in rows}


@cache
def _area_codes() -> dict[str, Answer]:
    return {code: answer(places, zones) for code, places, zones in _rows("area_codes.txt")}


@cache
def _zips() -> tuple[list[int], list[tuple[int, Answer]]]:
    rows = [(int(first), int(last), answer(places, zones)) for first, last, places, zones in _rows("zips.txt")]
    return [first for first, _, _ in rows], [(last, answer) for _, last, answer in rows]


def answer(places: str, zones: str) -> Answer:
    """ "US-ID" and "America/Boise+America/Los_Angeles", or "*" for every zone of the places."""
    listed = tuple(places.split("+"))
    if zones != "*":
        return listed, tuple(zones.split("+"))
    return listed, tuple(dict.fromkeys(zone for place in listed for zone in zones_of(place)))


def zones_of(place: str) -> tuple[str, ...]:
    """Every zone of "US-FL", "CA-BC", "US-unknown" or a country "FR", the most populous first; () if unknown."""
    if place in _states():
        return _states()[place]
    if place in ("CA", "CA-unknown"):
        return tuple(dict.fromkeys(zone for name, zones in _states().items() if name[:3] == "CA-" for zone in zones))
    return ALL_US if place.startswith("US") else _country_zones().get(place, ())


def is_state(place: str) -> bool:
    """Whether "US-FL", "CA-BC" or "AU-NSW" is a state or province we know."""
    return "-" in place and place in _states()


def of_area_code(code: str) -> Answer | None:
    """A North American area code: the state it is assigned to, and every zone where its numbers live."""
    return _area_codes().get(code)


def of_zip(code: int) -> Answer | None:
    """A ZIP: its state (both, where it lies in two) and every zone it touches.

    One that is not listed, but lies between two that are, may be in either place.
    """
    firsts, runs = _zips()
    index = bisect.bisect_right(firsts, code) - 1
    if index < 0:
        return None
    last, answer = runs[index]
    if code <= last:
        return answer
    if index + 1 == len(runs) or firsts[index + 1] // 100 != code // 100 or last // 100 != code // 100:
        return None
    return _merge(answer, runs[index + 1][1])


def _merge(one: Answer, other: Answer) -> Answer:
    return tuple(dict.fromkeys((*one[0], *other[0]))), tuple(dict.fromkeys((*one[1], *other[1])))


@cache
def _country_zones() -> dict[str, tuple[str, ...]]:
    """ISO country to zones, from the zone data's own table."""
    found: dict[str, list[str]] = {}
    for line in resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found.setdefault(country, []).append(zone)
    return {country: tuple(zones) for country, zones in found.items()}


@cache
def _zone_countries() -> dict[str, str]:
    return {zone: country for country, zones in _country_zones().items() for zone in zones}


def country_of(zone: str) -> str:
    """The country whose clock it is ("US" for America/Denver); "" where the table does not say."""
    return _zone_countries().get(zone) or _zone_countries().get(same_clock(zone), "")


def is_country(code: str) -> bool:
    """Whether it is an ISO country code, or UK."""
    return country_code(code) in _country_zones()


def country_code(written: str) -> str:
    """The ISO code as we keep it: "uk" is GB."""
    code = written.strip().upper()
    return "GB" if code == "UK" else code


# Places whose law is another's: parts of Australia and of France with codes of their own.
_LAW = {"CX": "AU", "CC": "AU"} | dict.fromkeys(("GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"), "FR-OM")


def law_of(place: str) -> str:
    """The jurisdiction that decides for a place: "AU" for "AU-NSW" and CX, "FR-OM" for RE, itself for most."""
    return "AU" if place.startswith("AU-") else _LAW.get(place, place)
