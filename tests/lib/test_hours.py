"""Local time across the hours that clocks skip and repeat."""

from datetime import UTC, date, datetime

import pytest

from nextcall.lib import hours, zone_data

WEEK = [["09:00", "17:30"]] * 5 + [None, None]


def test_a_skipped_hour_is_later_by_the_jump_and_a_repeated_one_is_chosen() -> None:
    new_york = "America/New_York"
    assert hours.instant(datetime(2026, 3, 8, 2, 30), new_york) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert hours.instant(datetime(2026, 11, 1, 1, 30), new_york) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert hours.instant(datetime(2026, 11, 1, 1, 30), new_york, later=True) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="no zone"):
        hours.instant(datetime(2026, 1, 1, tzinfo=UTC), new_york)


def test_the_zone_data_is_ours_and_this_years() -> None:
    assert zone_data.is_current()
    assert zone_data.in_use() == zone_data.version() >= "2026e"
    assert hours.local(datetime(2026, 11, 24, 4, 45, tzinfo=UTC), "America/Vancouver").hour == 21


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("closed", ()),
        ("09:00-21:30", ((540, 1290),)),
        ("14:00-20:00 10:00-13:00", ((600, 780), (840, 1200))),
        ("00:00-24:00", hours.ALL_DAY),
    ],
)
def test_spans_are_read_and_shown(text: str, spans: hours.Spans) -> None:
    assert hours.read_spans(text) == spans
    assert hours.read_spans(hours.show_spans(spans)) == spans


@pytest.mark.parametrize("text", ["9-5", "21:00-09:00", "09:00-25:00", "09:70-10:00", "open"])
def test_wrong_spans_say_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"span of hours|open before it closes"):
        hours.read_spans(text)


def test_parts_of_the_day() -> None:
    assert [hours.part_of(h * 60) for h in (7, 8, 11, 14, 17, 22)] == [
        "morning",
        "morning",
        "midday",
        "afternoon",
        "evening",
        "evening",
    ]


def test_months_are_added_in_the_calendar() -> None:
    assert hours.add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert hours.add_months(date(2026, 8, 31), 18) == date(2028, 2, 29)


def test_working_hours() -> None:
    friday = hours.instant(datetime(2026, 11, 27, 18), "America/Denver")
    assert not hours.is_working(WEEK, friday, "America/Denver")
    assert hours.next_working(WEEK, friday, "America/Denver") == hours.instant(
        datetime(2026, 11, 30, 9), "America/Denver"
    )
    assert hours.next_working([None] * 7, friday, "America/Denver") is None
    monday = hours.instant(datetime(2026, 11, 30, 9, 1), "America/Denver")
    assert hours.next_working(WEEK, monday, "America/Denver") == monday


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "America/Nowhere", "x" * 100, "America/"])
def test_strange_zones_are_none(name: str) -> None:
    assert not hours.is_zone(name)


def test_a_hash_is_stable_and_salted() -> None:
    from nextcall.lib.hashing import point_hash

    assert point_hash("phone", "+13055550142") == point_hash("phone", "+13055550142")
    assert point_hash("phone", "x") != point_hash("email", "x")
    assert len(point_hash("phone", "x")) == 64
