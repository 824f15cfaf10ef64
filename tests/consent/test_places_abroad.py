"""Where a person abroad may be: numbers and postcodes of the United Kingdom, Australia and France."""

import itertools

import pytest

from nextcall.consent import geography
from nextcall.consent.geography.names import read_region
from nextcall.consent.places import place_of

ALL_AU = {
    "Australia/Sydney",
    "Australia/Brisbane",
    "Australia/Adelaide",
    "Australia/Darwin",
    "Australia/Perth",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Indian/Christmas",
    "Indian/Cocos",
}


@pytest.mark.parametrize("number", ["+61412345678", "+61512345678", "+611300123456", "+611800123456"])
def test_an_australian_number_without_an_area_may_be_on_every_clock_of_the_country(number: str) -> None:
    place = place_of(phones=[number])
    assert place.jurisdictions == ("AU",)
    assert {geography.same_clock(zone) for zone in place.zones} == ALL_AU


@pytest.mark.parametrize(
    ("area", "zones"),
    [
        ("2", {"Australia/Sydney", "Australia/Lord_Howe"}),
        ("3", {"Australia/Sydney"}),  # Melbourne and Hobart keep one clock with it
        ("7", {"Australia/Brisbane", "Australia/Sydney"}),
        ("8", ALL_AU - {"Australia/Sydney", "Australia/Brisbane", "Australia/Lord_Howe"}),
    ],
)
def test_an_australian_area_code_gives_the_clocks_of_its_states(area: str, zones: set[str]) -> None:
    found = place_of(phones=[f"+61{area}91234567"]).zones
    assert {geography.same_clock(zone) for zone in found} == zones


@pytest.mark.parametrize(
    ("code", "zones"),
    [
        ("2000", {"Australia/Sydney"}),
        ("2600", {"Australia/Sydney"}),
        ("3000", {"Australia/Melbourne"}),
        ("4000", {"Australia/Brisbane"}),
        ("5000", {"Australia/Adelaide"}),
        ("6000", {"Australia/Perth"}),
        ("7000", {"Australia/Hobart"}),
        ("0800", {"Australia/Darwin"}),
        ("0872", {"Australia/Darwin", "Australia/Adelaide", "Australia/Perth"}),  # three states share it
        ("2485", {"Australia/Sydney", "Australia/Brisbane"}),  # Tweed Heads
        ("2880", {"Australia/Broken_Hill", "Australia/Sydney"}),
        ("2898", {"Australia/Lord_Howe"}),
        ("4380", {"Australia/Brisbane", "Australia/Sydney"}),
        ("6443", {"Australia/Eucla", "Australia/Perth"}),
        ("6798", {"Indian/Christmas"}),
        ("6799", {"Indian/Cocos"}),
        ("1001", {"Australia/Sydney"}),  # a box in Sydney
    ],
)
def test_an_australian_postcode_gives_every_clock_it_touches(code: str, zones: set[str]) -> None:
    place = place_of(postal_code=code, country="AU")
    assert (place.jurisdictions, set(place.zones)) == (("AU",), zones)


def test_every_australian_postcode_run_follows_the_one_before() -> None:
    rows = [line.split() for line in (geography.HERE / "au_postcodes.txt").read_text().splitlines()]
    runs = [(int(first), int(last)) for first, last, *_ in rows]
    assert all(first <= last for first, last in runs)
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(runs))
    assert all(geography.zones_of(place) for row in rows for place in row[2].split("+"))


def test_a_postcode_that_is_none_says_nothing_finer_than_the_country() -> None:
    assert set(place_of(postal_code="0100", country="AU").zones) >= {"Australia/Perth", "Australia/Sydney"}


@pytest.mark.parametrize(
    ("region", "zone"),
    [("WA", "Australia/Perth"), ("Western Australia", "Australia/Perth"), ("qld", "Australia/Brisbane")],
)
def test_an_australian_state_is_read_where_the_country_is_australia(region: str, zone: str) -> None:
    place = place_of(region=region, country="AU")
    assert (place.jurisdictions, place.home_zone) == (("AU",), zone)
    assert place_of(region=region, default_country="AU").home_zone == zone


def test_wa_is_washington_unless_the_country_says_otherwise() -> None:
    assert read_region("WA") == "US-WA"
    assert read_region("WA", country="AU") == "AU-WA"
    assert place_of(region="WA").jurisdictions == ("US", "US-WA")


@pytest.mark.parametrize("written", ["UK", "uk", "GB", " gb "])
def test_the_united_kingdom_is_written_either_way(written: str) -> None:
    assert place_of(country=written).jurisdictions == ("GB",)
    assert place_of(default_country=written.strip()).jurisdictions == ("GB",)
    assert place_of(stated=[("", "", written)]).jurisdictions == ("GB",)


@pytest.mark.parametrize("code", ["SW1A 1AA", "M1 1AE", "eh1 1bb", "BT1 5GS", "CR26XH"])
def test_a_british_postcode_is_known_without_its_country(code: str) -> None:
    place = place_of(postal_code=code)
    assert (place.jurisdictions, place.zones) == (("GB",), ("Europe/London",))


