"""The adversarial scenarios of the compliance notes, part (d), under their numbers: those the gate alone decides."""

from dataclasses import replace
from datetime import timedelta

from nextcall.consent.facts import Checked
from nextcall.consent.places import place_of
from nextcall.consent.policy import for_account, shipped
from tests.consent.cases import ask, ids, known, there, utc

NEW_YORK = place_of(phones=["+12125550142"], postal_code="10001")
FLORIDA = place_of(phones=["+13055550142"], postal_code="33101")


def test_01_a_daily_text_stored_in_utc_is_too_early_after_the_clocks_go_back() -> None:
    facts = known(NEW_YORK)
    assert ask("text", utc("2026-10-30T12:30"), facts).verdict == "allow"
    monday = ask("text", utc("2026-11-02T12:30"), facts)
    assert monday.verdict == "wait"
    assert monday.earliest == there("2026-11-02 08:05", "America/New_York")


def test_02_the_same_local_time_stays_lawful_when_the_clocks_go_forward() -> None:
    facts = known(NEW_YORK)
    for instant in ("2027-03-12T13:15", "2027-03-15T12:15", "2027-03-15T13:15"):
        assert ask("text", utc(instant), facts).verdict == "allow"


def test_03_a_job_planned_for_the_evening_and_picked_up_late_waits_for_the_morning() -> None:
    facts = known(place_of(phones=["+12135550142"], postal_code="90001"))
    late = ask("text", utc("2026-11-24T05:10"), facts)
    assert (late.verdict, late.earliest) == ("wait", there("2026-11-24 08:05", "America/Los_Angeles"))


def test_04_a_new_york_number_that_moved_to_phoenix_must_be_lawful_in_both() -> None:
    facts = known(place_of(phones=["+12125550142"], postal_code="85004"))
    decision = ask("text", utc("2026-11-24T02:30"), facts)
    assert decision.verdict == "wait"
    assert set(decision.local_times) == {"America/New_York", "America/Phoenix"}
    assert "US-01.hours" in ids(decision, "wait")


def test_05_a_panhandle_number_and_a_tallahassee_address_close_at_eight_eastern() -> None:
    facts = known(place_of(phones=["+18502345678"], postal_code="32301"))
    decision = ask("text", utc("2026-11-24T01:30"), facts)
    assert decision.verdict == "wait"
    assert "US-FL.hours" in ids(decision, "wait")


def test_06_vancouver_is_judged_by_this_years_clock_and_never_by_old_zone_data() -> None:
    facts = known(place_of(phones=["+16045550142"]))
    late = ask("text", utc("2026-11-24T04:45"), facts)
    assert late.local_times["America/Vancouver"] == "2026-11-23T21:45:00-07:00"
    assert late.verdict == "wait"
    stale = replace(shipped(), zone_data="2025b", compiled={})
    noon = ask("text", utc("2026-11-24T19:00"), facts, stale)
    assert noon.verdict == "deny"
    assert "zone_data.stale" in ids(noon, "deny")
    for channel in ("call", "voicemail"):
        by_hand = ask(channel, utc("2026-11-24T19:00"), facts, stale, automated=False)  # type: ignore[arg-type]
        assert "zone_data.stale" in ids(by_hand, "deny")
    assert ask("email", utc("2026-11-24T19:00"), facts, stale).verdict == "allow"


def test_07_texas_on_sunday_waits_for_noon() -> None:
    facts = known(place_of(phones=["+12145550142"], postal_code="75201"))
    decision = ask("text", utc("2026-11-22T17:30"), facts)
    assert (decision.verdict, decision.earliest) == ("wait", there("2026-11-22 12:05", "America/Chicago"))


def test_08_a_day_the_governor_proclaimed_closes_louisiana() -> None:
    facts = known(place_of(phones=["+15045550142"], postal_code="70112"))
    day = there("2026-12-04 10:00", "America/Chicago")
    assert ask("text", day, facts).verdict == "allow"
    fed = for_account({"proclaimed_days": {"US-LA": ["2026-12-04"]}}, at=day)
    decision = ask("text", day, facts, fed)
    assert (decision.verdict, decision.earliest) == ("wait", there("2026-12-05 08:05", "America/Chicago"))
    shipped_day = ask("text", there("2026-11-27 10:00", "America/Chicago"), facts)
    assert shipped_day.earliest == there("2026-11-28 08:05", "America/Chicago")


