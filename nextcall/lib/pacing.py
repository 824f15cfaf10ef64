"""How often something may be asked in this process: a bound against hammering, not a count to rely on."""

import threading
import time
from collections import OrderedDict, deque

MOST_KEYS = 10_000


class Pacing:
    """At most `most` times within `seconds` for each key; the oldest keys are forgotten first."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def permits(self, key: str, *, now: float | None = None) -> bool:
        """Counts it, and says whether it is within the bound. `now`: monotonic seconds."""
        now = time.monotonic() if now is None else now
        with self._lock:
            times = self._asked.setdefault(key, deque())
            self._asked.move_to_end(key)
            while times and times[0] <= now - self.seconds:
                times.popleft()
            if len(self._asked) > MOST_KEYS:
                self._asked.popitem(last=False)
            if len(times) >= self.most:
                return False
            times.append(now)
        return True
