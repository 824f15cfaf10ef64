"""After a deed: the lead it was about, and the way back to the page it came from, or the same as JSON for scripts."""

from dataclasses import asdict, dataclass
from typing import Any, TypedDict

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by
from nextcall.web.frame import same_site


class Deed(TypedDict):
    """An action that can be undone, and its line."""

    id: int
    says: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the member was told about a deed, and where to go from there."""

    said: str = ""
    problem: str = ""
    action: Deed | None = None
    url: str = ""

    @property
    def stored(self) -> dict[str, Any]:
        return asdict(self)


def lead_of(request: SignedIn, lead_id: int) -> Lead:
    """The lead, if this member may see it."""
    rows = leads_seen_by(request.member).select_related("account", "person", "owner")
    lead = found_or_404(rows, request.member.account, pk=lead_id)
    request.about = lead  # type: ignore[attr-defined]
    note_latest(request)
    return lead


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def note_latest(request: HttpRequest) -> None:
    """Before a deed: which action is the latest, so that `back` can tell what this request added."""
    if wants_json(request) and not hasattr(request, "latest"):
        latest = Action.objects.order_by("-pk").values_list("pk", flat=True).first()
        request.latest = latest or 0  # type: ignore[attr-defined]


def back(request: SignedIn, lead: Lead | None = None, *, said: str = "", problem: str = "") -> HttpResponse:
    """To the page that the form names, else the lead's, else Now; with a line for its live region.

    A script that accepts JSON is told the same: {"said", "problem", "action": {"id", "says"} or null, "url"}.
    """
    otherwise = reverse("lead", args=[lead.pk]) if lead else reverse("now")
    action = _made_here(request, lead)
    return tell(request, Told(said, problem, action, same_site(request.POST.get("next", ""), otherwise)))


def tell(request: HttpRequest, told: Told) -> HttpResponse:
    """The answer itself; `once` gives it again when the same post comes twice."""
    request.told = told  # type: ignore[attr-defined]
    if wants_json(request):
        return JsonResponse(told.stored)
    request.session["said"], request.session["problem"] = told.said, told.problem
    answer = HttpResponseRedirect(told.url)
    answer.status_code = 303  # a reload of the page does not repeat the deed
    return answer


def _made_here(request: SignedIn, lead: Lead | None) -> Deed | None:
    """The latest action that this member added since `note_latest`, on the lead that it is about."""
    latest, about = getattr(request, "latest", None), lead or getattr(request, "about", None)
    if latest is None:
        return None
    rows = Action.objects.filter(account=request.member.account, member=request.member, pk__gt=latest, undone_at=None)
    made = (rows.filter(lead=about) if about else rows).order_by("-pk").first()
    return Deed(id=made.pk, says=made.says) if made else None


def number(written: str) -> int | None:
    """A whole number as a form or an address has it."""
    return int(written) if written.isdecimal() and len(written) < 19 else None
