"""Memory of a whole `nextcall serve`: pages, engine and supervisor; shared pages are counted once."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Figure
from bench.measures.web import sign_in
from bench.processes import answers, until
from nextcall.lib import wake
from nextcall.team.models import Member


def measure(size: int, *, stored: int) -> list[Figure]:
    """Idle, then after `size` requests for the heaviest pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    serve = subprocess.Popen(
        [sys.executable, "-m", "nextcall", "serve", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: answers(port) and wake.listening(), "serving")
        time.sleep(3)
        idle = megabytes(serve.pid)
        visit(port, size)
        used = megabytes(serve.pid)
    finally:
        serve.send_signal(signal.SIGTERM)
        serve.wait(timeout=15)
    return [
        Figure(f"memory of serve, idle, {stored:,} leads stored", idle, "MB", aim="250 MB"),
        Figure(f"memory of serve, after {size} pages", used, "MB", aim="250 MB"),
    ]


def visit(port: int, size: int) -> None:
    import http.client

    cookie = sign_in(Member.objects.get(role="owner")).cookies["sessionid"].value
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for n in range(size):
        connection.request(
            "GET", ("/leads/", "/now/", "/leads/?q=bell")[n % 3], headers={"Cookie": f"sessionid={cookie}"}
        )
        connection.getresponse().read()


def megabytes(pid: int) -> float:
    return sum(_pss(child) for child in [pid, *descendants(pid)]) / 1024


def descendants(pid: int) -> list[int]:
    parents = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(place.name)] = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, wanted = [], [pid]
    while wanted:
        wanted = [child for child, parent in parents.items() if parent in wanted]
        found += wanted
    return found


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    match = re.search(r"^Pss:\s+(\d+)", text, re.M)
    return int(match[1]) if match else os.sysconf("SC_PAGE_SIZE") * 0
