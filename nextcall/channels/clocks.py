"""Whose Date header counts as a second clock: services that are asked anyway, over https, at addresses of their own.

A server that an account or a member names is not among them: whoever runs it could stop everybody's sending.
"""

from urllib.parse import urlsplit

from nextcall.lib import second_clock

KNOWN = (
    *("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com"),
    *("api.twilio.com", "api.telnyx.com"),
)


def hear(url: str, date_header: str | None) -> None:
    """Keep the time that came with this answer, if its word counts."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and any(host == known or host.endswith(f".{known}") for known in KNOWN):
        second_clock.hear(host, date_header)
