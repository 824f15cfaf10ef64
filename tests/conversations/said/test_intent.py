"""What an answer is, by the shared replies and by messages of our own."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.consent.keywords import classify
from nextcall.conversations.said.intent import asks_if_machine, intent_of
from nextcall.conversations.said.reading import read
from tests.conversations.said.messages import NOW, SAID

REPLIES = Path(__file__).resolve().parents[3].parent / "shared" / "fixtures" / "sms_replies" / "replies.json"
ROWS = [(row["text"], row["expect"]) for row in json.loads(REPLIES.read_text())] if REPLIES.exists() else []
# Expectations that are no intent: what a careful person does about them stands in the verdict.
OTHERWISE = {
    "no more calls please, text is fine": "opt_out",  # of calls alone
    "\U0001f6d1": "opt_out",  # a stop sign alone: the error is one-sided
    "this is his wife, he passed away": "wrong_number",  # everything stops, a person reads it
    "ok see you thursday at 3": "interested",  # an appointment is suggested
    "cant make it": "call_later",  # to be set anew
}


@pytest.mark.parametrize(("text", "expect"), ROWS)
def test_the_shared_replies_are_read_as_a_careful_person_would(text: str, expect: str) -> None:
    assert intent_of(text).name == OTHERWISE.get(text, expect.split()[0].rstrip("?"))


@pytest.mark.parametrize(("text", "expect"), ROWS)
def test_an_opt_out_is_read_exactly(text: str, expect: str) -> None:
    verdict = classify(text).verdict
    if expect.startswith("opt_out"):
        assert verdict == "opt_out"
    elif text not in OTHERWISE and not expect.startswith(("wrong_number", "hostile")):
        assert verdict != "opt_out"
    if expect.startswith(("help", "opt_in")):
        assert verdict == expect


def test_a_wish_about_one_channel_leaves_the_others() -> None:
    assert classify("don't text me anymore, you can email").scope == ("text",)
    assert classify("no more calls please, text is fine").scope == ("call",)


@pytest.mark.parametrize(("text", "intent", "_suggests"), SAID)
def test_it_says_what_an_answer_is(text: str, intent: str, _suggests: str) -> None:
    assert intent_of(text).name == intent


@pytest.mark.parametrize(("text", "intent", "suggests"), SAID)
def test_it_suggests_what_they_ask_for_and_nothing_else(text: str, intent: str, suggests: str) -> None:
    first = next(iter(read(text, now=NOW) if intent != "auto" else ()), None)
    said = f"{first.kind}{f' {first.at:%Y-%m-%d %H:%M}' if first.at else ''}" if first else ""
    assert said == suggests


@pytest.mark.parametrize(
    "text",
    [
        "is this a bot", "r u ai", "are you a real person?", "am I talking to a robot", "is this automated",
        "\u00bfes usted un robot?", "vous \u00eates un robot ?", "This is a bot right", "bot?",
    ],
)  # fmt: skip
def test_whoever_asks_if_a_machine_writes_is_flagged(text: str) -> None:
    found = intent_of(text)
    assert found.asks_if_machine and found.name == "question"


@pytest.mark.parametrize("text", ["robot vacuum included?", "Is it still available?", "what's the rate", "a real deal"])
def test_other_questions_are_not(text: str) -> None:
    assert not asks_if_machine(text)


def test_a_reaction_is_never_taken_for_their_own_words() -> None:
    assert intent_of("Liked \u201cCall me at 4. Reply STOP to end.\u201d").name == "auto"
    assert read("Loved \u201cWould Saturday at 10 work?\u201d", now=NOW) == ()
    assert intent_of("Loved the house, can we make an offer").name != "auto"


@given(st.text(max_size=600))
def test_it_never_fails_and_is_never_slow(text: str) -> None:
    began = time.perf_counter()
    assert intent_of(text).name
    assert time.perf_counter() - began < 1
