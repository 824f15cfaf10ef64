"""`nextcall may` against cases derived by hand from the compliance notes (tests/consent/may_cases/README.md)."""

import csv
import json
import shlex
from datetime import datetime
from pathlib import Path

import pytest

from nextcall.cli import run

FOLDER = Path(__file__).resolve().parents[1] / "consent" / "may_cases"


def cases() -> list[dict[str, str]]:
    """Every row of every file, with the file it is from."""
    found = []
    for path in sorted(FOLDER.glob("*.csv")):
        with path.open(newline="") as file:
            found += [{"file": path.stem, **row} for row in csv.DictReader(file)]
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['file']}: {case['tries']}")
def test_the_gate_answers_as_derived_by_hand(case: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["may", *shlex.split(case["options"]), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    effects = {rule["id"]: rule["effect"] for rule in answer["rules"]}
    assert answer["decision"] == case["decision"], effects
    assert instant(answer["earliest"]) == instant(case["earliest"]), effects
    assert any(id.startswith(case["rule"]) for id, effect in effects.items() if effect == case["decision"]), effects


def instant(written: str | None) -> datetime | None:
    """The instant of an ISO time with its offset, and none for none."""
    return datetime.fromisoformat(written) if written else None


def test_there_are_at_least_four_hundred_and_no_two_alike() -> None:
    listed = cases()
    assert len(listed) >= 400
    assert len({case["options"] for case in listed}) == len(listed)
    assert len({case["tries"] for case in listed}) == len(listed)
