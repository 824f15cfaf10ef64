"""Backup and restore as processes, with others writing."""

import json
import os
import shutil
import sqlite3
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nextcall.lib import copies
from tests.ops.running import run

pytestmark = pytest.mark.slow
INSERT = "INSERT INTO nextcall_source (account_id, name, kind, basis) VALUES (1, ?, '', '')"


def sources(home: Path) -> int:
    with closing(sqlite3.connect(home / "nextcall.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM nextcall_source").fetchone()[0])


def test_a_backup_made_while_others_write_comes_back_whole(home: Path, tmp_path: Path) -> None:
    ending = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(home / "nextcall.sqlite3", timeout=20, isolation_level=None)) as database:
            number = 0
            while not ending.is_set():
                # two rows a transaction: a copy with an odd count would be torn
                database.execute("BEGIN IMMEDIATE")
                database.execute(INSERT, [f"a{number}"])
                database.execute(INSERT, [f"b{number}"])
                database.execute("COMMIT")
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    made = run(home, "backup", str(tmp_path / "copy.nextcall"), "--json")
    ending.set()
    writer.join()
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["keys"] == []
    shutil.copytree(home, tmp_path / "other", ignore=shutil.ignore_patterns("*.sqlite3*"))
    back = run(tmp_path / "other", "restore", str(tmp_path / "copy.nextcall"))
    assert back.returncode == 0, back.stderr
    assert 0 < sources(tmp_path / "other") <= sources(home)
    assert sources(tmp_path / "other") % 2 == 0


def test_restore_overwrites_nothing_unless_told(home: Path, tmp_path: Path) -> None:
    run(home, "backup", str(tmp_path / "copy.nextcall"))
    with closing(sqlite3.connect(home / "nextcall.sqlite3")) as database:
        database.execute(INSERT, ["made later"])
        database.commit()
    refused = run(home, "restore", str(tmp_path / "copy.nextcall"))
    assert refused.returncode == 2 and "--replace" in refused.stderr and sources(home) == 1
    replaced = run(home, "restore", str(tmp_path / "copy.nextcall"), "--replace")
    assert replaced.returncode == 0 and sources(home) == 0


def test_a_damaged_or_foreign_file_touches_nothing(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.nextcall"
    run(home, "backup", str(copy))
    whole = bytearray(copy.read_bytes())
    whole[len(whole) // 3] ^= 0xFF
    (tmp_path / "bent").write_bytes(whole)
    (tmp_path / "half").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text").write_text("hello")
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("readme", "no backup")
    for name in ("bent", "half", "text", "zip", "missing"):
        with pytest.raises(copies.BadCopy, match=name):
            copies.check(tmp_path / name)
    before = sources(home)
    ran = run(home, "restore", str(tmp_path / "bent"), "--replace")
    assert ran.returncode == 2 and ran.stderr.count("\n") == 1, ran.stderr
    assert sources(home) == before


def test_keys_go_in_only_when_asked_for(home: Path, tmp_path: Path) -> None:
    run(home, "backup", str(tmp_path / "without"))
    run(home, "backup", str(tmp_path / "with"), "--with-keys")
    assert not [n for n in zipfile.ZipFile(tmp_path / "without").namelist() if "key" in n]
    assert (tmp_path / "with").stat().st_mode & 0o077 == 0
    run(tmp_path / "other", "restore", str(tmp_path / "with"))
    for key in ("secret.key", "sealing.key"):
        assert (tmp_path / "other" / key).read_text() == (home / key).read_text()
        assert (tmp_path / "other" / key).stat().st_mode & 0o077 == 0


def test_without_its_own_key_a_backup_is_refused_because_the_stop_list_would_recognise_nobody(
    home: Path, tmp_path: Path
) -> None:
    run(home, "backup", str(tmp_path / "copy"))
    refused = run(tmp_path / "other", "restore", str(tmp_path / "copy"))
    assert refused.returncode == 2 and "secret.key" in refused.stderr and "--other-keys" in refused.stderr
    assert run(tmp_path / "other", "restore", str(tmp_path / "copy"), "--other-keys").returncode == 0


def test_a_backup_never_takes_the_place_of_another_unasked(home: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("the only copy of something")
    assert run(home, "backup", str(tmp_path / "copy")).returncode == 2
    assert (tmp_path / "copy").read_text() == "the only copy of something"
    assert run(home, "backup", str(tmp_path / "copy"), "--replace").returncode == 0


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "tiny"
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True
        ).returncode
    ):
        pytest.skip("a full disk needs root and a tmpfs to be simulated")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_no_half_backup(home: Path, tiny_disk: Path) -> None:
    (tiny_disk / "filler").write_bytes(b"x" * 60_000)
    ran = run(home, "backup", str(tiny_disk / "copy"))
    assert ran.returncode == 2 and "No space left" in ran.stderr
    assert [path.name for path in tiny_disk.iterdir()] == ["filler"]
