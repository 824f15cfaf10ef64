"""A pack is checked without us: whatever was done to it is found, and said where."""

import io
import json
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from nextcall.lib import canonical, keys
from nextcall.proof import archive, records, signing, table, verifying
from nextcall.proof.archive import NotAPack
from tests.proof import edits, packs

ROUNDS = 1000
AGAIN = 48  # rounds of each kind of edit: 21 kinds


@pytest.fixture(scope="module")
def pack(django_db_setup: None, django_db_blocker: Any) -> bytes:
    """Made once: nothing in this file looks into the database."""
    from django.db import transaction

    from tests.builders import make_account, make_member

    with django_db_blocker.unblock(), transaction.atomic():
        account = make_account()
        packs.live(account, make_member(account))
        made = packs.whole(account)
        transaction.set_rollback(True)
    return made


def found(file: bytes, **asked: str) -> list[str]:
    return verifying.verify(file, **asked).findings


def changed(pack: bytes, change: Callable[[dict[str, Any]], Any], *, chain: bool = False) -> bytes:
    """The pack with another proof.json, all else as it was."""
    members = edits.members_of(pack)
    document = json.loads(members["proof.json"])
    change(document)
    if chain:
        edits._chain_again(document["records"])
    return archive.written({**members, "proof.json": canonical.written(document) + b"\n"})


def test_a_whole_pack_is_whole_and_says_who_signed_it(pack: bytes) -> None:
    verdict = verifying.verify(pack, key=signing.own_fingerprint(settings.PROOF_KEY).upper())
    assert verdict.findings == []
    assert (verdict.records, verdict.fingerprint) == (25, signing.own_fingerprint(settings.PROOF_KEY))


@pytest.mark.parametrize("kind", range(len(edits.EDITS)))
def test_every_one_of_a_thousand_random_edits_is_found(pack: bytes, kind: int) -> None:
    assert len(edits.EDITS) * AGAIN >= ROUNDS
    missed = []
    for nth in range(AGAIN):
        rng = random.Random(f"{kind} {nth}")
        file = edits.EDITS[kind](pack, rng)
        if file == pack:
            continue
        try:
            whole = verifying.verify(file).whole
        except NotAPack:
            whole = False
        if whole:
            missed.append(nth)
    assert missed == []


def test_every_bit_of_the_file_counts(pack: bytes) -> None:
    """Dates, flags, lengths, the directory at the end: no byte of the container can be changed unseen."""
    outside = [place for start in _headers(pack) for place in range(start, start + 46)]
    tail = range(len(pack) - 22, len(pack))
    missed = []
    for place in [*outside, *tail]:
        for bit in (0, 3, 7):
            file = pack[:place] + bytes([pack[place] ^ (1 << bit)]) + pack[place + 1 :]
            try:
                if verifying.verify(file).whole:
                    missed.append((place, bit))
            except NotAPack:
                pass
    assert missed == []


def _headers(pack: bytes) -> list[int]:
    with zipfile.ZipFile(io.BytesIO(pack)) as file:
        local = [entry.header_offset for entry in file.infolist()]
        return [*local, file.start_dir]


def test_it_names_the_record_that_was_edited(pack: bytes) -> None:
    said = found(changed(pack, lambda d: d["records"][6].update(to="+13055550199")))
    assert "record 7 was edited" in said
    said = found(changed(pack, lambda d: d["records"][6].update(to="+13055550199"), chain=True))
    assert "record 7 was edited, and its hash made to fit" in said


def test_it_names_the_record_that_is_missing(pack: bytes) -> None:
    assert "record 4 is missing" in found(changed(pack, lambda d: d["records"].pop(3)))


def test_it_names_the_place_of_a_record_that_was_put_in(pack: bytes) -> None:
    fresh = {"n": 26, "what": "contact", "event": {}, "seal": None, "previous": "", "hash": ""}
    assert "a record was put in, at place 5" in found(changed(pack, lambda d: d["records"].insert(4, fresh)))


def test_it_names_what_stands_twice_and_what_changed_places(pack: bytes) -> None:
    twice = found(changed(pack, lambda d: d["records"].insert(9, d["records"][2])))
    assert "record 3 is there twice, again at place 10" in twice

    def swap(document: dict[str, Any]) -> None:
        rows = document["records"]
        rows[1], rows[2] = rows[2], rows[1]

    assert "record 2 stands behind record 3: the order was changed" in found(changed(pack, swap))


