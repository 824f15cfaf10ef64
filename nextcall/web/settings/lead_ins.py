"""Settings, Lead-in keys: addresses that leads are posted to, with the form that posts to them."""

import secrets
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.team.models import Account, LeadInKey, Member
from nextcall.timeline import record
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.cadence_names import cadence_choices
from nextcall.web.permission import CHANNELS, DEFAULT_WORDING, PermissionFields
from nextcall.web.settings.sections import section

GIVEN_BY = (
    ("box", "They tick a box beside these words: only a lead that says consent=yes gave it"),
    ("button", "The words stand at the button, and pressing it is the agreement: every lead from here gave it"),
)


class LeadInForm(PermissionFields):
    label = forms.CharField(
        max_length=80, label="Name", help_text="For you to tell keys apart, such as Website or Open house."
    )
    source = forms.CharField(max_length=80, required=False, label="Source")
    offer = forms.CharField(
        max_length=80, required=False, label="Offer", help_text="What they answered, such as Home value."
    )
    cadence = forms.ChoiceField(required=False, label="Cadence")
    given_by = forms.ChoiceField(
        choices=GIVEN_BY, required=False, label="How they give it", widget=forms.RadioSelect, initial="box"
    )

    def __init__(self, *args: object, account: Account, **kwargs: object) -> None:
        super().__init__(*args, account=account, **kwargs)
        members = Member.objects.filter(account=account, is_active=True).order_by("name")
        cast(forms.ChoiceField, self.fields["cadence"]).choices = [("", "The company's"), *cadence_choices(account)]
        self.fields["owner"] = forms.ModelChoiceField(members, required=False, label="Owner", empty_label="Nobody yet")


@require_http_methods(["GET", "POST"])
@manager
def lead_ins(request: SignedIn) -> HttpResponse:
    account = request.member.account
    form = LeadInForm(account=account, initial={"channels": ["call", "text", "email"], "wording": _wording(account)})
    if request.method == "POST":
        form = LeadInForm(request.POST, account=account)
        if form.is_valid():
            key = _make(form, account)
            record.record(
                account_id=account.pk,
                kind="lead_in_key.made",
                at=timezone.now(),
                by=request.member,
                data={"label": key.label},
            )
            messages.success(request, f"{key.label} is ready. Its address and form are below.")
            return HttpResponseRedirect(f"{reverse('settings_lead_ins')}#key-{key.pk}")
    keys = LeadInKey.objects.filter(account=account).select_related("owner").order_by("revoked_at", "-created_at")
    context = {"form": form, "keys": [_shown(key) for key in keys]}
    return section(request, "lead_ins", context, status=422 if form.errors else 200)


@require_POST
@manager
def revocation(request: SignedIn, pk: int) -> HttpResponse:
    """From now on the address answers like one that never was. Its leads stay."""
    key = found_or_404(LeadInKey, request.member.account, pk=pk, revoked_at=None)
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
    record.record(
        account_id=key.account_id,
        kind="lead_in_key.revoked",
        at=key.revoked_at,
        by=request.member,
        data={"label": key.label},
    )
    messages.success(request, f"{key.label} no longer takes leads.")
    return HttpResponseRedirect(reverse("settings_lead_ins"))


def _make(form: LeadInForm, account: Account) -> LeadInKey:
    values = form.cleaned_data
    return LeadInKey.objects.create(
        account=account,
        key=secrets.token_urlsafe(24),
        label=values["label"],
        source_name=values["source"],
        offer_name=values["offer"],
        cadence_slug=values["cadence"],
        owner=values["owner"],
        permission={**form.permission(), "given_by": values["given_by"] or "box"} if form.permission() else {},
        created_at=timezone.now(),
    )


def _wording(account: Account) -> str:
    return DEFAULT_WORDING.format(seller=account.seller_name or account.name)


def _shown(key: LeadInKey) -> dict[str, object]:
    address = f"{settings.URL}/in/{key.key}/"
    context = {
        "address": f"{address}form",
        "wording": key.permission.get("wording", ""),
        "by_box": key.permission.get("given_by") == "box",
    }
    return {
        "row": key,
        "form_address": f"{address}form",
        "json_address": f"{address}json",
        "channels": [word for name, word in CHANNELS if name in key.permission.get("channels", [])],
        "html": render_to_string("settings/lead_form.txt", context) if not key.revoked_at else "",
    }
