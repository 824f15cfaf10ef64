"""kill -9 at random instants: nothing is sent twice, nothing is lost, what is uncertain is shown.

    python -m tests.engine.kill_rounds --rounds 200 --touches 1000 [--postgresql] [--carrier]

Engines are real processes; their provider appends every send with its reference to one file, and that file judges.
With `--carrier` they text through Twilio's API, played by a carrier that is a process of its own: it writes each number
down as it takes a text and answers a moment later, so that many a kill falls between. `--knows` lets the file's
provider tell afterwards what it took; without it every doubt must end with a person.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests import prepared

LEASE_SECONDS = 2.0  # short, so that rescue is part of every round
HERE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Verdict:
    """What the file and the rows say at the end."""

    sent: int
    twice: list[str]
    lost: list[str]
    uncertain: int
    kills: int


def rounds(
    *,
    number: int,
    touches: int,
    engines: int,
    knows: bool,
    home: Path,
    database_url: str = "",
    seed: int = 1,
    carrier: bool = False,
) -> Verdict:
    """Kill and start engines `number` times while `touches` are due, then let them finish in peace."""
    chance = random.Random(seed)
    file = home / "sent.txt"
    file.touch()
    environment = {
        **os.environ,
        "NEXTCALL_HOME": str(home),
        "DATABASE_URL": database_url,
        "KILL_FILE": str(file),
        "KILL_KNOWS": "1" if knows else "",
        "DJANGO_SETTINGS_MODULE": "nextcall.settings",
    }
    if database_url:
        prepared.postgresql(database_url)
    else:
        environment.pop("DATABASE_URL")
        prepared.sqlite(home / "nextcall.sqlite3")
    line = _carrier(file) if carrier else None
    environment["KILL_CARRIER"] = line.url if line else ""
    _call(environment, "prepare", str(touches))
    running = [_start(environment) for _ in range(engines)]
    kills = 0
    try:
        for _ in range(number):
            if not _sends(file):  # all that is left is uncertain: a kill now would try nothing
                _call(environment, "more", str(touches))
                _sends(file)
            time.sleep(chance.uniform(0.0, 0.25))
            victim = chance.randrange(engines)
            if running[victim].poll() is None:
                running[victim].send_signal(signal.SIGKILL)
                kills += 1
            running[victim].wait()
            running[victim] = _start(environment)
        _call(environment, "settle", "600")
    finally:
        for process in running:
            if process.poll() is None:
                process.terminate()
        for process in running:
            process.wait(30)
        if line:
            line.process.terminate()
            line.process.wait(10)
    return _judge(environment, file, kills)


@dataclass(frozen=True)
class Line:
    """A carrier that runs beside."""

    process: "subprocess.Popen[str]"
    url: str


def _carrier(file: Path) -> Line:
    command = [sys.executable, "-m", "tests.carrier", str(file)]
    quiet = subprocess.DEVNULL  # it complains of every line that a kill cuts
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=quiet, text=True)
    assert process.stdout is not None
    return Line(process, process.stdout.readline().strip())


def _sends(file: Path) -> bool:
    """Whether something leaves: an engine takes a second to start, and a lease is two. A kill before tries nothing."""
    size, patience = file.stat().st_size, time.monotonic() + 2 * LEASE_SECONDS + 2
    while file.stat().st_size == size and time.monotonic() < patience:
        time.sleep(0.01)
    return file.stat().st_size > size


def _start(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    log = Path(environment["NEXTCALL_HOME"]) / "engines.log"
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.engine.kill_engine", "work"], env=environment, cwd=HERE, stderr=out
        )


def _call(environment: dict[str, str], *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.engine.kill_engine", *arguments],
        env=environment,
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        raise SystemExit(f"{arguments[0]}: {ran.stderr[-2000:]}")
    return ran.stdout


def _judge(environment: dict[str, str], file: Path, kills: int) -> Verdict:
    left = Counter(line.split()[0] for line in file.read_text().splitlines())
    states = dict(line.split() for line in _call(environment, "states").splitlines())
    twice = [reference for reference, times in left.items() if times > 1]
    lost = [
        reference
        for reference, state in states.items()
        if state not in ("sent", "uncertain") or (state == "sent" and reference not in left)
    ]
    lost += [reference for reference in left if states.get(reference) not in ("sent", "uncertain")]
    return Verdict(len(left), twice, lost, sum(state == "uncertain" for state in states.values()), kills)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--touches", type=int, default=1000)
    parser.add_argument("--postgresql", action="store_true", help="two engines on PostgreSQL instead of one on SQLite")
    parser.add_argument("--knows", action="store_true")
    parser.add_argument("--carrier", action="store_true", help="through Twilio's API instead of a file")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nextcall-kill-") as home:
        url = ""
        if chosen.postgresql:
            from tests.conftest import start_postgresql

            url = start_postgresql()
        verdict = rounds(
            number=chosen.rounds,
            touches=chosen.touches,
            engines=2 if url else 1,
            knows=chosen.knows,
            home=Path(home),
            database_url=url,
            seed=chosen.seed,
            carrier=chosen.carrier,
        )
    print(
        f"{verdict.kills} kills, {verdict.sent} sent, {len(verdict.twice)} twice, {len(verdict.lost)} lost, "
        f"{verdict.uncertain} uncertain and shown"
    )
    return int(bool(verdict.twice or verdict.lost))


if __name__ == "__main__":
    sys.exit(main())
