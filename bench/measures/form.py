"""From the form's post to the first text at the provider, at 20 leads a second with all the leads stored."""

import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings

from bench import floors, ground
from bench.figures import Figure, percentile
from bench.processes import engines, page_server
from nextcall.cadences.models import Touch
from nextcall.lib import sealing
from nextcall.team.models import Connection

RATE = 20.0


def measure(size: int, *, stored: int) -> list[Figure]:
    """`size` posts, one every 50 ms, by new people."""
    floor = floors.transaction_ms()
    outbox = settings.HOME / "sent.txt"
    outbox.touch()
    Connection.objects.filter(channel="text").update(sealed=sealing.seal({"file": str(outbox)}))
    posted: dict[str, float] = {}
    arrived: dict[str, float] = {}
    ending = threading.Event()
    with engines(1), page_server() as port:
        post(port, stored + 900_000)  # the first of a fresh process pays for what is loaded then
        time.sleep(2)
        watcher = threading.Thread(target=watch, args=(outbox, arrived, ending))
        watcher.start()
        with ThreadPoolExecutor(16) as pool:
            began = time.perf_counter()
            for n in range(size):
                time.sleep(max(0.0, began + n / RATE - time.perf_counter()))
                pool.submit(timed_post, port, stored + n, posted)
        deadline = time.monotonic() + 30
        while len(arrived) < size and time.monotonic() < deadline:
            time.sleep(0.1)
        ending.set()
        watcher.join()
    took = [(arrived[reference] - posted[email]) * 1000 for reference, email in emails(arrived) if email in posted]
    return [
        Figure(
            f"form post to first text, {len(took)} of {size}, p50",
            percentile(took, 0.5),
            "ms",
            percentile(floor, 0.5),
            "one durable transaction with the same rows",
            "100 ms",
        ),
        Figure("form post to first text, p99", percentile(took, 0.99), "ms", percentile(floor, 0.99), "", "500 ms"),
    ]


def timed_post(port: int, n: int, posted: dict[str, float]) -> None:
    posted[f"lead{n}@example.com"] = time.perf_counter()
    post(port, n)


def post(port: int, n: int) -> None:
    body = urllib.parse.urlencode(ground.form(n)).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/in/{ground.KEY}/form", data=body, timeout=30) as answer:
        answer.read()


def watch(outbox: Path, arrived: dict[str, float], ending: threading.Event) -> None:
    """Note when each reference appears in the provider's own file."""
    with outbox.open() as lines:
        lines.seek(0, 2)
        while not ending.is_set():
            line = lines.readline()
            if line.endswith("\n"):
                arrived[line.split()[0]] = time.perf_counter()
            else:
                time.sleep(0.001)


def emails(arrived: dict[str, float]) -> list[tuple[str, str]]:
    found = []
    touches = Touch.objects.filter(channel="text", made_at__isnull=False, reference__in=list(arrived)).select_related(
        "lead"
    )
    for touch in touches:
        email = next((word for word in touch.lead.search.split() if "@" in word), "")
        found.append((next(r for r in (str(touch.reference), touch.reference.hex) if r in arrived), email))
    return found
