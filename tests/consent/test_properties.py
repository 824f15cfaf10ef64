"""For any place, history, channel and instant: nothing allowed lies outside a window or above a cap."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from nextcall.consent import law
from nextcall.consent.facts import Ask, Facts, Place
from nextcall.consent.places import place_of
from nextcall.consent.policy import shipped
from nextcall.consent.rules import decide, kind_of

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
AROUND_CLOCK_CHANGES = [
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2027, 3, 13, tzinfo=UTC),
]

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
    facts = Facts(
        place=draw(places),
        tier=draw(st.sampled_from(["written", "express", "none"])),
        attempts=attempts,
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
            if ask.channel not in cap.channels or (cap.unless_permitted and facts.tier != "none"):
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


@given(cases(), st.sampled_from(PHONES[1:]))
@settings(max_examples=200, deadline=None)
def test_another_clue_never_permits_more(case: tuple[Ask, Facts, datetime], phone: str) -> None:
    ask, facts, at = case
    one = place_of(phones=["+13035550142"], postal_code="80202")
    both = place_of(phones=["+13035550142", phone], postal_code="80202")
    if decide(ask, replace(facts, place=both), shipped(), at).verdict == "allow":
        assert decide(ask, replace(facts, place=one), shipped(), at).verdict == "allow"
