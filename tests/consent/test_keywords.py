"""What people write when they want to be left alone, and what only looks like it."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextcall.consent.keywords import classify
from nextcall.consent.wishes.languages import words

INVENTED = Path(__file__).parent / "messages.csv"
# Written later, unseen by whoever wrote the patterns: opt_out, hold (never passed on), plain, unclear (either way).
MORE = Path(__file__).parent / "messages_more.csv"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures" / "opt_out" / "messages.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(INVENTED), ids=lambda row: row["text"][:40])
def test_invented_messages(row: dict[str, str]) -> None:
    meaning = classify(row["text"])
    if row["verdict"] == "not":
        assert meaning.verdict in ("reply", "hold"), meaning
    elif row["verdict"] == "opt_out":
        assert meaning.verdict in ("opt_out", "hold"), meaning
        assert not row["scope"] or set(meaning.scope) == set(row["scope"].split()), meaning
    else:
        assert meaning.verdict == row["verdict"], meaning


def test_nearly_every_invented_wish_is_a_stop_at_once() -> None:
    wishes = [row["text"] for row in rows(INVENTED) if row["verdict"] == "opt_out"]
    assert sum(classify(text).verdict == "opt_out" for text in wishes) >= 0.98 * len(wishes)


@pytest.mark.parametrize("row", rows(MORE), ids=lambda row: row["text"][:40])
def test_no_wish_is_passed_on_as_an_answer(row: dict[str, str]) -> None:
    meaning = classify(row["text"])
    if row["verdict"] in ("opt_out", "hold"):
        assert meaning.verdict in ("opt_out", "hold"), meaning
        assert not row["scope"] or set(meaning.scope) == set(row["scope"].split()), meaning


def test_plain_answers_are_seldom_a_stop_and_wishes_nearly_always() -> None:
    plain = [classify(row["text"]).verdict for row in rows(MORE) if row["verdict"] == "plain"]
    wishes = [classify(row["text"]).verdict for row in rows(MORE) if row["verdict"] == "opt_out"]
    assert plain.count("opt_out") <= 0.02 * len(plain)
    assert plain.count("hold") <= 0.08 * len(plain)
    assert wishes.count("opt_out") >= 0.93 * len(wishes)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
def test_the_shared_set_is_told_apart() -> None:
    verdicts = [(row["label"], classify(row["text"]).verdict) for row in rows(SHARED)]
    stops = [verdict for label, verdict in verdicts if label == "opt_out"]
    others = [verdict for label, verdict in verdicts if label == "not_opt_out"]
    assert set(stops) == {"opt_out"}
    assert "opt_out" not in others


@pytest.mark.parametrize("word", sorted(words().keywords["stop"]))
@pytest.mark.parametrize(
    "dress",
    ["{}", "{}.", "  {}!! ", "{} please", "Please {}", '"{}"', "{}\n\nSent from my iPhone", "{}\n> earlier words"],
)
def test_a_keyword_is_a_stop_however_it_is_dressed(word: str, dress: str) -> None:
    assert classify(dress.format(word.upper())).verdict == "opt_out"


@pytest.mark.parametrize(
    "text",
    [
        "s t o p",
        "S.T.O.P",
        "ST0P",
        "$top",
        "\u201cSTOP\u201d",
        "st\u200bop",
        "\uff33\uff34\uff2f\uff30",
        "STOP \U0001f621",
        "sToP",
    ],
)
def test_disguises_are_seen_through(text: str) -> None:
    assert classify(text).verdict == "opt_out"


def test_a_wrong_number_says_so() -> None:
    for text in (
        "Wrong number",
        "You have the wrong person",
        "numero equivocado",
        "mauvais numéro",
        "nobody named Jo at this number",
    ):
        meaning = classify(text)
        assert (meaning.verdict, meaning.scope) == ("opt_out", ("text", "call"))
        assert "wrong number" in meaning.because


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("STOP", {"text"}),
        ("stop calling", {"call"}),
        ("no more emails", {"email"}),
        ("stop all calls, texts and emails", {"text", "call", "email"}),
        ("remove me", {"text", "call", "email"}),
        ("don't text me, email is fine", {"text"}),
        ("put me on your do not call list", {"text", "call"}),
    ],
)
def test_scope_is_what_they_said(text: str, scope: set[str]) -> None:
    assert set(classify(text).scope) == scope


def test_yes_never_lifts_a_stop() -> None:
    assert classify("YES").verdict == "reply"
    assert classify("START").verdict == "opt_in"


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_meaning(text: str) -> None:
    meaning = classify(text)
    assert meaning.verdict in ("opt_out", "hold", "opt_in", "help", "auto_reply", "reply")
    assert set(meaning.scope) <= {"text", "call", "email"}


def test_a_hostile_length_takes_no_time() -> None:
    for text in ("stop " * 20_000, "a" * 100_000, "dont " * 5000, "(" * 10_000, "please not " * 3000):
        assert classify(text)


@pytest.mark.parametrize(
    ("text", "channel", "scope"),
    [
        ("unsubscribe", "email", ("email",)),
        ("unsubscribe", "text", ("text",)),
        ("please stop", "call", ("call",)),
        ("please stop texting me", "email", ("text",)),
        ("stop calling me", "email", ("call",)),
    ],
)
def test_a_wish_that_names_no_channel_is_about_the_one_it_came_on(
    text: str, channel: str, scope: tuple[str, ...]
) -> None:
    meaning = classify(text, channel=channel)
    assert (meaning.verdict, meaning.scope) == ("opt_out", scope)
