"""What people read when a page cannot be shown."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", {"why": str(exception)}, status=403)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):  # typed or pasted, not a file
        megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
        return render(request, "errors/too_large.html", {"megabytes": megabytes}, status=413)
    return render(request, "errors/400.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Leans on nothing that may be what broke: no database, no context."""
    return render(None, "errors/500.html", status=500)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)
