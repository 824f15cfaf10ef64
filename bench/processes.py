"""Engines and page servers of a bench, started and ended."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nextcall.lib import wake

PATIENCE_SECONDS = 60.0


def until(look: Callable[[], object], what: str, every: float = 0.05, patience: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + patience
    while not look():
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {what} did not happen in {patience:.0f} s")
        time.sleep(every)


@contextmanager
def engines(count: int) -> Iterator[None]:
    """`count` engines that listen and have nothing to do yet."""
    running = [subprocess.Popen([sys.executable, "-m", "bench.engine"]) for _ in range(count)]
    try:
        until(lambda: wake.listening() >= count, "the engines' start")
        yield
    finally:
        end(running)


@contextmanager
def page_server() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--port",
        str(port),
        "--no-ws",
        "--log-level",
        "error",
        "--workers-kill-timeout",
        "3",
        "bench.pages:application",
    ]
    running = [subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.getcwd()})]
    try:
        until(lambda: answers(port), "the page server's start")
        yield port
    finally:
        end(running)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def end(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
