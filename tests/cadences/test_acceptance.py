"""What the shipped cadences promise, on an ordinary Monday and in states with rules of their own."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from nextcall.cadences import parse
from nextcall.cadences.definition import Planned, Progress
from nextcall.cadences.invented import facts
from nextcall.cadences.planner import plan
from nextcall.cadences.timing import part_of
from nextcall.consent.policy import shipped
from nextcall.lib import hours
from tests.builders import T

ARRIVED = T("2026-11-23 10:00")
COLORADO = {"phone": "+13035550142", "postal_code": "80202", "region": "CO"}
FLORIDA = {"phone": "+13055550142", "postal_code": "33101", "region": "FL"}
DAY = timedelta(days=1)


def run(
    slug: str, where: dict[str, str] = COLORADO, *, arrived: datetime = ARRIVED, seed: int = 7
) -> tuple[Planned, ...]:
    known = facts(inquired_at=arrived, tier="written", **where)
    return plan(parse.library()[slug], Progress(anchor_at=arrived), known, shipped(), now=arrived, seed=seed)


def local(touch: Planned) -> datetime:
    return hours.local(touch.due_at, touch.zone)


def day_of(touch: Planned, arrived: datetime = ARRIVED) -> int:
    return (local(touch).date() - hours.local(arrived, touch.zone).date()).days + 1


def by_day(touches: Iterable[Planned], arrived: datetime = ARRIVED) -> dict[int, Counter[str]]:
    days: dict[int, Counter[str]] = {}
    for touch in touches:
        days.setdefault(day_of(touch, arrived), Counter())[touch.channel] += 1
    return days


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 99, 12345])
def test_fast_start_in_colorado_runs_as_written(seed: int) -> None:
    touches = run("fast-start", seed=seed)
    days = by_day(touches)
    assert days[1] == {"call": 2, "text": 2, "email": 2}
    assert days[2] == {"call": 2, "text": 1, "email": 1}
    for day in range(3, 11):
        assert days[day] == {"call": 1, "text": 1, "email": 1}, f"day {day}"
    first = {
        channel: next(touch for touch in touches if touch.channel == channel) for channel in ("text", "email", "call")
    }
    assert first["text"].due_at == first["email"].due_at == ARRIVED
    assert timedelta() < first["call"].due_at - ARRIVED <= timedelta(minutes=5)
    assert all(not touch.blocked and not touch.rule for touch in touches)
    assert all(8 <= local(touch).hour < 21 for touch in touches)
    assert len({touch.step_key for touch in touches}) == len(parse.library()["fast-start"].steps)


def test_fast_start_tapers_to_two_years() -> None:
    later = [day_of(touch) for touch in run("fast-start") if day_of(touch) > 10]
    assert later[-1] in range(729, 735)
    by_quarter = Counter((day - 11) // 91 for day in later)
    assert by_quarter[0] > by_quarter[1] >= by_quarter[4]
    assert all(by_quarter[quarter] for quarter in range(8)), "nobody is forgotten for a quarter"


def test_the_same_lead_in_florida_is_replanned_within_three_a_day_and_every_move_names_its_rule() -> None:
    touches, as_written = (
        run("fast-start", FLORIDA, arrived=T("2026-11-23 10:00", "America/New_York")),
        run("fast-start"),
    )
    phone = [touch.due_at for touch in touches if touch.channel in ("call", "text")]
    for start in phone:
        assert sum(start <= at <= start + DAY for at in phone) <= 3
    assert Counter(touch.step_key for touch in touches) == Counter(touch.step_key for touch in as_written), (
        "nothing lost"
    )
    meant = {touch.step_key: touch.local_at for touch in as_written}
    moved = [touch for touch in touches if touch.local_at != meant[touch.step_key]]
    assert {touch.rule for touch in moved} == {"US-FL.cap.24h"}
    assert all("3 calls and texts" in touch.moved_because for touch in moved)
    assert "d1-text-2" in {touch.step_key for touch in moved}
    assert not any(touch.blocked for touch in touches)


def test_three_and_one_makes_fifteen_attempts_three_calls_to_an_email() -> None:
    touches = run("three-and-one")
    assert [touch.channel for touch in touches] == (["call", "call", "call", "email"] * 4)[:15]
    assert Counter(touch.channel for touch in touches) == {"call": 12, "email": 3}
    gaps = [after.due_at - before.due_at for before, after in pairwise(touches)]
    assert min(gaps) >= DAY and max(gaps) <= 2 * DAY + timedelta(hours=1)
    parts = [part_of(touch.local_at) for touch in touches]
    assert all(before != after for before, after in pairwise(parts))
    assert max(Counter(parts).values()) - min(Counter(parts).values()) <= 1, "the least tried part comes next"


def test_gentle_falls_on_day_one_week_one_week_two_and_month_one() -> None:
    assert list(by_day(run("gentle"))) == [1, 8, 15, 31]


def test_letter_first_calls_only_after_its_email_and_leaves_voicemails_as_touches_of_their_own() -> None:
    touches = run("letter-first")
    assert [touch.channel for touch in touches] == [
        "email",
        "call",
        "voicemail",
        "call",
        "voicemail",
        "email",
        "call",
        "voicemail",
    ]
    call, voicemail = touches[1], touches[2]
    assert (voicemail.step_key, voicemail.by) == ("voicemail-1", "person")
    assert call.due_at > touches[0].due_at and voicemail.due_at >= call.due_at


def test_letter_first_does_not_call_when_its_email_cannot_be_sent() -> None:
    known = facts(inquired_at=ARRIVED, tier="written", **COLORADO)
    del known["email"]
    touches = plan(parse.library()["letter-first"], Progress(anchor_at=ARRIVED), known, shipped(), now=ARRIVED)
    assert [(touch.channel, touch.blocked) for touch in touches] == [("email", True)]


@pytest.mark.parametrize(
    ("slug", "count", "days"), [("fast-start-light", 16, 28), ("steady", 12, 21), ("second-wind", 4, 14)]
)
def test_the_shorter_cadences_have_the_touches_they_say(slug: str, count: int, days: int) -> None:
    touches = run(slug)
    assert (len(touches), max(map(day_of, touches))) == (count, days)


def test_the_long_view_says_nothing_without_a_reason() -> None:
    touches = run("long-view")
    assert len(touches) == 24 and all(touch.blocked and touch.rule == "cadence.no_reason" for touch in touches)
    assert all(touch.priority == 9 for touch in touches)


def test_reminders_count_back_from_the_appointment() -> None:
    appointment = T("2026-12-03 15:00")
    known = facts(inquired_at=ARRIVED, tier="written", **COLORADO)
    touches = plan(
        parse.library()["appointment-reminders"], Progress(anchor_at=appointment), known, shipped(), now=ARRIVED
    )
    assert [local(touch).isoformat()[:16] for touch in touches] == [
        "2026-11-30T15:00",
        "2026-12-02T15:00",
        "2026-12-03T13:00",
    ]


def test_a_lead_who_arrives_at_night_is_answered_in_the_morning_and_the_rest_keeps_its_distance() -> None:
    arrived = T("2026-11-23 23:10")
    touches = [touch for touch in run("fast-start", arrived=arrived) if touch.channel in ("text", "call")]
    assert touches[0].rule == "US-01.hours" and local(touches[0]).isoformat()[:16] == "2026-11-24T08:05"
    for channel in ("text", "call"):
        own = [touch.due_at for touch in touches if touch.channel == channel]
        assert min(after - before for before, after in pairwise(own)) >= timedelta(hours=1)


def test_the_plan_is_the_same_when_computed_twice_and_another_for_another_lead() -> None:
    assert run("fast-start", seed=1) == run("fast-start", seed=1)
    texts = {
        touch.due_at for seed in range(50) for touch in run("fast-start", seed=seed) if touch.step_key == "d2-text-1"
    }
    assert len(texts) > 40, "leads of one second are spread over the part of the day"


def test_without_permission_texts_are_blocked_by_name_and_the_rest_goes_on() -> None:
    known = facts(inquired_at=ARRIVED, tier="none", **COLORADO)
    touches = plan(parse.library()["fast-start-light"], Progress(anchor_at=ARRIVED), known, shipped(), now=ARRIVED)
    texts = [touch for touch in touches if touch.channel == "text"]
    assert len(texts) == 4 and all(touch.blocked and touch.rule for touch in texts)
    assert sum(not touch.blocked for touch in touches) == 12
