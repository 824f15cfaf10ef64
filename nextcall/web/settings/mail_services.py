"""The bulk mail services as the page shows them: which keys they give, and where they post answers and reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. `secret`: never shown again; `optional`: sending works without it."""

    name: str
    label: str
    says: str = ""
    secret: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """`signs`: its posts are believed by a signature; else by a password in the address. `reads`: it brings answers."""

    name: str
    title: str
    keys: tuple[Key, ...]
    posts: str  # where the address is pasted there
    signs: bool = False
    reads: bool = True
    regions: bool = False
    tracks: bool = False  # opens and clicks can be switched off only there
    note: str = ""


API_KEY = Key("api_key", "API key", "It must be allowed to send.")
SERVICES = (
    Service(
        "postmark",
        "Postmark",
        (
            Key("server_token", "Server API token", "Servers, your server, API Tokens."),
            Key("message_stream", "Message stream", "Empty: outbound.", secret=False, optional=True),
        ),
        "Servers, your server: Inbound, Settings, Webhook; and Outbound, Webhooks: Delivery, Bounce, Spam complaint"
        " and Subscription change.",
    ),
    Service(
        "mailgun",
        "Mailgun",
        (
            API_KEY,
            Key("sender_domain", "Sending domain", "Empty: the domain of your address.", secret=False, optional=True),
            Key("signing_key", "HTTP webhook signing key", "Without it no post is believed.", optional=True),
        ),
        "Receiving: a route that forwards to it; and Send, Webhooks: delivered, permanent failure, complained and"
        " unsubscribed.",
        signs=True,
        regions=True,
    ),
    Service(
        "sendgrid",
        "SendGrid",
        (API_KEY, Key("public_key", "Verification key", "Of the signed event webhook.", secret=False, optional=True)),
        "Settings, Inbound Parse; and Settings, Mail Settings, Event Webhook.",
        regions=True,
    ),
    Service(
        "brevo",
        "Brevo",
        (API_KEY,),
        "Transactional, Settings, Webhook; inbound parsing is set up by Brevo's own interface.",
        note="Switch the tracking of opens and clicks off there. Files that come with an answer stay at Brevo.",
        tracks=True,
    ),
    Service(
        "resend",
        "Resend",
        (API_KEY, Key("signing_secret", "Signing secret of the webhook", "Begins with whsec_.", optional=True)),
        "Webhooks, Add webhook: delivered, bounced, complained.",
        signs=True,
        reads=False,
        note="Switch tracking off for the domain there. Resend does not post the words of answers: have them read from"
        " a mailbox.",
        tracks=True,
    ),
    Service(
        "mailjet",
        "Mailjet",
        (API_KEY, Key("secret_key", "Secret key")),
        "Account, Event notifications; and the Parse API for answers.",
    ),
    Service(
        "sparkpost", "SparkPost", (API_KEY,), "Configuration, Webhooks; and Relay webhooks for answers.", regions=True
    ),
)
BY_NAME = {service.name: service for service in SERVICES}
