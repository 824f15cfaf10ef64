"""What a mailbox is asked for: how we sign in, and beside it whose it is and what in it is read."""

from typing import Any

from django import forms

from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Mailbox, Member
from nextcall.web.settings.mail_servers import KEEP_COPIES_THEMSELVES, known_reader

MOST_FOLDERS = 10  # beside the inbox: each is asked every minute
PORTS = {"ssl": 993, "starttls": 143, "plain": 143}
SECURITIES = (
    ("ssl", "TLS from the start, usual on port 993"),
    ("starttls", "STARTTLS, usual on port 143"),
    ("plain", "None: only for a server on this machine"),
)
KEPT = ("host", "port", "security", "user")
COPIES, THEMSELVES = "Put a copy of what Nextcall sends into Sent", "Gmail and Microsoft do that themselves."
EVERYBODY = ("", "Everybody’s")


class SignInForm(forms.Form):
    """Where the mailbox is, and how we sign in."""

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

    def __init__(self, account: Account, row: Mailbox | None, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.sending = unsealed(Connection.objects.filter(account=account, channel="email").first())
        self.others = Mailbox.objects.filter(account=account).exclude(pk=row.pk if row and row.pk else 0)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if self.others.filter(address__iexact=address).exists():
            raise forms.ValidationError("This mailbox is in the list already. Change it there.")
        return address

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


class NewForm(SignInForm):
    """A mailbox that is not in the list yet."""

    copies = forms.BooleanField(required=False, label=COPIES, help_text=THEMSELVES)
    member = forms.ChoiceField(required=False, label="Whose it is")

    def __init__(self, account: Account, *args: Any, **keywords: Any) -> None:
        super().__init__(account, None, *args, **keywords)
        self.fields["member"].choices = members_of(account)  # type: ignore[attr-defined]
        self.fields["member"].help_text = WHOSE


WHOSE = "What comes to it from people whom nobody knows is theirs to answer."


class ReadingForm(forms.Form):
    """Whose a mailbox is, and what in it is read beside the inbox."""

    member = forms.ChoiceField(required=False, label="Whose it is", help_text=WHOSE)
    folders = forms.MultipleChoiceField(
        required=False, label="Read beside the inbox", widget=forms.CheckboxSelectMultiple
    )
    copies = forms.BooleanField(required=False, label=COPIES, help_text=THEMSELVES)
    plus = forms.BooleanField(
        required=False,
        label="Give each email a reply address of its own",
        help_text="Like ann+re.7f3a@example.com. Only where the provider delivers such addresses to you.",
    )

    def __init__(self, row: Mailbox, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        chosen = [one.name for one in row.folders.all()]
        names = dict.fromkeys([*row.offers, *chosen])  # what is gone can be chosen no more once it is left out
        self.fields["member"].choices = members_of(row.account, row.member)  # type: ignore[attr-defined]
        self.fields["folders"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        if unsealed(row).get("host") in KEEP_COPIES_THEMSELVES:
            del self.fields["copies"]

    def clean_folders(self) -> list[str]:
        names: list[str] = self.cleaned_data["folders"]
        if len(names) > MOST_FOLDERS:
            raise forms.ValidationError(f"{MOST_FOLDERS} folders at most; {len(names)} are chosen. Leave some out.")
        return names


def members_of(account: Account, here: Member | None = None) -> list[tuple[str, str]]:
    rows = Member.objects.filter(account=account, is_active=True).order_by("name")[:200]
    return [EVERYBODY, *((str(one.pk), one.name) for one in dict.fromkeys([*rows, *([here] if here else [])]))]


def member_of(account: Account, chosen: str) -> Member | None:
    return Member.objects.filter(account=account, pk=int(chosen)).first() if chosen else None


def sign_in_of(connection: Connection | None, row: Mailbox | None) -> dict[str, object]:
    """What the form for signing in shows at first; the password never."""
    if row is None:
        return {"address": connection.from_address if connection else "", "security": "ssl", "copies": True}
    kept = unsealed(row)
    return {**{key: kept.get(key) for key in KEPT}, "address": row.address}


def reading_of(row: Mailbox) -> dict[str, object]:
    return {
        "member": str(row.member_id or ""),
        "folders": [one.name for one in row.folders.all()],
        "copies": bool(row.sent_folder),
        "plus": bool(unsealed(row).get("plus")),
    }


def draft(form: SignInForm, row: Mailbox | None) -> dict[str, Any]:
    """What is sealed. An empty password is the one before, for the same server, or that of sending, for the same user.

    The password of sending goes to its own provider alone: a server of another name must be given one.
    """
    before = unsealed(row)
    wanted = {key: form.cleaned_data[key] for key in (*KEPT, "password")} | {"plus": bool(before.get("plus"))}
    if not wanted["password"]:
        sends = form.sending
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


def unsealed(row: Connection | Mailbox | None) -> dict[str, Any]:
    if row is None or not row.sealed:
        return {}
    try:
        return sealing.unseal(row.sealed)
    except sealing.CannotUnseal:
        return {}
