"""For any place, history, channel and instant: nothing allowed lies outside a window or above a cap."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from nextcall.consent import law
from nextcall.consent.facts import Ask, Checked, Facts, Place, Tier
from nextcall.consent.places import place_of
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide, kind_of
from nextcall.lib.hours import read_spans

PHONES = [
    "",
    "+12125550142",
    "+13055550142",
    "+18505550142",
    "+13035550142",
    "+19285550142",
    "+12085550142",
    "+16015550142",
    "+14015550142",
    "+18015550142",
    "+12145550142",
    "+18005550142",
    "+16045550142",
    "+15035550142",
    "+19075550142",
    "+18085550142",
    "+442079460958",
    "+61412345678",
    "+61291234567",
    "+33612345678",
    "+262692123456",
    "+4915112345678",
    "+14165550142",
    "+12075550142",
]
ZIPS = [
    "",
    "10001",
    "33101",
    "32301",
    "32501",
    "80202",
    "85004",
    "86503",
    "02903",
    "84101",
    "79901",
    "39201",
    "97914",
    "73102",
    "99501",
]
EVENINGS = (read_spans("17:00-20:00"), read_spans("10:00-12:00"), ())
AROUND_CLOCK_CHANGES = [
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2027, 3, 13, tzinfo=UTC),
]

DAY = timedelta(days=1)

places = st.builds(
    lambda phone, zip_code: place_of(phones=[phone] if phone else [], postal_code=zip_code),
    st.sampled_from(PHONES),
    st.sampled_from(ZIPS),
)
instants = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)).map(
        lambda moment: moment.replace(tzinfo=UTC, microsecond=0)
    ),
    st.builds(
        lambda day, minutes: day + timedelta(minutes=minutes),
        st.sampled_from(AROUND_CLOCK_CHANGES),
        st.integers(0, 4 * 1440),
    ),
)
asks = st.builds(
    Ask,
    st.sampled_from(["call", "text", "email", "voicemail"]),
    st.sampled_from(["marketing", "informational", "reply"]),
    st.booleans(),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Ask, Facts, datetime]:
    at = draw(instants)
    back = st.tuples(st.sampled_from(["call", "text", "email", "voicemail"]), st.integers(-26 * 60, 32 * 1440))
    attempts = tuple(
        (channel, at - timedelta(minutes=minutes)) for channel, minutes in draw(st.lists(back, max_size=20))
    )
    moments = st.integers(-5, 100 * 24).map(lambda hours: at + timedelta(hours=hours))
    facts = Facts(
        place=draw(places),
        tier=draw(st.sampled_from(get_args(Tier))),
        permission_until=draw(st.none() | moments),
        attempts=attempts,
        lists=tuple(
            Checked(place, draw(st.booleans()), at - timedelta(days=draw(st.integers(0, 40))))
            for place in draw(st.sets(st.sampled_from(["US", "US-FL", "US-TX", "CA", "GB", "AU"])))
        ),
        bought_at=draw(st.none() | st.just(at - timedelta(days=500))),
        refused_at=draw(st.none() | st.integers(0, 70).map(lambda days: at - timedelta(days=days))),
        reassigned_checked_at=draw(st.none() | st.integers(0, 40).map(lambda days: at - timedelta(days=days))),
        preferred_hours=draw(st.sampled_from([(), (), EVENINGS])),
        not_before=draw(st.none() | moments),
        clock_doubt=draw(st.sampled_from(["", "", "", "unknown"])),
        do_not_call=draw(st.sampled_from(["yes", "no", "unknown"])),
        inquired_at=draw(
            st.sampled_from([None, at - timedelta(days=30), at - timedelta(days=90), at - timedelta(days=200)])
        ),
        inbound_at=draw(st.sampled_from([None, at - timedelta(minutes=10), at - timedelta(days=2)])),
    )
    return draw(asks), facts, at


def in_every_window(ask: Ask, place: Place, at: datetime) -> bool:
    """The law read naively, without margins, caches or intervals: each rule, by each clock."""
    policy = shipped()
    for name in place.jurisdictions:
        pack = policy.packs.get(name)
        for rule in pack.hours if pack else ():
            if kind_of(ask) not in rule.kinds:
                continue
            for zone in {*place.zones, rule.also_in_zone} - {""}:
                local = at.astimezone(ZoneInfo(zone))
                rows = [rule.rows[max(0, local.weekday() - 4)]]
                if is_holiday(pack.holidays, local.date()):
                    rows.append(rule.rows[3])
                minute = local.hour * 60 + local.minute
                if not all(any(opens <= minute < closes for opens, closes in row) for row in rows):
                    return False
    return True


def is_holiday(lists: tuple[str, ...], day: date) -> bool:
    return any(day in law.calendar().lists[name] for name in lists)


def within_every_cap(ask: Ask, facts: Facts, at: datetime) -> bool:
    policy = shipped()
    packs = [policy.packs[name] for name in facts.place.jurisdictions if name in policy.packs]
    for pack in (*packs, policy.account):
        for cap in pack.caps:
            permitted = facts.tier in ("express", "written") and (facts.permission_until or at + DAY) > at
            if ask.channel not in cap.channels or (cap.unless_permitted and permitted):
                continue
            if cap.unless_bought_months and facts.bought_at:
                continue
            made = [when for channel, when in facts.attempts if channel in cap.channels]
            if cap.resets_on_reply and facts.inbound_at:
                made = [when for when in made if when > facts.inbound_at]
            times = sorted([*made, at])
            for first in times:
                window = [when for when in times if first <= when <= first + timedelta(seconds=cap.seconds)]
                if at in window and len(window) > cap.max:
                    return False
    return True


@given(cases())
@settings(max_examples=400, deadline=None)
def test_nothing_allowed_lies_outside_a_window_or_above_a_cap(case: tuple[Ask, Facts, datetime]) -> None:
    ask, facts, at = case
    decision = decide(ask, facts, shipped(), at)
    answers_at_once = ask.purpose == "reply" and not ask.automated and facts.inbound_at == at - timedelta(minutes=10)
    if decision.verdict == "allow" and not answers_at_once:
        assert in_every_window(ask, facts.place, at)
        assert within_every_cap(ask, facts, at)
        if decision.until:
            assert in_every_window(ask, facts.place, decision.until - timedelta(seconds=1))


@given(cases())
@settings(max_examples=400, deadline=None)
def test_the_earliest_time_is_itself_allowed_and_nothing_before_it_is(case: tuple[Ask, Facts, datetime]) -> None:
    ask, facts, at = case
    decision = decide(ask, facts, shipped(), at)
    if decision.verdict == "wait":
        assert decision.earliest is not None and decision.earliest > at
        assert decide(ask, facts, shipped(), decision.earliest).verdict == "allow"
        just_before = decision.earliest - timedelta(seconds=1)
        if just_before >= at:
            assert decide(ask, facts, shipped(), just_before).verdict == "wait"
    else:
        assert decision.earliest is None


@given(cases())
@settings(max_examples=100, deadline=None)
def test_the_same_question_has_the_same_answer(case: tuple[Ask, Facts, datetime]) -> None:
    ask, facts, at = case
    assert decide(ask, facts, shipped(), at) == decide(ask, facts, shipped(), at)


@given(cases(), st.sampled_from(PHONES[1:]), st.sampled_from(PHONES[1:]))
@settings(max_examples=300, deadline=None)
def test_another_clue_never_permits_more(case: tuple[Ask, Facts, datetime], first: str, second: str) -> None:
    ask, facts, at = case
    # Hours of their own go by the clock they most likely live by, which a better clue may change.
    facts = replace(facts, preferred_hours=())
    one, both = place_of(phones=[first]), place_of(phones=[first, second])
    if decide(ask, replace(facts, place=both), shipped(), at).verdict == "allow":
        assert decide(ask, replace(facts, place=known_state(one, both)), shipped(), at).verdict == "allow"


def known_state(one: Place, both: Place) -> Place:
    """The place without "state unknown" where the other clue names the state: a toll-free number says nothing then."""
    kept = tuple(name for name in one.jurisdictions if not name.endswith("-unknown") or name in both.jurisdictions)
    return replace(one, jurisdictions=kept)


@given(cases())
@settings(max_examples=300, deadline=None)
def test_what_is_lawful_in_several_places_is_lawful_in_each_of_them(case: tuple[Ask, Facts, datetime]) -> None:
    ask, facts, at = case
    if decide(ask, facts, shipped(), at).verdict != "allow":
        return
    for country in {name.split("-")[0] for name in facts.place.jurisdictions}:
        own = tuple(name for name in facts.place.jurisdictions if name.split("-")[0] == country)
        for zone in facts.place.zones:
            member = Place(zones=(zone,), jurisdictions=own, home_zone=facts.place.home_zone)
            assert decide(ask, replace(facts, place=member), shipped(), at).verdict == "allow"


@given(cases())
@settings(max_examples=200, deadline=None)
def test_what_a_person_asked_for_never_permits_more(case: tuple[Ask, Facts, datetime]) -> None:
    ask, facts, at = case
    if decide(ask, facts, shipped(), at).verdict == "allow":
        free = replace(facts, preferred_hours=(), not_before=None, refused_at=None, clock_doubt="")
        assert decide(ask, free, shipped(), at).verdict == "allow"


@given(cases(), st.sampled_from([*get_args(Tier)]))
@settings(max_examples=200, deadline=None)
def test_stronger_consent_never_permits_less(case: tuple[Ask, Facts, datetime], tier: Tier) -> None:
    ask, facts, at = case
    if decide(ask, replace(facts, tier=tier), shipped(), at).verdict == "allow":
        assert decide(ask, replace(facts, tier="written"), shipped(), at).verdict == "allow"
