"""nextcall cadence: what scripts rely on."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nextcall.cadences import parse
from nextcall.cadences.models import CadenceVersion
from tests.builders import make_account

if TYPE_CHECKING:
    from nextcall.team.models import Account

ARRIVED = ("--arrived", "2026-11-23T10:00-07:00")
COLORADO = (*ARRIVED, "--phone", "303-555-0142", "--zip", "80202", "--consent", "written", "--json")
Command = Callable[..., Any]


def document(ran: Any) -> dict[str, Any]:
    assert ran.code in (0, 1), ran.err
    return dict(json.loads(ran.out))


def test_the_plan_has_the_promised_shape(nextcall: Command) -> None:
    plan = document(nextcall("cadence", "plan", "fast-start", *COLORADO))
    assert set(plan) == {"cadence", "version", "touches", "warnings"}
    assert (plan["cadence"], plan["version"], plan["warnings"]) == ("fast-start", 1, [])
    first = plan["touches"][0]
    assert set(first) == {"n", "at", "day", "channel", "by", "step", "wording", "rule"}
    assert (first["n"], first["at"], first["day"], first["by"], first["rule"]) == (
        1,
        "2026-11-23T10:00:00-07:00",
        1,
        "machine",
        None,
    )
    days = Counter((touch["day"], touch["channel"]) for touch in plan["touches"])
    assert [days[day, channel] for day in (1, 2, 3) for channel in ("call", "text", "email")] == [
        2,
        2,
        2,
        2,
        1,
        1,
        1,
        1,
        1,
    ]
    assert plan["touches"][-1]["day"] == 731


def test_the_plan_names_the_rule_that_moves_a_touch(nextcall: Command) -> None:
    ran = nextcall(
        "cadence",
        "plan",
        "fast-start",
        "--arrived",
        "2026-11-23T10:00-05:00",
        "--phone",
        "305-555-0142",
        "--zip",
        "33101",
        "--consent",
        "written",
        "--days",
        "10",
        "--json",
    )
    plan = document(ran)
    assert ran.code == 0
    # what the cap moves pushes what follows it
    assert {touch["rule"] for touch in plan["touches"]} - {"cadence.spacing"} == {None, "US-FL.cap.24h"}
    assert plan["touches"][-1]["day"] == 10
    assert "US-FL.cap.24h" in plan["warnings"][0] and "d1-text-2" in plan["warnings"][0]


def test_what_is_blocked_is_shown_and_needs_attention(nextcall: Command) -> None:
    ran = nextcall("cadence", "plan", "steady", *ARRIVED, "--phone", "303-555-0142", "--zip", "80202", "--json")
    texts = [touch for touch in document(ran)["touches"] if touch["channel"] == "text"]
    assert ran.code == 1 and texts
    assert all(touch["wording"] is None and touch["rule"] for touch in texts)


def test_times_carry_the_leads_own_offset(nextcall: Command) -> None:
    plan = document(
        nextcall(
            "cadence",
            "plan",
            "gentle",
            "--arrived",
            "2026-11-23T17:00Z",
            "--zip",
            "96813",
            "--phone",
            "808-555-0142",
            "--consent",
            "written",
            "--json",
        )
    )
    assert {datetime.fromisoformat(touch["at"]).utcoffset().total_seconds() for touch in plan["touches"]} == {-36000}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (("plan", "faster-start", *ARRIVED), "there are application-started"),
        (("plan", "steady", "--arrived", "yesterday"), "write a time like"),
        (("plan", "steady", "--arrived", "2026-11-23T10:00"), "offset is missing"),
        (("plan", "steady", *ARRIVED, "--phone", "12"), "no telephone number"),
        (("plan", "steady", *ARRIVED, "--consent", "maybe"), "written, express, implied, none"),
        (("plan", "steady", *ARRIVED, "--days", "0"), "--days"),
        (("show", "/etc"), "no such file"),
    ],
)
def test_a_wrong_call_is_one_line_and_status_2(nextcall: Command, call: tuple[str, ...], says: str) -> None:
    ran = nextcall("cadence", *call)
    assert (ran.code, ran.out) == (2, "") and ran.err.count("\n") == 1 and says in ran.err


def test_list_show_and_check_print_for_people_and_as_json(nextcall: Command) -> None:
    assert "three-and-one" in nextcall("cadence", "list").out
    assert {one["cadence"] for one in document(nextcall("cadence", "list", "--json"))["cadences"]} == set(
        parse.library()
    )
    assert "right after call-1, if no answer" in nextcall("cadence", "show", "letter-first").out
    assert len(document(nextcall("cadence", "show", "steady", "--json"))["steps"]) == 12
    assert "second text moves to day 2" in nextcall("cadence", "check", "fast-start").out
    found = document(nextcall("cadence", "check", "gentle", "--calls-a-day", "30", "--json"))["findings"]
    assert {"kind", "says", "step"} == set(found[0])


def test_a_file_is_exported_changed_compared_and_brought_in(
    nextcall: Command, account: "Account", tmp_path: Path
) -> None:
    exported = nextcall("cadence", "export", "steady").out
    assert exported == parse.library()["steady"].source
    mine = tmp_path / "mine.toml"
    mine.write_text(exported.replace('wait = "3m"', 'wait = "4m"', 1), "utf-8")
    assert (
        "~ d1-call-1 when: 3 minutes after arrival -> 4 minutes after arrival"
        in nextcall("cadence", "diff", "steady", str(mine)).out
    )
    assert document(nextcall("cadence", "diff", "steady", "steady", "--json"))["changed"] == []
    assert document(nextcall("cadence", "import", str(mine), "--json")) == {"cadence": "steady", "version": 1}
    assert CadenceVersion.objects.get().account == account


def test_what_cannot_be_read_is_not_stored(nextcall: Command, account: "Account", tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    for text in ("slug = ", parse.library()["steady"].source.replace("{{ question }}", "{{ lead.iban }}")):
        bad.write_text(text, "utf-8")
        ran = nextcall("cadence", "import", str(bad))
        assert ran.code == 2 and "bad.toml" in ran.err
    bad.write_bytes(b"\xff\xfe\x00")
    assert nextcall("cadence", "import", str(bad)).code == 2
    assert not CadenceVersion.objects.exists()


def test_with_several_accounts_the_import_asks_which(nextcall: Command, account: "Account", tmp_path: Path) -> None:
    other = make_account("Other")
    mine = tmp_path / "mine.toml"
    mine.write_text(parse.library()["steady"].source, "utf-8")
    assert "--account" in nextcall("cadence", "import", str(mine)).err
    assert nextcall("cadence", "import", str(mine), "--account", "Other").code == 0
    assert CadenceVersion.objects.get().account == other
