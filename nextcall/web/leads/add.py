"""Add lead: one inquiry, typed in by a member."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nextcall.intake.accept import accept
from nextcall.intake.parsers.new_lead import Address, ConsentGiven, Name, NewLead
from nextcall.leads.models import Offer, Source
from nextcall.lib import email_address
from nextcall.lib import phone as phones
from nextcall.web.access import SignedIn, signed_in
from nextcall.web.permission import PermissionFields


class AddLeadForm(PermissionFields):
    name = forms.CharField(max_length=200, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(
        max_length=40,
        required=False,
        label="Phone",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        max_length=254,
        required=False,
        label="Email",
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
    )
    postal_code = forms.CharField(
        max_length=20, required=False, label="ZIP", help_text="Says which hours and rules apply where they are."
    )
    source = forms.CharField(
        max_length=80, required=False, label="Source", widget=forms.TextInput(attrs={"list": "sources"})
    )
    offer = forms.CharField(
        max_length=80, required=False, label="Offer", widget=forms.TextInput(attrs={"list": "offers"})
    )
    message = forms.CharField(
        max_length=5000,
        required=False,
        label="Their words",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="As they said or wrote it. It leads their card.",
    )

    def clean_phone(self) -> phones.Phone | None:
        written = str(self.cleaned_data["phone"]).strip()
        found = phones.read(written, country=self.account.country) if written else None
        if written and found is None:
            raise forms.ValidationError("That is not a telephone number. Write it like (303) 555-0142.")
        return found

    def clean_email(self) -> email_address.EmailAddress | None:
        written = str(self.cleaned_data["email"]).strip()
        found = email_address.read(written) if written else None
        if written and found is None:
            raise forms.ValidationError("That is not an email address. Write it like hazel@example.com.")
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and not values.get("phone") and not values.get("email"):
            self.add_error("phone", "Write a phone number or an email address, or there is no way to reach them.")
        return values

    def new_lead(self) -> NewLead:
        values = self.cleaned_data
        given = self.permission()
        consent = ConsentGiven(channels=tuple(given["channels"]), wording=given["wording"]) if given else None
        return NewLead(
            raw_format="hand",
            name=Name(full=values["name"]),
            source=values["source"] or None,
            offer=values["offer"] or None,
            phones=(values["phone"],) if values["phone"] else (),
            emails=(values["email"],) if values["email"] else (),
            address=Address(postal_code=values["postal_code"] or None),
            message=values["message"] or None,
            consent=consent,
        )


@require_http_methods(["GET", "POST"])
@signed_in
def add_lead(request: SignedIn) -> HttpResponse:
    account = request.member.account
    form = AddLeadForm(account=account)
    if request.method == "POST":
        form = AddLeadForm(request.POST, account=account)
        if form.is_valid():
            lead = accept(account=account, new_lead=form.new_lead(), by=request.member, at=timezone.now())
            messages.success(request, f"{lead.person} is added.")
            return HttpResponseRedirect(reverse("lead", args=[lead.pk]))
    lists = {
        "sources": Source.objects.filter(account=account).order_by("name").values_list("name", flat=True)[:100],
        "offers": Offer.objects.filter(account=account).order_by("name").values_list("name", flat=True)[:100],
    }
    return render(request, "add_lead/page.html", {"form": form, **lists}, status=422 if form.errors else 200)