def test_09_consent_does_not_lift_pioneer_day_or_a_rhode_island_saturday() -> None:
    utah = known(place_of(phones=["+18015550142"], postal_code="84101"))
    assert ask("text", there("2026-07-24 10:00", "America/Denver"), utah).verdict == "wait"
    rhode_island = known(place_of(phones=["+14015550142"], postal_code="02903"))
    assert ask("call", there("2026-11-21 17:05", "America/New_York"), rhode_island, automated=False).verdict == "wait"


def test_10_consent_for_texts_permits_neither_a_voice_nor_a_late_call() -> None:
    at = there("2026-11-23 11:00", "America/Denver")
    inquired = at - timedelta(days=122)
    call = known(tier="none", do_not_call="yes", inquired_at=inquired)
    assert ids(ask("call", at, call, automated=True), "deny") == {"US-03.automated", "US-07.dnc.machine"}
    assert ids(ask("call", at, call, automated=False), "deny") == {"US-07.dnc"}
    assert ask("text", at, known(inquired_at=inquired)).verdict == "allow"
    fresh = replace(call, inquired_at=at - timedelta(days=80))
    assert ask("call", at, fresh, automated=False).verdict == "allow"


def test_15_a_wrong_number_takes_no_clarification() -> None:
    at = there("2026-11-23 11:00", "America/Denver")
    facts = known(withdrawn=("wrong_number",), contact_point_problem="wrong", inbound_at=at)
    for channel in ("text", "call", "voicemail"):
        assert ask(channel, at, facts, purpose="reply", automated=False).verdict == "deny"
    assert ask("text", at, facts, purpose="confirmation").verdict == "deny"


def test_16_a_reassigned_number_is_blocked_and_an_unverified_one_only_for_machines() -> None:
    at = there("2026-11-23 11:00", "America/Denver")
    gone = known(contact_point_problem="reassigned", inquired_at=at)
    assert all(
        ask(c, at, gone, automated=a).verdict == "deny" for c in ("call", "text", "voicemail") for a in (True, False)
    )
    assert ask("email", at, gone).verdict == "allow"
    unsure = known(contact_point_problem="unverified", inquired_at=at)
    assert ids(ask("text", at, unsure), "deny") == {"US-18.reassigned"}
    assert ask("text", at, replace(unsure, inbound_at=at - timedelta(days=29))).verdict == "allow"
    assert ask("call", at, unsure, automated=False).verdict == "allow"


def test_17_a_stop_denies_whatever_consent_stands_beside_it() -> None:
    at = there("2026-11-23 11:00", "America/Denver")
    assert ids(ask("text", at, known(withdrawn=("opt_out",))), "deny") == {"US-09.withdrawn"}


def test_20_a_clock_two_hours_slow_stops_the_machine_and_an_old_list_every_cold_call() -> None:
    at = there("2026-11-23 11:00", "America/New_York")
    doubtful = known(FLORIDA, do_not_call="no", clock_doubt="7,200 seconds behind the database")
    for channel in ("text", "call", "voicemail", "email"):
        assert ids(ask(channel, at, doubtful), "deny") == {"clock.doubt"}  # type: ignore[arg-type]
    lists = tuple(Checked(place, False, at - timedelta(days=32)) for place in ("US", "US-FL"))
    old = ask("call", at, known(FLORIDA, tier="none", lists=lists), automated=False)
    assert ids(old, "deny") == {"US-07.dnc"}
    assert old.deciding and "32 days old and may be 31" in old.deciding.says
    recent = tuple(replace(one, obtained_at=at - timedelta(days=31)) for one in lists)
    assert ask("call", at, known(FLORIDA, tier="none", lists=recent), automated=False).verdict == "allow"


def test_20_without_proof_and_basis_there_are_no_rights() -> None:
    at = there("2026-11-23 11:00", "America/New_York")
    blank = known(FLORIDA, tier="none", do_not_call="unknown")
    assert all(
        ask(c, at, blank, automated=a).verdict == "deny" for c in ("call", "text", "voicemail") for a in (True, False)
    )
    smuggled = {"rules": {"US-FL.hours": {"value": {"mon_fri": "08:00-21:00"}}}}
    assert for_account(smuggled, at=at) is shipped()
    late = there("2026-11-23 20:10", "America/New_York")
    assert ask("text", late, known(FLORIDA), for_account(smuggled, at=at)).verdict == "wait"
