"""The cadence that an address names, and the ways back to it."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from nextcall.cadences import parse, versions
from nextcall.cadences.models import Cadence
from nextcall.web.access import SignedIn
from nextcall.web.going_back import Told, tell


def cadence_or_404(request: SignedIn, slug: str) -> Cadence:
    """The account's cadence of that name; a shipped one becomes its own when it is first looked at."""
    account = request.member.account
    rows = Cadence.objects.filter(account=account, slug=slug, versions__isnull=False)
    found = rows.first()
    if found is None and slug in parse.library():
        versions.install(account, at=timezone.now())
        found = rows.first()
    if found is None:
        raise Http404
    found.account = account
    return found


def to_editor(
    request: SignedIn, cadence: Cadence, *, said: str = "", problem: str = "", step: str = "", at: str = ""
) -> HttpResponse:
    """To the page of the cadence, with a line for its live region, the touch open or the cursor on it."""
    asked = {name: value for name, value in (("step", step), ("at", at)) if value}
    url = reverse("cadence", args=[cadence.slug])
    return tell(request, Told(said, problem, None, f"{url}?{urlencode(asked)}" if asked else url))


def to(request: SignedIn, url: str, *, said: str = "", problem: str = "") -> HttpResponse:
    """To another page, with a line for its live region."""
    return tell(request, Told(said, problem, None, url))
