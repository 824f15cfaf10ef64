"""The order of the Now page, as tables of cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nextcall.worklist.ranking import Candidate, Group, group_of, rank

AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
DAY = AT.replace(hour=7)  # midnight in Denver
MINUTE = timedelta(minutes=1)


def call(person: int, **fields: object) -> Candidate:
    plain = Candidate(lead_id=person * 10, person_id=person, due_at=AT - 30 * MINUTE, touch_id=person * 100)
    return replace(plain, **fields)  # type: ignore[arg-type]


PROMISE = call(1, promise_id=1, touch_id=None, due_at=AT - MINUTE)
NEW = call(2, arrived_at=AT - 3 * MINUTE)
WAITING = call(3, waiting_since=AT - 8 * MINUTE, touch_id=None)
CLOSING = call(4, closes_at=AT + 40 * MINUTE)
TODAY = call(5, closes_at=AT + timedelta(hours=6))
CARRIED = call(6, due_at=DAY - timedelta(hours=5), closes_at=AT + timedelta(hours=6))
UNCERTAIN = call(7, uncertain=True, channel="email")
ALL = [PROMISE, NEW, WAITING, CLOSING, TODAY, CARRIED, UNCERTAIN]


def people(candidates: list[Candidate], carried_left: int = 10) -> list[int]:
    return [one.candidate.person_id for one in rank(candidates, at=AT, day_began_at=DAY, carried_left=carried_left)[0]]


@pytest.mark.parametrize(("candidate", "group"), list(zip(ALL, Group, strict=True)))
def test_every_reason_has_its_group(candidate: Candidate, group: Group) -> None:
    assert group_of(candidate, at=AT, day_began_at=DAY) is group


def test_the_order_is_the_published_one_however_the_rows_come() -> None:
    assert people(ALL[::-1]) == people(ALL) == [1, 2, 3, 4, 5, 6, 7]


def test_a_new_lead_past_the_speed_goal_is_an_ordinary_call_of_today() -> None:
    assert group_of(call(1, arrived_at=AT - 6 * MINUTE), at=AT, day_began_at=DAY) is Group.TODAY


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (call(1, arrived_at=AT - 4 * MINUTE), call(2, arrived_at=AT - MINUTE)),  # nearest to the goal
        (call(1, waiting_since=AT - 50 * MINUTE), call(2, waiting_since=AT - MINUTE)),  # waited longest
        (call(1, closes_at=AT + MINUTE), call(2, closes_at=AT + 9 * MINUTE)),  # closes soonest
        (call(1, due_at=AT - 90 * MINUTE), call(2)),  # due first
    ],
)
def test_inside_a_group_the_most_pressing_comes_first(first: Candidate, second: Candidate) -> None:
    assert people([second, first]) == [1, 2]


def test_what_may_not_be_done_yet_stands_behind_everything_that_may() -> None:
    held_promise = replace(PROMISE, opens_at=AT + 90 * MINUTE)
    held_new = replace(NEW, opens_at=AT + 60 * MINUTE)
    never = replace(CLOSING, denied=True, closes_at=None)
    assert people([never, held_promise, held_new, TODAY, CARRIED]) == [5, 6, 2, 1, 4]


def test_a_reply_is_answered_in_writing_and_waits_for_no_calling_hours() -> None:
    assert people([TODAY, replace(WAITING, opens_at=AT + 60 * MINUTE)]) == [3, 5]


def test_a_person_has_one_card_and_it_keeps_the_touch() -> None:
    reply = call(5, waiting_since=AT - 8 * MINUTE, touch_id=None)
    ranked, _ = rank([TODAY, reply], at=AT, day_began_at=DAY, carried_left=10)
    assert [(one.group, one.candidate.touch_id) for one in ranked] == [(Group.WAITING, 500)]


def test_carried_over_takes_its_quarter_and_the_rest_is_spread() -> None:
    carried = [call(person, due_at=DAY - timedelta(hours=person)) for person in range(20, 50)]
    ranked, left_out = rank([TODAY, *carried], at=AT, day_began_at=DAY, carried_left=10)
    assert len(ranked) == 11
    assert left_out == 20
    assert people([TODAY, *carried], carried_left=0) == [5]
