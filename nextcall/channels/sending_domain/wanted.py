"""What each service wants to find in a domain's DNS, from its own set-up pages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wants:
    """`include`: what SPF must include, "" if it need not. `spf_under`: the label whose SPF counts, "" for the domain
    itself. `selectors`: where DKIM keys are looked for, one is enough; none when the service draws them by lot."""

    title: str
    include: str = ""
    spf_under: str = ""
    selectors: tuple[str, ...] = ()


NOBODY = Wants("your mail server")
WANTS: Mapping[str, Wants] = {
    # Its envelope sender is a domain of its own unless a Return-Path domain is set up: SPF is then theirs.
    "postmark": Wants("Postmark"),  # selectors like 20260101120000pm
    "mailgun": Wants("Mailgun", "mailgun.org",
                     selectors=("mx", "k1", "pic", "smtp", "mailo", "email", "krs", "s1", "pdk1")),
    "sendgrid": Wants("SendGrid", selectors=("s1", "s2", "m1", "smtpapi")),
    "brevo": Wants("Brevo", "spf.brevo.com", selectors=("brevo1", "brevo2", "mail")),
    "resend": Wants("Resend", "amazonses.com", spf_under="send", selectors=("resend",)),
    "mailjet": Wants("Mailjet", "spf.mailjet.com", selectors=("mailjet",)),
    "sparkpost": Wants("SparkPost"),  # selectors like scph0126
}  # fmt: skip
BY_SERVER: Mapping[str, Wants] = {  # the end of a mail server's name
    "gmail.com": Wants("Google Workspace", "_spf.google.com", selectors=("google",)),
    "office365.com": Wants("Microsoft 365", "spf.protection.outlook.com", selectors=("selector1", "selector2")),
    "outlook.com": Wants("Microsoft 365", "spf.protection.outlook.com", selectors=("selector1", "selector2")),
    "fastmail.com": Wants("Fastmail", "spf.messagingengine.com", selectors=("fm1", "fm2", "fm3")),
    "zoho.com": Wants("Zoho", "zohomail.com", selectors=("zmail", "zoho")),
}
FREE = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com aol.com icloud.com me.com gmx.com gmx.de"
    " proton.me protonmail.com comcast.net mail.com".split()
)  # addresses that only their own provider may write from


def wants(provider: str, host: str = "", selector: str = "") -> Wants:
    """By the provider, or by the mail server's name; with the account's own selector if it names one."""
    found = WANTS.get(provider) or next((one for end, one in BY_SERVER.items() if host.lower().endswith(end)), NOBODY)
    return Wants(found.title, found.include, found.spf_under, (selector, *found.selectors)) if selector else found
