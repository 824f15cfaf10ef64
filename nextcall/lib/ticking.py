"""Seconds that go on while a computer sleeps, and that nobody sets: how long something waited, never when."""

import time

CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # macOS counts sleep in its monotonic clock


def now() -> float:
    """Seconds since an arbitrary instant; only differences mean something."""
    return time.clock_gettime(CLOCK)
