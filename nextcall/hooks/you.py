"""The lead's own page: /you/<token>. It stands here, with the doors of strangers, and not among the pages of members:
the signed link is all that opens it, so there is no session, no cookie and no form token.

A GET changes nothing, because mail scanners follow links. Every change is a POST that may come twice.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nextcall.consent import preferred
from nextcall.engine import their_page
from nextcall.hooks import your_page
from nextcall.lib.pacing import Pacing
from nextcall.privacy import choosing, correcting, erasing, hours_form, taking_along

LONGEST = 16 * 1024  # bytes of a post; the longest form has a few hundred
pacing = Pacing(most=60, seconds=60)

DONE = {
    "channels": "Saved. It holds from this moment, also for what was waiting to be sent.",
    "same": "Nothing to change: it was so already.",
    "hours": "Saved. We keep to these hours by your clock.",
    "later": "Saved. You hear nothing from us before that day.",
    "anytime": "Saved. We no longer wait for a day.",
    "stopped": "Done. We will not call, text or email you again.",
    "asked": "Thank you. A person reads it, puts it right and answers you.",
}


@csrf_exempt  # the signed token in the address is what proves who it is
@require_http_methods(["GET", "HEAD", "POST"])
def you(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        theirs = their_page.read(token)
    except their_page.Nobodys:
        return _sealed(render_to_string("you/nobodys.html"), HTTPStatus.NOT_FOUND)
    if not pacing.permits(token):
        slow = _sealed(render_to_string("you/problem.html", {"says": "That was a lot at once."}), 429)
        slow["Retry-After"] = "60"
        return slow
    if request.method != "POST":
        return _page(theirs, at=timezone.now(), said=DONE.get(request.GET.get("done", ""), ""))
    if _too_long(request):
        return _sealed(render_to_string("you/problem.html", {"says": "That was too long."}), 413)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return _page(theirs, at=timezone.now(), problem="Choose one of the buttons.", status=400)
    return deed(request, theirs)


def _channels(request: HttpRequest, theirs: their_page.Theirs) -> HttpResponse:
    """What is ticked stays or comes on; what was shown and is not ticked goes off."""
    shown = request.POST.getlist("shown")
    wanted = {name: name in request.POST.getlist("channel") for name in choosing.WORDS if name in shown}
    changed = choosing.set_channels(lead=theirs.lead, wanted=wanted, shown_at=_shown_at(request), at=timezone.now())
    return _back(request, "channels" if changed else "same")


def _hours(request: HttpRequest, theirs: their_page.Theirs) -> HttpResponse:
    try:
        hours = hours_form.posted_hours(request.POST)
        changed = choosing.set_hours(lead=theirs.lead, hours=hours, by=None, at=timezone.now())
    except preferred.BadHours as wrong:
        return _wrong(theirs, wrong)
    return _back(request, "hours" if changed else "same")


def _later(request: HttpRequest, theirs: their_page.Theirs) -> HttpResponse:
    written = "" if request.POST.get("when") == "any" else request.POST.get("day", "")[:20]
    try:
        day = date.fromisoformat(written) if written else None
        changed = choosing.set_later(lead=theirs.lead, day=day, by=None, at=timezone.now())
    except choosing.CannotChoose as wrong:
        return _wrong(theirs, wrong)
    except ValueError:
        return _wrong(theirs, "Write the day like 2027-03-01.")
    return _back(request, ("later" if day else "anytime") if changed else "same")


def _stop(request: HttpRequest, theirs: their_page.Theirs) -> HttpResponse:
    changed = choosing.stop_everything(lead=theirs.lead, at=timezone.now())
    return _back(request, "stopped" if changed else "same")


def _correct(request: HttpRequest, theirs: their_page.Theirs) -> HttpResponse:
    asked = {name: request.POST.get(name, "") for name in correcting.FIELDS}
    if not correcting.ask(lead=theirs.lead, asked=asked, at=timezone.now()):
        return _wrong(theirs, "Write what should be put right.")
    return _back(request, "asked")


def _take(request: HttpRequest, theirs: their_page.Theirs) -> HttpResponse:
    packed = taking_along.pack(theirs.lead.person, by=None, at=timezone.now())
    answer = _sealed(packed, HTTPStatus.OK, "application/zip")
    answer["Content-Disposition"] = 'attachment; filename="what-we-hold-about-you.zip"'
    return answer


def _erase(request: HttpRequest, theirs: their_page.Theirs) -> HttpResponse:
    """Asked twice: the first time shows what it means, the second needs the box ticked."""
    context = {"seller": your_page.seller_of(theirs.lead), "here": request.path}
    if request.POST.get("sure") != "yes":
        asked = {**context, "again": request.POST.get("asked") == "yes"}
        return _sealed(render_to_string("you/erase.html", asked), HTTPStatus.OK)
    try:
        erasing.erase(theirs.lead.person, by=None, at=timezone.now(), via="link")
    except erasing.JustLeaving:
        return _wrong(theirs, "A message to you is leaving at this moment. Try again in a minute.")
    return _sealed(render_to_string("you/erased.html", context), HTTPStatus.OK)


Deed = Callable[[HttpRequest, their_page.Theirs], HttpResponse]
DEEDS: Mapping[str, Deed] = {
    "channels": _channels,
    "hours": _hours,
    "later": _later,
    "stop": _stop,
    "correct": _correct,
    "take": _take,
    "erase": _erase,
}


def _shown_at(request: HttpRequest) -> datetime:
    """When the form was shown; a form that does not say lifts nothing."""
    written = request.POST.get("at", "")
    seconds = int(written) if written.isdecimal() and len(written) < 12 else 0
    return datetime.fromtimestamp(seconds, UTC)


def _too_long(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > LONGEST


def _back(request: HttpRequest, done: str) -> HttpResponse:
    answer = HttpResponseRedirect(f"{request.path}?done={done}#said")
    answer.status_code = HTTPStatus.SEE_OTHER  # a reload does not post again
    return _quiet(answer)


def _wrong(theirs: their_page.Theirs, problem: object) -> HttpResponse:
    return _page(theirs, at=timezone.now(), problem=str(problem), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(
    theirs: their_page.Theirs, *, at: datetime, said: str = "", problem: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    context = your_page.context(theirs, at=at) | {"said": said, "problem": problem}
    return _sealed(render_to_string("you/page.html", context), status)


def _sealed(content: str | bytes, status: int, kind: str = "text/html; charset=utf-8") -> HttpResponse:
    return _quiet(HttpResponse(content, status=status, content_type=kind))


def _quiet(answer: HttpResponse) -> HttpResponse:
    """Nobody keeps it, nobody indexes it, and no link on it says where one came from."""
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
