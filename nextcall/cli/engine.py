"""nextcall engine: the engine alone."""

import signal
from typing import Annotated

import typer

from nextcall.cli import Wrong


def command(
    threads: Annotated[int, typer.Option(min=1, max=256, help="messages handed over at the same time")] = 32,
) -> int:
    """The engine alone: sends what is due, reads mailboxes, takes imports in, and sleeps otherwise.

    Ends on SIGTERM, losing nothing.

    On PostgreSQL run as many as wanted; on SQLite one. Example: nextcall engine
    """
    from django.db import connection

    from nextcall.consent import number_lists
    from nextcall.engine import bulk_changes, fetching, hearing
    from nextcall.engine.calendars import Calendars
    from nextcall.engine.campaigns import CountAgain
    from nextcall.engine.forgetting import Forgetting
    from nextcall.engine.mailboxes import Readers
    from nextcall.engine.notify import Notify
    from nextcall.engine.statistics import Statistics
    from nextcall.engine.trusting import Trust
    from nextcall.engine.worker import Job, Worker, system_clock
    from nextcall.intake import captures, importing
    from nextcall.proof.waiting import Packs
    from nextcall.timeline.sealing import Sealing

    if connection.vendor == "sqlite" and not _alone():
        raise Wrong(
            "an engine is running already; SQLite takes one. Use PostgreSQL for more (docs/running_on_postgresql.md)"
        )
    jobs: list[Job] = [captures.run_waiting, hearing.run_waiting, importing.run_waiting, number_lists.run_waiting]
    jobs += [fetching.run_waiting, bulk_changes.run_some, Statistics(), Notify(), Forgetting(), CountAgain()]
    jobs += [Sealing(), Packs(), Calendars()]
    worker = Worker(jobs=jobs, threads=threads, trust=Trust())
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: worker.stop())
    readers = Readers(clock=system_clock)
    readers.start()
    try:
        worker.run()
    finally:
        readers.stop()
    return 0


_lock = None


def _alone() -> bool:
    """Takes the lock that one engine holds for as long as it lives, however it ends."""
    import fcntl
    from pathlib import Path

    from django.conf import settings

    global _lock
    path = Path(settings.HOME) / "engine.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    _lock = path.open("w")
    try:
        fcntl.flock(_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
