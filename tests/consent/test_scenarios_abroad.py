"""The adversarial scenarios under their numbers, in Canada, the United Kingdom, Australia and France.

3, 11 to 15, 17 and 18 are deeds of the engine; 19 is content. What the gate alone decides of the others is here.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nextcall.consent.facts import Checked, Facts
from nextcall.consent.places import place_of
from nextcall.consent.policy import for_account, shipped
from tests.consent.cases import ask, ids, known, there, utc

TORONTO = place_of(phones=["+14165550142"], postal_code="M5V 2T6", country="CA")
LONDON = place_of(phones=["+442079460958"], postal_code="SW1A 1AA", country="UK")
SYDNEY = place_of(phones=["+61291234567"], postal_code="2000", country="AU")
PARIS = place_of(phones=["+33612345678"], postal_code="75001", country="FR")
EVERYWHERE = [
    pytest.param(TORONTO, "America/Toronto", id="CA"),
    pytest.param(LONDON, "Europe/London", id="GB"),
    pytest.param(SYDNEY, "Australia/Sydney", id="AU"),
    pytest.param(PARIS, "Europe/Paris", id="FR"),
]


def cleared(place: Any, **more: Any) -> Facts:
    return known(place, do_not_call="no", **more)


@pytest.mark.parametrize(
    ("place", "zone", "before", "after", "opens"),
    [
        # the same minute in UTC, before and after the clocks change: in Australia they go forward in October
        pytest.param(TORONTO, "America/Toronto", "2026-10-30T13:30", "2026-11-02T13:30", "2026-11-02 09:05", id="CA"),
        pytest.param(LONDON, "Europe/London", "2026-10-23T08:30", "2026-10-26T08:30", "2026-10-26 09:00", id="GB"),
        pytest.param(PARIS, "Europe/Paris", "2026-10-23T08:30", "2026-10-26T08:30", "2026-10-26 10:05", id="FR"),
        pytest.param(SYDNEY, "Australia/Sydney", "2027-04-01T22:30", "2027-04-04T22:30", "2027-04-05 09:05", id="AU"),
    ],
)
def test_01_a_daily_text_stored_in_utc_is_too_early_after_the_clocks_go_back(
    place: Any, zone: str, before: str, after: str, opens: str
) -> None:
    assert ask("text", utc(before), cleared(place)).verdict == "allow"
    later = ask("text", utc(after), cleared(place))
    assert (later.verdict, later.earliest) == ("wait", there(opens, zone))


@pytest.mark.parametrize(("place", "zone"), EVERYWHERE)
def test_02_the_same_local_time_stays_lawful_when_the_clocks_go_forward(place: Any, zone: str) -> None:
    for day in ("2027-03-12", "2027-03-30", "2026-10-02", "2026-10-06"):
        assert ask("text", there(f"{day} 11:00", zone), cleared(place)).verdict == "allow"


@pytest.mark.parametrize(
    ("place", "zone", "late", "opens"),
    [
        pytest.param(TORONTO, "America/Toronto", "2026-11-23 21:20", "2026-11-24 09:05", id="CA"),
        pytest.param(LONDON, "Europe/London", "2026-11-23 20:05", "2026-11-24 09:00", id="GB"),
        pytest.param(SYDNEY, "Australia/Sydney", "2026-11-21 17:05", "2026-11-23 09:05", id="AU"),
        pytest.param(PARIS, "Europe/Paris", "2026-11-23 13:05", "2026-11-23 14:05", id="FR"),
    ],
)
def test_03_a_job_picked_up_late_waits_for_the_next_window(place: Any, zone: str, late: str, opens: str) -> None:
    decision = ask("text", there(late, zone), cleared(place))
    assert (decision.verdict, decision.earliest) == ("wait", there(opens, zone))


def test_04_a_london_number_at_an_address_in_sydney_must_be_lawful_in_both() -> None:
    place = place_of(phones=["+442079460958"], postal_code="2000", country="AU")
    assert place.jurisdictions == ("AU", "GB")
    morning = ask("text", there("2026-11-24 09:30", "Australia/Sydney"), cleared(place))
    assert ids(morning, "wait") == {"AU-01.hours", "UK-04.hours"}
    shared = there("2027-03-30 19:30", "Australia/Sydney")  # 09:30 in London, where it is summer too
    assert ask("text", shared, cleared(place)).verdict == "allow"
    in_november = ask("text", there("2026-11-24 19:30", "Australia/Sydney"), cleared(place))  # no hour is in both
    assert "gate.no_window" in ids(in_november, "deny")


def test_05_an_australian_mobile_must_be_lawful_from_the_cocos_islands_to_lord_howe() -> None:
    place = place_of(phones=["+61412345678"])
    assert {"Indian/Cocos", "Australia/Perth", "Australia/Lord_Howe"} <= set(place.zones)
    assert ask("text", there("2026-11-24 12:00", "Australia/Sydney"), cleared(place)).verdict == "wait"
    assert ask("text", there("2026-11-24 13:36", "Australia/Sydney"), cleared(place)).verdict == "allow"
    assert ask("text", there("2026-11-24 19:50", "Australia/Sydney"), cleared(place)).verdict == "wait"


@pytest.mark.parametrize(("place", "zone"), EVERYWHERE)
def test_06_old_zone_data_stops_the_phone_everywhere(place: Any, zone: str) -> None:
    at = there("2026-11-24 11:00", zone)
    stale = replace(shipped(), zone_data="2025b", compiled={})
    for channel in ("text", "call", "voicemail"):
        assert "zone_data.stale" in ids(ask(channel, at, cleared(place), stale, automated=False), "deny")  # type: ignore[arg-type]
    assert ask("email", at, cleared(place), stale).verdict == "allow"


@pytest.mark.parametrize(
    ("place", "zone", "day", "opens"),
    [
        pytest.param(TORONTO, "America/Toronto", "2026-11-22 09:30", "2026-11-22 10:05", id="CA"),
        pytest.param(LONDON, "Europe/London", "2026-11-22 12:00", "2026-11-23 09:00", id="GB"),
        pytest.param(SYDNEY, "Australia/Sydney", "2026-11-22 12:00", "2026-11-23 09:05", id="AU"),
        pytest.param(PARIS, "Europe/Paris", "2026-11-21 11:00", "2026-11-23 10:05", id="FR"),
    ],
)
def test_07_on_their_day_of_rest_it_waits(place: Any, zone: str, day: str, opens: str) -> None:
    decision = ask("text", there(day, zone), cleared(place))
    assert (decision.verdict, decision.earliest) == ("wait", there(opens, zone))


@pytest.mark.parametrize(
    ("country", "place", "zone", "opens"),
    [
        ("GB", LONDON, "Europe/London", "2026-12-05 09:00"),
        ("AU", SYDNEY, "Australia/Sydney", "2026-12-05 09:05"),
        ("FR", PARIS, "Europe/Paris", "2026-12-07 10:05"),
    ],
)
def test_08_a_holiday_proclaimed_since_closes_the_country(country: str, place: Any, zone: str, opens: str) -> None:
    day = there("2026-12-04 11:00", zone)
    assert ask("text", day, cleared(place)).verdict == "allow"
    fed = for_account({"proclaimed_days": {country: ["2026-12-04"]}}, at=day)
    decision = ask("text", day, cleared(place), fed)
    assert (decision.verdict, decision.earliest) == ("wait", there(opens, zone))


@pytest.mark.parametrize(
    ("place", "zone", "day"),
    [
        pytest.param(place_of(phones=["+16045550142"]), "America/Vancouver", "2026-08-03 11:00", id="BC Day"),
        pytest.param(LONDON, "Europe/London", "2026-12-28 11:00", id="Boxing Day, observed"),
        pytest.param(LONDON, "Europe/London", "2026-11-30 11:00", id="Saint Andrew's, Scotland"),
        pytest.param(SYDNEY, "Australia/Sydney", "2026-04-27 11:00", id="Anzac Day, observed"),
        pytest.param(PARIS, "Europe/Paris", "2026-07-14 11:00", id="14 July"),
    ],
)
def test_09_consent_lifts_no_holiday(place: Any, zone: str, day: str) -> None:
    assert ask("text", there(day, zone), cleared(place)).verdict == "wait"
    assert ask("call", there(day, zone), cleared(place), automated=False).verdict == "wait"


@pytest.mark.parametrize(
    ("place", "zone", "automated", "by_hand"),
    [
        pytest.param(TORONTO, "America/Toronto", "CA-03.automated", "CA-02.dnc", id="CA"),
        pytest.param(LONDON, "Europe/London", "UK-02.automated", "UK-01.tps", id="GB"),
        pytest.param(SYDNEY, "Australia/Sydney", "AU-01.automated", "AU-02.dncr", id="AU"),
        pytest.param(PARIS, "Europe/Paris", "EU-02.automated", "EU-02.consent", id="FR"),
    ],
)
def test_10_consent_for_texts_permits_neither_a_voice_nor_a_call(
    place: Any, zone: str, automated: str, by_hand: str
) -> None:
    at = there("2026-11-24 11:00", zone)
    call = known(place, tier="none", do_not_call="yes", inquired_at=at - timedelta(days=200))
    assert automated in ids(ask("call", at, call), "deny")
    assert ids(ask("call", at, call, automated=False), "deny") == {by_hand}
    assert ask("text", at, known(place, tier="express", do_not_call="yes")).verdict == "allow"


@pytest.mark.parametrize(("place", "zone"), EVERYWHERE)
def test_11_after_a_stop_one_confirmation_and_nothing_else(place: Any, zone: str) -> None:
    at = there("2026-11-24 23:40", zone)
    facts = cleared(place, withdrawn=("opt_out",), inbound_at=at)
    assert ask("text", at, facts).verdict == "deny"
    assert ask("text", at + timedelta(minutes=5), facts, purpose="confirmation").verdict == "allow"
    assert ask("text", at + timedelta(minutes=5, seconds=1), facts, purpose="confirmation").verdict == "deny"


def test_14_two_sends_at_once_find_the_cap_filled_by_what_the_other_reserved() -> None:
    at = there("2026-11-24 11:00", "America/Toronto")
    one = cleared(TORONTO, attempts=(("text", at - timedelta(hours=2)),))
    assert ask("text", at, one).verdict == "allow"
    other = replace(one, attempts=(*one.attempts, ("text", at)))
    assert ids(ask("text", at, other), "wait") == {"CA.cap.24h"}
    fourth = tuple(("call", at - timedelta(days=d)) for d in (1, 2, 3))
    paris = there("2026-11-24 11:00", "Europe/Paris")
    full = cleared(PARIS, attempts=(*fourth, ("call", paris)))
    assert ids(ask("call", paris, full, automated=False), "wait") == {"EU-02.cap.30d"}


@pytest.mark.parametrize(("place", "zone"), EVERYWHERE)
def test_16_a_number_of_somebody_else_is_not_used(place: Any, zone: str) -> None:
    at = there("2026-11-24 11:00", zone)
    gone = cleared(place, contact_point_problem="reassigned")
    for channel in ("call", "text", "voicemail"):
        assert ask(channel, at, gone, automated=False).verdict == "deny"  # type: ignore[arg-type]
    assert ask("email", at, gone).verdict == "allow"


@pytest.mark.parametrize(
    ("place", "zone", "country", "days"),
    [
        pytest.param(TORONTO, "America/Toronto", "CA", 31, id="CA"),
        pytest.param(LONDON, "Europe/London", "GB", 28, id="GB"),
        pytest.param(SYDNEY, "Australia/Sydney", "AU", 30, id="AU"),
    ],
)
def test_20_an_old_list_a_doubtful_clock_and_blank_consent_permit_nothing(
    place: Any, zone: str, country: str, days: int
) -> None:
    at = there("2026-11-24 11:00", zone)
    fresh = known(place, tier="none", lists=(Checked(country, False, at - timedelta(days=days)),))
    assert ask("call", at, fresh, automated=False).verdict == "allow"
    old = known(place, tier="none", lists=(Checked(country, False, at - timedelta(days=days + 1)),))
    assert ask("call", at, old, automated=False).verdict == "deny"
    for channel in ("text", "call", "voicemail", "email"):
        assert ask(channel, at, known(place, tier="none")).verdict == "deny"  # type: ignore[arg-type]
        doubtful = cleared(place, clock_doubt="two hours behind the database")
        assert "clock.doubt" in ids(ask(channel, at, doubtful), "deny")  # type: ignore[arg-type]
    rule = {"CA": "CA-01.hours", "GB": "UK-04.hours", "AU": "AU-01.hours"}[country]
    smuggled = {"rules": {rule: {"value": {"sun": "09:00-21:00"}}}}
    assert for_account(smuggled, at=at) is shipped()
