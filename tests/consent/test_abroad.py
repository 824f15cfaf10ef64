"""What each channel and purpose needs in Canada, the United Kingdom, Australia and France: both sides of each edge."""

from datetime import timedelta
from typing import get_args

import pytest

from nextcall.consent.facts import Ask, Facts, Place, Tier
from nextcall.consent.places import place_of
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide
from tests.consent.cases import ask, ids, known, there

TIERS: tuple[Tier, ...] = get_args(Tier)
ALL, NONE = set(TIERS), set()
WRITTEN, EXPRESS = {"written"}, {"written", "express"}
IMPLIED, SOFT = {*EXPRESS, "implied"}, {*EXPRESS, "soft"}
MC, AC = Ask("call", automated=False), Ask("call")

PLACES = {
    "GB": (place_of(phones=["+442079460958"]), "Europe/London"),
    "AU": (place_of(postal_code="2000", country="AU"), "Australia/Sydney"),
    "FR": (place_of(phones=["+33612345678"]), "Europe/Paris"),
    "CA": (place_of(phones=["+14165550142"]), "America/Toronto"),
}


def of(channel: str, purpose: str = "marketing", *, by_hand: bool = False) -> Ask:
    return Ask(channel, purpose, automated=not by_hand)  # type: ignore[arg-type]


# What tiers permit it on a Tuesday at eleven, with the number on no list and nothing else known.
NEEDS = [
    ("GB", of("call", by_hand=True), ALL),
    ("GB", of("call"), WRITTEN),
    ("GB", of("call", "informational"), EXPRESS),
    ("GB", of("call", "informational", by_hand=True), ALL),
    ("GB", of("call", "reply"), WRITTEN),
    ("GB", of("voicemail", by_hand=True), EXPRESS),
    ("GB", of("voicemail"), WRITTEN),
    ("GB", of("text"), SOFT),
    ("GB", of("text", by_hand=True), SOFT),
    ("GB", of("text", "informational"), SOFT),
    ("GB", of("text", "reply"), EXPRESS),
    ("GB", of("email"), SOFT),
    ("GB", of("email", "informational"), ALL),
    ("GB", of("email", "reply"), ALL),
    ("AU", of("call", by_hand=True), ALL),
    ("AU", of("call"), WRITTEN),
    ("AU", of("call", "informational"), EXPRESS),
    ("AU", of("voicemail", by_hand=True), ALL),
    ("AU", of("text"), IMPLIED),
    ("AU", of("text", "informational"), IMPLIED),
    ("AU", of("text", "reply"), EXPRESS),
    ("AU", of("email"), IMPLIED),
    ("AU", of("email", "informational"), ALL),
    ("FR", of("call", by_hand=True), EXPRESS),
    ("FR", of("call"), WRITTEN),
    ("FR", of("voicemail", by_hand=True), EXPRESS),
    ("FR", of("call", "informational"), EXPRESS),
    ("FR", of("call", "informational", by_hand=True), ALL),
    ("FR", of("text"), EXPRESS),
    ("FR", of("text", "informational"), EXPRESS),
    ("FR", of("email"), EXPRESS),
    ("FR", of("email", "reply"), ALL),
    ("CA", of("call", by_hand=True), ALL),
    ("CA", of("call"), WRITTEN),
    ("CA", of("call", "informational"), EXPRESS),
    ("CA", of("text"), IMPLIED),
    ("CA", of("text", "reply"), EXPRESS),
    ("CA", of("email"), IMPLIED),
    ("CA", of("email", "informational"), IMPLIED),
]


def tiers_allowed(country: str, asked: Ask, **facts: object) -> set[str]:
    place, zone = PLACES[country]
    at = there("2026-11-24 11:00", zone)
    return {tier for tier in TIERS if decide(asked, known(place, tier=tier, **facts), shipped(), at).verdict == "allow"}


@pytest.mark.parametrize(("country", "asked", "allowing"), NEEDS)
def test_each_channel_and_purpose_needs_its_tier_and_no_less(country: str, asked: Ask, allowing: set[str]) -> None:
    assert tiers_allowed(country, asked, do_not_call="no") == allowing


