"""nextcall check-words: the checks of words from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran

Nextcall = Callable[..., Ran]
UNLAWFUL = "Own it for $1,899/mo, 3 % down. Great for Christian families."


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "draft.txt"
    file.write_text(UNLAWFUL + "\n", encoding="utf-8")
    return file


def document(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_19_every_reason_comes_with_its_rule_source_and_words(nextcall: Nextcall, draft: Path) -> None:
    ran = nextcall(
        "check-words", str(draft), "--trade", "mortgage", "--nmls", "123456", "--licence", "CO:100", "--state", "FL",
        "--first", "--json",
    )  # fmt: skip
    found = document(ran)
    assert (ran.code, found["blocks"]) == (1, True)
    blocks = {one["rule"]: one for one in found["findings"] if one["tier"] == "block"}
    assert set(blocks) == {"MO-01.terms", "MO-03.state", "FH-01.religion"}
    quote = blocks["MO-01.terms"]["quotes"][0]
    assert found["body"][quote["start"] : quote["end"]] == quote["text"] == "$1,899/mo"


def test_what_may_leave_exits_0_and_shows_what_is_added(nextcall: Nextcall, tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text("Is it for now?", encoding="utf-8")
    ran = nextcall("check-words", str(file), "--first", "--seller", "Acme Homes")
    assert ran.code == 0
    assert "added Acme Homes. Reply STOP to end texts." in ran.out
    assert nextcall("check-words", str(file), "--first", "--seller", "Acme Homes", "--as-is").code == 1


def test_an_email_needs_its_address(nextcall: Nextcall, tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text("Hello", encoding="utf-8")
    email = ("check-words", str(file), "--channel", "email", "--subject", "A question")
    assert nextcall(*email).code == 1
    assert nextcall(*email, "--address", "1 Main Street").code == 0
    assert "CA-05.address" in nextcall(*email, "--country", "CA").out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--trade", "piracy"), "--trade"),
        (("--channel", "fax"), "--channel"),
        (("--licence", "Colorado"), "CO:12345"),
        (("--state", "Atlantis"), "--state"),
        (("--country", "USA"), "--country"),
        (("--source-kind", "stolen"), "--source-kind"),
    ],
)
def test_what_cannot_be_is_one_line_that_says_what_would_be_right(
    nextcall: Nextcall, draft: Path, more: tuple[str, str], says: str
) -> None:
    ran = nextcall("check-words", str(draft), *more)
    assert ran.code == 2
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_that_is_none_or_no_text_is_said(nextcall: Nextcall, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "missing", tmp_path / "binary", tmp_path):
        ran = nextcall("check-words", str(file))
        assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_a_cadence_whose_words_may_not_be_said_is_found(nextcall: Nextcall, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(
        'slug = "ours"\nname = "Ours"\nsays = "Ours"\nversion = 1\n\n[[step]]\nchannel = "text"\nwait = "0m"\n'
        'wording = ["{{ seller }}: zero down. Reply STOP.", "{{ seller }}: no kids. Reply STOP."]\n',
        encoding="utf-8",
    )
    lender, anybody = (nextcall("cadence", "check", str(file), *more) for more in (("--trade", "mortgage"), ()))
    assert (lender.code, anybody.code) == (2, 2)
    assert "MO-01.terms" in lender.out
    assert "MO-01.terms" not in anybody.out
    assert "FH-01.family_status" in anybody.out


@pytest.mark.parametrize("trade", ["mortgage", "real_estate", "builder", "other"])
def test_no_word_of_the_shipped_cadences_is_doubted_in_any_trade(trade: str) -> None:
    from nextcall.cadences import parse
    from nextcall.cadences.lawful import Ours, said_of

    for cadence in parse.library().values():
        assert [str(one) for one in said_of(cadence, Ours("Acme Homes", trade))] == []
