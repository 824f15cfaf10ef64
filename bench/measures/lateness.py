"""How late a touch leaves against its due instant, on an otherwise idle machine; never early."""

import random
from datetime import timedelta

from django.db import transaction

from bench import clock
from bench.figures import Figure, percentile
from bench.processes import engines, until
from nextcall.cadences.models import Touch
from nextcall.lib import wake


def measure(size: int) -> list[Figure]:
    """`size` emails at random instants, 40 a second."""
    rng = random.Random(3)
    with engines(1):
        chosen = list(Touch.objects.filter(state="planned", channel="email").order_by("?")[:size])
        begin = clock.now() + timedelta(seconds=2)
        for touch in chosen:
            touch.due_at = begin + timedelta(seconds=rng.uniform(0, size / 40))
        with transaction.atomic():
            Touch.objects.bulk_update(chosen, ["due_at"], batch_size=100)
            transaction.on_commit(wake.wake)
        ids = [touch.pk for touch in chosen]
        until(
            lambda: not Touch.objects.filter(pk__in=ids, state__in=["planned", "claimed", "sending"]).exists(),
            "the last send",
            every=0.5,
            patience=size / 40 + 60,
        )
    made = Touch.objects.filter(pk__in=ids, state="sent").values_list("due_at", "made_at")
    late = [(at - due).total_seconds() * 1000 for due, at in made if at is not None]
    return [
        Figure(f"lateness of {len(late)} sends, p99", percentile(late, 0.99), "ms", aim="500 ms"),
        Figure("lateness, earliest (never below 0)", min(late, default=0.0), "ms", aim="never early"),
    ]
