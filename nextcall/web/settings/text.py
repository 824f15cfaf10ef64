"""Settings, Text: the account's carrier and its numbers, with a test text to yourself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.engine import backlog, connecting
from nextcall.engine.when import spoken
from nextcall.lib import sealing
from nextcall.team import addresses
from nextcall.team.models import Connection
from nextcall.web.access import SignedIn, found_or_404, manager
from nextcall.web.settings import numbers
from nextcall.web.settings.sections import section

SECRET = {"autocomplete": "off"}
SECRETS = ("auth_token", "api_key")


class CarrierForm(forms.Form):
    """What both carriers have."""

    segment_price = forms.DecimalField(
        min_value=0, max_value=9, decimal_places=5, required=False, label="Price of one segment",
        help_text="As your carrier bills it, such as 0.0083. Shown before a text is sent. Empty: not shown.",
    )  # fmt: skip

    def __init__(self, *args: Any, new: bool = True, **kwargs: Any) -> None:
        """`new`: no secret is kept yet that an empty field could mean."""
        super().__init__(*args, **kwargs)
        for name in SECRETS:
            if name in self.fields:
                self.fields[name].required = new

    def config(self, stored: dict[str, Any]) -> dict[str, Any]:
        """An empty secret keeps the one there is."""
        given = {key: value for key, value in self.cleaned_data.items() if key != "segment_price"}
        return {key: value or (stored.get(key, "") if key in SECRETS else "") for key, value in given.items()}


class TwilioForm(CarrierForm):
    account_sid = forms.RegexField(
        r"^AC[0-9a-f]{32}$", label="Account SID",
        help_text="On the first page of the Twilio console; it begins with AC.",
        error_messages={"invalid": "An Account SID is AC and 32 of 0-9 and a-f."},
    )  # fmt: skip
    auth_token = forms.CharField(
        max_length=100, required=False, label="Auth token", widget=forms.PasswordInput(attrs=SECRET),
        help_text="Beside it. Encrypted with a key outside the database; it also proves that a post is Twilio’s.",
    )  # fmt: skip
    messaging_service = forms.RegexField(
        r"^MG[0-9a-f]{32}$", required=False, label="Messaging service",
        help_text="Its SID, if only the numbers of one service should be used. Empty: all of the account.",
        error_messages={"invalid": "The SID of a messaging service is MG and 32 of 0-9 and a-f."},
    )  # fmt: skip
    field_order = ("account_sid", "auth_token", "messaging_service", "segment_price")


class TelnyxForm(CarrierForm):
    api_key = forms.CharField(
        max_length=200, required=False, label="API key", widget=forms.PasswordInput(attrs=SECRET),
        help_text="From API Keys in the Telnyx portal. Encrypted with a key outside the database.",
    )  # fmt: skip
    public_key = forms.CharField(
        max_length=100, label="Public key", help_text="From the same page: it proves that a post is Telnyx’s."
    )
    messaging_profile = forms.CharField(
        max_length=60, required=False, label="Messaging profile",
        help_text="Its ID, if only the numbers of one profile should be used. Empty: all of the account.",
    )  # fmt: skip
    field_order = ("api_key", "public_key", "messaging_profile", "segment_price")


FORMS: dict[str, type[CarrierForm]] = {"twilio": TwilioForm, "telnyx": TelnyxForm}
NAMES = {"twilio": "Twilio", "telnyx": "Telnyx"}


@require_http_methods(["GET", "POST"])
@manager
def text(request: SignedIn) -> HttpResponse:
    """POST signs in at the carrier and reads its numbers; what works already stays until that succeeded."""
    row = connection(request)
    chosen = request.POST.get("carrier", "")
    if request.method == "GET" or chosen not in FORMS:
        return page(request, row)
    stored = _stored(row) if row and row.provider == chosen else {}
    form = FORMS[chosen](request.POST, new=not stored)
    if not form.is_valid():
        return page(request, row, {chosen: form}, status=422)
    try:
        made = connecting.connect(
            account=request.member.account, provider=chosen, config=form.config(stored), by=request.member,
            at=timezone.now(), segment_price=form.cleaned_data["segment_price"],
        )  # fmt: skip
    except connecting.CannotConnect as why:
        return page(request, row, {chosen: form}, problem=f"Not connected. {why}", status=422)
    messages.success(request, f"{NAMES[chosen]} is connected, {made.numbers.count()} numbers were read.")
    return HttpResponseRedirect(reverse("settings_text"))


@require_POST
@manager
def disconnection(request: SignedIn) -> HttpResponse:
    connecting.disconnect(account=request.member.account, by=request.member, at=timezone.now())
    messages.success(request, "The carrier is disconnected and its keys are forgotten. Texts open on your own phones.")
    return HttpResponseRedirect(reverse("settings_text"))


@require_POST
@manager
def reading(request: SignedIn) -> HttpResponse:
    """Numbers and registrations anew; a refusal that was mended is over."""
    row = found_or_404(Connection, request.member.account, channel="text")
    try:
        count = connecting.read_numbers(row, by=request.member, at=timezone.now())
    except connecting.CannotConnect as why:
        return page(request, row, problem=str(why), status=422)
    messages.success(request, f"{count} number{'s' if count != 1 else ''} read from the carrier.")
    return HttpResponseRedirect(reverse("settings_text"))


@require_POST
@manager
def trial(request: SignedIn) -> HttpResponse:
    """A text to the member's own phone."""
    row = found_or_404(Connection.objects.select_related("account"), request.member.account, channel="text")
    try:
        ours = connecting.send_test(row, member=request.member, at=timezone.now())
    except connecting.CannotConnect as why:
        return page(request, row, problem=str(why), status=422)
    messages.success(request, f"A test text is on its way to your phone{f' from {ours}' if ours else ''}.")
    return HttpResponseRedirect(reverse("settings_text"))


