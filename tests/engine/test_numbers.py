"""Which of our numbers a text leaves from: a decision about values alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from nextcall.engine.numbers import Number, Pool, day_limit, left, ramp

AT = datetime(2026, 11, 23, 19, tzinfo=UTC)  # Monday noon in Denver
ZONE = "America/Denver"
DENVER = Number(1, "+13035550100")
DENVER_2 = Number(2, "+13035550101")
BOISE = Number(3, "+12085550100")
LONDON = Number(4, "+442079460958")
ACME = Number(5, "ACME", kind="name", registration_says="ACMA 12345")
HAZEL = "+13035550142"


def chosen(*numbers: Number, to: str = HAZEL, knows: int | None = None) -> int | None:
    found = Pool(numbers, AT, ZONE).choose(to, knows=knows).number
    return found.id if found else None


def test_a_lead_keeps_the_number_it_knows() -> None:
    assert chosen(DENVER, replace(BOISE, sent=40), knows=3) == 3


@pytest.mark.parametrize(
    "gone",
    [
        {"enabled": False},
        {"registration": "pending"},
        {"registration": "refused"},
        {"registration": "unknown"},
        {"paused_until": AT + timedelta(hours=1)},
    ],
)
def test_unless_that_one_may_not_send_now(gone: dict[str, object]) -> None:
    assert chosen(DENVER, replace(BOISE, **gone), knows=3) == 1  # type: ignore[arg-type]


def test_a_rest_that_is_over_counts_no_more() -> None:
    assert chosen(DENVER, replace(BOISE, paused_until=AT), knows=3) == 3


@pytest.mark.parametrize(
    ("to", "numbers", "number"),
    [
        (HAZEL, (BOISE, replace(DENVER, sent=9), replace(DENVER_2, sent=3)), 2),  # the area's least used
        ("+12025550142", (LONDON, replace(DENVER, sent=9), BOISE), 3),  # else the country's
        ("+442079460111", (DENVER, LONDON), 4),
        ("+442079460111", (DENVER, BOISE), 1),  # else any
        ("+61412345678", (ACME,), 5),
        ("+61412345678", (ACME, DENVER), 1),  # a number can be answered, a name cannot
        (HAZEL, (ACME,), None),  # North America shows no names
    ],
)
def test_a_lead_who_knows_none_gets_the_least_used_of_its_area(
    to: str, numbers: tuple[Number, ...], number: int | None
) -> None:
    assert chosen(*numbers, to=to) == number


def test_a_name_without_its_reference_does_not_text_australia() -> None:
    unnamed = replace(ACME, registration_says="")
    found = Pool([unnamed], AT, ZONE).choose("+61412345678")
    assert (found.number, found.rule) == (None, "AU-04.sender_id")
    assert "reference" in found.says
    assert chosen(unnamed, to="+442079460111") == 5


@pytest.mark.parametrize(("kind", "rule"), [("long_code", "CX-03.10dlc"), ("toll_free", "CX-04.toll_free")])
def test_nothing_leaves_from_an_unregistered_sender_and_the_rule_says_what_mends_it(kind: str, rule: str) -> None:
    found = Pool([replace(DENVER, kind=kind, registration="pending")], AT, ZONE).choose(HAZEL)
    assert (found.number, found.rule) == (None, rule)
    assert "Finish its" in found.says
    assert found.again_at == AT + timedelta(minutes=10)


def test_within_one_claim_each_text_counts_against_rate_and_day() -> None:
    pool = Pool([replace(DENVER, per_minute=60)], AT, ZONE)
    first, second, third, fourth = (pool.choose(HAZEL) for _ in range(4))
    assert first.number and second.number
    assert (third.number, third.rule) == (None, "number.rate")
    assert third.again_at and fourth.again_at and third.again_at < fourth.again_at <= AT + timedelta(seconds=3)


def test_whose_known_number_is_at_its_rate_waits_for_it_while_others_leave() -> None:
    pool = Pool([replace(DENVER, next_at=AT + timedelta(seconds=30)), BOISE], AT, ZONE)
    assert pool.choose(HAZEL, knows=1).rule == "number.rate"
    assert pool.choose(HAZEL).number == BOISE


def test_what_the_day_does_not_hold_waits_for_the_accounts_next_midnight() -> None:
    found = Pool([replace(DENVER, per_day=100, sent=100)], AT, ZONE).choose(HAZEL)
    assert (found.rule, found.again_at) == ("number.day", datetime(2026, 11, 24, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "limit"), [(0, ramp()[0]), (1, ramp()[1]), (len(ramp()) - 1, ramp()[-1]), (len(ramp()), None)]
)
def test_a_new_number_sends_more_each_day(day: int, limit: int | None) -> None:
    began = date(2026, 11, 23)
    assert day_limit(replace(DENVER, ramp_from=began), began + timedelta(days=day)) == limit
    assert day_limit(replace(DENVER, ramp_from=began, per_day=10), began + timedelta(days=day)) == 10


def test_the_ramp_only_rises() -> None:
    assert list(ramp()) == sorted(set(ramp())) and ramp()[0] > 0


def test_no_more_is_left_than_the_smaller_of_rate_and_day() -> None:
    today = date(2026, 11, 23)
    assert left(replace(DENVER, per_minute=600), AT, today) == 20  # two seconds' worth
    assert left(replace(DENVER, per_minute=600, per_day=50, sent=45), AT, today) == 5
    assert left(replace(DENVER, per_minute=600, per_day=50, sent=60), AT, today) == 0
    assert left(replace(DENVER, per_minute=600, per_day=50, sent=45), AT, today, taken=5) == 0
