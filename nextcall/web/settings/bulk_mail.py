"""Settings, Email, a bulk service: its key, a test message to yourself, and the address that it posts answers to."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nextcall.channels.contract import SendError, Uncertain
from nextcall.engine import mailbox_places, tokens
from nextcall.lib import sealing
from nextcall.team import addresses, mail
from nextcall.team.models import Connection
from nextcall.timeline import record
from nextcall.web.access import SignedIn, manager
from nextcall.web.settings.mail_servers import SelectorField
from nextcall.web.settings.mail_services import BY_NAME, SERVICES, Service
from nextcall.web.settings.sections import section

REGIONS = (("", "United States"), ("eu", "European Union"))
USER = "nextcall"  # the name beside the password in the address; services ignore it
BODY = "This is the test message you asked for. If you can read it, Nextcall can send email for you.\n"


class ServiceForm(forms.Form):
    """The keys of one service. A secret that is left empty stays as it is stored."""

    from_address = forms.EmailField(
        max_length=254, label="Your address", help_text="Leads see it. Its domain must be verified at the service."
    )
    per_minute = forms.IntegerField(min_value=1, max_value=6000, label="Emails a minute at most")

    def __init__(self, service: Service, stored: dict[str, Any], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.service, self.stored = service, stored
        self.fields["dkim_selector"] = SelectorField()
        for key in service.keys:
            kept = " One is stored; empty keeps it." if key.secret and stored.get(key.name) else ""
            self.fields[key.name] = forms.CharField(
                max_length=2000,
                required=not key.optional and not kept,
                label=key.label,
                help_text=f"{key.says}{kept}".strip(),
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}) if key.secret else forms.TextInput(),
            )
        if service.regions:
            self.fields["region"] = forms.ChoiceField(choices=REGIONS, required=False, label="Region of your account")

    def config(self) -> dict[str, Any]:
        """What is sealed. The password of the address is drawn once and stays, so that what was pasted goes on."""
        values = {key.name: self.cleaned_data[key.name].strip() for key in self.service.keys}
        kept = {name: value or self.stored.get(name, "") for name, value in values.items()}
        region = {"region": self.cleaned_data["region"]} if self.service.regions else {}
        secret = self.stored.get("hook_secret") or secrets.token_urlsafe(24)
        own = {"dkim_selector": self.cleaned_data["dkim_selector"]} if self.cleaned_data["dkim_selector"] else {}
        return {**{name: value for name, value in kept.items() if value}, **region, **own, "hook_secret": secret}


@require_http_methods(["GET", "POST"])
@manager
def service(request: SignedIn) -> HttpResponse:
    """POST tries the key by a message to the member; it is used from the moment that it left."""
    row = Connection.objects.filter(account=request.member.account, channel="email").first()
    chosen = _chosen(request, row)
    mine = row if row and row.provider == chosen.name else None
    stored = _stored(mine)
    if request.method == "GET":
        return _page(request, ServiceForm(chosen, stored, initial=_initial(row, stored)), mine)
    form = ServiceForm(chosen, stored, request.POST)
    if not form.is_valid():
        return _page(request, form, mine, status=422)
    return _tried(request, form, row, mine)


def _tried(request: SignedIn, form: ServiceForm, row: Connection | None, mine: Connection | None) -> HttpResponse:
    chosen, draft, untested = form.service, _draft(request, form, row), bool(request.POST.get("untested"))
    problem = "" if untested else _problem(request, draft, chosen)
    if problem and row and row.enabled:  # what works stays
        return _page(request, form, mine, problem=f"{problem} The connection you had stays in use.", status=422)
    draft.enabled, draft.problem = not problem, problem[:300]
    if row is not None:
        tokens.keep_apart(row)
    draft.save()
    mailbox_places.settle(draft.account)
    _note(request, working=not problem)
    if problem:
        return _page(request, form, draft, problem=problem, status=422)
    tested = "" if untested else f" A test message is on its way to {request.member.email}."
    messages.success(request, f"Email goes through {chosen.title}.{tested}")
    return HttpResponseRedirect(f"{reverse('settings_email_service')}?service={chosen.name}")


def _chosen(request: SignedIn, row: Connection | None) -> Service:
    asked = request.POST.get("service") or request.GET.get("service") or (row.provider if row else "")
    return BY_NAME.get(asked, SERVICES[0])


def _stored(row: Connection | None) -> dict[str, Any]:
    try:
        return dict(sealing.unseal(row.sealed)) if row else {}
    except sealing.CannotUnseal:
        return {}


def _initial(row: Connection | None, stored: dict[str, Any]) -> dict[str, Any]:
    names = ("message_stream", "sender_domain", "public_key", "region", "dkim_selector")
    shown = {name: stored.get(name, "") for name in names}
    return {**shown, "from_address": row.from_address if row else "", "per_minute": row.per_minute if row else 60}


def _draft(request: SignedIn, form: ServiceForm, row: Connection | None) -> Connection:
    same = row is not None and row.provider == form.service.name
    return Connection(
        pk=row.pk if row else None,
        account=request.member.account,
        channel="email",
        provider=form.service.name,
        sealed=sealing.seal(form.config()),
        from_address=form.cleaned_data["from_address"],
        per_minute=form.cleaned_data["per_minute"],
        hook_key=(row.hook_key if row and same else "") or secrets.token_urlsafe(24),
        created_at=row.created_at if row else timezone.now(),
    )


def _problem(request: SignedIn, draft: Connection, chosen: Service) -> str:
    """Why the test message did not leave, in words; "" when it did."""
    try:
        message = mail.letter(request.member, draft, subject="Nextcall can send email", body=BODY)
        mail.send(draft, message, member=request.member)
    except SendError as error:
        meant = {
            "credentials refused": f"{chosen.title} does not accept the key. Copy it once more from there.",
            "not registered": f"{chosen.title} does not let you send from this address. Verify its domain there.",
        }
        return f"{meant.get(error.sender, 'The message did not leave.')} It said: {str(error)[:160]}"
    except Uncertain:
        return f"{chosen.title} took the message but did not confirm it. If it came, save without a test."
    return ""


def _page(
    request: SignedIn, form: ServiceForm, row: Connection | None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "keys": [form[key.name] for key in form.service.keys],
        "service": form.service,
        "services": SERVICES,
        "row": row,
        "problem": problem or (row.problem if row else ""),
        "address": hook_address(row, form.service, _stored(row)) if row and row.pk else "",
    }
    return section(request, "bulk_mail", context, status=status)


def hook_address(row: Connection, chosen: Service, stored: dict[str, Any]) -> str:
    """What is pasted at the service; with a password in it where the service signs nothing, or not everything."""
    if not row.hook_key:
        return ""
    whole = addresses.public(f"/hooks/{row.provider}/{row.hook_key}")
    secret = stored.get("hook_secret", "")
    if chosen.signs or not secret:
        return whole
    parts = urlsplit(whole)
    return parts._replace(netloc=f"{USER}:{secret}@{parts.netloc}").geturl()


def _note(request: SignedIn, *, working: bool) -> None:
    account_id = request.member.account_id
    data = {"channel": "email", "working": working}
    record.record(account_id=account_id, kind="connection.changed", at=timezone.now(), by=request.member, data=data)
