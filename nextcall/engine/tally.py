"""What this process's engine did since it started: counters that /metrics reads."""

import threading
from collections import Counter

_lock = threading.Lock()
_counts: Counter[tuple[str, str]] = Counter()
_lateness: list[float] = []
KEPT = 2048  # latest samples of how late a touch was claimed


def count(what: str, channel: str = "", by: int = 1) -> None:
    """`what`: sent, failed, retried, uncertain, blocked, waited, opened, replaced, received, rescued …"""
    with _lock:
        _counts[what, channel] += by


def late(seconds: float) -> None:
    """How late one touch was claimed."""
    with _lock:
        _lateness.append(seconds)
        if len(_lateness) > KEPT:
            del _lateness[: KEPT // 2]


def counts() -> dict[tuple[str, str], int]:
    """(what, channel) -> how often."""
    with _lock:
        return dict(_counts)


def lateness(share: float) -> float:
    """The lateness in seconds that `share` of the latest touches (0.99) stayed under; 0.0 if there were none."""
    with _lock:
        samples = sorted(_lateness)
    return samples[min(len(samples) - 1, int(len(samples) * share))] if samples else 0.0
