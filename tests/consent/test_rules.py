"""What the gate says beyond hours: purposes, tiers, caps, wishes, places without rules."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from nextcall.consent.facts import Ask, Tier
from nextcall.consent.places import place_of
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide
from tests.consent.cases import ask, ids, known, there, utc

NOON = there("2026-11-23 12:00", "America/Denver")
FLORIDA = place_of(phones=["+13055550142"], postal_code="33101")


@pytest.mark.parametrize(
    ("channel", "purpose", "automated", "allowing"),
    [
        ("text", "marketing", True, {"written"}),
        ("text", "marketing", False, {"written"}),
        ("text", "informational", True, {"written", "express"}),
        ("call", "marketing", True, {"written"}),
        ("voicemail", "marketing", True, {"written"}),
        ("call", "informational", True, {"written", "express"}),
        ("call", "reply", True, {"written"}),
        ("call", "marketing", False, {"written"}),
        ("call", "informational", False, {"written", "express", "implied", "none"}),
        ("email", "marketing", True, {"written", "express", "implied", "none"}),
    ],
)
def test_each_purpose_needs_its_tier(channel: str, purpose: str, automated: bool, allowing: set[str]) -> None:
    tiers: tuple[Tier, ...] = ("written", "express", "implied", "none")
    got = {
        tier
        for tier in tiers
        if ask(channel, NOON, known(tier=tier), purpose=purpose, automated=automated).verdict == "allow"
    }  # type: ignore[arg-type]
    assert got == allowing


def test_consent_that_does_not_speak_of_software_does_not_cover_it() -> None:
    facts = known(permission_automated=False)
    assert ask("text", NOON, facts, automated=True).verdict == "deny"
    assert ask("text", NOON, facts, automated=False).verdict == "allow"


@pytest.mark.parametrize(("days", "verdict"), [(90, "allow"), (92, "allow"), (93, "deny")])
def test_an_inquiry_counts_for_three_months_of_their_calendar(days: int, verdict: str) -> None:
    facts = known(tier="none", inquired_at=NOON - timedelta(days=days))
    assert ask("call", NOON, facts, automated=False).verdict == verdict


def test_a_purchase_counts_for_eighteen_months() -> None:
    bought = known(tier="none", bought_at=there("2025-05-24 12:00", "America/Denver"))
    assert ask("call", NOON, bought, automated=False).verdict == "allow"
    older = replace(bought, bought_at=there("2025-05-22 12:00", "America/Denver"))
    assert ask("call", NOON, older, automated=False).verdict == "deny"


def test_connecticut_needs_written_consent_even_for_a_call_by_hand() -> None:
    place = place_of(phones=["+12035550142"], postal_code="06510")
    at = there("2026-11-23 12:00", "America/New_York")
    assert ids(ask("call", at, known(place, tier="none", do_not_call="no"), automated=False), "deny") == {
        "US-CT.consent"
    }
    assert ask("call", at, known(place), automated=False).verdict == "allow"


def test_florida_takes_three_calls_and_texts_in_any_day_and_emails_beside() -> None:
    at = there("2026-11-23 15:00", "America/New_York")
    attempts = (
        ("call", at - timedelta(hours=5)),
        ("text", at - timedelta(hours=4)),
        ("voicemail", at - timedelta(hours=3)),
    )
    facts = known(FLORIDA, attempts=attempts)
    full = ask("text", at, facts)
    assert (full.verdict, ids(full, "wait")) == ("wait", {"US-FL.cap.24h"})
    assert full.deciding and full.deciding.id == "US-FL.cap.24h"
    assert full.earliest == at + timedelta(hours=19, seconds=1)
    assert ask("email", at, facts).verdict == "allow"
    assert ask("text", at, replace(facts, place=known().place)).verdict == "allow"


def test_a_touch_reserved_for_later_counts_against_the_cap_too() -> None:
    at = there("2026-11-23 12:00", "America/New_York")
    facts = known(FLORIDA, attempts=tuple(("text", at + timedelta(hours=h)) for h in (1, 2, 3)))
    assert ask("call", at, facts, automated=False).verdict == "wait"


def test_oregon_does_not_count_calls_to_those_who_bought() -> None:
    place = place_of(phones=["+15035550142"], postal_code="97201")
    at = there("2026-11-23 12:00", "America/Los_Angeles")
    facts = known(place, attempts=tuple(("call", at - timedelta(hours=h)) for h in (1, 2, 3)))
    assert ask("call", at, facts, automated=False).verdict == "wait"
    assert ask("call", at, replace(facts, bought_at=at - timedelta(days=100)), automated=False).verdict == "allow"


def test_texts_nobody_answers_end_at_sixteen_and_an_answer_begins_anew() -> None:
    attempts = tuple(("text", NOON - timedelta(days=n, hours=1)) for n in range(16))
    waits = ask("text", NOON, known(attempts=attempts))
    assert ids(waits, "wait") == {"account.cap.text_without_reply"}
    assert ask("text", NOON, known(attempts=attempts, inbound_at=NOON - timedelta(hours=3))).verdict == "allow"


def test_fast_start_fits_the_shipped_caps_on_its_first_days() -> None:
    day = there("2026-11-23 10:00", "America/Denver")
    made: list[tuple[str, timedelta]] = [
        ("text", timedelta()),
        ("email", timedelta()),
        ("call", timedelta(minutes=4)),
        ("call", timedelta(hours=5)),
        ("text", timedelta(hours=7)),
        ("email", timedelta(hours=6)),
        ("call", timedelta(hours=23)),
        ("text", timedelta(hours=23, minutes=30)),
        ("email", timedelta(hours=23)),
        ("call", timedelta(hours=29)),
    ]
    attempts: list[tuple[str, object]] = []
    for channel, after in sorted(made, key=lambda one: one[1]):
        decision = decide(
            Ask(channel, automated=channel != "call"), known(attempts=tuple(attempts)), shipped(), day + after
        )  # type: ignore[arg-type]
        assert decision.verdict == "allow", (channel, after, decision.deciding)
        attempts.append((channel, day + after))


def test_a_persons_answer_within_half_an_hour_is_free_of_hours_and_caps() -> None:
    late = there("2026-11-23 22:30", "America/Denver")
    attempts = tuple(("text", late - timedelta(minutes=m)) for m in range(1, 8))
    facts = known(tier="none", inbound_at=late - timedelta(minutes=20), attempts=attempts)
    assert ask("text", late, facts, purpose="reply", automated=False).verdict == "allow"
    assert ask("text", late, facts, purpose="reply", automated=True).verdict == "wait"
    later = replace(facts, inbound_at=late - timedelta(minutes=31))
    assert ask("text", late, later, purpose="reply", automated=False).verdict == "wait"
    stopped = replace(facts, withdrawn=("opt_out",))
    assert ask("text", late, stopped, purpose="reply", automated=False).verdict == "deny"


def test_one_confirmation_may_follow_a_stop_within_five_minutes() -> None:
    late = there("2026-11-23 23:40", "America/Denver")
    facts = known(withdrawn=("opt_out",), inbound_at=late - timedelta(minutes=4))
    assert ask("text", late, facts, purpose="confirmation").verdict == "allow"
    assert ask("text", late + timedelta(minutes=2), facts, purpose="confirmation").verdict == "deny"
    assert ask("email", late, facts, purpose="confirmation").verdict == "deny"
    assert ask("text", late, replace(facts, inbound_at=None), purpose="confirmation").verdict == "deny"


def test_a_held_person_gets_nothing_from_the_machine_until_somebody_looked() -> None:
    facts = known(held="not sure about this")
    waits = ask("text", NOON, facts)
    assert (waits.verdict, ids(waits, "wait")) == ("wait", {"person.held"})
    assert ask("call", NOON, facts, automated=False).verdict == "allow"


@pytest.mark.parametrize(
    ("problem", "channel", "verdict"),
    [
        ("landline", "text", "deny"),
        ("landline", "call", "allow"),
        ("bounced", "email", "deny"),
        ("bounced", "call", "allow"),
        ("disconnected", "call", "deny"),
        ("wrong", "email", "deny"),
    ],
)
def test_a_contact_point_that_does_not_work_is_not_used(problem: str, channel: str, verdict: str) -> None:
    assert ask(channel, NOON, known(contact_point_problem=problem), automated=False).verdict == verdict  # type: ignore[arg-type]


def test_a_country_without_rules_gets_email_by_opt_in_and_nothing_else() -> None:
    place = place_of(phones=["+4915112345678"])
    at = utc("2026-11-23T10:00")
    for channel in ("call", "text", "voicemail"):
        assert "DE.no_pack" in ids(ask(channel, at, known(place), automated=False), "deny")  # type: ignore[arg-type]
    assert ask("email", at, known(place, tier="express")).verdict == "allow"
    assert ids(ask("email", at, known(place, tier="implied")), "deny") == {"DE.no_pack"}
    nowhere = place_of(default_country="")
    assert "unknown.no_pack" in ids(ask("text", at, known(nowhere)), "deny")


def test_two_countries_obey_both() -> None:
    place = place_of(phones=["+16045550142"], postal_code="98101")
    assert {"CA", "CA-BC", "US", "US-WA"} <= set(place.jurisdictions)
    late = ask("text", there("2026-11-23 20:30", "America/Los_Angeles"), known(place))
    assert {"US-WA.hours"} <= ids(late, "wait")


def test_marketing_email_keeps_the_accounts_hours_and_a_reply_does_not() -> None:
    night = there("2026-11-23 22:00", "America/Denver")
    waits = ask("email", night, known())
    assert (waits.verdict, waits.earliest) == ("wait", there("2026-11-24 07:00", "America/Denver"))
    assert ask("email", night, known(inbound_at=night - timedelta(days=1)), purpose="reply").verdict == "allow"
    saturday = ask("email", there("2026-11-21 07:30", "America/Denver"), known())
    assert saturday.earliest == there("2026-11-21 08:00", "America/Denver")


def test_every_rule_that_took_part_is_named_with_its_words_and_source() -> None:
    decision = ask("text", there("2026-11-23 20:30", "America/New_York"), known(FLORIDA))
    assert {"US-01.hours", "US-03.text", "US-FL.hours", "US-FL.cap.24h", "account.cap.text"} <= {
        rule.id for rule in decision.rules
    }
    assert all(rule.says and rule.source for rule in decision.rules)
    assert decision.jurisdictions == ("US", "US-FL")
    assert decision.local_times == {"America/New_York": "2026-11-23T20:30:00-05:00"}


def test_rule_ids_are_unique_and_every_source_is_named() -> None:
    policy = shipped()
    for pack in (*policy.packs.values(), policy.account):
        rules = [*pack.hours, *pack.caps, *pack.needs]
        assert all(rule.says and rule.source for rule in rules)
    hours = [rule.id for pack in policy.packs.values() for rule in pack.hours]
    assert len(hours) == len(set(hours))


def test_a_wish_for_three_a_day_is_never_exceeded_in_any_24_hours() -> None:
    """Ask again and again at the earliest time: what is made never crowds."""
    at, made = there("2026-11-23 09:00", "America/New_York"), []
    for _ in range(30):
        decision = ask("text", at, known(FLORIDA, attempts=tuple(("text", when) for when in made)))
        at = decision.earliest if decision.verdict == "wait" else at  # type: ignore[assignment]
        if decision.verdict == "deny":
            break
        made.append(at)
        at += timedelta(minutes=7)
    assert len(made) >= 12
    assert all(later >= earlier for earlier, later in pairwise(made))
    assert all(made[i + 3] - made[i] > timedelta(hours=24) for i in range(len(made) - 3))
