"""Settings, Email: the account's mail server, with a test message to yourself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.channels.contract import SendError, Uncertain
from nextcall.engine import mailbox_places, mailbox_watch, tokens
from nextcall.lib import sealing
from nextcall.team import mail
from nextcall.team.models import Connection, Mailbox
from nextcall.timeline import record
from nextcall.web.access import SignedIn, manager
from nextcall.web.settings.mail_servers import SelectorField, in_words, known_server
from nextcall.web.settings.sections import section

PORTS = {"starttls": 587, "ssl": 465, "plain": 25}
SECURITIES = (
    ("starttls", "STARTTLS, usual on port 587"),
    ("ssl", "TLS from the start, usual on port 465"),
    ("plain", "None: only for a server on this machine"),
)
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class EmailForm(forms.Form):
    from_address = forms.EmailField(
        max_length=254, label="Your address", help_text="Leads see it, and answers come to it."
    )
    user = forms.CharField(max_length=254, required=False, label="User name", help_text="Empty: your address.")
    password = forms.CharField(
        max_length=500,
        strip=False,
        required=False,
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Big providers want an app password. It is encrypted with a key outside the database.",
    )
    host = forms.CharField(
        max_length=253, required=False, label="Server", help_text="Empty: found from your address, if we know it."
    )
    port = forms.IntegerField(
        min_value=1, max_value=65535, required=False, label="Port", help_text="Empty: the usual one."
    )
    security = forms.ChoiceField(choices=SECURITIES, label="Encryption")
    per_minute = forms.IntegerField(min_value=1, max_value=6000, label="Emails a minute at most")
    dkim_selector = SelectorField()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        address = values.get("from_address") or ""
        if not values.get("host"):
            known = known_server(address)
            if known is None and address:
                self.add_error(
                    "host", "We do not know this provider's server. Write its name, such as smtp.example.com."
                )
            elif known:
                values["host"], values["port"], values["security"] = known
        values["port"] = values.get("port") or PORTS.get(values.get("security", ""), 587)
        at_home = values.get("security") == "plain" and (values.get("host") or "").lower() in THIS_MACHINE
        values["user"] = values.get("user") or ("" if at_home else address)  # a server at home asks for no sign-in
        return values


@require_http_methods(["GET", "POST"])
@manager
def email(request: SignedIn) -> HttpResponse:
    """POST tries the settings by a message to the member; they are used from the moment that it left."""
    row = Connection.objects.filter(account=request.member.account, channel="email").first()
    if request.method == "GET":
        return _page(request, {"form": EmailForm(initial=_initial(row)), "row": row})
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _page(request, {"form": form, "row": row}, status=422)
    draft = _draft(request, form, row)
    problem = "" if request.POST.get("untested") else _problem(request, draft)
    if problem and row and row.enabled:  # what works stays
        return _page(request, {"form": form, "row": row, "problem": problem}, status=422)
    draft.enabled, draft.problem = not problem, problem[:300]
    draft.pk = row.pk if row else None
    _save(draft, row)
    _note(request, "connection.changed", working=not problem)
    if problem:
        return _page(request, {"form": form, "row": draft, "problem": problem}, status=422)
    tested = f"A test message is on its way to {request.member.email}." if not request.POST.get("untested") else ""
    messages.success(request, f"Email is connected. {tested}".strip())
    return HttpResponseRedirect(reverse("settings_email"))


@require_POST
@manager
def disconnection(request: SignedIn) -> HttpResponse:
    """Forgets the servers and their passwords, also for reading. Emails that are planned wait."""
    Connection.objects.filter(account=request.member.account, channel="email").delete()
    _note(request, "connection.removed")
    messages.success(request, "Email is disconnected and its password is forgotten.")
    return HttpResponseRedirect(reverse("settings_email"))


def _save(draft: Connection, row: Connection | None) -> None:
    """A mailbox that was signed in to together with what sent until now is read on."""
    if row is not None and "token" not in sealing.unseal(draft.sealed):
        tokens.keep_apart(row)
    draft.save()
    mailbox_places.settle(draft.account)


def _page(request: SignedIn, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    boxes = Mailbox.objects.filter(account=request.member.account).order_by("pk")
    unread = mailbox_watch.unread([request.member.account_id], at=timezone.now())
    shown = {"sign_ins": tokens.offered(), "mailboxes": boxes, "unread": unread}
    return section(request, "email", {**shown, **context}, status=status)


def _initial(row: Connection | None) -> dict[str, object]:
    if row is None:
        return {"security": "starttls", "per_minute": 60}
    try:
        settings = sealing.unseal(row.sealed)
    except sealing.CannotUnseal:
        settings = {}
    shown = {key: settings.get(key) for key in ("host", "port", "security", "user", "dkim_selector")}
    return {**shown, "from_address": row.from_address, "per_minute": row.per_minute}


def _draft(request: SignedIn, form: EmailForm, row: Connection | None) -> Connection:
    """Not stored yet. An empty password keeps the one there is, for the same server and user."""
    values = form.cleaned_data
    wanted = {key: values[key] for key in ("host", "port", "security", "user", "password", "dkim_selector")}
    if row and not wanted["password"]:
        try:
            stored = sealing.unseal(row.sealed)
        except sealing.CannotUnseal:
            stored = {}
        if (stored.get("host"), stored.get("user")) == (wanted["host"], wanted["user"]):
            wanted = {**stored, **wanted, "password": stored.get("password", "")}  # and its tokens
    return Connection(
        account=request.member.account,
        channel="email",
        provider="smtp",
        sealed=sealing.seal(wanted),
        from_address=values["from_address"],
        per_minute=values["per_minute"],
        created_at=row.created_at if row else timezone.now(),
    )


def _problem(request: SignedIn, draft: Connection) -> str:
    """Why the test message did not leave, in words; "" when it did."""
    body = "This is the test message you asked for. If you can read it, Nextcall can send email for you.\n"
    message = mail.letter(request.member, draft, subject="Nextcall can send email", body=body)
    try:
        mail.send(draft, message, member=request.member)
    except SendError as error:
        return in_words(str(error))
    except Uncertain:
        return "The server took the message but did not confirm it. Look in your mailbox, then save without a test."
    return ""


def _note(request: SignedIn, kind: str, **data: object) -> None:
    account_id = request.member.account_id
    record.record(
        account_id=account_id, kind=kind, at=timezone.now(), by=request.member, data={"channel": "email", **data}
    )
