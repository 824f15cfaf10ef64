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


LONDON = ["--to", "+442079460958", "--at", "2026-11-24T11:00Z"]


def test_the_united_kingdom_is_spelled_either_way(capsys: pytest.CaptureFixture[str]) -> None:
    email = ["email", "--to", "hazel@example.com", "--zip", "SW1A 1AA", "--at", "2026-11-24T11:00Z"]
    uk, gb = (may(capsys, *email, "--country", country, "--consent", "soft") for country in ("UK", "GB"))
    assert uk == gb
    assert (uk["decision"], uk["jurisdictions"]) == ("allow", ["GB"])
    national = may(capsys, "call", "--to", "020 7946 0958", "--country", "uk", "--dnc", "no", "--at", LONDON[-1])
    assert (national["decision"], national["jurisdictions"]) == ("allow", ["GB"])


def test_soft_opt_in_permits_nothing_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    for country in ("AU", "CA", "FR", "DE"):
        email = ["email", "--to", "hazel@example.com", "--country", country, "--at", "2026-11-24T03:00Z"]
        assert may(capsys, *email, "--consent", "soft")["decision"] == "deny"


@pytest.mark.parametrize(
    ("lists", "decision"),
    [
        (["GB:2026-11-24:no"], "allow"),
        (["UK:2026-10-27:no"], "allow"),  # 28 days
        (["GB:2026-10-26:no"], "deny"),
        (["GB:2026-10-27T10:59:59Z:no"], "deny"),
        (["GB:2026-11-24:yes"], "deny"),
        (["US:2026-11-24:no"], "deny"),
        (["US:2026-11-24:no", "GB:2026-11-24:no"], "allow"),
        ([], "deny"),
    ],
)
def test_lists_are_told_with_their_dates(capsys: pytest.CaptureFixture[str], lists: list[str], decision: str) -> None:
    told = [word for one in lists for word in ("--dnc-list", one)]
    assert may(capsys, "call", *LONDON, *told)["decision"] == decision


def test_a_purchase_a_refusal_and_a_check_are_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    denver = ["call", "--to", "3035550142", "--at", NOON]
    assert may(capsys, *denver, "--bought-at", "2025-05-24T10:00-06:00")["decision"] == "allow"
    assert may(capsys, *denver, "--bought-at", "2025-05-22T10:00-06:00")["decision"] == "deny"
    paris = ["call", "--to", "+33612345678", "--consent", "express", "--at", "2026-11-24T11:00+01:00"]
    refused = may(capsys, *paris, "--refused-at", "2026-09-25T16:00+02:00")
    assert (refused["decision"], refused["earliest"]) == ("wait", "2026-11-25T10:05:00+01:00")
    maine = ["call", "--to", "2075550142", "--zip", "04101", "--dnc", "no", "--at", "2026-11-24T12:00-05:00"]
    assert may(capsys, *maine)["decision"] == "deny"
    assert may(capsys, *maine, "--reassigned-checked-at", "2026-11-20T12:00-05:00")["decision"] == "allow"


def test_what_the_person_asked_for_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    text = ["text", "--to", "3035550142", "--consent", "written", "--at", NOON]
    evening = may(capsys, *text, "--preferred-hours", "mon_fri=17:00-20:00, sat=closed")
    assert (evening["decision"], evening["earliest"]) == ("wait", "2026-11-23T17:00:00-07:00")
    march = may(capsys, *text, "--not-before", "2027-03-01T00:00-07:00")
    assert (march["decision"], march["earliest"]) == ("wait", "2027-03-01T08:05:00-07:00")
    lapsed = [*text, "--not-before", "2027-03-01T00:00-07:00", "--consent-until", "2027-02-01T00:00-07:00"]
    assert may(capsys, *lapsed)["decision"] == "deny"


def test_days_announced_since_are_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    friday = ["text", "--to", "5045550142", "--zip", "70112", "--consent", "written", "--at", "2026-12-04T10:00-06:00"]
    assert may(capsys, *friday)["decision"] == "allow"
    assert may(capsys, *friday, "--proclaimed", "US-LA:2026-12-04")["earliest"] == "2026-12-05T08:05:00-06:00"
    closed = may(capsys, *friday, "--emergency", "us-la:2026-12-04")
    assert "US-LA.emergency" in [rule["id"] for rule in closed["rules"] if rule["effect"] == "wait"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["text", "--to", "3035550142", "--dnc-list", "US:no"],
        ["text", "--to", "3035550142", "--dnc-list", "US:2026-13-01:no"],
        ["text", "--to", "3035550142", "--dnc-list", "FR:2026-11-01:no"],
        ["text", "--to", "3035550142", "--preferred-hours", "monday=9"],
        ["text", "--to", "3035550142", "--preferred-hours", "sat=20:00-10:00"],
        ["text", "--to", "3035550142", "--proclaimed", "US-LA"],
        ["text", "--to", "+61412345678", "--country", "AU", "--zip", "20000"],
        ["text", "--to", "+61412345678", "--country", "AU", "--state", "Texas"],
        ["text", "--to", "+447911123456", "--country", "UK", "--zip", "90210"],
        ["text", "--to", "+33612345678", "--country", "FR", "--zip", "SW1A 1AA"],
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
