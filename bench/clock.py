"""The bench's clock: it runs as the real one, but from ten in the morning of a Monday in Denver.

At night the gate would rightly send nothing. The page server and the engines of a bench are started through this
module, so that their doors read this clock; everything below them takes the time as an argument anyway.
"""

import os
import runpy
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

real_now = timezone.now
SHIFT = "BENCH_SHIFT_SECONDS"


def shift_seconds() -> float:
    """From now to next Monday at ten in Denver."""
    here = datetime.now(ZoneInfo("America/Denver"))
    monday = (here + timedelta(days=7 - here.weekday())).replace(hour=10, minute=0, second=0, microsecond=0)
    return (monday.astimezone(UTC) - here.astimezone(UTC)).total_seconds()


def now() -> datetime:
    return real_now() + timedelta(seconds=float(os.environ.get(SHIFT, "0")))


timezone.now = now

if __name__ == "__main__":  # python -m bench.clock nextcall engine
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
