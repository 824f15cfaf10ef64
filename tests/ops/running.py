"""Real processes on a home of their own, for the tests that start, kill and restart them."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_SECONDS = 30.0  # the machine may be busy with other tests


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEXTCALL_", "DATABASE_", "DJANGO_"))
    }
    return {**kept, "NEXTCALL_HOME": str(home), "PYTHONUNBUFFERED": "1", **more}


def run(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`nextcall …` to its end, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "nextcall", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(home, **more),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], object], what: str) -> object:
    """Looks until it finds something; polling a real process is the one place where tests wait."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen in {PATIENCE_SECONDS:.0f} s")


def status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def children_of(pid: int) -> dict[int, str]:
    """Pid and command line of every descendant."""
    found: dict[int, str] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
            found[int(place.name)] = f"{parent} " + (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    ours: dict[int, str] = {}
    wanted = {pid}
    while wanted:
        wanted = {p for p, line in found.items() if int(line.split(" ", 1)[0]) in wanted} - ours.keys()
        ours.update({p: found[p].split(" ", 1)[1] for p in wanted})
    return ours


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def serving(home: Path, *options: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A whole `nextcall serve`, ended whatever happens."""
    port = free_port()
    with (home.parent / f"{home.name}.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nextcall", "serve", "--port", str(port), *options],
            env=environment(home, **more),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            until(lambda: process.poll() is not None or status(port, "/healthz") == 200, "serving")
            yield process, port
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            process.wait()
