"""Whether and when a touch that the provider refused is tried again, and one that may have left is looked for. Pure.

A retry is the same touch, counted once.
"""

from datetime import datetime, timedelta

# Close together while the fault may be a moment's, then further apart. Six tries within some four hours: a message
# that is still unsent then says the wrong thing.
SPACING = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 1800, 7200))
# After it became uncertain; a carrier's lists are behind by seconds to minutes, and it may be out of reach for a while.
LOOKS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))


def next_look(*, since: datetime, at: datetime) -> datetime | None:
    """When the carrier is asked again about a text that is uncertain `since`; None: a person decides."""
    return next((since + wait for wait in LOOKS if since + wait > at), None)


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
