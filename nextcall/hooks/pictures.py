"""A picture that leaves with a text, for the carrier that fetches it: the signed address is all that opens it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from nextcall.engine import pictures


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponseBase:
    """404 for an address that we did not make, or that ran out an hour after the text left."""
    found = pictures.read(token)
    if found is None or not found.content:
        return HttpResponse(
            "There is no such picture.\n", status=HTTPStatus.NOT_FOUND, content_type="text/plain; charset=utf-8"
        )
    answer = HttpResponse(bytes(found.content), content_type=found.content_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
