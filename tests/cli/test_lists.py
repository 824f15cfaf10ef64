"""nextcall lists and nextcall reassigned."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nextcall.consent.models import NumberCheck, NumberList
from nextcall.team.models import Account
from tests.builders import make_account, make_lead

Nextcall = Callable[..., Any]
TODAY = datetime.now(UTC).date()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dnc.txt"
    path.write_text("".join(f"303,555{n:04}\n" for n in range(100, 150)))
    return path


def add(nextcall: Nextcall, file: Path, *more: str, days: int = 3) -> Any:
    obtained = (TODAY - timedelta(days=days)).isoformat()
    return nextcall("lists", "add", str(file), "--place", "US", "--obtained", obtained, *more)


def test_a_list_is_added_shown_and_dropped(nextcall: Nextcall, file: Path, account: Account) -> None:
    make_lead(account, phone="+13035550142")
    ran = add(nextcall, file, "--subscription", "SAN 1234")
    assert (ran.code, ran.out.strip()) == (0, f"list {NumberList.objects.get().pk}: 50 numbers of US, in force")
    shown = nextcall("lists")
    assert "National Do Not Call Registry: 50 numbers, 3 days old" in shown.out and "1 of yours are on it" in shown.out
    assert "Colorado's do-not-call list: 1 numbers of your leads are not checked" in shown.out and shown.code == 1
    assert nextcall("lists", "drop", str(NumberList.objects.get().pk)).code == 0
    [first, *_] = json.loads(nextcall("lists", "--json").out)["missing"]
    assert (first["place"], first["numbers"]) == ("US", 1)


def test_a_list_of_32_days_is_stale_and_one_of_30_is_not(nextcall: Nextcall, file: Path, account: Account) -> None:
    add(nextcall, file, days=32)
    assert json.loads(nextcall("lists", "--json").out)["lists"][0]["state"] == "stale"
    add(nextcall, file, days=30)
    [one] = json.loads(nextcall("lists", "--json").out)["lists"]
    assert (one["state"], one["age_days"]) == ("soon", 30)


def test_lines_that_are_no_numbers_need_attention(nextcall: Nextcall, file: Path, account: Account) -> None:
    with file.open("a") as more:
        more.write("see page 2\n")
    ran = add(nextcall, file)
    assert ran.code == 1 and "1 lines are no numbers, such as 'see page 2'" in ran.out


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["--place", "Mars", "--obtained", "2026-11-20"], "there is no place 'MARS'"),
        (["--place", "US", "--obtained", "yesterday"], "no day like 2026-11-20"),
        (["--place", "US", "--obtained", "2999-01-01"], "still ahead"),
        (["--place", "GB", "--obtained", "2026-11-20", "--area-codes", "212"], "divided by area code"),
        (["--place", "US"], "Missing option '--obtained'"),
    ],
)
def test_a_wrong_call_is_one_line(
    nextcall: Nextcall, file: Path, account: Account, arguments: list[str], wrong: str
) -> None:
    ran = nextcall("lists", "add", str(file), *arguments)
    assert ran.code == 2 and wrong in ran.err and ran.err.count("\n") == 1
    assert not NumberList.objects.exists()


def test_a_file_that_is_not_there_or_no_list_is_one_line(nextcall: Nextcall, tmp_path: Path, account: Account) -> None:
    assert "No such file" in add(nextcall, tmp_path / "none.txt").err
    (tmp_path / "words.txt").write_text("no numbers here\n")
    assert "no column of telephone numbers" in add(nextcall, tmp_path / "words.txt").err


def test_another_accounts_list_cannot_be_dropped(nextcall: Nextcall, file: Path, account: Account) -> None:
    other = make_account("Other")
    add(nextcall, file, "--account", "Other")
    ran = nextcall("lists", "drop", str(NumberList.objects.get(account=other).pk), "--account", account.name)
    assert ran.code == 2 and NumberList.objects.get().dropped_at is None


def test_what_is_asked_comes_back_as_answers(nextcall: Nextcall, tmp_path: Path, account: Account) -> None:
    make_lead(account, phone="+13035550142")
    asked = nextcall("reassigned", "ask").out
    assert asked == "3035550142,2026-11-23\r\n"
    answers = tmp_path / "answers.csv"
    answers.write_text("3035550142,no,2026-11-23\n")
    ran = nextcall("reassigned", "add", str(answers), "--checked", TODAY.isoformat(), "--json")
    assert ran.code == 0 and json.loads(ran.out)["no"] == 1
    assert NumberCheck.objects.get().result == "no"
    assert nextcall("reassigned", "ask").out == ""
    answers.write_text("3035550142\n")
    assert "yes or no or no data" in nextcall("reassigned", "add", str(answers), "--checked", TODAY.isoformat()).err
