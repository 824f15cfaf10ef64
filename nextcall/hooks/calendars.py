"""A member's plan for their calendar program: GET /calendar/<token>.ics. The token is the secret; it can be revoked."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from nextcall.engine import feeding


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    member = feeding.member_of(token)
    if member is None:
        return HttpResponse("There is no such calendar.\n", status=HTTPStatus.NOT_FOUND, content_type="text/plain")
    answer = HttpResponse(feeding.feed(member, at=timezone.now()), content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
