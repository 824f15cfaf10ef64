"""One email as bytes: text and HTML parts, our own Message-ID, headers that nobody can inject."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from nextcall.channels.contract import Outgoing, SendError

METHOD = re.compile(r"^METHOD:(REQUEST|CANCEL)\r?$", re.M)
POLICY = SMTP.clone(max_line_length=78)
OURS = {
    "from",
    "to",
    "subject",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "bcc",
    "cc",
    "sender",
}


def message_id(message: Outgoing) -> str:
    """Ours, from the touch: the same touch always has the same one, so an answer finds its way back."""
    domain = message.from_address.rpartition("@")[2] or "localhost"
    return f"<{message.reference}@{domain}>"


def compose(message: Outgoing) -> EmailMessage:
    """Raises SendError (permanent) for an address that cannot be written in a header."""
    email = EmailMessage(policy=POLICY)
    email["From"] = _address(message.from_address, one_line(message.from_name))
    email["To"] = _address(message.to)
    email["Subject"] = one_line(message.subject)
    email["Message-ID"] = message_id(message)
    if message.reply_to:
        email["Reply-To"] = _address(message.reply_to)
    if message.in_reply_to:
        answered = one_line(message.in_reply_to)
        email["In-Reply-To"] = answered
        email["References"] = answered
    for name, value in message.headers.items():
        if name.lower() not in OURS:
            email[one_line(name)] = one_line(value)
    email.set_content(message.body, cte="quoted-printable")
    if message.html:
        email.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.calendar:
        _invite(email, message.calendar)
    return email


def _invite(email: EmailMessage, calendar: str) -> None:
    """As calendar programs want it (RFC 6047): one way to read the mail, and once more as a file to open."""
    method = METHOD.search(calendar)
    params = {"method": method[1]} if method else {}
    if email.get_content_maintype() != "multipart":
        email.make_alternative()
    email.add_alternative(calendar, subtype="calendar", charset="utf-8", cte="base64", params=params)
    email.add_attachment(
        calendar, subtype="calendar", charset="utf-8", cte="base64", filename="invite.ics", params=params
    )


def one_line(text: str) -> str:
    """Without control characters: a line break in a name or subject would begin a header of its own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _address(spec: str, name: str = "") -> Address:
    try:
        return Address(display_name=name, addr_spec=spec)
    except (ValueError, IndexError) as error:
        raise SendError(f"not an email address: {spec[:80]!r}", permanent=True, problem="bounced") from error
