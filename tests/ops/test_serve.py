"""`nextcall serve` as a process: it starts, keeps its children alive, and ends."""

import os
import re
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.ops.running import alive, children_of, run, serving, status, until

pytestmark = pytest.mark.slow


def engine_of(pid: int) -> int:
    return next((child for child, line in children_of(pid).items() if "nextcall engine" in line), 0)


def pages_of(pid: int) -> int:
    return min((child for child, line in children_of(pid).items() if "granian" in line), default=0)


def test_the_first_start_prints_the_address_and_a_link_that_leads_to_a_page(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving(home, "--no-engine") as (process, port):
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)
    assert f"http://localhost:{port}\n" in said
    link = re.search(r"http://localhost:\d+(/sign-in/link/\S+/)", said)
    assert link
    with serving(home, "--no-engine") as (_, again):
        assert status(again, link[1]) == 200


def test_it_ends_within_five_seconds_and_leaves_nothing_behind(home: Path) -> None:
    with serving(home) as (process, port):
        until(lambda: status(port, "/readyz") == 200, "readiness")
        family = children_of(process.pid)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=8) == 0
        assert time.monotonic() - began < 5
        assert family and not [line for pid, line in family.items() if alive(pid)]


def test_a_killed_engine_and_a_killed_page_server_come_back(home: Path) -> None:
    with serving(home) as (process, port):
        engine = until(lambda: engine_of(process.pid), "the engine's start")
        os.kill(int(str(engine)), signal.SIGKILL)
        until(lambda: engine_of(process.pid) not in (0, engine), "the engine's return")
        pages = pages_of(process.pid)
        os.kill(pages, signal.SIGKILL)
        until(lambda: pages_of(process.pid) not in (0, pages) and status(port, "/healthz") == 200, "the pages' return")


def test_a_killed_parent_takes_its_children_with_it(home: Path) -> None:
    with serving(home) as (process, _):
        until(lambda: engine_of(process.pid), "the engine's start")
        family = children_of(process.pid)
        process.kill()
        until(lambda: not any(alive(pid) for pid in family), "the children's end")


def test_a_busy_port_is_one_line(home: Path, tmp_path: Path) -> None:
    with serving(home, "--no-engine") as (_, port):
        second = run(tmp_path / "second", "serve", "--port", str(port), "--no-engine")
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1 and str(port + 1) in second.stderr
    assert not (tmp_path / "second").exists(), "it made something before it looked"


def test_two_servers_on_one_database_both_answer(home: Path) -> None:
    """The second one's engine waits until the first has ended: SQLite takes one."""
    with serving(home) as (first, one):
        until(lambda: engine_of(first.pid), "the engine's start")
        with serving(home) as (_, two):
            assert status(one, "/healthz") == status(two, "/healthz") == 200
            first.send_signal(signal.SIGTERM)
            first.wait(timeout=10)
            until(lambda: status(two, "/readyz") == 200, "the second engine's turn")


def test_killed_while_serving_it_starts_again_with_its_rows(home: Path) -> None:
    with serving(home, "--no-engine") as (process, _):
        process.kill()
        process.wait()
    with serving(home, "--no-engine") as (_, port):
        assert status(port, "/healthz") == 200
    with closing(sqlite3.connect(home / "nextcall.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM nextcall_account").fetchone() == (1,)


def test_it_needs_no_network(home: Path) -> None:
    """With every proxy variable pointing nowhere and no name server asked, it serves all the same."""
    with serving(home, "--no-engine", http_proxy="http://127.0.0.1:9", RES_OPTIONS="attempts:0") as (_, port):
        assert status(port, "/sign-in/") == 200


def test_the_database_of_an_unwritable_home_is_refused_in_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    ran = run(blocked / "home", "serve", "--port", "1024")
    assert ran.returncode == 2
    assert ran.stderr.strip().splitlines()[-1].startswith("nextcall: ")
