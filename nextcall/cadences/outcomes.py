"""What each outcome of a touch does: a table that ships with defaults and that an account may change. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from nextcall.cadences import fields
from nextcall.cadences.definition import BadCadence

FILE = Path(__file__).with_name("outcomes.toml")  # its head says what each column means
_TEXTS = {"label", "keystroke", "effect", "pause", "promise", "stop", "stage", "withdraw_reason", "problem", "starts"}
_FLAGS = {"attempt", "conversation"}
_DURATIONS = {"hold", "retry"}
_LISTS = {"withdraw", "asks"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the table."""

    key: str
    label: str
    keystroke: str = ""
    attempt: bool = True
    conversation: bool = False
    effect: str = ""  # words with {next}; see engine.outcome.effects
    pause: str = ""
    hold: timedelta | None = None
    retry: timedelta | None = None
    promise: str = ""
    stop: str = ""
    stage: str = ""
    withdraw: tuple[str, ...] = ()
    withdraw_reason: str = "opt_out"
    problem: str = ""
    starts: str = ""
    asks: tuple[str, ...] = ()


@cache
def shipped() -> Mapping[str, Outcome]:
    """The shipped table, in the order of its keys 1 to 9."""
    lines = tomllib.loads(FILE.read_text("utf-8"))
    return {key: _changed(Outcome(key=key, label=key), line) for key, line in lines.items()}


def table(account_outcomes: Mapping[str, Any]) -> dict[str, Outcome]:
    """The table with the account's changes, new outcomes last. Raises BadCadence for a change that cannot be read."""
    lines = dict(shipped())
    for key, change in account_outcomes.items():
        if not isinstance(change, Mapping):
            raise BadCadence(f'outcome {key}: the changes are a table, like {{"hold": "5d"}}')
        lines[key] = _changed(lines.get(key, Outcome(key=key, label=key.replace("_", " ").capitalize())), change)
    return lines


def counts(key: str) -> bool:
    """Whether a touch with this outcome was really made; a machine's ("sent", "bounced") always was."""
    outcome = shipped().get(key)
    return outcome is None or outcome.attempt


def _changed(outcome: Outcome, line: Mapping[str, Any]) -> Outcome:
    where = f"outcome {outcome.key}"
    fields.only(line, _TEXTS | _FLAGS | _DURATIONS | _LISTS, where)
    values: dict[str, Any] = {}
    for key in line:
        if key in _TEXTS:
            values[key] = fields.text(line, key, where, default="")
        elif key in _FLAGS:
            values[key] = fields.flag(line, key, where)
        elif key in _DURATIONS:
            values[key] = fields.duration(line[key], where) if line[key] else None
        else:
            values[key] = fields.names(line, key, default=(), where=where)
    return replace(outcome, **values)
