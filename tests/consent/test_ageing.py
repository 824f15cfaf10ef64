"""What ages: each line at the edges of its time, derived by hand."""

from datetime import date, timedelta

import pytest

from nextcall.consent import ageing
from nextcall.consent.ageing import Listed, Loosened
from nextcall.consent.facts import Decision, Rule
from tests.builders import MONDAY

TODAY = date(2026, 11, 23)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("release", "state"), [("2026f", "ok"), ("2026e", "ok"), ("2026d", "over"), ("2025b", "over"), ("", "over")]
)
def test_zone_data_before_the_oldest_release_is_over(release: str, state: str) -> None:
    line = ageing.zone_data(release, "2026e")
    assert (line.state, "calls, voicemails and texts" in line.refuses) == (state, True)


@pytest.mark.parametrize(("days", "state"), [(31, "ok"), (30, "soon"), (1, "soon"), (0, "soon"), (-1, "over")])
def test_the_holiday_file_is_told_a_month_ahead(days: int, state: str) -> None:
    assert ageing.holidays(ahead(days), ["Texas"], today=TODAY).state == state


@pytest.mark.parametrize(
    ("age", "most", "state"),
    [
        (0, 31, "ok"),
        (23, 31, "ok"),
        (24, 31, "soon"),
        (31, 31, "soon"),
        (32, 31, "over"),
        (28, 28, "soon"),
        (29, 28, "over"),
    ],
)
def test_a_do_not_call_list_is_over_the_day_after_its_last(age: int, most: int, state: str) -> None:
    line = ageing.do_not_call(Listed("US", ahead(-age), most), today=TODAY)
    assert line.state == state
    assert f"{most} allowed" in line.says
    assert "US" in line.refuses


@pytest.mark.parametrize(("days", "state"), [(31, "ok"), (30, "soon"), (-1, "over")])
def test_rules_past_their_review_refuse_nothing_unless_the_file_says_so(days: int, state: str) -> None:
    line = ageing.review("Florida", ahead(days), None, today=TODAY)
    assert (line.state, line.refuses) == (state, "nothing by itself")
    ends = ageing.review("Oregon", ahead(days), ahead(60), today=TODAY)
    assert ends.refuses == "everything there, once Jan 22, 2027 is over"


@pytest.mark.parametrize(("days", "state"), [(8, "ok"), (7, "soon"), (0, "soon"), (-1, "ok")])
def test_a_loosening_is_told_before_it_ends_and_harms_nobody_after(days: int, state: str) -> None:
    line = ageing.loosening(Loosened("US-FL.hours", ahead(days), "Olga"), today=TODAY)
    assert (line.state, line.ends_on is None) == (state, days < 0)


@pytest.mark.parametrize(
    ("looked", "state"), [(None, "soon"), (0, "ok"), (23, "ok"), (24, "soon"), (31, "soon"), (32, "over")]
)
def test_somebody_looks_at_proclamations_once_a_month(looked: int | None, state: str) -> None:
    line = ageing.feed("US-LA", None if looked is None else ahead(-looked), today=TODAY)
    assert line.state == state


@pytest.mark.parametrize(
    ("age", "there", "state"),
    [(None, False, "soon"), (0, True, "ok"), (2, True, "ok"), (3, True, "over"), (0, False, "soon")],
)
def test_a_backup_is_two_days_old_at_most(age: int | None, there: bool, state: str) -> None:
    line = ageing.backup(None if age is None else ahead(-age), there=there, today=TODAY)
    assert line.state == state


def test_a_clock_in_doubt_is_over_and_says_why() -> None:
    assert ageing.clock("").state == "ok"
    line = ageing.clock("2 h 0 min behind the database server")
    assert (line.state, "2 h 0 min behind the database server" in line.says) == ("over", True)
    assert line.refuses == "all that the machine sends"


def test_owners_are_told_what_is_over_or_within_seven_days() -> None:
    lines = [
        ageing.holidays(ahead(8), ["Texas"], today=TODAY),  # soon, but not this week
        ageing.holidays(ahead(7), ["Texas"], today=TODAY),
        ageing.zone_data("2025b", "2026e"),
        ageing.zone_data("2026f", "2026e"),
        ageing.permissions(12, ahead(3)),
    ]
    assert ageing.urgent(lines, today=TODAY) == lines[1:3]


@pytest.mark.parametrize(
    ("denying", "mends"),
    [
        (["clock.doubt"], True),
        (["zone_data.stale", "US-TX.holidays"], True),
        (["US-09.withdrawn", "zone_data.stale"], False),
        (["US.need.call"], False),
        ([], False),
    ],
)
def test_only_what_somebody_can_renew_is_waited_for(denying: list[str], mends: bool) -> None:
    rules = tuple(Rule(one, "deny", "", "") for one in denying)
    assert ageing.is_mendable(Decision("deny" if denying else "allow", MONDAY, rules)) is mends


def test_every_line_says_how_to_mend_it() -> None:
    lines = [
        ageing.clock(""),
        ageing.zone_data("2026f", "2026e"),
        ageing.holidays(ahead(1), ["Texas"], today=TODAY),
        ageing.do_not_call(Listed("CA", TODAY, 31), today=TODAY),
        ageing.review("Utah", ahead(1), None, today=TODAY),
        ageing.loosening(Loosened("x", TODAY, ""), today=TODAY),
        ageing.feed("US-LA", None, today=TODAY),
        ageing.permissions(0, None),
        ageing.backup(None, there=False, today=TODAY),
    ]
    assert all(one.mend and one.says and one.refuses and one.what for one in lines)
    assert len({one.key for one in lines}) == len(lines)
