"""Whether this machine's clock can be trusted; if not, the gate is told, and the machine sends nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connection

from nextcall.cadences.models import Touch
from nextcall.engine import one_by_one
from nextcall.lib import second_clock
from nextcall.lib.second_clock import Reading, Steady
from nextcall.timeline.models import Event

log = structlog.get_logger(__name__)
EVERY_SECONDS = 10.0
LATEST = 50  # events; the last one written need not be the last one that happened
RULE = "clock.doubt"  # of the gate
HERE = ("", "localhost", "127.0.0.1", "::1")
APART = timedelta(seconds=1)


class Trust:
    """One engine's doubt, asked before each claim: two small queries every ten seconds, none for a touch."""

    def __init__(self, *, counted: Callable[[], float] = second_clock.seconds) -> None:
        self._counted = counted
        self._steady = Steady()
        self._looked: float | None = None
        self._doubt: str | None = None

    def __call__(self, *, at: datetime) -> str:
        """Why the clock cannot be trusted; "" if it can. When a doubt ends, what waited for it leaves."""
        counted = self._counted()
        jumped = self._steady.jumped(at, counted)
        if self._looked is None or counted - self._looked >= EVERY_SECONDS or abs(jumped) > second_clock.MAY_DIFFER:
            self._looked = counted
            self._learn(look(at, counted=counted, jumped=jumped), at, counted)
        return self._doubt or ""

    def _learn(self, found: tuple[str, bool], at: datetime, counted: float) -> None:
        says, agreed = found
        if agreed and not says:
            self._steady.agree(at, counted)
        if says != self._doubt:
            if says:
                log.error("clock.doubted", why=says)
            else:
                one_by_one.leave(Touch.objects.filter(rule=RULE), at=at, apart=APART)
            self._doubt = says


def look(at: datetime, *, counted: float | None = None, jumped: timedelta = timedelta()) -> tuple[str, bool]:
    """The doubt, and whether another clock was there to ask."""
    counted = second_clock.seconds() if counted is None else counted
    readings = [*_database(at), *second_clock.heard(at, counted)]
    return second_clock.doubt(at, readings=readings, latest=_latest(), jumped=jumped), bool(readings)


def _database(at: datetime) -> list[Reading]:
    """A database server elsewhere has a clock of its own."""
    if connection.vendor != "postgresql" or _is_here(connection.settings_dict.get("HOST", "")):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        says = cursor.fetchone()[0]
    return [Reading("the database server", says, at)]


def _is_here(host: str) -> bool:
    return host in HERE or host.startswith("/")


def _latest() -> datetime | None:
    recent = Event.objects.order_by("-pk").values_list("at", flat=True)[:LATEST]
    return max(recent, default=None)
