"""The way out of our emails: a page with a button for people, one POST for mailbox providers (RFC 8058).

A GET changes nothing, because mail scanners fetch every link. A POST needs no session, no cookie and no form token.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nextcall.engine import unsubscribing

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title><h1>{title}</h1><p>{says}</p>{button}</html>"""
BUTTON = '<form method="post"><button>End all emails</button></form>'


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
    if request.method != "POST":
        return _page("Emails from us", f"Do you want no more emails from {seller}?", button=BUTTON)
    unsubscribing.end_emails(link, at=timezone.now())
    return _page("You get no more emails", f"{seller} will not email you again.")


def _page(title: str, says: str, *, button: str = "", status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    page = HttpResponse(PAGE.format(title=escape(title), says=escape(says), button=button), status=status)
    page["Cache-Control"] = "no-store"
    page["Referrer-Policy"] = "no-referrer"
    return page
