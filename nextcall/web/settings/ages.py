"""Settings, What ages: everything the gate rests on that grows old, and the days that a state proclaimed."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from nextcall.consent import ageing, law, revising, stock
from nextcall.consent.ageing import Age
from nextcall.engine import trusting
from nextcall.team.models import Account
from nextcall.web.access import SignedIn, manager
from nextcall.web.settings.sections import section

FIRST = {"over": 0, "soon": 1, "ok": 2}
WORDS = {"over": "Over", "soon": "Soon", "ok": "Fine"}
KINDS = (("proclaimed_days", "A holiday"), ("emergency_days", "An emergency: no sales contact"))


class LookedForm(forms.Form):
    """What somebody found among a state's proclamations: nothing, or a day."""

    kind = forms.ChoiceField(choices=KINDS, required=False, label="What it is")
    day = forms.DateField(required=False, label="The day", widget=forms.DateInput(attrs={"type": "date"}))


@require_GET
@manager
def ages(request: SignedIn) -> HttpResponse:
    """What is over first, then what is soon."""
    at, account = timezone.now(), request.member.account
    lines = sorted(_all(account, at), key=lambda one: FIRST[one.state])
    places = [(place, _name(place), _told(account, place)) for place in stock.proclaiming(account)]
    context = {
        "lines": [(one, WORDS[one.state]) for one in lines],
        "places": places,
        "form": LookedForm(),
        "over": sum(one.state == "over" for one in lines),
    }
    return section(request, "ages", context)


def _all(account: Account, at: datetime) -> list[Age]:
    return [ageing.clock(trusting.look(at)[0]), *stock.of_house(at=at), *stock.in_full(account, at=at)]


def _name(place: str) -> str:
    pack = law.pack(place)
    return pack.name if pack else place


def _told(account: Account, place: str) -> str:
    """The days told so far, in words."""
    days = [day for kind, _ in KINDS for day in account.policy.get(kind, {}).get(place, [])]
    return ", ".join(sorted(days)[-6:])


@require_POST
@manager
def looked(request: SignedIn, place: str) -> HttpResponse:
    """Somebody looked at what the state proclaimed: nothing new, or a day that is closed from now on."""
    if place not in ageing.limits()["feed"]["places"]:
        raise Http404
    form = LookedForm(request.POST)
    day = form.cleaned_data["day"] if form.is_valid() else None
    if not form.is_valid() or (request.POST.get("found") and day is None):
        messages.error(request, "Write the day as a date, like 2026-11-27.")
    else:
        kind = form.cleaned_data["kind"] or "proclaimed_days"
        found = day if request.POST.get("found") else None
        revising.proclaim(request.member.account, place, by=request.member, at=timezone.now(), day=found, kind=kind)
        words = f"{found:%b} {found.day}, {found.year} is closed in {_name(place)}." if found else "Nothing new, noted."
        messages.success(request, words)
    return HttpResponseRedirect(reverse("settings_ages"))
