"""Which question comes next, and what makes one small."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.conversations.questions import (
    LATELY,
    Question,
    Standing,
    Wrong,
    asked_in,
    example_for,
    examples,
    fault,
    made,
    next_question,
    read_all,
)
from tests.builders import MONDAY

ADDRESS = Question("address", "address", ("What's the address?", "Which home is it?"))
BALANCE = Question("balance", "amount", ("About how much is left on your loan?",))
WHEN = Question("time_frame", "time_frame", ("When would you like to move?",))
ALL = (ADDRESS, BALANCE, WHEN)


def after(**known: object) -> str:
    found = next_question(ALL, Standing(**known), seed=0, at=MONDAY)  # type: ignore[arg-type]
    return found.question.field if found.question else found.why


@pytest.mark.parametrize(
    ("known", "following"),
    [
        ({}, "address"),
        ({"answered": {"address"}}, "balance"),
        ({"answered": {"address", "balance", "time_frame"}}, "Everything is answered."),
        ({"open_field": "address", "asked": [("address", MONDAY)]}, "balance"),  # not twice in a row
        ({"asked": [("address", MONDAY - LATELY + timedelta(minutes=1))]}, "balance"),  # asked lately
        ({"asked": [("address", MONDAY - LATELY - timedelta(minutes=1))]}, "address"),  # long ago
        ({"asked": [("Time Frame", MONDAY)], "answered": {"address", "balance"}}, "Everything is answered."),
        ({"they_ask": True}, "Answer their question first."),
        ({"stopped": True, "they_ask": True}, "They asked us to stop, or an unclear message waits to be read."),
    ],
)
def test_the_next_question_is_the_first_that_is_open(known: dict[str, object], following: str) -> None:
    assert after(**known) == following


def test_an_offer_without_questions_says_so() -> None:
    assert next_question((), Standing(), seed=0, at=MONDAY).why == "This offer has no questions."


def test_it_is_asked_in_other_words_the_second_time() -> None:
    first = next_question(ALL, Standing(), seed=4, at=MONDAY).words
    again = next_question(ALL, Standing(asked=[("address", MONDAY - timedelta(days=40))]), seed=4, at=MONDAY).words
    assert {first, again} == set(ADDRESS.ask)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("Tell me the address", "is no question"),
        ("What's the address? And the balance?", "asks more than one thing"),
        ("What's the address!?", "exclamation mark"),
        ("Please provide your outstanding balance?", "sounds like a form or a robot"),
        ("Just checking in, is it still on?", "sounds like a form or a robot"),
        ("Would you, {{ lead.first_name }}?", "placeholder"),
        ("Could you tell me " + "very " * 25 + "much?", "is long"),
        ("Is it just you two with no kids, adults only?", "may not be said"),
    ],
)
def test_what_is_no_small_question_is_refused_with_why(way: str, says: str) -> None:
    assert says in fault(way)


@pytest.mark.parametrize(
    ("field", "kind", "ask", "choices", "says"),
    [
        ("", "text", ["Why?"], [], "Name the field"),
        ("x", "poem", ["Why?"], [], "what kind"),
        ("x", "text", [], [], "one to 5 ways"),
        ("x", "choice", ["Which one?"], ["a"], "at least two answers"),
        ("x", "text", ["No question"], [], "is no question"),
    ],
)
def test_a_question_that_is_not_whole_is_refused(
    field: str, kind: str, ask: list[str], choices: list[str], says: str
) -> None:
    with pytest.raises(Wrong, match=says):
        made(field, kind, ask, choices)


def test_every_shipped_question_is_one_small_question() -> None:
    assert len(examples()) == 5
    for example in examples():
        assert [fault(way) for one in example.questions for way in one.ask if fault(way)] == []


@pytest.mark.parametrize(
    ("offer", "example"),
    [
        ("Equity calculator", "Equity estimate"),
        ("home value", "Home value"),
        ("Pre-approval", "Pre-approval"),
        ("Model homes tour", "New homes tour"),
        ("Listing inquiry", "Listing inquiry"),
    ],
)
def test_an_offer_finds_its_example_by_its_name(offer: str, example: str) -> None:
    found = example_for(offer)
    assert found and found.name == example


def test_a_question_is_known_again_though_its_writer_changed_some_words() -> None:
    assert asked_in("Hi Hazel, Ann here. About how much is still left on your loan?", ALL) == BALANCE
    assert asked_in("About how much is left on your loan", ALL) is None
    assert asked_in("Nice to meet you. How was the weekend?", ALL) is None


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda kept: st.lists(kept) | st.dictionaries(st.text(), kept))
)
def test_whatever_is_stored_is_read(stored: object) -> None:
    assert isinstance(read_all(stored), tuple)
