"""Whether and when a touch that the provider refused is tried again. Pure; a retry is the same touch, counted once."""

from datetime import datetime, timedelta

# Close together while the fault may be a moment's, then further apart. Six tries within some four hours: a message
# that is still unsent then says the wrong thing.
SPACING = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 1800, 7200))


def next_try(*, tries: int, permanent: bool, at: datetime, retry_after_seconds: int | None = None) -> datetime | None:
    """When to try again after try number `tries` (from 1) failed at `at`; None: give up.

    A wait that the provider names is honoured if it is longer than ours, up to a day.
    """
    if permanent or tries > len(SPACING):
        return None
    wait = SPACING[max(tries, 1) - 1]
    if retry_after_seconds:
        wait = max(wait, min(timedelta(seconds=retry_after_seconds), timedelta(days=1)))
    return at + wait
