"""Where a person may be: the union of every clue."""

import pytest

from nextcall.consent import geography
from nextcall.consent.geography.names import read_region
from nextcall.consent.places import place_of


@pytest.mark.parametrize(
    ("code", "state", "zones"),
    [
        ("212", "NY", {"America/New_York"}),
        ("303", "CO", {"America/Denver"}),
        ("850", "FL", {"America/New_York", "America/Chicago"}),
        ("928", "AZ", {"America/Phoenix", "America/Denver"}),
        ("208", "ID", {"America/Boise", "America/Los_Angeles"}),
        ("775", "NV", {"America/Los_Angeles", "America/Denver"}),
        ("907", "AK", {"America/Anchorage", "America/Adak"}),
        ("645", "FL", {"America/New_York"}),
        ("787", "PR", {"America/Puerto_Rico"}),
        ("808", "HI", {"Pacific/Honolulu"}),
    ],
)
def test_an_area_code_gives_its_state_and_every_zone_in_it(code: str, state: str, zones: set[str]) -> None:
    place = place_of(phones=[f"+1{code}5550142"])
    assert place.jurisdictions == ("US", f"US-{state}")
    assert set(place.zones) == zones


@pytest.mark.parametrize(
    "code",
    [
        "850",
        "448",
        "270",
        "364",
        "812",
        "930",
        "219",
        "574",
        "423",
        "931",
        "906",
        "308",
        "605",
        "701",
        "785",
        "620",
        "432",
        "208",
        "986",
        "541",
        "458",
        "775",
        "928",
        "907",
    ],
)
def test_every_listed_split_area_code_has_all_its_clocks(code: str) -> None:
    answer = geography.of_area_code(code)
    assert answer is not None and len(answer[1]) > 1


@pytest.mark.parametrize(
    ("code", "states", "zones"),
    [
        ("80202", {"US-CO"}, {"America/Denver"}),
        ("79901", {"US-TX"}, {"America/Denver"}),
        ("42223", {"US-KY", "US-TN"}, {"America/Chicago"}),
        ("36867", {"US-AL"}, {"America/Chicago", "America/New_York"}),
        ("86503", {"US-AZ"}, {"America/Denver"}),
        ("80202-1234", {"US-CO"}, {"America/Denver"}),
        ("83501", {"US-ID"}, {"America/Los_Angeles"}),
    ],
)
def test_a_zip_gives_all_it_touches(code: str, states: set[str], zones: set[str]) -> None:
    place = place_of(postal_code=code)
    assert set(place.jurisdictions) - {"US"} == states
    assert zones <= set(place.zones)


def test_a_zip_is_finer_than_its_own_state() -> None:
    assert place_of(postal_code="32501", region="FL").zones == ("America/Chicago",)
    assert set(place_of(region="Florida").zones) == {"America/Chicago", "America/New_York"}


def test_clues_that_disagree_all_count() -> None:
    place = place_of(
        phones=["+12125550142", "+13055550142"], postal_code="85004", region="TX", stated_zone="Pacific/Honolulu"
    )
    assert set(place.jurisdictions) == {"US", "US-AZ", "US-FL", "US-NY", "US-TX"}
    assert {"America/Phoenix", "America/New_York", "America/Chicago", "Pacific/Honolulu"} <= set(place.zones)
    assert place.home_zone == "Pacific/Honolulu"


def test_a_toll_free_number_may_be_anywhere_and_leaves_the_state_to_other_clues() -> None:
    alone = place_of(phones=["+18005550142"])
    assert "US-unknown" in alone.jurisdictions and "Pacific/Honolulu" in alone.zones
    with_zip = place_of(phones=["+18005550142"], postal_code="80202")
    assert with_zip.jurisdictions == ("US", "US-CO")
    assert (with_zip.home_zone, "Pacific/Honolulu" in with_zip.zones) == ("America/Denver", True)


def test_nothing_known_is_anywhere_in_the_accounts_country_or_nowhere() -> None:
    assert place_of().jurisdictions == ("US", "US-unknown")
    assert place_of(default_country="").jurisdictions == ("unknown",)
    assert place_of(default_country="CA").jurisdictions == ("CA", "CA-unknown")


def test_military_mail_tells_no_place() -> None:
    assert "US-unknown" in place_of(postal_code="09012").jurisdictions


def test_other_countries_are_named_by_number_and_address() -> None:
    assert "GB" in place_of(phones=["+447911123456"]).jurisdictions
    assert place_of(postal_code="75001", country="FR").jurisdictions == ("FR",)
    assert place_of(region="WA", country="AU").jurisdictions == ("AU",)
    assert place_of(postal_code="V6B 1A1").jurisdictions == ("CA", "CA-BC")
    assert place_of(postal_code="V6B 1A1").zones == ("America/Vancouver",)


def test_garbage_is_no_clue() -> None:
    place = place_of(phones=["", "junk"], postal_code="ABCDE", region="Nowhere", stated_zone="../../etc/passwd")
    assert place.jurisdictions == ("US", "US-unknown")


def test_zones_that_keep_one_clock_are_named_once() -> None:
    assert place_of(phones=["+13135550142"], postal_code="48201", region="MI").zones == ("America/Detroit",)


def test_clues_are_told_in_words() -> None:
    assert place_of(phones=["+13035550142"], postal_code="80202").clues[0] == "ZIP 80202: Colorado, America/Denver"


@pytest.mark.parametrize(
    ("raw", "country", "place"),
    [
        ("FL", "", "US-FL"),
        ("florida", "", "US-FL"),
        ("Fla.", "", "US-FL"),
        ("CA", "", "US-CA"),
        ("BC", "", "CA-BC"),
        ("ON", "CA", "CA-ON"),
        ("CA", "CA", None),
        ("D.C.", "", "US-DC"),
        ("nowhere", "", None),
        ("", "", None),
    ],
)
def test_states_are_read_as_people_write_them(raw: str, country: str, place: str | None) -> None:
    assert read_region(raw, country=country) == place


def test_a_bare_country_adds_nothing_to_a_number_that_says_where_in_it():
    assert place_of(phones=["+16045550142"], country="CA") == place_of(phones=["+16045550142"])


def test_a_bare_country_counts_where_the_number_is_from_another():
    assert {"US-NY", "CA-unknown"} <= set(place_of(phones=["+12125550142"], country="CA").jurisdictions)
