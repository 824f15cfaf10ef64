"""A lead's permissions: everything the ledger holds of the person, one taken down by hand, one ended."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.consent.models import Permission
from nextcall.engine import asserting
from nextcall.engine.asserting import HOW, Heard
from nextcall.engine.editing import Wrong
from nextcall.engine.repointing import shown as written
from nextcall.intake.rights import says_automated
from nextcall.leads.models import ContactPoint, Lead
from nextcall.web.access import SignedIn, found_or_404, signed_in
from nextcall.web.going_back import lead_of
from nextcall.web.lead.ledger import ledger_of

CHANNELS = (("call", "Calls"), ("text", "Texts"), ("email", "Email"), ("voicemail", "Voicemail"))
TIERS = (("express", "They said so"), ("written", "In writing, signed"))


class HeardForm(forms.Form):
    """What was said or signed. Nothing is taken as proof that is not there: words always, a document for writing."""

    channel = forms.ChoiceField(choices=CHANNELS, label="They permit")
    point = forms.ModelChoiceField(ContactPoint.objects.none(), label="To", empty_label=None)
    tier = forms.ChoiceField(choices=TIERS, label="Given")
    how = forms.ChoiceField(choices=[(key, word.capitalize()) for key, word in HOW.items()], label="How")
    words = forms.CharField(
        max_length=4000,
        label="What they said or signed",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In their words, and what you asked them. Kept as proof.",
    )
    given_at = forms.DateTimeField(
        label="When",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reference = forms.CharField(
        max_length=300,
        required=False,
        label="Recording or document",
        help_text="Its number, or where it is kept. Needed for what is in writing.",
    )

    def __init__(self, *args: Any, lead: Lead, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        points = ContactPoint.objects.filter(account_id=lead.account_id, reaches__person=lead.person_id)
        self.fields["point"].queryset = points.order_by("reaches__rank", "pk").distinct()  # type: ignore[attr-defined]
        self.fields["point"].label_from_instance = written  # type: ignore[attr-defined]

    def clean_given_at(self) -> datetime:
        """By the member's clock, whatever the server's."""
        typed: datetime = self.cleaned_data["given_at"]
        return typed.replace(tzinfo=ZoneInfo(self.zone))

    def heard(self) -> Heard:
        values = self.cleaned_data
        return Heard(**values, automated=says_automated(values["words"]))


@require_http_methods(["GET", "POST"])
@signed_in
def permissions(request: SignedIn, lead_id: int) -> HttpResponse:
    """The whole ledger of one person; POST takes down what a member heard."""
    lead, at = lead_of(request, lead_id), timezone.now()
    zone = request.member.zone
    now = at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    form = HeardForm(request.POST or None, lead=lead, zone=zone, initial={"given_at": now})
    if request.method == "POST" and form.is_valid():
        try:
            asserting.permit(lead=lead, heard=form.heard(), by=request.member, at=at)
        except Wrong as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, "Written down, with your name. It counts from now on.")
            return HttpResponseRedirect(reverse("lead_permissions", args=[lead.pk]))
    return _page(request, lead, form, at=at)


@require_POST
@signed_in
def ending(request: SignedIn, lead_id: int, pk: int) -> HttpResponse:
    """End one; it stays on the page with the reason."""
    lead = lead_of(request, lead_id)
    permission = found_or_404(Permission, lead.account, pk=pk, person=lead.person_id)
    try:
        asserting.end(
            lead=lead,
            permission=permission,
            because=request.POST.get("because", "")[:120],
            by=request.member,
            at=timezone.now(),
        )
    except Wrong as why:
        messages.warning(request, str(why))
    else:
        messages.success(request, "Ended. It stays on record.")
    return HttpResponseRedirect(reverse("lead_permissions", args=[lead.pk]))


def _page(request: SignedIn, lead: Lead, form: HeardForm, *, at: datetime) -> HttpResponse:
    context = {
        "lead": lead,
        "name": str(lead.person),
        "first_name": lead.person.given_name or str(lead.person),
        "form": form,
        "form_open": form.is_bound,
        **ledger_of(lead, request.member.zone, at=at),
    }
    return render(request, "lead/permissions.html", context, status=422 if form.errors else 200)