@pytest.mark.parametrize(
    ("country", "asked", "allowing"),
    [
        ("GB", MC, EXPRESS),
        ("GB", of("text"), SOFT),  # the service is for live calls
        ("AU", MC, EXPRESS),
        ("AU", of("text"), EXPRESS),  # strict: the register holds for texts too
        ("CA", MC, EXPRESS),
        ("CA", of("text"), EXPRESS),
        ("FR", MC, EXPRESS),
        ("GB", of("email"), SOFT),
        ("AU", of("email"), IMPLIED),
        ("CA", of("email"), IMPLIED),
    ],
)
def test_a_number_on_the_list_needs_that_they_asked_for_our_calls(country: str, asked: Ask, allowing: set[str]) -> None:
    assert tiers_allowed(country, asked, do_not_call="yes") == allowing
    assert tiers_allowed(country, asked, do_not_call="unknown") == allowing


def test_consent_that_does_not_speak_of_software_permits_no_automated_call_anywhere() -> None:
    for country in PLACES:
        assert tiers_allowed(country, AC, do_not_call="no", permission_automated=False) == NONE


def test_an_inquiry_in_canada_lifts_the_list_for_six_months_of_their_calendar() -> None:
    place, zone = PLACES["CA"]
    facts = known(place, tier="none", do_not_call="yes", inquired_at=there("2026-05-24 15:00", zone))
    assert decide(MC, facts, shipped(), there("2026-11-24 11:00", zone)).verdict == "allow"
    assert ids(decide(MC, facts, shipped(), there("2026-11-25 11:00", zone)), "deny") == {"CA-02.dnc"}


def test_a_purchase_in_canada_lifts_it_for_eighteen_months() -> None:
    place, zone = PLACES["CA"]
    facts = known(place, tier="none", bought_at=there("2025-05-24 15:00", zone))
    assert decide(MC, facts, shipped(), there("2026-11-24 11:00", zone)).verdict == "allow"
    assert decide(MC, facts, shipped(), there("2026-11-25 11:00", zone)).verdict == "deny"


@pytest.mark.parametrize("country", ["GB", "AU", "FR"])
def test_a_purchase_lifts_no_list_where_no_source_gives_its_months(country: str) -> None:
    place, zone = PLACES[country]
    at = there("2026-11-24 11:00", zone)
    facts = known(place, tier="none", bought_at=at - timedelta(days=9), inquired_at=at - timedelta(days=2))
    assert decide(MC, facts, shipped(), at).verdict == "deny"


@pytest.mark.parametrize(
    ("fact", "since", "last", "over"),
    [
        ("inquired_at", "2026-05-24 15:00", "2026-11-24 11:00", "2026-11-25 11:00"),
        ("bought_at", "2024-11-24 15:00", "2026-11-24 11:00", "2026-11-25 11:00"),
    ],
)
def test_implied_consent_in_canada_ends_two_years_after_a_purchase_and_six_months_after_an_inquiry(
    fact: str, since: str, last: str, over: str
) -> None:
    place, zone = PLACES["CA"]
    facts = known(place, tier="implied", **{fact: there(since, zone)})
    assert ask("email", there(last, zone), facts).verdict == "allow"
    assert ids(ask("email", there(over, zone), facts), "deny") == {"CA-05.message"}
    assert ask("email", there(over, zone), known(place, tier="express")).verdict == "allow"
    assert ask("email", there(over, PLACES["AU"][1]), known(PLACES["AU"][0], tier="implied")).verdict == "allow"


def test_british_columbia_takes_one_cold_call_in_thirty_days() -> None:
    place = place_of(phones=["+16045550142"])
    at = there("2026-11-24 11:00", "America/Vancouver")
    made = known(place, tier="none", do_not_call="no", attempts=(("call", at - timedelta(days=29)),))
    waits = decide(MC, made, shipped(), at)
    assert ids(waits, "wait") == {"CA-BC.cap.30d"}
    assert waits.earliest == at + timedelta(days=1, seconds=1)
    older = known(place, tier="none", do_not_call="no", attempts=(("call", at - timedelta(days=30, seconds=1)),))
    assert decide(MC, older, shipped(), at).verdict == "allow"
    permitted = known(place, tier="express", attempts=made.attempts)
    assert decide(MC, permitted, shipped(), at).verdict == "allow"
    unknown = place_of(country="CA")
    assert ids(
        decide(MC, known(unknown, tier="none", do_not_call="no", attempts=made.attempts), shipped(), at), "wait"
    ) >= {"CA-unknown.cap.30d"}