def connection(request: SignedIn) -> Connection | None:
    """The account's carrier; None while texts open on the members' own phones."""
    mine = Connection.objects.filter(account=request.member.account, channel="text", provider__in=FORMS)
    return mine.first()


def page(
    request: SignedIn,
    row: Connection | None,
    tried: dict[str, CarrierForm] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The section with each carrier's form as it was left."""
    at, account = timezone.now(), request.member.account
    waiting = backlog.backlog(account, at=at) if row else None
    last = spoken(waiting.last_at, now=at, zone=request.member.zone) if waiting and waiting.last_at else ""
    carriers = [
        {"name": name, "word": NAMES[name], "form": (tried or {}).get(name) or _form(name, row),
         "here": bool(row and row.provider == name), "open": name in (tried or {})}
        for name in FORMS
    ]  # fmt: skip
    context = {
        "row": row,
        "carriers": sorted(carriers, key=lambda one: not one["here"]),
        "word": NAMES.get(row.provider, "") if row else "",
        "hook": addresses.public(f"/hooks/{row.provider}/{row.hook_key}") if row else "",
        "problem": problem or (row.problem if row else ""),
        "waiting": waiting,
        "last": last,
        "numbers": numbers.shown(row, request.member, at=at) if row else [],
        "may_reuse": request.member.role == request.member.Role.OWNER,
    }
    return section(request, "text", context, status=status)


def _form(name: str, row: Connection | None) -> CarrierForm:
    stored = _stored(row) if row and row.provider == name else {}
    price = row.segment_price if row and row.provider == name else None
    return FORMS[name](
        initial={key: value for key, value in stored.items() if key not in SECRETS} | {"segment_price": price},
        new=not stored,
    )


def _stored(row: Connection) -> dict[str, Any]:
    try:
        return sealing.unseal(row.sealed)
    except sealing.CannotUnseal:
        return {}
