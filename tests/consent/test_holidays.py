"""The holiday file against an outside opinion: the actual day and each observed one."""

from collections.abc import Iterable
from datetime import date

import pytest

from nextcall.consent import law
from nextcall.consent.facts import Ask, Place
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide
from tests.consent.cases import known, there

YEARS = [2025, 2026, 2027]
NATIONAL = (
    "New Year's Day",
    "Australia Day",
    "Good Friday",
    "Easter Monday",
    "ANZAC Day",
    "Christmas Day",
    "Boxing Day",
)


def outside(country: str, *subdivisions: str, **more: object) -> dict[date, str]:
    holidays = pytest.importorskip("holidays")
    found: dict[date, str] = {}
    for subdivision in subdivisions or (None,):
        found |= holidays.country_holidays(country, subdiv=subdivision, years=YEARS, **more)
    return found


def missing(days: Iterable[date], *lists: str) -> list[date]:
    """Days of the outside opinion, within the file's years, that none of our lists has."""
    calendar = law.calendar()
    ours = {day for name in lists for day in calendar.lists[name]}
    return sorted(day for day in set(days) - ours if calendar.valid_from <= day <= calendar.valid_until)


def test_the_states_lists_have_every_federal_holiday() -> None:
    for name in ("al", "la", "pa", "ri", "ut"):
        assert missing(outside("US"), "us_federal", name) == []
    assert date(2026, 7, 24) in law.calendar().lists["ut"]


def test_bank_holidays_are_those_of_every_nation_of_the_united_kingdom() -> None:
    assert missing(outside("GB", "ENG", "WLS", "SCT", "NIR"), "gb") == []
    in_the_file = set(law.calendar().lists["gb"])
    assert in_the_file <= set(outside("GB", "ENG", "WLS", "SCT", "NIR"))


def test_australias_national_holidays_close_on_the_actual_day_and_where_it_moved_to() -> None:
    everywhere = outside("AU") | outside("AU", "ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
    national = [
        day
        for day, names in everywhere.items()
        if any(name.removesuffix(" (observed)") in NATIONAL for name in names.split("; "))
    ]
    assert missing(national, "au_national") == []
    assert date(2026, 11, 3) not in law.calendar().lists["au_national"]  # Melbourne Cup Day is Victoria's alone


def test_french_holidays_include_alsace_and_moselle_and_the_days_overseas_are_apart() -> None:
    assert missing(outside("FR", "57", "6AE"), "fr") == []
    overseas = outside("FR", "971", "972", "973", "974", "976", "BL", "MF", language="en_US")
    abolition = [day for day, name in overseas.items() if "Abolition" in name]
    assert len(abolition) == 21
    assert missing(abolition, "fr_om") == []
    assert not set(law.calendar().lists["fr"]) & set(abolition)


def test_canadian_holidays_are_those_of_the_labour_code_and_of_british_columbia() -> None:
    assert missing(outside("CA", categories=("government",)), "ca_federal") in ([], _easter_mondays())
    assert missing(outside("CA", "BC"), "ca_federal", "ca_bc") == []


def _easter_mondays() -> list[date]:
    return [date(2025, 4, 21), date(2026, 4, 6), date(2027, 3, 29)]  # a day off in federal offices, no holiday by law


@pytest.mark.parametrize("place", [place for place in law.known() if (pack := law.pack(place)) and pack.holidays])
def test_every_list_that_a_file_names_exists_and_reaches_to_the_end_of_the_calendar(place: str) -> None:
    pack, calendar = law.pack(place), law.calendar()
    assert pack
    for name in pack.holidays:
        days = calendar.lists[name]
        assert {day.year for day in days} == set(YEARS)
        assert all(calendar.valid_from <= day <= calendar.valid_until for day in days)


@pytest.mark.parametrize(
    ("jurisdiction", "zone"),
    [("GB", "Europe/London"), ("AU", "Australia/Sydney"), ("FR", "Europe/Paris"), ("CA", "America/Toronto")],
)
def test_after_the_calendar_ends_such_a_place_is_denied(jurisdiction: str, zone: str) -> None:
    place = Place(zones=(zone,), jurisdictions=(jurisdiction,), home_zone=zone)
    decision = decide(Ask("call", automated=False), known(place), shipped(), there("2028-01-05 11:00", zone))
    assert decision.verdict == "deny"
    assert f"{jurisdiction}.holidays" in {rule.id for rule in decision.rules}
