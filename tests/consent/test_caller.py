"""What whoever calls must say and by when, by place: derived by hand from compliance notes, sections 1, 2 and 5."""

import pytest

from nextcall.consent import law
from nextcall.consent.caller import MUST_SAY, Duties, strictest
from nextcall.consent.policy import shipped


def of(*places: str) -> Duties:
    """As for somebody who may be in all of them."""
    packs = shipped().packs
    return strictest((packs[one].name, packs[one].caller) for one in places)


@pytest.mark.parametrize(
    ("places", "seconds", "ends", "offers"),
    [
        (["US"], 30, None, False),
        (["US", "US-CT"], 10, 10, False),
        (["US", "US-FL"], 30, None, False),
        (["US", "US-RI"], 30, None, False),
        (["US", "US-WA"], 30, 10, False),
        (["US", "US-NJ"], 30, None, False),
        (["US", "US-NY"], 30, None, True),
        (["US", "US-NY", "US-CT"], 10, 10, True),  # a Connecticut number that lives in New York
        (["US", "US-TX"], 30, None, False),
        (["CA", "CA-BC"], 30, None, False),
        (["GB"], 30, None, False),
        (["AU"], 30, None, False),
        (["FR"], 30, None, False),
    ],
)
def test_the_strictest_place_sets_the_deadline(places: list[str], seconds: int, ends: int | None, offers: bool) -> None:
    found = of(*places)
    assert (found.within_seconds, found.end_within_seconds) == (seconds, ends)
    assert any("do-not-call list" in says for _, says in found.beyond) is offers


@pytest.mark.parametrize("place", ["US", "US-CT", "US-NJ"])
def test_name_seller_purpose_and_number_are_said_where_the_law_wants_all_four(place: str) -> None:
    assert of(place).must_say == MUST_SAY


def test_connecticut_asks_whether_to_go_on() -> None:
    assert ("Connecticut", "Ask whether to go on, end the call, or take them off the list") in of("US", "US-CT").beyond


def test_washington_keeps_a_year_of_quiet_on_request() -> None:
    assert any("at least a year" in says for name, says in of("US", "US-WA").beyond if name == "Washington")


def test_where_nothing_is_known_everything_is_said_within_thirty_seconds() -> None:
    assert strictest([("Nowhere", None)]) == Duties(30, "", MUST_SAY, None, ())


def test_every_place_with_duties_names_its_source() -> None:
    told = [pack for place in law.known() if (pack := law.pack(place)) and pack.caller]
    assert len(told) == 11
    assert all(one.caller and one.caller.source and one.caller.confidence in "HML" for one in told)
    assert all("within" in one.duties[0] for one in told)
