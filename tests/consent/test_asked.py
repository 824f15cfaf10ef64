"""What the person asked for short of a stop, what runs out meanwhile, and a clock in doubt."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nextcall.consent.facts import Ask, Facts
from nextcall.consent.places import place_of
from nextcall.consent.policy import for_account, shipped
from nextcall.consent.rules import decide
from nextcall.lib.hours import read_spans
from tests.consent.cases import ask, ids, known, there

MC = Ask("call", automated=False)
DENVER, ZONE = place_of(phones=["+13035550142"], postal_code="80202"), "America/Denver"
NOON = there("2026-11-24 12:00", ZONE)
EVENINGS = tuple(map(read_spans, ("17:00-20:00", "10:00-12:00", "closed")))


def evenings(**more: Any) -> Facts:
    return known(DENVER, preferred_hours=EVENINGS, do_not_call="no", **more)


@pytest.mark.parametrize("channel", ["call", "text", "email", "voicemail"])
@pytest.mark.parametrize("automated", [True, False])
def test_their_hours_bind_every_channel_and_people_too(channel: Any, automated: bool) -> None:
    waits = ask(channel, NOON, evenings(), automated=automated)
    assert (waits.verdict, ids(waits, "wait")) == ("wait", {"person.hours"})
    assert waits.earliest == there("2026-11-24 17:00", ZONE)
    assert ask(channel, there("2026-11-24 18:00", ZONE), evenings(), automated=automated).verdict == "allow"


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        ("2026-11-24 16:59", "wait"),
        ("2026-11-24 17:00", "allow"),
        ("2026-11-24 19:59", "allow"),
        ("2026-11-24 20:00", "wait"),
        ("2026-11-21 11:59", "allow"),
        ("2026-11-21 12:00", "wait"),
        ("2026-11-22 11:00", "wait"),
    ],
)
def test_their_hours_are_kept_to_the_minute(when: str, verdict: str) -> None:
    assert decide(MC, evenings(), shipped(), there(when, ZONE)).verdict == verdict


def test_their_hours_never_widen_the_law() -> None:
    night = known(DENVER, preferred_hours=(read_spans("21:00-23:00"),) * 3, do_not_call="no")
    assert decide(MC, night, shipped(), there("2026-11-24 21:30", ZONE)).verdict == "deny"
    assert "gate.no_window" in ids(decide(MC, night, shipped(), NOON), "deny")


def test_their_hours_are_by_the_clock_they_most_likely_live_by() -> None:
    sydney = place_of(phones=["+61412345678"], postal_code="2000", country="AU")
    facts = known(sydney, preferred_hours=EVENINGS, do_not_call="no")
    assert decide(MC, facts, shipped(), there("2026-11-24 17:30", "Australia/Sydney")).verdict == "allow"


def test_a_persons_answer_within_half_an_hour_is_not_bound_by_their_hours() -> None:
    facts = evenings(inbound_at=NOON - timedelta(minutes=20), not_before=NOON + timedelta(days=90))
    assert ask("text", NOON, facts, purpose="reply", automated=False).verdict == "allow"
    assert ask("text", NOON, facts, purpose="reply").verdict == "wait"
    later = replace(facts, inbound_at=NOON - timedelta(minutes=31))
    assert ids(ask("text", NOON, later, purpose="reply", automated=False), "wait") == {
        "person.hours",
        "person.not_before",
    }


@pytest.mark.parametrize("automated", [True, False])
def test_ask_me_in_march_waits_for_march(automated: bool) -> None:
    facts = known(DENVER, not_before=there("2027-03-01 00:00", ZONE))
    waits = ask("text", NOON, facts, automated=automated)
    assert (waits.verdict, ids(waits, "wait")) == ("wait", {"person.not_before"})
    assert waits.earliest == there("2027-03-01 08:05", ZONE)
    assert ask("text", there("2027-03-01 08:05", ZONE), facts, automated=automated).verdict == "allow"


def test_a_permission_that_runs_out_before_then_turns_the_wait_into_a_denial() -> None:
    until = there("2027-02-28 00:00", ZONE)
    facts = known(DENVER, not_before=there("2027-03-01 00:00", ZONE), permission_until=until)
    assert ids(ask("text", NOON, facts), "deny") >= {"US-03.text"}
    assert ask("text", NOON, replace(facts, permission_until=until + timedelta(days=9))).verdict == "wait"


def test_a_permission_ends_to_the_second() -> None:
    facts = known(DENVER, permission_until=NOON)
    assert ask("text", NOON - timedelta(seconds=1), facts).verdict == "allow"
    assert ask("text", NOON, facts).verdict == "deny"


def test_an_opt_in_that_ran_out_permits_no_email_where_there_are_no_rules() -> None:
    berlin = place_of(phones=["+4915112345678"])
    at = there("2026-11-24 12:00", "Europe/Berlin")
    assert ask("email", at, known(berlin, tier="express", permission_until=at + timedelta(days=1))).verdict == "allow"
    assert ids(ask("email", at, known(berlin, tier="express", permission_until=at)), "deny") == {"DE.no_pack"}


def test_a_number_without_data_waits_no_longer_than_their_message_vouches_for_it() -> None:
    late = there("2026-11-24 22:00", ZONE)
    facts = known(DENVER, contact_point_problem="unverified", inbound_at=late - timedelta(days=29, hours=20))
    assert "US-18.reassigned" in ids(ask("text", late, facts), "deny")


@pytest.mark.parametrize("channel", ["call", "text", "email", "voicemail"])
def test_nothing_is_sent_by_a_machine_whose_clock_is_in_doubt(channel: Any) -> None:
    facts = known(DENVER, do_not_call="no", clock_doubt="two hours behind the database")
    denied = ask(channel, NOON, facts)
    assert (denied.verdict, ids(denied, "deny")) == ("deny", {"clock.doubt"})
    by_hand = ask(channel, NOON, facts, automated=False)
    assert by_hand.verdict == "allow"
    assert any("two hours behind" in rule.says for rule in by_hand.rules if rule.id == "clock.doubt")


def test_not_even_a_confirmation_leaves_by_a_clock_in_doubt() -> None:
    facts = known(DENVER, withdrawn=("opt_out",), inbound_at=NOON, clock_doubt="unknown")
    assert ask("text", NOON, facts, purpose="confirmation").verdict == "deny"


MAINE, EAST = place_of(phones=["+12075550142"], postal_code="04101"), "America/New_York"


@pytest.mark.parametrize(("days", "seconds", "verdict"), [(31, 0, "allow"), (31, 1, "deny"), (-1, 0, "deny")])
def test_maine_asks_for_a_reassigned_check_within_31_days(days: int, seconds: int, verdict: str) -> None:
    at = there("2026-11-24 12:00", EAST)
    checked = at - timedelta(days=days, seconds=seconds)
    facts = known(MAINE, tier="none", do_not_call="no", reassigned_checked_at=checked)
    decision = decide(MC, facts, shipped(), at)
    assert decision.verdict == verdict
    assert ids(decision, "deny") == (set() if verdict == "allow" else {"US-ME.consent"})


def test_maine_asks_for_no_check_where_they_wanted_the_call_or_did_business() -> None:
    at = there("2026-11-24 12:00", EAST)
    for given in ({"tier": "express"}, {"tier": "none", "bought_at": at - timedelta(days=30)}):
        assert decide(MC, known(MAINE, do_not_call="no", **given), shipped(), at).verdict == "allow"


def test_oregon_counts_no_calls_to_those_who_bought_within_eighteen_months_of_their_calendar() -> None:
    place, west = place_of(phones=["+15035550142"], postal_code="97201"), "America/Los_Angeles"
    at = there("2026-11-24 12:00", west)
    attempts = tuple(("call", at - timedelta(hours=h)) for h in (1, 2, 3))
    bought = known(place, attempts=attempts, bought_at=there("2025-05-24 18:00", west))
    assert decide(MC, bought, shipped(), at).verdict == "allow"
    day_before = replace(bought, bought_at=there("2025-05-23 18:00", west))
    assert ids(decide(MC, day_before, shipped(), at), "wait") == {"US-OR.cap.24h"}


@pytest.mark.parametrize("place", ["US-NY", "US-LA", "US-CO", "GB", "US"])
def test_a_day_of_a_declared_emergency_closes_the_phone_there_whatever_else_the_place_asks(place: str) -> None:
    clues = {"US-NY": "+12125550142", "US-LA": "+15045550142", "US-CO": "+13035550142", "GB": "+442079460958"}
    facts = known(place_of(phones=[clues.get(place, "+13035550142")]), do_not_call="no")
    zone = facts.place.home_zone
    day = there("2026-12-08 12:00", zone)
    policy = for_account({"emergency_days": {place: ["2026-12-08"]}}, at=day)
    for asked in (MC, Ask("text"), Ask("call"), Ask("voicemail")):
        if place != "GB" or asked in (MC, Ask("text")):
            assert f"{place}.emergency" in ids(decide(asked, facts, policy, day), "wait")
    assert decide(Ask("email"), facts, policy, day).verdict == "allow"
    assert decide(MC, facts, policy, day + timedelta(days=1)).verdict == "allow"
    elsewhere = known(place_of(phones=["+12065550142"]), do_not_call="no")
    if place != "US":
        assert decide(MC, elsewhere, policy, there("2026-12-08 12:00", "America/Los_Angeles")).verdict == "allow"
