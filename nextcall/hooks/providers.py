"""What providers post: POST /hooks/<provider>/<key>, the key of a connection.

The post is believed by its signature and stored before it is understood. 204: it is safe, and the same post again
changes nothing; 403: the signature is not the provider's; 404: there is no such address; 413: too large.
"""

from http import HTTPStatus

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nextcall.channels.contract import Posted
from nextcall.engine import hearing
from nextcall.team import addresses
from nextcall.team.models import Connection

log = structlog.get_logger(__name__)
PIECE = 64 * 1024  # bytes read at a time


@csrf_exempt  # the provider's signature is what proves the sender
@require_POST
def posts(request: HttpRequest, provider: str, key: str) -> HttpResponseBase:
    known = Connection.objects.filter(hook_key=key, provider=provider).exclude(hook_key="").select_related("account")
    connection = known.first()
    if connection is None:
        return HttpResponse("There is no such address.\n", status=HTTPStatus.NOT_FOUND, content_type="text/plain")
    body = _body(request, most=hearing.longest(connection))
    if body is None:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    posted = Posted(addresses.public(request.get_full_path()), body, hearing.headers_of(request.META))
    now = timezone.now()
    try:
        row, new = hearing.keep(connection=connection, posted=posted, at=now)
    except hearing.NotTheirs as wrong:
        log.warning("post.refused", provider=provider, because=str(wrong))
        return HttpResponse(f"{wrong}\n", status=HTTPStatus.FORBIDDEN, content_type="text/plain")
    if new:
        hearing.understand(row, at=now)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _body(request: HttpRequest, *, most: int) -> bytes | None:
    """Read piece by piece, so that no more than `most` bytes are ever held; None when there are more."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    if declared.isdigit() and int(declared[:20]) > most:
        return None
    body = bytearray()
    try:
        while piece := request.read(PIECE):
            body += piece
            if len(body) > most:
                return None
    except UnreadablePostError:
        return None
    return bytes(body)
