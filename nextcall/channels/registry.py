"""Which provider serves a channel: from an account's own, already decrypted settings. Pure."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nextcall.channels.booking.calendly import CalendlyListener
from nextcall.channels.contract import Listener
from nextcall.channels.email.bulk import SERVICES, Bulk
from nextcall.channels.email.posts.brevo import BrevoListener
from nextcall.channels.email.posts.mailgun import MailgunListener
from nextcall.channels.email.posts.mailjet import MailjetListener
from nextcall.channels.email.posts.postmark import PostmarkListener
from nextcall.channels.email.posts.resend import ResendListener
from nextcall.channels.email.posts.sendgrid import SendgridListener
from nextcall.channels.email.posts.sparkpost import SparkpostListener
from nextcall.channels.email.smtp import Smtp
from nextcall.channels.memory import Memory
from nextcall.channels.provider import Provider
from nextcall.channels.sms.telnyx import Telnyx, TelnyxListener
from nextcall.channels.sms.twilio import Twilio
from nextcall.channels.sms.twilio_posts import TwilioListener

HANDSET = "handset"  # nothing is sent by machine: the step is shown to the member whose work it is
TWILIO = frozenset(
    (
        "account_sid",
        "auth_token",
        "api_key",
        "api_secret",
        "messaging_service",
        "status_url",
        "base_url",
        "messaging_url",
    )
)
PROVIDERS: dict[str, tuple[Callable[..., Provider], frozenset[str], frozenset[str]]] = {
    # name: how it is made, the channels it serves, the settings it takes
    "memory": (
        Memory,
        frozenset({"text", "email", "call", "voicemail"}),
        frozenset({"file", "knows", "keep", "queue"}),
    ),
    "smtp": (
        Smtp,
        frozenset({"email"}),
        frozenset({"host", "port", "user", "password", "token", "security", "timeout_seconds", "keep", "copies"}),
    ),
    "twilio": (Twilio, frozenset({"text"}), TWILIO),
    "telnyx": (Telnyx, frozenset({"text"}), frozenset({"api_key", "messaging_profile", "status_url", "base_url"})),
    # their addresses are ours to name, by region: an account's settings must not send its mail anywhere else
    **{
        name: (partial(Bulk, name), frozenset({"email"}), frozenset({*service.keys, "region", "timeout_seconds"}))
        for name, service in SERVICES.items()
    },
}
LISTENERS: dict[str, Callable[..., Listener]] = {
    "twilio": TwilioListener,
    "telnyx": TelnyxListener,
    "calendly": CalendlyListener,
    "brevo": BrevoListener,
    "mailgun": MailgunListener,
    "mailjet": MailjetListener,
    "postmark": PostmarkListener,
    "resend": ResendListener,
    "sendgrid": SendgridListener,
    "sparkpost": SparkpostListener,
}


class BadConnection(Exception):
    """The settings name no provider, or not this channel; says what would be right."""


def names_for(channel: str) -> tuple[str, ...]:
    """Every provider that can serve `channel`, the handset last."""
    return (*sorted(name for name, (_, channels, _) in PROVIDERS.items() if channel in channels), HANDSET)


def provider(name: str, channel: str, config: Mapping[str, Any]) -> Provider | None:
    """The provider, or None for the handset. Settings that are not the provider's own are left out."""
    if name == HANDSET:
        return None
    if name not in PROVIDERS or channel not in PROVIDERS[name][1]:
        raise BadConnection(f"{name!r} does not serve {channel}; use one of: {', '.join(names_for(channel))}")
    make, _, settings = PROVIDERS[name]
    try:
        return make(**{key: value for key, value in config.items() if key in settings and value is not None})
    except TypeError as error:
        raise BadConnection(f"{name}: {error}") from error


def listener(name: str, config: Mapping[str, Any]) -> Listener:
    """What reads the posts of that provider, with its account's secrets."""
    if name not in LISTENERS:
        raise BadConnection(f"{name!r} posts nothing to us; there are: {', '.join(sorted(LISTENERS))}")
    try:
        return LISTENERS[name](**config)
    except TypeError as error:
        raise BadConnection(f"{name}: {error}") from error
