"""When the last of a backlog leaves, from values alone."""

from datetime import UTC, date, datetime

from nextcall.engine.backlog import last_leaves
from nextcall.engine.numbers import Number, Pool

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)  # Monday 6 pm in Denver: three hours are left of the day


def forecast(waiting: int, *numbers: Number) -> datetime | None:
    return last_leaves(waiting, Pool(numbers, AT, "America/Denver"))


def test_at_one_a_minute_sixty_take_an_hour() -> None:
    assert forecast(60, Number(1, "+13035550100", per_minute=1)) == datetime(2026, 11, 24, 2, tzinfo=UTC)


def test_what_the_evening_does_not_hold_leaves_the_next_morning() -> None:
    assert forecast(181, Number(1, "+13035550100", per_minute=1)) == datetime(2026, 11, 24, 15, 1, tzinfo=UTC)


def test_two_numbers_take_half_as_long() -> None:
    both = (Number(1, "+13035550100", per_minute=1), Number(2, "+13035550101", per_minute=1))
    assert forecast(120, *both) == datetime(2026, 11, 24, 2, tzinfo=UTC)


def test_a_ramp_is_counted_day_by_day() -> None:
    new = Number(1, "+13035550100", per_minute=60, ramp_from=date(2026, 11, 23), sent=30)
    last = forecast(20 + 100 + 200, new)  # 20 are left today, then 100, then 200
    assert last is not None and last.date() == date(2026, 11, 25)
    assert forecast(20, new) == datetime(2026, 11, 24, 1, 1, tzinfo=UTC)


def test_nobody_can_say_when_no_number_may_send() -> None:
    assert forecast(1, Number(1, "+13035550100", registration="pending")) is None
    assert forecast(1) is None
