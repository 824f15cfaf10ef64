"""After a deed: the lead it was about, and the way back to the page it came from."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from nextcall.leads.models import Lead
from nextcall.web.access import SignedIn, found_or_404, leads_seen_by
from nextcall.web.frame import same_site


def lead_of(request: SignedIn, lead_id: int) -> Lead:
    """The lead, if this member may see it."""
    rows = leads_seen_by(request.member).select_related("account", "person", "owner")
    return found_or_404(rows, request.member.account, pk=lead_id)


def back(request: SignedIn, lead: Lead | None = None, *, said: str = "", problem: str = "") -> HttpResponse:
    """To the page that the form names, else the lead's, else Now; with a line for its live region."""
    request.session["said"], request.session["problem"] = said, problem
    otherwise = reverse("lead", args=[lead.pk]) if lead else reverse("now")
    answer = HttpResponseRedirect(same_site(request.POST.get("next", ""), otherwise))
    answer.status_code = 303  # a reload of the page does not repeat the deed
    return answer


def number(written: str) -> int | None:
    """A whole number as a form or an address has it."""
    return int(written) if written.isdecimal() and len(written) < 19 else None
