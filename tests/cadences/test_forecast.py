"""What a cadence asks of people in the next two weeks, beside what they set aside."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.cadences import checker, parse
from nextcall.cadences.forecast import CALL_MINUTES, DAYS, Forecast, Hands, capacity, forecast, minutes_by_day
from nextcall.consent import policy

MONDAY = date(2026, 11, 23)
WEEK = [["09:00", "18:00"]] * 5 + [None, None]
minutes = st.dictionaries(st.integers(0, 30), st.integers(1, 30), max_size=12)
crowd = st.dictionaries(st.integers(0, 60), st.integers(1, 50), max_size=12)
rooms = st.lists(st.sampled_from([0, 30, 120]), min_size=DAYS, max_size=DAYS)


def two_weeks(
    asked: dict[int, int], *, a_day: float = 1, on_it: dict[int, int] | None = None, room: int = 90
) -> Forecast:
    return forecast(asked, today=MONDAY, a_day=a_day, on_it=on_it or {}, capacity=[room] * DAYS)


@given(asked=minutes, on_it=crowd, room=rooms, a_day=st.floats(0, 50))
def test_every_touch_is_counted_once_and_nothing_is_below_nought(
    asked: dict[int, int], on_it: dict[int, int], room: list[int], a_day: float
) -> None:
    found = forecast(asked, today=MONDAY, a_day=a_day, on_it=on_it, capacity=room)
    assert all(day.now >= 0 and day.fresh >= 0 for day in found.days)
    now = sum(count * asked.get(since + day, 0) for since, count in on_it.items() for day in range(DAYS))
    fresh = sum(a_day * asked.get(since, 0) for day in range(DAYS) for since in range(day + 1))
    assert sum(day.now + day.fresh for day in found.days) + found.later == pytest.approx(now + fresh)


@given(asked=minutes, room=rooms)
def test_nothing_falls_on_a_day_on_which_nobody_works(asked: dict[int, int], room: list[int]) -> None:
    found = forecast(asked, today=MONDAY, a_day=2, on_it={}, capacity=room)
    if any(room):
        assert not [day for day, there in zip(found.days, room, strict=True) if not there and day.asked]


def test_a_day_over_is_said_in_words() -> None:
    found = two_weeks({0: 96}, a_day=1, room=90)
    assert found.over[0].says == "Mon 23: 96 minutes asked, 90 set aside"
    assert found.says == "14 of 14 days ask for more than is set aside. Mon 23: 96 minutes asked, 90 set aside."
    assert two_weeks({0: 60}).says == "Every day fits. The fullest is Mon 23: 60 of 90 minutes."
    assert two_weeks({}).says == "Asks nothing of people in the next 14 days."


def test_only_what_people_do_is_counted() -> None:
    plan = checker.example(parse.library()["steady"], "", policy.shipped())
    asked = minutes_by_day(plan, arrived=plan[0].due_at)
    assert sum(asked.values()) == 5 * CALL_MINUTES
    assert asked[0] == CALL_MINUTES


def test_what_members_set_aside_leaves_out_weekends_and_time_away() -> None:
    two = [Hands(40, WEEK), Hands(20, WEEK, away_until=MONDAY + timedelta(days=2))]
    assert capacity(two, today=MONDAY)[:7] == [120, 120, 180, 180, 180, 0, 0]
