"""What every request passes through: the log, and the bound on what may be sent."""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

Answer = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("nextcall.web")
# what takes a file, and the setting that says how large
UPLOADS = {
    "imports": "IMPORT_MAX_BYTES",
    "settings_lists": "LIST_MAX_BYTES",
    "settings_answers": "IMPORT_MAX_BYTES",
    "provider_posts": "MAIL_MAX_BYTES",  # the door itself asks for less where no mail is brought
}


class RequestLog:
    """One line a request, without personal data: the page's name, never its address or query."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        answer = self.get_response(request)
        match = request.resolver_match
        member = getattr(request, "member", None)
        log.info(
            "request",
            page=(match.url_name or match.route) if match else "none",
            method=request.method if request.method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other",
            status=answer.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
            member=member.pk if member else None,
        )
        return answer


class BoundedBody:
    """Refuses what is too large before a byte of it is read, and says what would fit."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        limit = _limit(request.path_info)
        if length > limit:
            return render(request, "errors/too_large.html", {"megabytes": limit // 1024**2}, status=413)
        return self.get_response(request)


def _limit(path: str) -> int:
    try:
        page = resolve(path).url_name
    except Resolver404:
        page = None
    room = 64 * 1024  # the form's other fields
    return int(getattr(settings, UPLOADS.get(page or "", "DATA_UPLOAD_MAX_MEMORY_SIZE"))) + room