def test_it_holds_the_table_against_the_records(pack: bytes) -> None:
    members = edits.members_of(pack)
    members[table.NAME] = members[table.NAME].replace(b"refused", b"allowed", 1)
    said = found(archive.written(members))
    assert "contacts.csv was changed: its SHA-256 is not the manifest's" in said
    assert any(one.startswith("contacts.csv and proof.json differ, first at line ") for one in said)


def test_it_tells_another_key_from_ours(pack: bytes) -> None:
    """Somebody signs their own version with a key of their own: it is whole, but not by us."""
    members = edits.members_of(pack)
    document = json.loads(members["proof.json"])
    document["records"].pop()
    members["proof.json"] = canonical.written(document) + b"\n"
    members[table.NAME] = table.table(document)
    del members[signing.NAME]
    hashes = [record["hash"] for record in document["records"]]
    forged = signing.manifest(files=members, hashes=hashes, about={}, private=keys.ed25519())
    file = archive.written({**members, signing.NAME: forged})
    ours = signing.own_fingerprint(settings.PROOF_KEY)
    assert found(file) == []
    assert verifying.verify(file).fingerprint != ours
    (said,) = found(file, key=ours)
    assert said.startswith("it is signed by another key: ")


def test_a_record_that_contradicts_its_seal_is_found(pack: bytes) -> None:
    record = json.loads(edits.members_of(pack)["proof.json"])["records"][3]
    assert records.seal_problem(record) == ""
    record["event"]["at"] = "2026-11-23T18:00:00.000000Z"
    assert records.seal_problem(record) == "its event is not what was sealed"
    record = json.loads(edits.members_of(pack)["proof.json"])["records"][3]
    record["seal"]["number"] += 1
    assert "does not follow" in records.seal_problem(record)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a\\b", "C:evil", "folder/"])
def test_a_file_that_would_land_elsewhere_is_refused_unread(pack: bytes, name: str) -> None:
    with pytest.raises(NotAPack, match="outside"):
        verifying.verify(archive.written({**edits.members_of(pack), name: b""}))


def test_a_bomb_is_refused_unread() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in archive.ORDER:
            file.writestr(name, b"\0" * 30_000_000)
    began = time.perf_counter()
    with pytest.raises(NotAPack, match="refused unread"):
        verifying.verify(out.getvalue())
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("file", [b"", b"PK", b"hello", b"%PDF-1.7", b"PK\5\6" + bytes(18)])
def test_what_is_no_pack_is_called_that(file: bytes) -> None:
    with pytest.raises(NotAPack):
        verifying.verify(file)


@pytest.mark.parametrize(
    "written", [b"", b"[]", b"null", b"{}", b'{"records": 3}', b'{"records": [1, null]}', b"[" * 100_000, b"\xff\xfe"]
)
def test_hostile_records_are_named_and_never_a_traceback(pack: bytes, written: bytes) -> None:
    assert found(archive.written({**edits.members_of(pack), "proof.json": written}))
    assert found(archive.written({**edits.members_of(pack), "manifest.json": written}))


def test_the_command_needs_no_database_and_answers_with_its_status(pack: bytes, tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good.zip", tmp_path / "bad.zip", tmp_path / "none.zip"
    good.write_bytes(pack)
    bad.write_bytes(changed(pack, lambda d: d["records"].pop(3)))
    none.write_text("hello")
    for file, code, says in (
        (good, 0, "whole    25 records"),
        (bad, 1, "record 4 is missing"),
        (none, 2, "not a pack"),
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "nextcall", "verify", str(file)],
            capture_output=True,
            text=True,
            env={"PATH": "", "PYTHONPATH": ".", "NEXTCALL_HOME": str(tmp_path / "nowhere"), "DATABASE_URL": "nonsense"},
        )
        assert (ran.returncode, says in ran.stdout + ran.stderr) == (code, True), ran
    assert not (tmp_path / "nowhere").exists()


def test_the_command_speaks_json_and_refuses_a_key_that_is_none(
    pack: bytes, tmp_path: Path, nextcall: Callable[..., Any]
) -> None:
    file = tmp_path / "pack.zip"
    file.write_bytes(pack)
    ran = nextcall("verify", str(file), "--json")
    assert json.loads(ran.out)["whole"] is True
    assert nextcall("verify", str(file), "--key", "abc").code == 2
    assert nextcall("verify").code == 2
    assert nextcall("verify", str(tmp_path / "absent.zip")).code == 2


def test_checking_begins_without_django() -> None:
    code = "import sys, nextcall.proof.verifying; print('django' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
