"""Do-not-call lists: every list of the place, at hand, recent and silent, or nothing cold goes there."""

from datetime import datetime, timedelta

import pytest

from nextcall.consent.facts import Ask, Checked, Facts, Place
from nextcall.consent.places import place_of
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide
from tests.consent.cases import ask, ids, known, there

MC = Ask("call", automated=False)
ONE_SECOND = timedelta(seconds=1)
MAX_DAYS = {"US": 31, "CA": 31, "GB": 28, "AU": 30}
STATES = ["CO", "FL", "IN", "LA", "MA", "MO", "OK", "PA", "TN", "TX", "WY"]
COLD = [
    ("US", place_of(phones=["+12125550142"]), "US-07.dnc", "America/New_York"),
    ("CA", place_of(phones=["+14165550142"]), "CA-02.dnc", "America/Toronto"),
    ("GB", place_of(phones=["+442079460958"]), "UK-01.tps", "Europe/London"),
    ("AU", place_of(postal_code="2000", country="AU"), "AU-02.dncr", "Australia/Sydney"),
]


def cold(place: Place, *lists: Checked, **more: object) -> Facts:
    return known(place, tier="none", lists=lists, **more)


def words(decision: object, rule_id: str) -> str:
    return next(rule.says for rule in decision.rules if rule.id == rule_id)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("country", "place", "rule", "zone"), COLD)
def test_a_list_holds_to_the_second_of_its_age(country: str, place: Place, rule: str, zone: str) -> None:
    at = there("2026-11-24 11:00", zone)
    oldest = at - timedelta(days=MAX_DAYS[country])
    fresh = decide(MC, cold(place, Checked(country, False, oldest)), shipped(), at)
    assert fresh.verdict == "allow"
    assert f"{oldest:%Y-%m-%d}: not on it" in words(fresh, rule)
    stale = decide(MC, cold(place, Checked(country, False, oldest - ONE_SECOND)), shipped(), at)
    assert ids(stale, "deny") == {rule}
    assert f"days old and may be {MAX_DAYS[country]}" in words(stale, rule)


@pytest.mark.parametrize(("country", "place", "rule", "zone"), COLD)
def test_a_listed_number_or_no_list_is_denied_and_the_rule_says_why(
    country: str, place: Place, rule: str, zone: str
) -> None:
    at = there("2026-11-24 11:00", zone)
    listed = decide(MC, cold(place, Checked(country, True, at)), shipped(), at)
    assert (listed.verdict, "2026-11-2" in words(listed, rule)) == ("deny", True)
    missing = decide(MC, cold(place), shipped(), at)
    assert ids(missing, "deny") == {rule}
    assert "no list at hand" in words(missing, rule)


@pytest.mark.parametrize("state", STATES)
def test_a_state_with_a_list_of_its_own_asks_for_both(state: str) -> None:
    zone = "America/Chicago"
    place = Place(zones=(zone,), jurisdictions=("US", f"US-{state}"), home_zone=zone)
    at = there("2026-11-24 11:00", zone)
    national = Checked("US", False, at - timedelta(days=3))
    own = Checked(f"US-{state}", False, at - timedelta(days=31))
    assert decide(MC, cold(place, national, own), shipped(), at).verdict == "allow"
    for lists in ([national], [own], [national, Checked(f"US-{state}", True, at)]):
        assert ids(decide(MC, cold(place, *lists), shipped(), at), "deny") == {"US-07.dnc"}
    older = Checked(f"US-{state}", False, at - timedelta(days=31) - ONE_SECOND)
    assert ids(decide(MC, cold(place, national, older), shipped(), at), "deny") == {"US-07.dnc"}


def test_a_state_without_a_list_asks_for_the_national_one_alone() -> None:
    at = there("2026-11-24 11:00", "America/Los_Angeles")
    place = place_of(phones=["+12065550142"])
    assert decide(MC, cold(place, Checked("US", False, at)), shipped(), at).verdict == "allow"


