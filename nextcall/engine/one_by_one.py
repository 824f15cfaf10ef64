"""What waited leaves one by one: late is spread, never sent in a heap."""

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from nextcall.cadences.models import Touch
from nextcall.lib import hours, sql

WITHIN = timedelta(days=3)  # however much it was
MOVE = (
    "UPDATE nextcall_touch SET due_at = %s, local_at = %s, zone = %s, rule = '', because = ''"
    " WHERE id = %s AND state = 'planned'"
)


def leave(waiting: QuerySet[Touch], *, at: datetime, apart: timedelta) -> int:
    """Planned touches leave from `at` on, the most urgent first, `apart` from each other; how many they are."""
    rows = list(waiting.filter(state=Touch.State.PLANNED).order_by("priority", "intended_at", "pk"))
    between = min(apart, WITHIN / max(len(rows), 1))
    moved = []
    for place, touch in enumerate(rows):
        due, zone = at + place * between, touch.zone or "UTC"
        moved.append((due, hours.local(due, zone).replace(tzinfo=UTC), zone, touch.pk))
    sql.execute_many(MOVE, moved)
    return len(rows)
