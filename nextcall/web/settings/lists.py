"""Settings, Do-not-call lists: which are in force, how old they are, and where none is."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files import File
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.consent import list_ages, number_lists
from nextcall.consent.models import NumberList
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.settings import answers
from nextcall.web.settings.sections import section

MEGABYTE = 1024 * 1024
RECENT = 5  # lists that could not be used, of the last days, are shown with the reason


class ListForm(forms.Form):
    """A list's file, and whose list of which day it is."""

    file = forms.FileField(max_length=200, label="File", error_messages={"required": "Choose the list\u2019s file."})
    place = forms.ChoiceField(label="Whose list")
    obtained_on = forms.DateField(
        label="Its own date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day on which it was downloaded there. Its age counts from then.",
    )
    subscription = forms.CharField(
        max_length=60, required=False, label="Subscription", help_text="The account number or reference there."
    )
    area_codes = forms.CharField(
        max_length=4000, required=False, label="Area codes", help_text="Like 212, 646. Empty: all of the place."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(place, list_ages.list_name(place)) for place in list_ages.places()]
        self.fields["place"] = forms.ChoiceField(choices=named, label="Whose list")
        self.order_fields(["file", "place", "obtained_on", "subscription", "area_codes"])

    def codes(self) -> list[str]:
        return str(self.cleaned_data["area_codes"]).replace(",", " ").split()


@require_http_methods(["GET", "POST"])
@manager
def lists(request: SignedIn) -> HttpResponse:
    """The lists; POST takes a new one in. `?part=` is what is being stored, and nothing once it is done."""
    if request.method == "GET" and request.GET.get("part"):
        storing = _storing(request)
        return render(request, "settings/_storing.html", {"storing": storing}, status=200 if storing else 204)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _start(request, form, form.cleaned_data["file"])
        except number_lists.Refused as why:
            form.add_error("file", f"{str(why)[:1].upper()}{str(why)[1:]}.")
        else:
            return HttpResponseRedirect(reverse("settings_lists"))
    return page(request, form=form)


@require_POST
@manager
def removal(request: SignedIn, pk: int) -> HttpResponse:
    """Out of force at once, or no longer stored."""
    row = found_or_404(NumberList, request.member.account, pk=pk, dropped_at=None)
    number_lists.drop(row, by=request.member, at=timezone.now())
    messages.success(request, f"{list_ages.list_name(row.place)} is out of force. Its date and count stay on record.")
    return HttpResponseRedirect(reverse("settings_lists"))


@require_POST
@manager
def taking_answers(request: SignedIn) -> HttpResponse:
    """What the reassigned-numbers database answered: yes ends the consent and every call and text to the number."""
    form = answers.AnswersForm(request.POST, request.FILES)
    found = answers.take_in(form, account=request.member.account, by=request.member, at=timezone.now())
    if found is None:
        return page(request, asking=form)
    messages.success(request, f"Taken in: {found.sentence()}.")
    return HttpResponseRedirect(f"{reverse('settings_lists')}#reassigned")


def page(request: SignedIn, *, form: ListForm | None = None, asking: answers.AnswersForm | None = None) -> HttpResponse:
    """The section, with either form as it was left."""
    account, at = request.member.account, timezone.now()
    in_force = list_ages.listed(account, at=at)
    unused = NumberList.objects.filter(account=account, ready_at=None, dropped_at=None).exclude(problem="")
    context = {
        "in_force": in_force,
        "missing": list_ages.missing(account, in_force, at=at),
        "storing": _storing(request),
        "unused": unused.order_by("-pk")[:RECENT],
        "form": form or ListForm(),
        "max_bytes": settings.LIST_MAX_BYTES,
        "max_megabytes": settings.LIST_MAX_BYTES // MEGABYTE,
        **answers.context(account, asking),
    }
    wrong = any(one is not None and one.is_bound and one.errors for one in (form, asking))
    return section(request, "lists", context, status=422 if wrong else 200)


def _start(request: SignedIn, form: ListForm, file: "File[bytes]") -> None:
    values, at = form.cleaned_data, timezone.now()
    number_lists.start(
        account=request.member.account,
        place=values["place"],
        obtained_at=number_lists.noon(values["obtained_on"], at=at),
        chunks=file.chunks(),
        by=request.member,
        at=at,
        subscription=values["subscription"],
        area_codes=form.codes(),
        file_name=file.name or "",
    )


def _storing(request: SignedIn) -> list[tuple[NumberList, str]]:
    rows = NumberList.objects.filter(account=request.member.account, ready_at=None, dropped_at=None, problem="")
    return [(row, list_ages.list_name(row.place)) for row in rows.order_by("pk")]
