"""Floors: what the bare database takes for rows of the same number and size. No ORM, no rule, no planner."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from django.conf import settings
from django.db import connection

BODY = "x" * 400  # a worded text or the head of an email


def connect() -> Any:
    """A connection of our own, with the durability the product runs with."""
    if connection.vendor == "postgresql":
        import psycopg

        parameters = connection.get_connection_params()
        for name in ("cursor_factory", "context"):
            parameters.pop(name, None)
        return psycopg.connect(**parameters)
    import sqlite3

    here = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=20, isolation_level=None)
    here.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
    return here


def mark() -> str:
    return "%s" if connection.vendor == "postgresql" else "?"


def begin(here: Any) -> None:
    here.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")


def prepare() -> None:
    """Two tables like ours: what is claimed, and what is written beside it."""
    number = "BIGSERIAL PRIMARY KEY" if connection.vendor == "postgresql" else "INTEGER PRIMARY KEY"
    with connection.cursor() as cursor:
        for table in ("floor_touch", "floor_event"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TABLE floor_touch (id {number}, lead bigint, state varchar(10), due bigint, body text)")
        cursor.execute("CREATE INDEX floor_due ON floor_touch (due) WHERE state = 'planned'")
        cursor.execute("CREATE INDEX floor_lead ON floor_touch (lead)")
        cursor.execute(f"CREATE TABLE floor_event (id {number}, lead bigint, kind varchar(40), data text)")
        cursor.execute("CREATE INDEX floor_event_lead ON floor_event (lead)")


def transaction_ms(rounds: int = 300) -> list[float]:
    """One durable transaction with the rows of one new lead: about 20 of them."""
    prepare()
    took = []
    with closing(connect()) as here:
        for n in range(rounds):
            began = time.perf_counter()
            begin(here)
            for table, columns, values in 12 * [("floor_event", "lead, kind, data", (n, "lead.arrived", BODY))] + 8 * [
                ("floor_touch", "lead, state, due, body", (n, "planned", n, BODY))
            ]:
                here.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join([mark()] * len(values))})", values)
            here.execute("COMMIT")
            took.append((time.perf_counter() - began) * 1000)
    return took


def claims_a_second(touches: int, engines: int, batch: int = 50) -> float:
    """Claim in batches, mark as handed over; then as sent, with event, message, attempt and the next touch."""
    prepare()
    with closing(connect()) as here:
        begin(here)
        fill(here, touches)
        here.execute("COMMIT")
    began = time.perf_counter()
    engines_run = [threading.Thread(target=claim_all, args=(batch,)) for _ in range(engines)]
    for engine in engines_run:
        engine.start()
    for engine in engines_run:
        engine.join()
    return touches / (time.perf_counter() - began)


def fill(here: Any, touches: int) -> None:
    rows = [(n, "planned", n, "") for n in range(touches)]
    many(here, f"INSERT INTO floor_touch (lead, state, due, body) VALUES ({', '.join([mark()] * 4)})", rows)


def many(here: Any, statement: str, rows: list[tuple[Any, ...]]) -> None:
    if connection.vendor == "postgresql":
        with here.cursor() as cursor:
            cursor.executemany(statement, rows)
    else:
        here.executemany(statement, rows)


def claim_all(batch: int) -> None:
    locked = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    pick = f"SELECT id, lead FROM floor_touch WHERE state = 'planned' AND due >= 0 ORDER BY due LIMIT {batch}{locked}"
    m = mark()
    with closing(connect()) as here:
        while True:
            begin(here)
            had = here.execute(pick).fetchall()
            many(
                here,
                f"UPDATE floor_touch SET state = 'sending', body = {m} WHERE id = {m}",
                [(BODY, i) for i, _ in had],
            )
            here.execute("COMMIT")
            if not had:
                return
            begin(here)
            many(here, f"UPDATE floor_touch SET state = 'sent' WHERE id = {m}", [(i,) for i, _ in had])
            many(
                here,
                f"INSERT INTO floor_event (lead, kind, data) VALUES ({m}, {m}, {m})",
                [(lead, kind, BODY) for _, lead in had for kind in ("touch.sent", "message", "attempt")],
            )
            many(
                here,
                f"INSERT INTO floor_touch (lead, state, due, body) VALUES ({m}, 'later', {m}, '')",
                [(lead, -1) for _, lead in had],
            )
            here.execute("COMMIT")


def inserts_a_second(leads: int, rows_a_lead: int = 14, chunk: int = 500) -> float:
    """Leads a second, as bulk inserts of as many rows as an import writes for each."""
    prepare()
    m = mark()
    statement = f"INSERT INTO floor_event (lead, kind, data) VALUES ({m}, {m}, {m})"
    began = time.perf_counter()
    with closing(connect()) as here:
        for start in range(0, leads, chunk):
            begin(here)
            many(
                here,
                statement,
                [(n, "row", BODY[:150]) for n in range(start, start + chunk) for _ in range(rows_a_lead)],
            )
            here.execute("COMMIT")
    return leads / (time.perf_counter() - began)


def captures_a_second(posts: int, threads: int) -> float:
    """One durable row a post, from as many connections."""
    prepare()
    m = mark()

    def insert(count: int) -> None:
        with closing(connect()) as here:
            for n in range(count):
                begin(here)
                here.execute(f"INSERT INTO floor_event (lead, kind, data) VALUES ({m}, {m}, {m})", (n, "capture", BODY))
                here.execute("COMMIT")

    return posts / side_by_side(insert, posts // threads, threads)


def side_by_side(work: Callable[[int], None], count: int, threads: int) -> float:
    """Seconds until `threads` threads have each done `work(count)`."""
    running = [threading.Thread(target=work, args=(count,)) for _ in range(threads)]
    began = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return time.perf_counter() - began
