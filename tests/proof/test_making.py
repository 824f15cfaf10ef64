"""What a pack holds, and of whom."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nextcall.consent.models import Permission
from nextcall.leads.models import Lead
from nextcall.proof import archive, asked, making, verifying
from nextcall.proof.asked import Asked
from nextcall.proof.paper import Paper
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event, Seal
from tests.builders import MONDAY, WORDING, make_account, make_lead, make_member
from tests.proof import packs

pytestmark = pytest.mark.django_db


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return packs.live(account, member)


def opened(file: bytes) -> dict[str, bytes]:
    return archive.read(file)[0]


def document(wanted: Asked) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(opened(making.make(wanted, by=None, at=packs.AT).file)["proof.json"])
    return found


def test_every_contact_and_every_refusal_is_in_it_once_and_in_order(account: Account, hazel: Lead) -> None:
    found = document(Asked(account.pk))
    kinds = {"touch.sent", "touch.done", "touch.blocked", "touch.refused", "touch.waited", "permission.withdrawn"}
    wanted = Event.objects.filter(account=account, kind__in=kinds).order_by("at", "pk").values_list("pk", flat=True)
    assert [record["event"]["id"] for record in found["records"]] == list(wanted)
    assert found["counts"] == {"contact": 21, "invented": 0, "refusal": 2, "wait": 1, "withdrawal": 1}
    assert [record["n"] for record in found["records"]] == list(range(1, 26))


def test_a_contact_says_who_what_when_by_which_rules_and_permission(account: Account, hazel: Lead) -> None:
    found = document(Asked(account.pk, lead=hazel.pk))
    text = next(r for r in found["records"] if r["what"] == "contact" and r["channel"] == "text")
    assert text["to"] == hazel.person.reaches.get(contact_point__kind="phone").contact_point.value
    assert text["verdict"] == "allow"
    assert text["local_times"] == {"America/Denver": "2026-11-23T10:10:00-07:00"}
    assert text["asker"] == "machine"
    assert text["provider"]["reference"]
    permission = found["permissions"][str(text["permission"])]
    assert (permission["wording"], permission["tier"]) == (WORDING, "written")
    seal = Seal.objects.get(event_id=text["event"]["id"])
    assert (text["seal"]["number"], text["seal"]["hash"]) == (seal.number, seal.hash)
    assert text["policy"] in found["policies"]


def test_a_withdrawal_has_both_its_times_and_their_words(account: Account, hazel: Lead) -> None:
    (found,) = document(Asked(account.pk, lead=hazel.pk))["withdrawals"][:1]
    assert (found["said"], found["via"]) == ("STOP, please", "text")
    assert found["said_at"] and found["applied_at"]


def test_it_is_of_one_lead_person_member_source_cadence_or_period(account: Account, hazel: Lead) -> None:
    other = make_member(account, name="Ben")
    far = MONDAY + timedelta(days=300)
    assert {r["lead"] for r in document(Asked(account.pk, lead=hazel.pk))["records"]} <= {hazel.pk, None}
    assert {r["person"]["id"] for r in document(Asked(account.pk, person=hazel.person_id))["records"]} == {
        hazel.person_id
    }
    assert document(Asked(account.pk, member=other.pk))["records"] == []
    assert len(document(Asked(account.pk, member=hazel.owner_id))["records"]) > 10
    assert len(document(Asked(account.pk, source=hazel.source_id))["records"]) > 10
    assert document(Asked(account.pk, since=far))["records"] == []
    before = document(Asked(account.pk, until=MONDAY + timedelta(hours=1)))["records"]
    assert before
    assert all(record["at"] < "2026-11-23T18:00" for record in before)


def test_another_accounts_lead_is_none_of_ours(account: Account) -> None:
    theirs = make_lead(make_account("Other Homes"))
    with pytest.raises(asked.NoSuch, match="no lead"):
        making.make(Asked(account.pk, lead=theirs.pk), by=None, at=packs.AT)


def test_no_cell_of_the_table_can_run_as_a_formula(account: Account, hazel: Lead) -> None:
    rows = list(csv.reader(io.StringIO(opened(packs.whole(account))["contacts.csv"].decode("utf-8-sig"))))
    assert len(rows) == 26
    assert "'=HYPERLINK(evil)" in [row[5] for row in rows]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_same_moment_gives_the_same_file(account: Account, hazel: Lead) -> None:
    assert packs.whole(account) == packs.whole(account)


def test_an_empty_choice_gives_a_pack_that_says_so_and_verifies(account: Account) -> None:
    pack = making.make(Asked(account.pk), by=None, at=packs.AT)
    assert pack.records == 0
    assert verifying.verify(pack.file).whole


def test_an_ended_permission_is_shown_with_its_end(account: Account, hazel: Lead) -> None:
    Permission.objects.filter(person=hazel.person).update(ended_at=packs.AT, ended_because="sold")
    found = document(Asked(account.pk, lead=hazel.pk))["permissions"].values()
    assert {one["ended_because"] for one in found} == {"sold"}


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not here")
def test_the_print_can_be_read_and_says_what_a_judge_asks(account: Account, hazel: Lead, tmp_path: Path) -> None:
    file = tmp_path / "proof.pdf"
    file.write_bytes(opened(packs.whole(account))["proof.pdf"])
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    for words in (
        "Łukasz Zoë [U+674E]",
        "2026-11-23 10:10 -07:00 America/Denver",
        "US-03.text: a marketing text needs prior express written consent",
        "47 CFR 64.1200",
        "STOP, please",
        WORDING[:40],
        "Refused to a person",
        "on the page inbox",
    ):
        assert words in text, words


def test_a_sign_that_the_font_has_not_is_named_and_never_dropped() -> None:
    paper = Paper(title="t", foot="f", at=packs.AT)
    assert paper.printable("Łukasz Zoë 李\u202e") == "Łukasz Zoë [U+674E][U+202E]"
    paper.put("x" * 5000)
    assert bytes(paper.output()).startswith(b"%PDF")


def test_the_file_is_a_plain_zip_that_any_program_opens(account: Account, hazel: Lead) -> None:
    with zipfile.ZipFile(io.BytesIO(packs.whole(account))) as file:
        assert file.namelist() == list(archive.ORDER)
        assert file.testzip() is None
