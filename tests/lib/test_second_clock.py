"""Whether our clock can be trusted, by what others say of the time (scenario 20)."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.lib import second_clock
from nextcall.lib.second_clock import Reading, Steady, doubt
from tests.builders import MONDAY

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def reading(apart: timedelta) -> Reading:
    """Another clock, ours being ahead of it by so much."""
    return Reading("the database server", MONDAY - apart, MONDAY)


@pytest.mark.parametrize(
    ("apart", "latest", "jumped", "says"),
    [
        (None, None, 0 * HOUR, ""),
        (None, MONDAY, 0 * HOUR, ""),
        (None, MONDAY + MINUTE, 0 * HOUR, ""),  # a minute may be
        (None, MONDAY + 2 * HOUR, 0 * HOUR, "2 h 0 min behind what is recorded already"),
        (None, MONDAY - 9 * HOUR, 0 * HOUR, ""),
        (0 * HOUR, None, 0 * HOUR, ""),
        (-2 * HOUR, None, 0 * HOUR, "2 h 0 min behind the database server"),
        (2 * HOUR, None, 0 * HOUR, "2 h 0 min ahead of the database server"),
        (3 * MINUTE, None, 0 * HOUR, "3 min ahead of the database server"),
        (None, None, -2 * HOUR, "it jumped back by 2 h 0 min while running"),
        (None, None, 2 * HOUR, "it jumped forward by 2 h 0 min while running"),
        (0 * HOUR, MONDAY + 2 * HOUR, 0 * HOUR, ""),  # the record is what was wrong
        (0 * HOUR, None, 2 * HOUR, ""),  # it has just been set right
    ],
)
def test_what_speaks_against_the_clock(apart: timedelta | None, latest: object, jumped: timedelta, says: str) -> None:
    readings = [] if apart is None else [reading(apart)]
    assert doubt(MONDAY, readings=readings, latest=latest, jumped=jumped) == says  # type: ignore[arg-type]


@given(st.integers(-20_000, 20_000))
def test_another_clock_more_than_a_minute_off_is_always_a_doubt(seconds: int) -> None:
    said = doubt(MONDAY, readings=[reading(timedelta(seconds=seconds))], latest=None, jumped=timedelta())
    assert bool(said) is (abs(seconds) > 60)


def test_one_clock_that_disagrees_outweighs_one_that_agrees() -> None:
    both = [reading(timedelta()), reading(2 * HOUR)]
    assert doubt(MONDAY, readings=both, latest=None, jumped=timedelta())


def test_a_date_header_is_carried_on_by_the_seconds_counted() -> None:
    second_clock.forget()
    second_clock.hear("fcm.googleapis.com", format_datetime(MONDAY, usegmt=True), counted=100.0)
    (heard,) = second_clock.heard(MONDAY + HOUR, 3700.0)
    assert heard.says == MONDAY + HOUR
    assert second_clock.heard(MONDAY, 100.0 + 25 * 3600) == []  # too long ago
    assert second_clock.heard(MONDAY, 50.0) == []  # the machine started anew
    second_clock.forget()


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 99 Nov 2026 10:00:00 GMT", "\x00" * 50])
def test_a_date_header_that_cannot_be_read_says_nothing(header: str | None) -> None:
    second_clock.forget()
    second_clock.hear("somebody", header)
    assert second_clock.heard(MONDAY, second_clock.seconds()) == []


def test_setting_the_clock_is_noticed_and_sleeping_is_not() -> None:
    steady = Steady()
    assert steady.jumped(MONDAY, 0.0) == timedelta()
    assert steady.jumped(MONDAY + 8 * HOUR, 8 * 3600.0) == timedelta()  # asleep for eight hours
    assert steady.jumped(MONDAY + 6 * HOUR, 8 * 3600.0) == -2 * HOUR
    steady.agree(MONDAY + 6 * HOUR, 8 * 3600.0)
    assert steady.jumped(MONDAY + 7 * HOUR, 9 * 3600.0) == timedelta()
