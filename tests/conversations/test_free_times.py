"""Free times that suit both, and the answer that takes one of them."""

from datetime import UTC, datetime, timedelta

import pytest

from nextcall.conversations.free_times import Wanted, free_times, in_words
from nextcall.conversations.said.choosing import chosen, offered
from nextcall.lib import hours
from tests.builders import MONDAY, WEEK, T

DENVER = Wanted("America/Denver", WEEK, "America/Denver")
NOW = datetime(2026, 11, 23, 10, 0)
OFFER = "Tue 10 am, Wed 2:30 pm or Thu 5:15 pm your time?"


def local(times: list[datetime], zone: str = "America/Denver") -> list[str]:
    return [f"{hours.local(one, zone):%a %H:%M}" for one in times]


def test_times_lie_on_different_days_and_in_different_parts_of_the_day() -> None:
    assert local(free_times(DENVER, at=MONDAY)) == ["Mon 12:00", "Tue 09:00", "Wed 14:00"]


def test_busy_times_are_kept_clear_with_room_around_them() -> None:
    busy = [(T("2026-11-23 00:00"), T("2026-11-24 12:00")), (T("2026-11-24 13:00"), T("2026-11-25 23:00"))]
    wanted = Wanted("America/Denver", WEEK, "America/Denver", busy, room=15)
    assert local(free_times(wanted, at=MONDAY, count=1)) == ["Thu 09:00"]
    assert local(free_times(Wanted("America/Denver", WEEK, "America/Denver", busy, room=0), at=MONDAY, count=1)) == [
        "Tue 12:00"
    ]


def test_the_lead_is_awake_by_their_own_clock() -> None:
    wanted = Wanted("America/Denver", WEEK, "Pacific/Honolulu")  # three hours earlier there
    found = free_times(wanted, at=MONDAY, count=5)
    assert all(8 <= hours.local(one, "Pacific/Honolulu").hour < 20 for one in found)
    assert found


def test_the_members_hours_stay_where_clocks_change() -> None:
    found = free_times(DENVER, at=T("2026-10-31 10:00"), count=2)
    assert local(found)[0] == "Mon 09:00"
    assert found[0] == datetime(2026, 11, 2, 16, tzinfo=UTC)


def test_notice_and_what_suits_the_lead_are_kept() -> None:
    late = Wanted("America/Denver", WEEK, "America/Denver", notice=24 * 60)
    assert min(free_times(late, at=MONDAY)) >= MONDAY + timedelta(days=1)
    evenings = free_times(DENVER, at=MONDAY, suits=lambda one: hours.local(one, "America/Denver").hour >= 17)
    assert local(evenings) == ["Mon 17:00", "Tue 17:00", "Wed 17:00"]


def test_a_full_calendar_offers_nothing() -> None:
    full = Wanted("America/Denver", WEEK, "America/Denver", [(MONDAY, MONDAY + timedelta(days=60))])
    assert free_times(full, at=MONDAY) == []
    assert in_words([], zone="America/Denver", at=MONDAY) == ""


def test_an_offer_is_in_the_leads_clock_and_can_be_read_again() -> None:
    times = [T("2026-11-24 10:00"), T("2026-11-25 14:30"), T("2026-12-03 17:15")]
    words = in_words(times, zone="America/New_York", at=MONDAY)
    assert words == "Tue 12 pm, Wed 4:30 pm or Thu Dec 3 7:15 pm your time?"
    read = offered(f"Hi Hazel, {words}", now=datetime(2026, 11, 23, 12, 0))
    assert [hours.instant(one, "America/New_York") for one in read] == times


@pytest.mark.parametrize("hour", [8, 12, 17])
@pytest.mark.parametrize("day", range(23, 30))
def test_whatever_is_offered_is_read_again_as_the_same_times(day: int, hour: int) -> None:
    at = T(f"2026-11-{day} {hour:02d}:00")
    times = free_times(DENVER, at=at)
    words = in_words(times, zone="America/Denver", at=at)
    read = offered(words, now=hours.local(at, "America/Denver").replace(tzinfo=None))
    assert [hours.instant(one, "America/Denver") for one in read] == times, words


def test_a_time_of_today_is_called_today() -> None:
    words = in_words([T("2026-11-23 15:00"), T("2026-11-30 15:00")], zone="America/Denver", at=MONDAY)
    assert words == "Today 3 pm or Mon Nov 30 3 pm your time?"


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("Wed works", "Wed 14:30"),
        ("wednesday is good", "Wed 14:30"),
        ("Tuesday at 10 please", "Tue 10:00"),
        ("2:30 works for me", "Wed 14:30"),
        ("the second one", "Wed 14:30"),
        ("Let's do Thursday", "Thu 17:15"),
        ("Thu 5:15pm see you then", "Thu 17:15"),
        ("the last one is fine", "Thu 17:15"),
        ("Wed doesn't work", None),
        ("Friday would be better", None),
        ("Wednesday at 4 instead?", None),
        ("either works", None),
        ("Tuesday or Wednesday", None),
        ("yes", None),
        ("STOP", None),
        ("What is this about?", None),
    ],
)
def test_an_answer_takes_the_time_it_names(answer: str, taken: str | None) -> None:
    found = chosen(answer, offered(OFFER, now=NOW), now=NOW + timedelta(hours=1))
    assert (f"{found:%a %H:%M}" if found else None) == taken


def test_yes_takes_the_only_time_there_was() -> None:
    found = chosen("Yes, perfect", offered("Would Tue 10 am suit, your time?", now=NOW), now=NOW)
    assert found == datetime(2026, 11, 24, 10)


def test_a_time_that_has_passed_is_not_taken() -> None:
    assert chosen("Tuesday works", offered(OFFER, now=NOW), now=datetime(2026, 11, 24, 12)) is None