def test_canada_takes_two_calls_and_texts_a_day() -> None:
    place, zone = PLACES["CA"]
    at = there("2026-11-24 15:00", zone)
    attempts = tuple(("text", at - timedelta(hours=h)) for h in (2, 3))
    assert ids(ask("text", at, known(place, attempts=attempts)), "wait") == {"CA.cap.24h"}
    assert ask("text", at, known(place, attempts=attempts[:1])).verdict == "allow"


def france(**facts: object) -> Facts:
    return known(PLACES["FR"][0], tier="express", **facts)


@pytest.mark.parametrize(("days", "verdict"), [(0, "wait"), (60, "wait"), (61, "allow")])
def test_france_is_quiet_for_sixty_full_days_after_a_no(days: int, verdict: str) -> None:
    no = there("2026-09-25 16:00", "Europe/Paris")  # sixty full days end with 24 November
    at = there("2026-09-25 17:00", "Europe/Paris") + timedelta(days=days)
    at = at.replace(hour=16)
    decision = decide(MC, france(refused_at=no), shipped(), at)
    assert decision.verdict == verdict
    if verdict == "wait":
        assert "EU-02.refused" in ids(decision, "wait")
        assert decision.earliest == there("2026-11-25 10:05", "Europe/Paris")


def test_the_quiet_binds_calls_and_texts_but_no_email_and_no_other_country() -> None:
    at = there("2026-11-24 11:00", "Europe/Paris")
    for channel in ("call", "voicemail", "text"):
        assert ask(channel, at, france(refused_at=at), automated=False).verdict == "wait"  # type: ignore[arg-type]
    assert ask("email", at, france(refused_at=at)).verdict == "allow"
    british = known(PLACES["GB"][0], tier="express", refused_at=at)
    assert ask("call", at, british, automated=False).verdict == "allow"


def test_france_takes_four_calls_in_thirty_days_and_texts_beside() -> None:
    at = there("2026-11-24 11:00", "Europe/Paris")
    attempts = tuple(("call", at - timedelta(days=d)) for d in (29, 20, 10, 5))
    assert ids(decide(MC, france(attempts=attempts), shipped(), at), "wait") == {"EU-02.cap.30d"}
    assert decide(MC, france(attempts=attempts[1:]), shipped(), at).verdict == "allow"
    assert ask("text", at, france(attempts=attempts), automated=False).verdict == "allow"


def test_an_objection_is_told_in_the_words_of_their_own_law() -> None:
    at = there("2026-11-24 11:00", "Europe/London")
    for country, rule in {"GB": "EU-01.objection", "FR": "EU-01.objection", "CA": "CA-02.withdrawn"}.items():
        denied = decide(MC, known(PLACES[country][0], withdrawn=("opt_out",)), shipped(), at)
        assert denied.deciding and denied.deciding.id == rule
        assert "US-09.withdrawn" in ids(denied, "deny")


def test_two_countries_must_both_permit_it() -> None:
    both = place_of(phones=["+442079460958", "+12125550142"])
    assert both.jurisdictions == ("GB", "US", "US-NY")
    at = there("2026-11-24 10:00", "America/New_York")  # 15:00 in London
    assert ask("text", at, known(both, tier="soft")).verdict == "deny"
    assert ask("text", at, known(both, tier="written")).verdict == "allow"
    assert "UK-04.hours" in ids(ask("text", there("2026-11-24 16:00", "America/New_York"), known(both)), "wait")
    boxing_day = there("2026-12-28 10:00", "America/New_York")
    assert ids(ask("text", boxing_day, known(both)), "wait") == {"UK-04.hours"}


def test_email_keeps_the_holidays_of_the_country_they_live_in() -> None:
    thanksgiving, boxing_day = "2026-11-26 07:30", "2026-12-28 07:30"
    american = known(place_of(phones=["+12125550142"]))
    british = known(PLACES["GB"][0])
    assert ask("email", there(thanksgiving, "America/New_York"), american).verdict == "wait"
    assert ask("email", there(boxing_day, "America/New_York"), american).verdict == "allow"
    assert ask("email", there(thanksgiving, "Europe/London"), british).verdict == "allow"
    assert ask("email", there(boxing_day, "Europe/London"), british).verdict == "wait"


def test_a_country_without_a_file_is_denied_beside_one_that_has_it() -> None:
    place = place_of(phones=["+442079460958"], postal_code="JE2 3AB", country="JE")
    at = there("2026-11-24 11:00", "Europe/London")
    assert ids(ask("text", at, known(place)), "deny") == {"JE.no_pack"}
    assert isinstance(place, Place)
