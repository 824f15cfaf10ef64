"""What we know about mail servers: where the big providers' are, and what their refusals mean."""

import re

from django import forms

KNOWN = {  # domain: (server, port, encryption), from the providers' own set-up pages
    "gmail.com": ("smtp.gmail.com", 587, "starttls"),
    "googlemail.com": ("smtp.gmail.com", 587, "starttls"),
    "outlook.com": ("smtp-mail.outlook.com", 587, "starttls"),
    "hotmail.com": ("smtp-mail.outlook.com", 587, "starttls"),
    "live.com": ("smtp-mail.outlook.com", 587, "starttls"),
    "yahoo.com": ("smtp.mail.yahoo.com", 465, "ssl"),
    "aol.com": ("smtp.aol.com", 465, "ssl"),
    "icloud.com": ("smtp.mail.me.com", 587, "starttls"),
    "me.com": ("smtp.mail.me.com", 587, "starttls"),
    "fastmail.com": ("smtp.fastmail.com", 465, "ssl"),
    "zoho.com": ("smtp.zoho.com", 465, "ssl"),
    "gmx.com": ("mail.gmx.com", 587, "starttls"),
    "comcast.net": ("smtp.comcast.net", 587, "starttls"),
}
READ = {  # domain: (server, port, encryption) of IMAP, from the same pages
    "gmail.com": ("imap.gmail.com", 993, "ssl"),
    "googlemail.com": ("imap.gmail.com", 993, "ssl"),
    "outlook.com": ("outlook.office365.com", 993, "ssl"),
    "hotmail.com": ("outlook.office365.com", 993, "ssl"),
    "live.com": ("outlook.office365.com", 993, "ssl"),
    "yahoo.com": ("imap.mail.yahoo.com", 993, "ssl"),
    "aol.com": ("imap.aol.com", 993, "ssl"),
    "icloud.com": ("imap.mail.me.com", 993, "ssl"),
    "me.com": ("imap.mail.me.com", 993, "ssl"),
    "fastmail.com": ("imap.fastmail.com", 993, "ssl"),
    "zoho.com": ("imap.zoho.com", 993, "ssl"),
    "gmx.com": ("imap.gmx.com", 993, "ssl"),
    "comcast.net": ("imap.comcast.net", 993, "ssl"),
}
KEEP_COPIES_THEMSELVES = ("imap.gmail.com", "outlook.office365.com")  # of what leaves through their own SMTP
# what the server or the system says -> what it means and what would be right; the first that fits
MEANINGS = (
    (
        "private network",
        "That server is inside a private network, which is not allowed here. Whoever runs Nextcall allows"
        " it with NEXTCALL_ALLOW_PRIVATE_SMTP=1.",
    ),
    ("no server has the name", "No server has that name. Check the spelling, such as smtp.example.com."),
    (
        "sign-in refused",
        "The server refused the user name or password. Many providers want an app password, made in your"
        " account's security settings there.",
    ),
    (
        "auth extension not supported",
        "The server offers no sign-in here. Choose STARTTLS and port 587, or leave the password empty.",
    ),
    ("certificate", "The server's certificate does not fit its name or has expired. Use the name your provider gives."),
    (
        "wrong version number",
        "Port and encryption do not fit each other. Usual: STARTTLS on 587, TLS from the start on 465.",
    ),
    (
        "starttls extension not supported",
        "The server offers no STARTTLS on this port. Try TLS from the start on port 465.",
    ),
    (
        "sender refused",
        "The server does not let you send from this address. Use an address that belongs to the user name.",
    ),
    ("timed out", "The server did not answer in time. Check the port; some networks block 25. Usual: 587."),
    ("connection refused", "Nothing answers at that server and port. Usual ports: 587 with STARTTLS, 465 with TLS."),
    (
        "unexpectedly closed",
        "The server hung up. Port and encryption may not fit: STARTTLS on 587, TLS from the start on 465.",
    ),
    ("sealed with another key", "The stored password cannot be read any more. Enter it again."),
)


def known_server(address: str) -> tuple[str, int, str] | None:
    return KNOWN.get(address.rpartition("@")[2].lower())


def known_reader(address: str, sending: str) -> tuple[str, int, str] | None:
    """The IMAP server of an address, also where a company's own domain sends through a provider we know."""
    domain = address.rpartition("@")[2].lower()
    served = next((one for one, (host, _, _) in KNOWN.items() if host == sending), "")
    if sending.endswith(".office365.com"):
        served = "outlook.com"
    return READ.get(domain) or READ.get(served)


READING = (  # the same for reading
    (
        "private network",
        "That server is inside a private network, which is not allowed here. Whoever runs Nextcall allows it with"
        " NEXTCALL_ALLOW_PRIVATE_SMTP=1.",
    ),
    ("no server has the name", "No server has that name. Check the spelling, such as imap.example.com."),
    (
        "sign-in refused",
        "The server refused the user name or password. Many providers want an app password, made in your account's"
        " security settings there, and IMAP switched on.",
    ),
    ("unencrypted", "Without encryption the password would cross the internet in the clear. Choose TLS, port 993."),
    ("certificate", "The server's certificate does not fit its name or has expired. Use the name your provider gives."),
    (
        "wrong version number",
        "Port and encryption do not fit each other. Usual: TLS from the start on 993, STARTTLS on 143.",
    ),
    ("cannot open the folder", "There is no such folder, or it cannot be opened. The inbox is called INBOX."),
    ("timed out", "The server did not answer in time. Check its name and the port. Usual: 993."),
    ("connection refused", "Nothing answers at that server and port. Usual ports: 993 with TLS, 143 with STARTTLS."),
    ("sealed with another key", "The stored password cannot be read any more. Enter it again."),
)


def reading_in_words(error: str) -> str:
    """Why a mailbox cannot be read and what would be right, with the server's own words after it."""
    meaning = next((words for sign, words in READING if sign in error.lower()), "The mailbox cannot be read.")
    return f"{meaning} It said: {error[:120]}"


def in_words(error: str) -> str:
    """What went wrong and what would be right, with the server's own words after it."""
    said = error.lower()
    meaning = next((words for sign, words in MEANINGS if sign in said), "The message did not leave.")
    if meaning.startswith(("That server is inside", "No server has", "The stored")):
        return meaning
    return f"{meaning} It said: {error[:120]}"


class SelectorField(forms.CharField):
    """The DKIM selector of the sending domain; a whole DNS name is taken for what it begins with."""

    def __init__(self) -> None:
        super().__init__(
            max_length=253,
            required=False,
            label="DKIM selector of your domain",
            help_text="Which signing key nextcall doctor looks up; sending works without it. Your provider names it"
            " among the DNS entries it asks you to make: what stands before ._domainkey, such as google or s1. Empty:"
            " the usual ones of your provider.",
        )

    def clean(self, value: object) -> str:
        selector = str(super().clean(value) or "").strip().lower().partition("._domainkey")[0]
        if selector and not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]{0,61}[a-z0-9_])?", selector):
            raise forms.ValidationError("Only the word before ._domainkey, such as google, s1 or 20260101.")
        return selector
