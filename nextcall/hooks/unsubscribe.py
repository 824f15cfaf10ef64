"""The way out of our emails: a page with a button for people, one POST for mailbox providers (RFC 8058).

A GET changes nothing, because mail scanners fetch every link. A POST needs no session, no cookie and no form token.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nextcall.engine import their_page, unsubscribing


@csrf_exempt  # the signed token in the address is what proves the sender
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        link = unsubscribing.read(token)
    except unsubscribing.Forged as forged:
        return _page("This link does not work", str(forged), status=HTTPStatus.NOT_FOUND)
    seller = unsubscribing.seller(link)
    if seller is None:
        return _page("Nothing to end", "We hold no address of yours any more.")
    choose = their_page.url(
        account_id=link.account_id, person_id=link.person_id, contact_point_id=link.contact_point_id
    )
    if request.method != "POST":
        return _page("Emails from us", f"Do you want no more emails from {seller}?", button=True, their_page=choose)
    unsubscribing.end_emails(link, at=timezone.now())
    return _page("You get no more emails", f"{seller} will not email you again.", done=True, their_page=choose)


def _page(title: str, says: str, *, status: HTTPStatus = HTTPStatus.OK, **more: object) -> HttpResponse:
    page = HttpResponse(render_to_string("you/end.html", {"title": title, "says": says, **more}), status=status)
    page["Cache-Control"] = "no-store"
    page["Referrer-Policy"] = "no-referrer"
    return page
