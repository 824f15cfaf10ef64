"""What need not be kept: posts of phones and providers taken long ago, and notices that nobody can be told again."""

from datetime import datetime, timedelta

from nextcall.engine.models import CarrierPost, Notice, Taken

EVERY = timedelta(hours=1)
KEPT = timedelta(days=30)  # a phone that was off for longer sends nothing again by itself
BITE = 1000


class Forgetting:
    """A job of the worker."""

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, *, at: datetime) -> bool:
        """One bite; whether there may be more."""
        if self._next_at is not None and at < self._next_at:
            return False
        found = 0
        for rows in (Taken.objects.all(), Notice.objects.all(), CarrierPost.objects.exclude(read_at=None)):
            old = list(rows.filter(at__lt=at - KEPT).values_list("pk", flat=True)[:BITE])
            found = max(found, len(old))
            rows.filter(pk__in=old).delete()
        if found < BITE:
            self._next_at = at + EVERY
        return found == BITE
