"""A webhook's post to its committed capture, 16 connections kept open."""

import http.client
import json
import threading
import time

from bench import floors, ground
from bench.figures import Figure, percentile
from bench.processes import page_server
from nextcall.intake.models import Capture

CONNECTIONS = 16


def measure(size: int, *, stored: int) -> list[Figure]:
    floor = floors.captures_a_second(size, CONNECTIONS)
    before = Capture.objects.count()
    with page_server() as port:
        post_many(port, range(stored + 700_000, stored + 700_050), [])
        took: list[float] = []
        share = size // CONNECTIONS
        starts = [stored + 710_000 + share * n for n in range(CONNECTIONS)]
        threads = [threading.Thread(target=post_many, args=(port, range(s, s + share), took)) for s in starts]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = time.perf_counter() - began
    stored_now = Capture.objects.count() - before - 50
    return [
        Figure(
            f"webhook posts committed a second ({stored_now:,})",
            stored_now / spent,
            "/s",
            floor,
            "one durable row a post, 16 connections",
            "400",
        ),
        Figure("webhook post to commit, p99", percentile(took, 0.99), "ms", aim="100 ms"),
    ]


def post_many(port: int, numbers: range, took: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for n in numbers:
        form = ground.form(n)
        body = json.dumps(
            {
                "name": {"full": form["full_name"]},
                "phones": [form["phone"]],
                "emails": [form["email"]],
                "address": {"postal_code": "80202", "region": "CO"},
                "external_id": str(n),
            }
        )
        began = time.perf_counter()
        connection.request("POST", f"/in/{ground.KEY}/json", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 202:
            raise SystemExit(f"bench: the hook answers {answer.status}")
    connection.close()
