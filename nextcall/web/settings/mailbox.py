"""Settings, Email: the mailbox that answers come to, read by IMAP."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from nextcall.engine import mailbox_trial
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Mailbox
from nextcall.timeline import record
from nextcall.web.access import SignedIn, manager
from nextcall.web.settings.mail_servers import KEEP_COPIES_THEMSELVES, known_reader, reading_in_words
from nextcall.web.settings.sections import section

PORTS = {"ssl": 993, "starttls": 143, "plain": 143}
SECURITIES = (
    ("ssl", "TLS from the start, usual on port 993"),
    ("starttls", "STARTTLS, usual on port 143"),
    ("plain", "None: only for a server on this machine"),
)
KEPT = ("host", "port", "security", "user", "plus")


class MailboxForm(forms.Form):
    address = forms.EmailField(max_length=254, label="Address", help_text="Where leads' answers arrive.")
    user = forms.CharField(max_length=254, required=False, label="User name", help_text="Empty: the address.")
    password = forms.CharField(
        max_length=500,
        strip=False,
        required=False,
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Empty: the one for sending, or the one you gave before.",
    )
    host = forms.CharField(
        max_length=253, required=False, label="IMAP server", help_text="Empty: found from the address, if we know it."
    )
    port = forms.IntegerField(
        min_value=1, max_value=65535, required=False, label="Port", help_text="Empty: the usual one."
    )
    security = forms.ChoiceField(choices=SECURITIES, label="Encryption")
    copies = forms.BooleanField(
        required=False,
        label="Put a copy of what Nextcall sends into Sent",
        help_text="Gmail and Microsoft do that themselves.",
    )
    plus = forms.BooleanField(
        required=False,
        label="Give each email a reply address of its own",
        help_text="Like ann+re.7f3a@example.com. Only where the provider delivers such addresses to you.",
    )

    def __init__(self, *args: Any, connection: Connection | None = None, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.sending = _unsealed(connection)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        address = values.get("address") or ""
        if not values.get("host") and address:
            known = known_reader(address, str(self.sending.get("host", "")))
            if known is None:
                self.add_error(
                    "host", "We do not know this provider's server. Write its name, such as imap.example.com."
                )
            else:
                values["host"], values["port"], values["security"] = known
        values["port"] = values.get("port") or PORTS.get(values.get("security", ""), 993)
        values["user"] = values.get("user") or address
        return values


@require_http_methods(["GET", "POST"])
@manager
def mailbox(request: SignedIn) -> HttpResponse:
    """POST signs in, looks around, and reads from the next mail on. Without a sign-in what was there stays."""
    sending, row = _rows(request.member.account)
    if request.method == "GET":
        said = reading_in_words(row.problem) if row and row.problem else ""
        form = MailboxForm(initial=_initial(sending, row))
        return section(request, "mailbox", {"form": form, "row": row, "problem": said})
    form = MailboxForm(request.POST, connection=sending)
    if not form.is_valid():
        return section(request, "mailbox", {"form": form, "row": row}, status=422)
    draft = _draft(form, sending, row)
    place = mailbox_trial.Place(**{key: draft[key] for key in ("host", "port", "security", "user", "password")})
    try:
        found = mailbox_trial.look(place)
    except mailbox_trial.Unreachable as error:
        said = reading_in_words(str(error))
        return section(request, "mailbox", {"form": form, "row": row, "problem": said}, status=422)
    _save(request, form, draft, found, sending, row)
    sent = f"Sent is “{found.sent_folder}”" if found.sent_folder else "it has no folder for sent mail"
    messages.success(request, f"Signed in: {found.folders} folders, {sent}. Answers are read from now on.")
    return HttpResponseRedirect(reverse("settings_email_mailbox"))


@require_POST
@manager
def removal(request: SignedIn) -> HttpResponse:
    """Stops reading and forgets the password. What was taken in stays."""
    _, row = _rows(request.member.account)
    if row is not None:
        row.delete()
        _note(request, "mailbox.removed", address=row.address)
    messages.success(request, "The mailbox is no longer read, and its password is forgotten.")
    return HttpResponseRedirect(reverse("settings_email"))


def _save(
    request: SignedIn,
    form: MailboxForm,
    draft: dict[str, Any],
    found: mailbox_trial.Found,
    sending: Connection | None,
    row: Mailbox | None,
) -> None:
    """A mailbox that is new, or another one, is read from its next mail on."""
    now = timezone.now()
    values = form.cleaned_data
    copies = values["copies"] and values["host"] not in KEEP_COPIES_THEMSELVES
    box = row or Mailbox(account=request.member.account, created_at=now)
    same = (box.address, _unsealed(row).get("host")) == (values["address"], draft["host"])
    if not same or box.uid_validity != found.standing.uid_validity:
        box.uid_validity, box.uid_next = found.standing.uid_validity, found.standing.uid_next
    box.connection, box.address, box.sealed = sending, values["address"], sealing.seal(draft)
    box.sent_folder = found.sent_folder[:120] if copies else ""
    box.enabled, box.looked_at, box.problem, box.problem_at = True, now, "", None
    box.save()
    _note(request, "mailbox.connected", address=box.address)


def _rows(account: Account) -> tuple[Connection | None, Mailbox | None]:
    connection = Connection.objects.filter(account=account, channel="email").first()
    return connection, Mailbox.objects.filter(account=account).order_by("pk").first()


def _initial(connection: Connection | None, row: Mailbox | None) -> dict[str, object]:
    if row is None:
        address = connection.from_address if connection else ""
        return {"address": address, "security": "ssl", "copies": True}
    kept = _unsealed(row)
    return {**{key: kept.get(key) for key in KEPT}, "address": row.address, "copies": bool(row.sent_folder)}


def _draft(form: MailboxForm, sending: Connection | None, row: Mailbox | None) -> dict[str, Any]:
    """What is sealed. An empty password is the one before, for the same server, or that of sending, for the same user.

    The password of sending goes to its own provider alone: a server of another name must be given one.
    """
    wanted = {key: form.cleaned_data[key] for key in ("host", "port", "security", "user", "password", "plus")}
    if not wanted["password"]:
        before, sends = _unsealed(row), form.sending
        if (before.get("host"), before.get("user")) == (wanted["host"], wanted["user"]):
            wanted["password"] = before.get("password", "")
        elif sends.get("user") == wanted["user"] and _same_provider(str(sends.get("host", "")), wanted["host"]):
            wanted["password"] = sends.get("password", "")
    return wanted


def _same_provider(sending: str, reading: str) -> bool:
    """smtp.fastmail.com and imap.fastmail.com are; so are two that a provider names itself."""
    if sending == reading:
        return True
    known = known_reader("", sending)
    if known is not None:
        return known[0] == reading
    ends = [".".join(name.lower().split(".")[1:]) for name in (sending, reading)]
    return ends[0] == ends[1] and ends[0].count(".") >= 1


def _unsealed(row: Connection | Mailbox | None) -> dict[str, Any]:
    if row is None or not row.sealed:
        return {}
    try:
        return sealing.unseal(row.sealed)
    except sealing.CannotUnseal:
        return {}


def _note(request: SignedIn, kind: str, **data: object) -> None:
    account_id = request.member.account_id
    record.record(account_id=account_id, kind=kind, at=timezone.now(), by=request.member, data=data)
