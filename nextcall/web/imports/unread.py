"""Deliveries that could not be read: kept as they came, for a person to open, mend and accept."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nextcall.conversations.log import clean
from nextcall.intake import captures
from nextcall.intake.models import Capture
from nextcall.team.models import Account
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.leads.add import AddLeadForm
from nextcall.worklist import say

MOST, SHOWN = 100, 20_000  # deliveries listed; characters shown of one


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery, in words."""

    id: int
    when: str
    by_way_of: str
    problem: str


def kept(account: Account) -> QuerySet[Capture]:
    """What waits for a person, the newest first."""
    rows = Capture.objects.filter(account=account, state=Capture.State.UNREADABLE)
    return rows.select_related("key", "account").order_by("-received_at")


@require_GET
@manager
def unread(request: SignedIn) -> HttpResponse:
    at, zone = timezone.now(), request.member.zone
    lines = [
        Line(one.pk, say.when(one.received_at, zone, at=at), one.key.label if one.key else "", one.problem)
        for one in kept(request.member.account).defer("body")[:MOST]
    ]
    return render(request, "imports/unread.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@manager
def one(request: SignedIn, pk: int) -> HttpResponse:
    """One delivery as it came, beside the form that makes a lead of it."""
    account = request.member.account
    capture = found_or_404(kept(account), account, pk=pk)
    form = AddLeadForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        lead = captures.accept_mended(capture, form.new_lead(), by=request.member, at=timezone.now())
        if lead is None:
            messages.info(request, "Somebody accepted it a moment ago.")
            return HttpResponseRedirect(reverse("unread"))
        messages.success(request, f"{lead.person} is added, as if it had been read at once.")
        return HttpResponseRedirect(reverse("lead", args=[lead.pk]))
    shown = {"form": form, "capture": capture, "text": as_text(bytes(capture.body)), "fixed_source": capture.key}
    return render(request, "imports/unread_one.html", shown, status=422 if form.errors else 200)


@require_POST
@manager
def again(request: SignedIn, pk: int) -> HttpResponse:
    """Read it once more: a newer Nextcall may understand what an older one did not."""
    account = request.member.account
    capture = found_or_404(kept(account), account, pk=pk)
    leads = captures.accept_capture(capture, at=timezone.now())
    if leads:
        messages.success(request, f"{leads[0].person} is added.")
        return HttpResponseRedirect(reverse("lead", args=[leads[0].pk]))
    messages.warning(request, f"Still not understood: {capture.problem}")
    return HttpResponseRedirect(reverse("unread_one", args=[pk]))


def as_text(body: bytes) -> str:
    """What came, as far as it is text; the page escapes it."""
    return clean(body[: 4 * SHOWN].decode("utf-8", "replace"))[:SHOWN]
