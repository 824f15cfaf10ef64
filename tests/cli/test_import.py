"""nextcall import, as scripts use it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nextcall.cadences.models import Enrollment
from nextcall.consent.models import Permission
from nextcall.intake.models import Import
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import WORDING, make_account

ROWS = """Name,Phone,Email,State,ZIP
Hazel Thorne,(303) 555-0142,hazel@example.com,CO,80202
Omar Weaver,555-0143,omar@example.com,CO,80203
HAZEL THORNE,303-555-0142,HAZEL@example.com,CO,80202
Nobody,,,,
"""
Nextcall = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(ROWS)
    return path


def test_import_prints_one_document(nextcall: Nextcall, file: Path, account: Account) -> None:
    ran = nextcall("import", file, "--json", "--source", "Open house", "--offer", "Home value")
    document = json.loads(ran.out)
    assert ran.code == 1  # something needs attention
    aside = document.pop("set_aside_file")
    assert document == {
        "rows": 4,
        "new": 2,
        "merged": 1,
        "set_aside": 1,
        "touches_planned": 0,
        "messages_sent": 0,
        "problems": [
            {"cause": "phone lacks an area code", "rows": 1, "example": "555-0143"},
            {"cause": "no phone number and no email address that can be used", "rows": 1, "example": None},
        ],
    }
    assert Path(aside).read_text(encoding="utf-8-sig").splitlines()[1].startswith("5,no phone number")
    assert Lead.objects.filter(source__name="Open house", offer__name="Home value").count() == 2


def test_a_clean_file_ends_with_0_and_a_sentence(nextcall: Nextcall, tmp_path: Path, account: Account) -> None:
    path = tmp_path / "clean.tsv"
    path.write_text("name\temail\nHazel Thorne\thazel@example.com\n")
    ran = nextcall("import", path)
    assert (ran.code, ran.out.strip()) == (0, "clean.tsv: 1 new, 0 merged, 0 set aside, no messages will be sent")


def test_a_dry_run_says_the_same_and_stores_nothing(nextcall: Nextcall, file: Path, account: Account) -> None:
    real = ["import", file, "--json", "--cadence", "steady", "--consent", WORDING, "--attested-by", "Ann Weaver"]
    rehearsed = json.loads(nextcall(*real, "--dry-run").out)
    assert not Lead.objects.exists() and not Import.objects.exists()
    happened = json.loads(nextcall(*real).out)
    assert {**happened, "set_aside_file": None} == rehearsed
    assert happened["touches_planned"] > 0


def test_consent_cadence_and_owner_are_taken(nextcall: Nextcall, file: Path, account: Account, member: Member) -> None:
    nextcall("import", file, "--cadence", "steady", "--owner", member.email, "--consent", WORDING)
    assert set(Lead.objects.values_list("owner", flat=True)) == {member.pk}
    assert Enrollment.objects.count() == 2
    assert set(Permission.objects.values_list("channel", flat=True)) == {"call", "text", "email"}
    assert Permission.objects.values_list("wording", flat=True).distinct().get() == WORDING


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["--cadence", "nonsense"], "no cadence 'nonsense'"),
        (["--owner", "Nobody"], "no such member"),
        (["--account", "Nowhere"], "no such account"),
    ],
)
def test_a_wrong_call_is_one_line_and_stores_nothing(
    nextcall: Nextcall, file: Path, account: Account, arguments: list[str], wrong: str
) -> None:
    ran = nextcall("import", file, *arguments)
    assert ran.code == 2 and wrong in ran.err and len(ran.err.strip().splitlines()) == 1
    assert not Import.objects.exists()


def test_one_bad_file_of_several_stores_none(nextcall: Nextcall, file: Path, tmp_path: Path, account: Account) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 not a workbook")
    ran = nextcall("import", file, bad)
    assert ran.code == 2 and "bad.xlsx" in ran.err
    assert not Import.objects.exists() and not Lead.objects.exists()
    assert nextcall("import", tmp_path / "missing.csv").code == 2


def test_several_accounts_must_be_named(nextcall: Nextcall, file: Path, account: Account) -> None:
    make_account("Birch Loans")
    assert "several accounts" in nextcall("import", file).err
    assert nextcall("import", file, "--account", "birch loans").code == 1
    assert Lead.objects.values_list("account__name", flat=True).distinct().get() == "Birch Loans"
