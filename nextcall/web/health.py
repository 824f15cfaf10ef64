"""For machines that watch us: alive, ready, and how much of what."""

import hmac
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from nextcall.cadences.models import Touch
from nextcall.intake.models import Capture, Import
from nextcall.lib import wake

COUNTED_FOR_SECONDS = 15.0  # counting a million rows on every scrape would be felt
HERE = ("127.0.0.1", "::1")
seen_up_to_date: list[bool] = []  # once is enough: nothing takes a migration back while we run


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Ready: the database answers, it is up to date, and an engine listens."""
    found = {"database": False, "migrations": False, "engine": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found["database"] = True
        found["migrations"] = up_to_date()
        found["engine"] = wake.listening() > 0
    except DatabaseError:
        pass
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def up_to_date() -> bool:
    """Whether every migration we know is applied; newer ones, from a newer process, do no harm."""
    if not seen_up_to_date:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        seen_up_to_date.append(True)
    return True


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text. For this machine, or for whoever knows NEXTCALL_METRICS_TOKEN."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(counted)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: HttpRequest) -> bool:
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and hmac.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode()):
        return True
    return request.META.get("REMOTE_ADDR") in HERE and "HTTP_X_FORWARDED_FOR" not in request.META


class Counted:
    """What the database holds, counted at most every COUNTED_FOR_SECONDS."""

    def __init__(self) -> None:
        self._families: list[GaugeMetricFamily] = []
        self._until = 0.0

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if time.monotonic() >= self._until:
            self._families = [*_by_state(), *_backlog()]
            self._until = time.monotonic() + COUNTED_FOR_SECONDS
        yield from self._families


counted = Counted()


def _by_state() -> Iterator[GaugeMetricFamily]:
    for name, model in (("touches", Touch), ("captures", Capture), ("imports", Import)):
        family = GaugeMetricFamily(f"nextcall_{name}", f"{name.capitalize()} by state", labels=["state"])
        rows = dict(model._default_manager.order_by().values_list("state").annotate(Count("pk")))
        for state in model.State.values:
            family.add_metric([state], rows.get(state, 0))
        yield family


def _backlog() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    due = Touch.objects.filter(state="planned", due_at__lte=now).aggregate(waiting=Count("pk"), oldest=Min("due_at"))
    late = (now - due["oldest"]).total_seconds() if due["oldest"] else 0.0
    yield _one("nextcall_touches_due", "Planned touches whose instant has come", due["waiting"])
    yield _one("nextcall_touches_late_seconds", "How long the oldest of them has waited", late)
    yield _one("nextcall_engines", "Engines that listen for work", wake.listening())


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)
