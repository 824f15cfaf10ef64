"""Leads in: POST /in/<key>/<format>. The raw bytes are safe before the answer leaves."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nextcall.intake import captures
from nextcall.intake.models import Capture
from nextcall.intake.parsers import any_format
from nextcall.team.models import LeadInKey

QUIET_SECONDS = 0.04  # posts closer together than this are left to the engine: storing them comes first
THANKS = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Thank you</title><h1>Thank you</h1><p>Your message has arrived.</p></html>"""


@csrf_exempt  # the key in the address is what proves the sender
@require_POST
def leads_in(request: HttpRequest, key: str, format: str) -> HttpResponseBase:
    """202 with the capture's id once the bytes are committed; the same id again for the same delivery."""
    lead_in = LeadInKey.objects.filter(key=key, revoked_at__isnull=True).first()
    if lead_in is None:
        return _refuse(HTTPStatus.NOT_FOUND, "there is no such key, or it was revoked")
    if format not in any_format.POSTED:
        return _refuse(HTTPStatus.NOT_FOUND, f"no format {format[:20]}; there are {', '.join(any_format.POSTED)}")
    body = _body(request)
    if body is None:
        limit = f"{settings.CAPTURE_MAX_BYTES // 1024} KB"
        return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {limit}; post one lead at a time")
    if not body:
        return _refuse(HTTPStatus.BAD_REQUEST, "the body is empty; expected a form or JSON")
    with _doorway.passing() as alone:
        capture = _keep(request, lead_in, format, body, understand=alone)
    if _from_browser(request):
        return _thank(request, body)
    return JsonResponse({"capture": capture.pk}, status=HTTPStatus.ACCEPTED)


def _keep(request: HttpRequest, lead_in: LeadInKey, format: str, body: bytes, *, understand: bool) -> Capture:
    at = timezone.now()
    kind, delivery = request.headers.get("Content-Type", ""), request.headers.get("Idempotency-Key", "")[:200]
    capture, is_new = captures.keep(
        key=lead_in, format=format, content_type=kind, body=body, at=at, ip=_ip(request), delivery=delivery
    )
    if is_new and understand:
        captures.accept_capture(capture, at=at)
    return capture


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes; None when there are more than a lead can need."""
    try:
        return request.body if len(request.body) <= settings.CAPTURE_MAX_BYTES else None
    except (RequestDataTooBig, UnreadablePostError):
        return None


class _Doorway:
    """Who is in this process's doorway: understanding a delivery must never keep the next one from being stored."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._latest = 0.0

    @contextmanager
    def passing(self) -> Iterator[bool]:
        """True for a post that comes alone, some time after the one before: there is time to understand it at once."""
        with self._lock:
            now = time.monotonic()
            alone = self._inside == 0 and now - self._latest > QUIET_SECONDS
            self._inside, self._latest = self._inside + 1, now
        try:
            yield alone
        finally:
            with self._lock:
                self._inside -= 1


_doorway = _Doorway()


def _refuse(status: HTTPStatus, what: str) -> JsonResponse:
    return JsonResponse({"error": what}, status=status)


def _ip(request: HttpRequest) -> str | None:
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def _from_browser(request: HttpRequest) -> bool:
    kind = request.headers.get("Content-Type", "").partition(";")[0]
    return kind in ("application/x-www-form-urlencoded", "multipart/form-data") and "text/html" in request.headers.get(
        "Accept", ""
    )


def _thank(request: HttpRequest, body: bytes) -> HttpResponse:
    """A person sees a page: the form's own thank-you page where it is on the site that the form stands on."""
    wanted = parse_qs(body.decode("utf-8", "replace"), max_num_fields=1000) if body.count(b"&") < 1000 else {}
    address = next((values[0] for name in ("_next", "redirect", "retURL") if (values := wanted.get(name))), "")
    if _is_home(address, request):
        return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": address})
    return HttpResponse(THANKS)


def _is_home(address: str, request: HttpRequest) -> bool:
    """Only back to where the browser came from, as it says itself: never a door to a third site."""
    if not address or len(address) > 2000 or any(ord(character) <= 32 or character == "\\" for character in address):
        return False
    try:
        target, origin = (
            urlsplit(address),
            urlsplit(request.headers.get("Origin") or request.headers.get("Referer") or ""),
        )
    except ValueError:
        return False
    return target.scheme in ("http", "https") and bool(target.netloc) and target.netloc == origin.netloc