def test_a_list_that_was_looked_up_outweighs_what_is_said_of_all_of_them() -> None:
    at = there("2026-11-24 11:00", "America/New_York")
    place = place_of(phones=["+13055550142"])
    national = Checked("US", False, at)
    assert decide(MC, cold(place, national, do_not_call="no"), shipped(), at).verdict == "allow"
    listed = Checked("US-FL", True, at)
    assert decide(MC, cold(place, national, listed, do_not_call="no"), shipped(), at).verdict == "deny"
    stale = Checked("US", False, at - timedelta(days=32))
    assert decide(MC, cold(place, stale, do_not_call="no"), shipped(), at).verdict == "deny"
    both = (national, Checked("US-FL", False, at))
    assert decide(MC, cold(place, *both, do_not_call="yes"), shipped(), at).verdict == "deny"


def test_of_two_copies_of_a_list_the_newer_gives_the_age_and_either_may_name_the_number() -> None:
    at = there("2026-11-24 11:00", "America/New_York")
    place = place_of(phones=["+12125550142"])
    old, new = Checked("US", False, at - timedelta(days=40)), Checked("US", False, at)
    assert decide(MC, cold(place, old, new), shipped(), at).verdict == "allow"
    assert decide(MC, cold(place, Checked("US", True, at - timedelta(days=40)), new), shipped(), at).verdict == "deny"


def test_a_list_dated_ahead_is_a_mistake_and_frees_nobody() -> None:
    at = there("2026-11-24 11:00", "America/New_York")
    place = place_of(phones=["+12125550142"])
    assert decide(MC, cold(place, Checked("US", False, at + timedelta(days=2))), shipped(), at).verdict == "deny"
    # A date is stored with an hour of its own: later the same day is no mistake.
    assert decide(MC, cold(place, Checked("US", False, at + timedelta(hours=9))), shipped(), at).verdict == "allow"


def test_each_country_asks_its_own_lists() -> None:
    both = place_of(phones=["+442079460958", "+12125550142"])
    at = there("2026-11-24 10:00", "America/New_York")
    american, british = Checked("US", False, at), Checked("GB", False, at)
    assert decide(MC, cold(both, american, british), shipped(), at).verdict == "allow"
    assert ids(decide(MC, cold(both, american), shipped(), at), "deny") == {"UK-01.tps"}
    assert ids(decide(MC, cold(both, british), shipped(), at), "deny") == {"US-07.dnc"}


def test_a_wait_ends_as_a_denial_where_the_list_grows_too_old_meanwhile() -> None:
    late = there("2026-11-24 22:00", "America/New_York")
    place = place_of(phones=["+12125550142"])
    nearly = Checked("US", False, late - timedelta(days=30, hours=20))  # 31 days are over at two in the night
    assert ids(decide(MC, cold(place, nearly), shipped(), late), "deny") == {"US-07.dnc"}
    recent = Checked("US", False, late - timedelta(days=30))
    assert decide(MC, cold(place, recent), shipped(), late).verdict == "wait"


@pytest.mark.parametrize("asked", [Ask("text"), Ask("call"), Ask("voicemail")])
def test_a_listed_number_needs_written_consent_for_texts_and_automated_calls(asked: Ask) -> None:
    at = there("2026-11-24 11:00", "America/New_York")
    place = place_of(phones=["+12125550142"])
    bought = cold(place, Checked("US", True, at), bought_at=at - timedelta(days=9))
    assert "US-07.dnc.machine" in ids(decide(asked, bought, shipped(), at), "deny")
    assert decide(MC, bought, shipped(), at).verdict == "allow"  # a purchase frees what a person dials
    written = known(place, lists=bought.lists)
    assert decide(asked, written, shipped(), at).verdict == "allow"


def test_a_stop_ends_the_relationship_that_freed_the_number() -> None:
    at: datetime = there("2026-11-24 11:00", "America/New_York")
    place = place_of(phones=["+12125550142"])
    facts = cold(place, Checked("US", True, at), bought_at=at - timedelta(days=9), withdrawn=("opt_out",))
    assert decide(MC, facts, shipped(), at).verdict == "deny"


def test_email_asks_no_list() -> None:
    at = there("2026-11-24 11:00", "America/New_York")
    facts = known(place_of(phones=["+12125550142"]), tier="none", do_not_call="yes")
    assert ask("email", at, facts).verdict == "allow"
