"""A plugged-in model can add a stop and never clear one, whatever it answers, raises or takes."""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from nextcall.consent import second_reader
from nextcall.consent.keywords import Meaning, classify
from nextcall.consent.second_reader import AT_ONCE, problem, understand

Plug = Callable[[Callable[[str], object]], None]
MESSAGES = Path(__file__).parent / "messages.csv"
WEIGHT = {"reply": 0, "auto_reply": 0, "help": 0, "opt_in": 0, "hold": 1, "opt_out": 2}


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plug]:
    """Makes a function the plugged-in model."""
    module = ModuleType("a_model")

    def put(model: Callable[[str], object]) -> None:
        module.says_stop = model  # type: ignore[attr-defined]
        second_reader._load.cache_clear()

    monkeypatch.setitem(sys.modules, "a_model", module)
    monkeypatch.setenv("NEXTCALL_STOP_MODEL", "a_model:says_stop")
    yield put
    second_reader._load.cache_clear()


def fails(_: str) -> bool:
    raise RuntimeError("no network")


def leaves(_: str) -> bool:
    raise SystemExit(3)


def test_its_yes_holds_an_answer_that_the_patterns_let_pass(plug: Plug) -> None:
    plug(lambda text: "kindly refrain" in text)
    meaning = understand("kindly refrain henceforth")
    assert (meaning.verdict, meaning.scope) == ("hold", ("text",))
    assert "model" in meaning.because
    assert understand("kindly refrain henceforth", "email").scope == ("email",)
    assert understand("see you at 4").verdict == "reply"


@pytest.mark.parametrize("text", ["HELP", "START", "Automatic reply: I am out of the office", "ok"])
def test_its_yes_holds_a_help_a_start_and_an_automatic_reply_too(text: str, plug: Plug) -> None:
    plug(lambda _: True)
    assert understand(text).verdict == "hold"


@pytest.mark.parametrize("model", [lambda _: False, lambda _: None, fails, leaves, lambda _: "reply", lambda _: 1])
def test_nothing_it_answers_ever_clears_a_stop_or_a_hold(model: Callable[[str], object], plug: Plug) -> None:
    plug(model)
    with MESSAGES.open(newline="") as file:
        for row in csv.DictReader(file):
            assert understand(row["text"]) == classify(row["text"]), row["text"]


@given(text=st.text(max_size=80), answer=st.sampled_from([True, False, None, "yes", 0, 1]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stop_never_grows_weaker(text: str, answer: object, plug: Plug) -> None:
    plug(lambda _: answer)
    plain, read = classify(text), understand(text)
    assert WEIGHT[read.verdict] >= WEIGHT[plain.verdict]
    if plain.verdict == "opt_out":
        assert read == plain


def test_an_opt_out_is_never_shown_to_it(plug: Plug) -> None:
    shown: list[str] = []
    plug(lambda text: bool(shown.append(text)))
    understand("STOP")
    understand("see you at 4")
    assert shown == ["see you at 4"]


@pytest.mark.parametrize("model", [fails, leaves, lambda _: "yes"])
def test_its_failure_changes_nothing_and_is_logged_without_the_message(
    model: Callable[[str], object], plug: Plug
) -> None:
    plug(model)
    with capture_logs() as logs:
        assert understand("see you at 4") == Meaning("reply", (), "they answered")
    assert [entry["log_level"] for entry in logs] == ["warning"]
    assert "see you" not in str(logs)


def test_a_slow_one_changes_nothing_and_a_hanging_one_is_left_alone(plug: Plug) -> None:
    free, asked = Event(), []

    def hangs(text: str) -> bool:
        asked.append(text)
        free.wait(20)
        return True

    plug(hangs)
    with capture_logs() as logs:
        for _ in range(AT_ONCE + 2):
            assert understand("see you at 4", seconds=0.01).verdict == "reply"
    free.set()
    assert len(asked) <= AT_ONCE
    assert "did not answer" in logs[0]["reason"] and "under way" in logs[-1]["reason"]


@pytest.mark.parametrize("named", ["no_such_package:f", "json:no_such_function", "json", "json:__doc__", ":", "a b:c"])
def test_a_model_that_cannot_be_loaded_is_a_problem_and_changes_nothing(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXTCALL_STOP_MODEL", named)
    assert named in problem()
    assert understand("see you at 4").verdict == "reply"
    assert understand("stop").verdict == "opt_out"


def test_none_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEXTCALL_STOP_MODEL", raising=False)
    assert problem() == ""
    assert understand("see you at 4") == classify("see you at 4")