@pytest.mark.parametrize(("code", "island"), [("JE2 3AB", "JE"), ("GY1 1AA", "GG"), ("IM1 1AA", "IM")])
def test_an_address_on_a_crown_dependency_has_a_law_of_its_own(code: str, island: str) -> None:
    assert place_of(postal_code=code).jurisdictions == (island,)
    assert set(place_of(postal_code=code, phones=["+447911123456"]).jurisdictions) == {"GB", island}


@pytest.mark.parametrize("number", ["+442079460958", "+447911123456", "+441481960194", "+448001111111"])
def test_a_british_number_is_british_and_of_one_clock(number: str) -> None:
    place = place_of(phones=[number])
    assert (place.jurisdictions, place.zones) == (("GB",), ("Europe/London",))


@pytest.mark.parametrize(
    ("clues", "jurisdictions", "zones"),
    [
        ({"phones": ["+33612345678"]}, ("FR",), {"Europe/Paris"}),
        ({"postal_code": "75001", "country": "FR"}, ("FR",), {"Europe/Paris"}),
        ({"postal_code": "97400", "country": "FR"}, ("FR", "FR-OM"), {"Indian/Reunion"}),
        ({"country": "RE"}, ("FR", "FR-OM"), {"Indian/Reunion"}),
        ({"country": "GF"}, ("FR", "FR-OM"), {"America/Cayenne"}),
        ({"phones": ["+262692123456"]}, ("FR", "FR-OM"), {"Indian/Reunion", "Indian/Mayotte"}),
        ({"phones": ["+590690123456"]}, ("FR", "FR-OM"), {"America/Guadeloupe"}),
        ({"phones": ["+594694123456"]}, ("FR", "FR-OM"), {"America/Cayenne"}),
        ({"phones": ["+596696123456"]}, ("FR", "FR-OM"), {"America/Martinique"}),
        ({"phones": ["+508411234"]}, ("FR", "FR-OM"), {"America/Miquelon"}),
        ({"phones": ["+687751234"]}, ("NC",), {"Pacific/Noumea"}),
        ({"postal_code": "98800", "country": "FR"}, ("FR", "NC"), {"Europe/Paris", "Pacific/Noumea"}),
    ],
)
def test_france_overseas_has_frances_law_and_its_own_clock(
    clues: dict[str, object], jurisdictions: tuple[str, ...], zones: set[str]
) -> None:
    place = place_of(**clues)  # type: ignore[arg-type]
    assert (place.jurisdictions, set(place.zones)) == (jurisdictions, zones)


def test_a_parisian_with_a_number_from_reunion_must_be_lawful_by_both_clocks() -> None:
    place = place_of(phones=["+262692123456"], postal_code="75001", country="FR")
    assert place.home_zone == "Europe/Paris"
    assert set(place.zones) == {"Europe/Paris", "Indian/Mayotte", "Indian/Reunion"}


@pytest.mark.parametrize("code", ["236", "250", "306", "639", "672", "778", "807", "867"])
def test_every_listed_split_area_code_of_canada_has_all_its_clocks(code: str) -> None:
    assert len(place_of(phones=[f"+1{code}5550142"]).zones) > 1


def test_north_western_ontario_counts_by_winnipeg_and_toronto() -> None:
    assert {"America/Toronto", "America/Winnipeg"} <= set(place_of(phones=["+18075550142"]).zones)


def test_the_northern_postcodes_are_of_two_territories() -> None:
    place = place_of(postal_code="X0A 0H0", country="CA")
    assert place.jurisdictions == ("CA", "CA-NT", "CA-NU")


def test_a_canadian_without_a_province_meets_what_british_columbia_asks() -> None:
    assert place_of(country="CA").jurisdictions == ("CA", "CA-unknown")
    assert place_of(country="CA", phones=["+14165550142"]).jurisdictions == ("CA", "CA-ON")


def test_the_navajo_nation_counts_by_both_clocks_of_arizona() -> None:
    assert set(place_of(region="AZ").zones) == {"America/Phoenix", "America/Denver"}
    assert "America/Denver" in place_of(postal_code="86503").zones
    assert place_of(postal_code="85004").zones == ("America/Phoenix",)


@pytest.mark.parametrize("code", ["09012", "34055", "96201"])
def test_a_military_address_may_be_on_every_clock(code: str) -> None:
    place = place_of(postal_code=code)
    assert place.jurisdictions == ("US", "US-unknown")
    assert {"Pacific/Honolulu", "America/New_York"} <= set(place.zones)


def test_military_mail_without_a_zip_may_be_anywhere_too() -> None:
    assert "Pacific/Honolulu" in place_of(region="AP", phones=["+12125550142"]).zones


@pytest.mark.parametrize("code", ["800", "833", "844", "855", "866", "877", "888"])
def test_a_toll_free_number_may_be_on_every_clock_hawaii_too(code: str) -> None:
    assert "Pacific/Honolulu" in place_of(phones=[f"+1{code}5550142"]).zones


def test_clocks_that_are_named_once_have_agreed_since_2010() -> None:
    from datetime import UTC, datetime, timedelta

    from nextcall.lib.hours import local

    hours = [datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=7 * n) for n in range(52 * 18)]
    for zone in geography.zones_of("GB") + geography.zones_of("AU") + geography.zones_of("FR-OM"):
        first = geography.same_clock(zone)
        assert all(local(at, zone).utcoffset() == local(at, first).utcoffset() for at in hours), zone
