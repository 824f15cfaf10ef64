"""The first screen after the very first sign-in: name, working hours, time zone."""

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from nextcall.team.models import Account, Member
from nextcall.web import working_hours
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.zones import zone_choices


class WelcomeForm(forms.Form):
    name = forms.CharField(max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    zone = forms.ChoiceField(
        label="Your time zone", choices=zone_choices, widget=forms.Select(attrs={"data-guess-zone": ""})
    )


@require_http_methods(["GET", "POST"])
@signed_in
def welcome(request: SignedIn) -> HttpResponse:
    member = request.member
    days = working_hours.days_of(member.working_hours)
    form = WelcomeForm(initial={"name": "" if member.name == "Owner" else member.name, "zone": member.zone})
    if request.method == "POST":
        form = WelcomeForm(request.POST)
        days = working_hours.read_same_each_day(request.POST.dict())
        if form.is_valid() and not working_hours.wrong_in(days):
            _keep(member, form, days)
            return HttpResponseRedirect(reverse("home"))
    wrong = working_hours.wrong_in(days)
    context = {"form": form, "days": days, "first": days[0], "wrong": wrong}
    return render(request, "welcome/page.html", context, status=422 if form.errors or wrong else 200)


def _keep(member: Member, form: WelcomeForm, days: list[working_hours.Day]) -> None:
    """The owner's zone becomes the account's: until somebody says otherwise that is where it works."""
    member.name, member.zone = form.cleaned_data["name"], form.cleaned_data["zone"]
    member.working_hours = working_hours.stored(days)
    member.save(update_fields=["name", "zone", "working_hours"])
    others = Member.objects.filter(account=member.account).exclude(pk=member.pk)
    if member.role == Member.Role.OWNER and not others.exists():
        Account.objects.filter(pk=member.account_id).update(zone=member.zone)
