"""The planner's own rules: shifts, spacing, downtime, held calls, parts of the day."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from nextcall.cadences import parse, planner
from nextcall.cadences.definition import Cadence, Made, Planned, Progress
from nextcall.cadences.invented import facts
from nextcall.cadences.planner import Working, next_touches, plan
from nextcall.cadences.timing import downtime, part_of
from nextcall.consent.facts import Ask
from nextcall.consent.policy import Policy, for_account, shipped
from nextcall.consent.rules import decide
from nextcall.lib import hours
from tests.builders import MONDAY, T

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COLORADO = facts(inquired_at=MONDAY, tier="written", phone="+13035550142", postal_code="80202")


def cadence(*steps: str, extra: str = "") -> Cadence:
    return parse.read(
        f'slug = "t"\nname = "T"\nsays = "for a test"\n{extra}\n' + "\n".join(f"[[step]]\n{step}" for step in steps)
    )


def call(day: int, part: str = "morning") -> str:
    return f'channel = "call"\nday = {day}\npart = "{part}"'


def text(day: int, at: str) -> str:
    return f'channel = "text"\nday = {day}\nat = "{at}"\nwording = "x"'


def upcoming(of: Cadence, progress: Progress, now: datetime, **more: object) -> dict[str, Planned]:
    found = next_touches(of, progress, COLORADO, shipped(), now=now, **more)
    return {touch.step_key: touch for touch in found}


def made(
    key: str,
    at: datetime,
    *,
    intended: datetime | None = None,
    outcome: str = "sent",
    attempt: bool = True,
    due: datetime | None = None,
) -> Made:
    channel = next(name for name in ("call", "text", "email", "voicemail") if name in key)
    return Made(key, channel, at, intended or at, attempt, outcome, due)


def test_a_wall_clock_step_keeps_its_hour_across_a_change_of_clocks() -> None:
    of = cadence(text(1, "09:30"), text(4, "09:30"))
    arrived = T("2026-10-30 09:00")  # clocks go back on 1 November
    touches = plan(of, Progress(anchor_at=arrived), COLORADO, shipped(), now=arrived)
    assert [touch.local_at.hour for touch in touches] == [9, 9]
    assert touches[1].due_at - touches[0].due_at == 3 * DAY + HOUR


def test_a_wait_of_whole_days_keeps_the_wall_clock_too() -> None:
    of = cadence('key = "call-1"\nchannel = "call"\nwait = "0m"', 'channel = "call"\nwait = "2d"\nafter = "call-1"')
    arrived = T("2026-10-31 10:00")
    touches = plan(of, Progress(anchor_at=arrived), COLORADO, shipped(), now=arrived)
    assert touches[1].local_at == datetime(2026, 11, 2, 10)


def test_a_pause_pushes_the_calendar_by_whole_days() -> None:
    of = cadence(text(3, "09:30"))
    paused = Progress(anchor_at=MONDAY, shift=2 * DAY + 3 * HOUR)
    assert upcoming(of, paused, MONDAY)["d3-text-1"].local_at == datetime(2026, 11, 27, 9, 30)
    short = Progress(anchor_at=MONDAY, shift=3 * HOUR)
    assert upcoming(of, short, MONDAY)["d3-text-1"].local_at.day == 25


def test_after_downtime_what_follows_is_shifted_not_heaped() -> None:
    of = cadence(*(text(day, "10:00") for day in range(1, 8)))
    late = made("d1-text-1", MONDAY + 3 * DAY, intended=MONDAY, due=MONDAY)
    following = upcoming(of, Progress(anchor_at=MONDAY, made=(late,)), MONDAY + 3 * DAY)["d2-text-1"]
    assert following.local_at == datetime(2026, 11, 27, 10)


def test_downtime_is_counted_once_however_many_touches_it_delayed() -> None:
    delayed = [
        made("d1-text-1", MONDAY + 3 * DAY, due=MONDAY),
        made("d1-email-1", MONDAY + 3 * DAY + HOUR, due=MONDAY + DAY),
        made("d5-text-1", MONDAY + 10 * DAY, due=MONDAY + 8 * DAY),
    ]
    assert downtime(tuple(delayed)) == 5 * DAY + HOUR
    assert downtime((made("d1-text-1", MONDAY + timedelta(minutes=20), due=MONDAY),)) == timedelta()


def test_late_steps_of_a_channel_keep_their_distance() -> None:
    of = cadence(text(1, "10:00"), text(1, "14:00"), text(1, "14:30"))
    progress = Progress(anchor_at=MONDAY, made=(made("d1-text-1", MONDAY + 5 * HOUR, intended=MONDAY),))
    second = upcoming(of, progress, MONDAY + 5 * HOUR)["d1-text-2"]
    assert second.due_at == MONDAY + 8 * HOUR and second.rule == "cadence.spacing"


def test_an_open_call_lets_the_next_calendar_call_be_planned_but_a_planned_one_does_not() -> None:
    of = cadence(call(1, "afternoon"), call(2), call(3))
    opened = Progress(anchor_at=MONDAY, standing=frozenset({"d1-call-1"}), open=frozenset({"d1-call-1"}))
    assert set(upcoming(of, opened, MONDAY)) == {"d2-call-1"}
    both = replace(opened, standing=frozenset({"d1-call-1", "d2-call-1"}))
    assert upcoming(of, both, MONDAY) == {}


def test_a_call_moves_to_another_part_of_the_day_when_the_last_one_was_in_the_same() -> None:
    of = cadence(call(1, "afternoon"), call(2, "morning"))
    late = made("d1-call-1", T("2026-11-24 09:00"), intended=MONDAY, outcome="no_answer")
    following = upcoming(of, Progress(anchor_at=MONDAY, made=(late,)), late.at)["d2-call-1"]
    assert part_of(following.local_at) != "morning"
    assert following.rule == "cadence.another_part" and "morning" in following.moved_because


def test_the_least_tried_part_of_the_day_comes_first() -> None:
    of = parse.library()["three-and-one"]
    tries = ("2026-11-23 09:00", "2026-11-24 12:00", "2026-11-25 15:00")
    so_far = tuple(made(f"attempt-{n}-call", T(at), outcome="no_answer") for n, at in enumerate(tries, 1))
    so_far = tuple(replace(one, step_key=f"attempt-{n}") for n, one in enumerate(so_far, 1))
    [following] = next_touches(of, Progress(anchor_at=MONDAY, made=so_far), COLORADO, shipped(), now=so_far[-1].at)
    assert (following.step_key, part_of(following.local_at)) == ("attempt-4", "evening")


def test_a_skipped_attempt_is_no_attempt_and_does_not_restart_the_wait() -> None:
    of = parse.library()["three-and-one"]
    first = replace(made("call", MONDAY, outcome="no_answer"), step_key="attempt-1")
    skipped = replace(made("call", MONDAY + 2 * DAY, attempt=False, outcome=""), step_key="attempt-2")
    [following] = next_touches(
        of, Progress(anchor_at=MONDAY, made=(first, skipped)), COLORADO, shipped(), now=skipped.at
    )
    assert following.step_key == "attempt-3" and following.due_at < skipped.at + DAY


def test_a_voicemail_follows_only_the_call_that_nobody_answered() -> None:
    of = parse.library()["letter-first"]
    sent = made("email-1", MONDAY)
    talked = made("call-1", MONDAY + DAY, outcome="talked")
    assert "voicemail-1" not in upcoming(of, Progress(anchor_at=MONDAY, made=(sent, talked)), talked.at)
    unanswered = replace(talked, outcome="no_answer")
    assert (
        upcoming(of, Progress(anchor_at=MONDAY, made=(sent, unanswered)), talked.at)["voicemail-1"].due_at == talked.at
    )


def test_held_calls_wait_and_say_so() -> None:
    of = cadence(call(1, "midday"), text(1, "12:00"))
    held = Progress(anchor_at=MONDAY, calls_after=MONDAY + 6 * HOUR)
    touches = upcoming(of, held, MONDAY)
    assert touches["d1-call-1"].due_at == MONDAY + 6 * HOUR and touches["d1-call-1"].rule == "cadence.calls_held"
    assert touches["d1-text-1"].rule == ""


def test_working_hours_move_a_persons_steps_only() -> None:
    of = cadence(call(6), text(6, "10:00"))  # a Saturday
    week = Working([["09:00", "17:00"]] * 5 + [None, None], "America/Denver")
    touches = upcoming(of, Progress(anchor_at=MONDAY), MONDAY, working=week)
    assert touches["d6-call-1"].local_at == datetime(2026, 11, 30, 9)
    assert touches["d6-text-1"].local_at.day == 28


def test_the_first_hour_of_a_new_lead_goes_before_everything_else() -> None:
    of = cadence(
        'channel = "text"\nwait = "0m"\nwording = "x"',
        call(2),
        'channel = "email"\nmonth = 4\npart = "morning"\nsubject = "s"\nwording = "x"',
    )
    fresh = upcoming(of, Progress(anchor_at=MONDAY), MONDAY)
    assert [touch.priority for touch in fresh.values()] == [0, 8, 2]
    assert upcoming(of, Progress(anchor_at=MONDAY, fresh=False), MONDAY)["arrival-text-1"].priority == 2


def test_a_lead_without_an_address_is_told_so_and_the_other_channels_go_on() -> None:
    of = cadence(call(1), text(1, "12:00"))
    known = {"text": COLORADO["text"]}
    touches = next_touches(of, Progress(anchor_at=MONDAY), known, shipped(), now=MONDAY)
    assert {touch.channel: (touch.blocked, touch.rule) for touch in touches} == {
        "text": (False, ""),
        "call": (True, "contact.none"),
    }
    assert next_touches(of, Progress(anchor_at=MONDAY), {}, shipped(), now=MONDAY) == ()


def test_closing_an_open_call_plans_the_next_one_anew() -> None:
    of = cadence(call(1, "morning"), call(2, "afternoon"))
    while_open = Progress(
        anchor_at=MONDAY, standing=frozenset({"d1-call-1", "d2-call-1"}), open=frozenset({"d1-call-1"})
    )
    closed = planner.once_closed(of, while_open, made("d1-call-1", T("2026-11-24 14:30"), outcome="no_answer"))
    following = upcoming(of, closed, T("2026-11-24 14:30"))["d2-call-1"]
    assert part_of(following.local_at) != "afternoon", "the call was really made in the afternoon of day 2"


PLACES = [
    ("+13035550142", "80202"),
    ("+13055550142", "33101"),
    ("+18505550142", "32301"),
    ("+12125550142", "85004"),
    ("+12055550142", "35203"),
    ("+14015550142", "02903"),
    ("+15025550142", "40202"),
    ("", ""),
    ("+18085550142", "96813"),
    ("+12145550142", "75201"),
]
POLICIES = [
    {},
    {"rules": {"US.hours": {"value": {"mon_fri": "10:00-16:00"}}}},
    {"rules": {"US-FL.cap.24h": {"value": {"max": 1, "hours": 48}}}},
]
SLUGS = [slug for slug in parse.library() if slug != "long-view"]


@settings(max_examples=60, deadline=None)
@given(
    slug=st.sampled_from(SLUGS),
    place=st.sampled_from(PLACES),
    account=st.sampled_from(POLICIES),
    # around both changes of clocks and the holidays between them
    arrived=st.datetimes(datetime(2026, 10, 25), datetime(2027, 3, 20)),
    seed=st.integers(0, 10**9),
    tier=st.sampled_from(["written", "express", "none"]),
)
def test_nothing_planned_lies_outside_a_window_or_above_a_cap(
    slug: str, place: tuple[str, str], account: dict[str, object], arrived: datetime, seed: int, tier: str
) -> None:
    at = arrived.replace(tzinfo=MONDAY.tzinfo)
    known = facts(inquired_at=at, phone=place[0], postal_code=place[1], tier=tier)
    policy: Policy = for_account(account, at=at)
    of = parse.library()[slug]
    anchor = Progress(anchor_at=at)
    touches = plan(of, anchor, known, policy, now=at, seed=seed, days=120)
    assert touches == plan(of, anchor, known, policy, now=at, seed=seed, days=120)
    so_far: list[tuple[str, datetime]] = []
    for touch in touches:
        assert touch.due_at >= at
        if touch.blocked:
            assert touch.rule
            continue
        asked = replace(known[touch.channel], attempts=tuple(so_far))
        ask = Ask(touch.channel, touch.purpose, touch.by == "machine")
        decision = decide(ask, asked, policy, touch.due_at)
        assert decision.verdict == "allow", (touch, decision.rules)
        so_far.append((touch.channel, touch.due_at))
        assert touch.rule or touch.due_at == touch.intended_at or touch.intended_at < at
        assert hours.local(touch.due_at, touch.zone).replace(tzinfo=None) == touch.local_at


def test_planning_is_cheap() -> None:
    import time

    of = parse.library()["fast-start"]
    first = next_touches(of, Progress(anchor_at=MONDAY), COLORADO, shipped(), now=MONDAY)
    progress = Progress(anchor_at=MONDAY, standing=frozenset(touch.step_key for touch in first[1:]))
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        for seed in range(200):
            planner.next_touches(of, progress, COLORADO, shipped(), now=MONDAY, seed=seed)
        best = min(best, (time.perf_counter() - began) / 200)
    assert best < 0.0006, f"{best * 1e6:.0f} µs"  # 60 to 150 on an idle machine
