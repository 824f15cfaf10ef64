"""Settings, Company: who leads hear from, and what new leads start on."""

from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nextcall.cadences import lawful, versions
from nextcall.cadences.definition import BadCadence
from nextcall.consent import sellers
from nextcall.leads import own_fields
from nextcall.lib import phone as phones
from nextcall.team.models import Account
from nextcall.timeline import record
from nextcall.web.access import SignedIn, manager
from nextcall.web.cadence_names import cadence_choices
from nextcall.web.settings.profile import read_phone
from nextcall.web.settings.sections import section
from nextcall.web.zones import zone_choices

FIELDS = ("name", "seller_name", "postal_address", "phone", "zone", "default_cadence", "undo_seconds")


class AccountForm(forms.Form):
    name = forms.CharField(max_length=120, label="Company")
    seller_name = forms.CharField(
        max_length=120,
        label="Name that leads know",
        help_text="Stands in every message. Permission is given to this name, and to no other.",
    )
    postal_address = forms.CharField(
        max_length=300,
        label="Postal address",
        required=False,
        help_text="The law asks for it in every marketing email; without it none leaves (US CAN-SPAM).",
    )
    phone = forms.CharField(
        max_length=40,
        required=False,
        label="Number to call back",
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text="The number you say in voicemails.",
    )
    zone = forms.ChoiceField(label="Time zone", choices=zone_choices)
    default_cadence = forms.ChoiceField(label="Cadence for new leads")
    undo_seconds = forms.IntegerField(
        min_value=0,
        max_value=60,
        label="Seconds before a message you wrote leaves",
        help_text="0 to 60. Until then you can undo it.",
    )

    def __init__(self, *args: object, account: Account, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.account, self.country = account, account.country
        cast(forms.ChoiceField, self.fields["default_cadence"]).choices = cadence_choices(account)

    def clean_default_cadence(self) -> str:
        """New leads start on nothing whose words may not be said."""
        slug = str(self.cleaned_data["default_cadence"])
        found = versions.known(self.account, {slug}, at=timezone.now()).get(slug)
        if found is not None and slug != self.account.default_cadence:
            try:
                lawful.require(versions.definition_of(found), versions.ours(self.account))
            except BadCadence as wrong:
                raise ValidationError(f"Not switched on. {wrong}") from None
        return slug

    def clean_phone(self) -> str:
        return read_phone(self.cleaned_data["phone"], country=self.country)


def _own(row: Account) -> dict[str, object]:
    """Its own fields, and what kinds there are."""
    return {"own_fields": own_fields.read_all(row.own_fields), "own_field_kinds": own_fields.KINDS}


@require_http_methods(["GET", "POST"])
@manager
def account(request: SignedIn) -> HttpResponse:
    row = request.member.account
    if request.method == "GET":
        initial = {field: getattr(row, field) for field in FIELDS}
        initial |= {"phone": phones.show(row.phone) if row.phone else "", "seller_name": row.seller_name or row.name}
        return section(request, "account", {"form": AccountForm(initial=initial, account=row), **_own(row)})
    form = AccountForm(request.POST, account=row)
    if not form.is_valid():
        return section(request, "account", {"form": form, **_own(row)}, status=422)
    changed = {field: form.cleaned_data[field] for field in FIELDS if getattr(row, field) != form.cleaned_data[field]}
    if changed:
        Account.objects.filter(pk=row.pk).update(**changed)
        record.record(
            account_id=row.pk,
            kind="account.changed",
            at=timezone.now(),
            by=request.member,
            data={"fields": sorted(changed)},
        )
    messages.success(request, "Saved.")
    if {"name", "seller_name"} & changed.keys():
        _warn(request)
    return HttpResponseRedirect(reverse("settings_account"))


def _warn(request: SignedIn) -> None:
    """A new name makes permissions that name the old one worth nothing, which nobody would guess."""
    others = sellers.naming_others(Account.objects.get(pk=request.member.account_id))
    for name, count in others.most_common(3):
        says = f"Permissions that name {name}: {count:,}. Under the new names they permit you nothing."
        more = f"If {name} is still you, keep it as the company or as the name that leads know."
        messages.warning(request, f"{says} {more}")
