"""nextcall jurisdiction: list, show, check; no database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nextcall.cli import run
from nextcall.consent import law


def test_list_names_every_place_with_its_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jurisdiction", "list", "--json"]) in (0, 1)
    rows = json.loads(capsys.readouterr().out)["jurisdictions"]
    assert {row["place"] for row in rows} == set(law.known())
    assert all(row["review_by"] and row["counts"] for row in rows)
    run(["jurisdiction", "list"])
    assert "United Kingdom" in capsys.readouterr().out


@pytest.mark.parametrize("written", ["GB", "uk", "UK"])
def test_show_tells_rules_with_source_and_confidence(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jurisdiction", "show", written, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["place"], shown["do_not_call"]["max_age_days"]) == ("GB", 28)
    assert all(rule["source"] and rule["confidence"] in "HML" for rule in shown["rules"])
    hours = next(rule for rule in shown["rules"] if rule["id"] == "UK-04.hours")
    assert "policy, not law" in hours["says"]
    assert hours["hours"]["sat"] == "09:00-17:00"


def test_show_speaks_to_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jurisdiction", "show", "us-fl"]) == 0
    said = capsys.readouterr().out
    assert "US-FL.hours (H)" in said and "a copy no older than 31 days" in said


@pytest.mark.parametrize(
    "arguments", [["show", "XX"], ["show", "US-ZZ"], ["check", "/nowhere/us_fl.toml"], ["show"], ["bake"]]
)
def test_a_wrong_call_is_one_line_and_status_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jurisdiction", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 1


def test_check_is_quiet_about_a_good_file_and_names_line_and_key_of_a_bad_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = law.FOLDER / "gb.toml"
    assert run(["jurisdiction", "check", str(good)]) == 0
    assert "in order" in capsys.readouterr().out
    bad = tmp_path / "gb.toml"
    bad.write_text(good.read_text().replace('"MC"', '"FAX"', 1))
    assert run(["jurisdiction", "check", str(bad), "--json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["problems"][0]["key"] == "hours[1].kinds"
    assert said.err.strip().splitlines() == [f"{bad}:10: hours[1].kinds: 'FAX' is not one of MC, AC, TX, EM"]


def test_warnings_alone_end_with_status_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    early = tmp_path / "us_fl.toml"
    early.write_text((law.FOLDER / "us_fl.toml").read_text().replace("08:00-20:00", "07:00-20:00", 1))
    assert run(["jurisdiction", "check", str(early), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["problems"] == [] and said["warnings"][0]["key"] == "hours[1].mon_fri"


def test_a_file_that_is_no_text_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / "us_fl.toml"
    odd.write_bytes(b"\xff\xfe\x00")
    assert run(["jurisdiction", "check", str(odd)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_it_needs_no_django() -> None:
    script = (
        "import sys; from nextcall.cli import run; run(['jurisdiction', 'list', '--json']);"
        "print('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
