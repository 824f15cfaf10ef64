"""Touches claimed, gated, worded, sent to `memory`, recorded and planned on, per second; with 1 and 4 engines."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from bench import clock, floors
from bench.figures import Figure
from bench.processes import engines, until
from nextcall.cadences.models import Touch
from nextcall.lib import wake

WAITING = ("planned", "claimed", "sending")


def measure(size: int, *, count: int) -> list[Figure]:
    """`size` touches, all due at one instant, for half as many leads: a text and an email each."""
    floor = floors.claims_a_second(size, count)
    with engines(count):
        began = make_due(size)
        until(lambda: not due(began).exists(), "the last send", every=0.25, patience=1800)
        ours = Touch.objects.filter(due_at=began, by_machine=True)
        latest = ours.aggregate(at=Max("made_at"))["at"]
        sent = ours.filter(state="sent").count()
    rate = sent / max((latest - began).total_seconds(), 0.001) if latest else 0.0
    aim = "a third of the floor" + (", 1,500" if connection.vendor == "sqlite" else ", 1,000 with 4 engines")
    name = f"touches a second, {sent:,} due, {count} engine{'s' if count > 1 else ''}"
    return [Figure(name, rate, "/s", floor, "bare SQL that claims and writes as many rows", aim)]


def make_due(size: int) -> datetime:
    leads = Touch.objects.filter(state="planned", channel="email").order_by("lead_id").values_list("lead_id", flat=True)
    latest = list(leads[: size // 2])[-1]
    with transaction.atomic():
        at = clock.now()
        Touch.objects.filter(state="planned", by_machine=True, lead_id__lte=latest).update(due_at=at)
        transaction.on_commit(wake.wake)
    return at


def due(at: datetime):  # type: ignore[no-untyped-def]  # a queryset's type says nothing more here
    return Touch.objects.filter(state__in=WAITING, due_at=at, by_machine=True)
