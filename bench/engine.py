"""One engine as a process: what `nextcall engine` runs, on the bench's clock."""

import os
import signal

from bench import clock
from nextcall.cli import set_up


def main() -> None:
    set_up()
    from nextcall.engine import bulk_changes
    from nextcall.engine.worker import Worker
    from nextcall.intake import captures, importing

    worker = Worker(clock=clock.now, jobs=[captures.run_waiting, importing.run_waiting, bulk_changes.run_some])
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nextcall.settings")
    main()
