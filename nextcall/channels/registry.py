"""Which provider serves a channel: from an account's own, already decrypted settings. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from nextcall.channels.email.smtp import Smtp
from nextcall.channels.memory import Memory
from nextcall.channels.provider import Provider

HANDSET = "handset"  # nothing is sent by machine: the step is shown to the member whose work it is
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
        frozenset({"host", "port", "user", "password", "security", "timeout_seconds", "keep"}),
    ),
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
