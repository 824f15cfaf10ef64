# ruff: noqa: E501
"""What a message suggests, with the words it was read from."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.conversations.said.answers import Asked, QuestionKind
from nextcall.conversations.said.reading import read

NOW = datetime(2026, 11, 24, 10, 0)


@pytest.mark.parametrize(
    ("text", "kind", "channel"),
    [
        ("call me tmrw after 2", "promise", "call"),
        ("text me tomorrow morning", "promise", "text"),
        ("email me on friday", "promise", "email"),
        ("ll\u00e1mame ma\u00f1ana a las 10", "promise", "call"),
        ("tomorrow at 10", "promise", "call"),
        ("ask me in March", "pause", "call"),
        ("not now, maybe next month", "pause", "call"),
        ("after the holidays", "pause", "call"),
        ("check back with me in two weeks", "pause", "call"),
        ("ok see you thursday at 3", "appointment", "call"),
        ("Saturday works. Can we do 10?", "appointment", "call"),
        ("can I see it today", "appointment", "call"),
        ("wrong number", "wrong_person", "call"),
        ("Who dis?? new phone", "wrong_person", "call"),
        ("n\u00famero equivocado", "wrong_person", "call"),
        ("use 206-555-0177 instead", "another_point", "call"),
        ("my email is ana@example.com", "another_point", "call"),
    ],
)
def test_it_suggests_what_they_ask_for(text: str, kind: str, channel: str) -> None:
    first = read(text, now=NOW)[0]
    assert (first.kind, first.channel) == (kind, channel)
    assert first.quote in text


@pytest.mark.parametrize(
    "text",
    [
        "Is it still available?",
        "k",
        "no thanks",
        "I'm not sure",
        "I'm not home",
        "don't call me tomorrow",
        "\U0001f44d",
        "",
    ],
)
def test_it_suggests_nothing_where_nothing_is_asked(text: str) -> None:
    assert read(text, now=NOW) == ()


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("about 240k left", "amount", {"amount": 240_000}),
        ("I think we owe around $310,000", "amount", {"amount": 310_000}),
        ("$250-300k", "amount", {"amount": 250_000, "up_to": 300_000}),
        ("we bought in 2019 for 450000 and owe 300000", "amount", {"amount": 300_000}),
        ("240.000", "amount", {"amount": 240_000}),
        ("1.2 million", "amount", {"amount": 1_200_000}),
        ("its paid off", "amount", {"amount": 0}),
        ("123 Main St, Denver CO 80202", "address", {"street": "123 Main St", "postal_code": "80202"}),
        ("it's 1420 N Maple Avenue apt 4", "address", {"street": "1420 N Maple Avenue apt 4"}),
        ("80202", "address", {"postal_code": "80202"}),
        ("3-6 months", "time_frame", {"months": 6}),
        ("asap", "time_frame", {"months": 0}),
        ("just looking", "time_frame", {"months": 24}),
        ("Refinance please", "choice", {"choice": "refinance"}),
    ],
)  # fmt: skip
def test_an_answer_fills_the_field_that_was_asked_about(
    text: str, kind: QuestionKind, value: dict[str, object]
) -> None:
    first = read(text, now=NOW, asked=Asked("balance", kind, ("refinance", "cash out")))[0]
    assert first.kind == "answer" and first.value["field"] == "balance"
    assert {key: first.value[key] for key in value} == value
    assert first.quote.lower() in text.lower()


@pytest.mark.parametrize(
    ("text", "kind"),
    [("call me at 4", "amount"), ("4 bedrooms on a nice street", "address"), ("not sure", "time_frame"), ("either", "choice"),
     ("why do you ask?", "text"), ("we moved here in 2019", "amount")],
)  # fmt: skip
def test_what_does_not_answer_fills_nothing(text: str, kind: QuestionKind) -> None:
    assert not [one for one in read(text, now=NOW, asked=Asked("x", kind, ("a", "b"))) if one.kind == "answer"]


@given(st.text(max_size=300), st.sampled_from(["amount", "address", "time_frame", "choice", "text"]))
def test_it_never_fails_and_never_invents_words(text: str, kind: QuestionKind) -> None:
    for one in read(text, now=NOW, asked=Asked("x", kind, ("yes",))):
        assert " ".join(one.quote.split()).lower() in " ".join(text.split()).lower()
