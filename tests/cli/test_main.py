"""The command line as a whole: what every command shares."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nextcall import cli
from tests.conftest import Ran


def test_without_a_command_it_lists_them_and_says_that_the_call_was_wrong(nextcall: Callable[..., object]) -> None:
    ran = nextcall()
    assert ran.code == 2
    assert all(name in ran.out for name in cli.COMMANDS)


def test_an_unknown_command_is_named_in_one_line(nextcall: Callable[..., object]) -> None:
    ran = nextcall("frobnicate")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1 and "frobnicate" in ran.err and "import" in ran.err


def test_a_wrong_option_is_one_line_with_status_2(nextcall: Callable[..., object]) -> None:
    ran = nextcall("doctor", "--nonsense")
    assert ran.code == 2
    assert ran.err.count("\n") == 1 and "--nonsense" in ran.err


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_shows_its_help_with_an_example(name: str, nextcall: Callable[..., Ran]) -> None:
    shown = nextcall(name, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert f"nextcall {name}" in shown.out.split("Usage", 1)[1].split("\n", 1)[1], "an example is missing"


def test_help_is_shown_by_the_program_itself() -> None:
    shown = subprocess.run([sys.executable, "-m", "nextcall", "classify", "--help"], capture_output=True, text=True)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "nextcall classify" in shown.stdout


@pytest.mark.parametrize("call", [["classify", "STOP"], ["may", "text", "--to", "+13035550142"], ["cadence", "list"]])
def test_a_command_without_a_database_starts_in_half_a_second(call: list[str], tmp_path: Path) -> None:
    """By processor time, the best of four: other tests share the machine."""
    home = tmp_path / "home"
    best = 9.0
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run(
            [sys.executable, "-m", "nextcall", *call], capture_output=True, env={"NEXTCALL_HOME": str(home)}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert ran.returncode in (0, 1), ran.stderr
    assert best < 0.5
    assert not home.exists(), "it touched the database's place"


def run_in(home: Path, *call: str, **environment: str) -> subprocess.CompletedProcess[str]:
    fresh = {"PATH": "/usr/bin:/bin", "NEXTCALL_HOME": str(home), **environment}
    return subprocess.run(
        [sys.executable, "-m", "nextcall", *call], env=fresh, capture_output=True, text=True, timeout=120
    )


def test_a_command_makes_the_database_where_there_is_none_yet(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("Name,Phone,Zip\nHazel Thorne,303-555-0142,80202\n")
    done = run_in(tmp_path, "import", str(tmp_path / "leads.csv"))
    assert (done.returncode, done.stdout) == (0, "leads.csv: 1 new, 0 merged, 0 set aside, no messages will be sent\n")


def test_a_database_out_of_reach_is_one_line_with_status_2(tmp_path: Path) -> None:
    done = run_in(tmp_path, "sign-in", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 2
    assert done.stderr.startswith("nextcall: the database cannot be used") and done.stderr.count("\n") == 1
