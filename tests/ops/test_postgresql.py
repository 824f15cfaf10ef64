"""Backup, restore and serve on PostgreSQL, as processes. Runs with NEXTCALL_TEST_DATABASE=postgresql."""

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import prepared
from tests.ops.running import environment, run, serving, status, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("NEXTCALL_TEST_DATABASE") != "postgresql", reason="needs PostgreSQL"),
]


@pytest.fixture
def databases() -> Iterator[list[str]]:
    """Addresses of a database that holds no rows yet, and of one that holds nothing at all."""
    import psycopg

    base = os.environ["DATABASE_URL"]
    names = [f"ops_{uuid.uuid4().hex[:8]}" for _ in range(2)]
    with psycopg.connect(base, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
        urls = [base.replace("/postgres?", f"/{name}?") for name in names]
        prepared.postgresql(urls[0])
        yield urls
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def prepare(home: Path, url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "nextcall.serve"],
        env=environment(home, DATABASE_URL=url),
        check=True,
        capture_output=True,
    )


def count(url: str) -> int:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM nextcall_source").fetchone()
        return int(row[0]) if row else 0


def listening(url: str) -> int:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
        return int((row.fetchone() or [0])[0])


def test_a_backup_made_while_others_write_comes_back_whole(tmp_path: Path, databases: list[str]) -> None:
    import psycopg

    one, two = databases
    home = tmp_path / "home"
    prepare(home, one)
    ending = threading.Event()

    def write() -> None:
        with psycopg.connect(one) as connection:
            number = 0
            while not ending.is_set():
                for letter in "ab":
                    connection.execute(
                        "INSERT INTO nextcall_source (account_id, name, kind, basis) VALUES (1, %s, '', '')",
                        [f"{letter}{number}\t\\"],
                    )
                connection.commit()
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    made = run(home, "backup", str(tmp_path / "copy"), DATABASE_URL=one)
    ending.set()
    writer.join()
    assert made.returncode == 0, made.stderr
    back = run(home, "restore", str(tmp_path / "copy"), DATABASE_URL=two)
    assert back.returncode == 0, back.stderr
    assert 0 < count(two) <= count(one) and count(two) % 2 == 0

    refused = run(home, "restore", str(tmp_path / "copy"), DATABASE_URL=one)
    assert refused.returncode == 2 and "--replace" in refused.stderr
    assert run(home, "restore", str(tmp_path / "copy"), "--replace", DATABASE_URL=one).returncode == 0
    assert count(one) == count(two)
    with psycopg.connect(one, autocommit=True) as connection:  # what comes next gets a key of its own
        connection.execute("INSERT INTO nextcall_source (account_id, name, kind, basis) VALUES (1, 'later', '', '')")


def test_a_copy_goes_back_to_its_own_kind_of_database(tmp_path: Path, databases: list[str]) -> None:
    home = tmp_path / "home"
    prepare(home, databases[0])
    assert run(home, "backup", str(tmp_path / "copy"), DATABASE_URL=databases[0]).returncode == 0
    refused = run(home, "restore", str(tmp_path / "copy"))
    assert refused.returncode == 2 and "postgresql" in refused.stderr and refused.stderr.count("\n") == 1


def test_serve_runs_with_pages_and_engines_apart(tmp_path: Path, databases: list[str]) -> None:
    home, url = tmp_path / "home", databases[0]
    with serving(home, "--no-engine", DATABASE_URL=url) as (_, port):
        assert status(port, "/readyz") == 503
        engines = [
            subprocess.Popen([sys.executable, "-m", "nextcall", "engine"], env=environment(home, DATABASE_URL=url))
            for _ in range(2)
        ]
        until(lambda: listening(url) == 2, "the engines' start")
        assert status(port, "/readyz") == 200
        for engine in engines:
            engine.terminate()
        assert [engine.wait(timeout=10) for engine in engines] == [0, 0]


def test_the_doctor_says_when_the_server_is_away(tmp_path: Path) -> None:
    ran = run(tmp_path / "home", "doctor", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert ran.returncode == 1
    assert "mend  database" in ran.stdout and "DATABASE_URL" in ran.stdout
