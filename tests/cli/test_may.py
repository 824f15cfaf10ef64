"""nextcall may: the contract of interfaces.md."""

import json
import subprocess
import sys
from typing import Any

import pytest

from nextcall.cli import run

NOON = "2026-11-23T12:00-07:00"


def may(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["may", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_the_document_has_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    answer = may(capsys, "text", "--to", "+13035550142", "--zip", "80202", "--consent", "written", "--at", NOON)
    assert set(answer) == {"decision", "earliest", "local_times", "jurisdictions", "rules", "policy_version"}
    assert (answer["decision"], answer["earliest"]) == ("allow", None)
    assert answer["local_times"] == {"America/Denver": "2026-11-23T12:00:00-07:00"}
    assert answer["jurisdictions"] == ["US", "US-CO"]
    assert all(set(rule) == {"id", "effect", "says", "source"} for rule in answer["rules"])


def test_wait_gives_the_earliest_in_their_offset(capsys: pytest.CaptureFixture[str]) -> None:
    answer = may(
        capsys, "text", "--to", "3055550142", "--zip", "33101", "--consent", "written", "--at", "2026-11-24T01:30Z"
    )
    assert (answer["decision"], answer["earliest"]) == ("wait", "2026-11-24T08:05:00-05:00")


def test_attempts_count_in_both_spellings(capsys: pytest.CaptureFixture[str]) -> None:
    base = ["call", "--to", "3055550142", "--dnc", "no", "--at", "2026-11-23T13:00-05:00"]
    times = ["2026-11-23T10:00-05:00", "2026-11-23T11:00-05:00", "text:2026-11-23T12:00-05:00"]
    repeated = may(capsys, *base, *(word for time in times for word in ("--attempts-at", time)))
    listed = may(capsys, *base, "--attempts-at", *times)
    assert repeated == listed
    assert (listed["decision"], listed["earliest"]) == ("wait", "2026-11-24T10:00:01-05:00")


def test_a_call_is_by_hand_unless_said(capsys: pytest.CaptureFixture[str]) -> None:
    base = ["call", "--to", "3035550142", "--inquired-at", "2026-10-01T10:00-07:00", "--at", NOON]
    assert may(capsys, *base)["decision"] == "allow"
    assert may(capsys, *base, "--automated")["decision"] == "deny"


def test_email_needs_an_address_and_a_reply_needs_no_consent(capsys: pytest.CaptureFixture[str]) -> None:
    assert may(capsys, "email", "--to", "hazel@example.com", "--state", "CO", "--at", NOON)["decision"] == "allow"
    assert may(capsys, "text", "--to", "3035550142", "--purpose", "reply", "--at", NOON)["decision"] == "allow"
    assert may(capsys, "text", "--to", "+4915112345678", "--consent", "written", "--at", NOON)["decision"] == "deny"


@pytest.mark.parametrize(
    "arguments",
    [
        ["fax", "--to", "3035550142"],
        ["text", "--to", "12"],
        ["email", "--to", "nobody"],
        ["text"],
        ["text", "--to", "3035550142", "--at", "noon"],
        ["text", "--to", "3035550142", "--at", "2026-11-23T12:00"],
        ["text", "--to", "3035550142", "--zip", "00000"],
        ["text", "--to", "3035550142", "--state", "Nowhere"],
        ["text", "--to", "3035550142", "--country", "XX"],
        ["text", "--to", "3035550142", "--consent", "maybe"],
        ["text", "--to", "3035550142", "--stated-zone", "Mars/Base"],
        ["text", "--to", "3035550142", "--attempts-at", "yesterday"],
    ],
)
def test_a_wrong_call_ends_with_status_two_and_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["may", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 1


def test_people_read_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["may", "text", "--to", "3035550142", "--at", NOON]) == 0
    said = capsys.readouterr().out
    assert said.startswith("deny") and "US-03.text" in said


def test_it_needs_neither_django_nor_the_zip_package() -> None:
    script = (
        "import sys; from nextcall.cli import run; run(['may', 'text', '--to', '3035550142', '--zip', '80202']);"
        "run(['classify', 'stop']); print([m for m in ('django', 'zipcodes', 'holidays') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
