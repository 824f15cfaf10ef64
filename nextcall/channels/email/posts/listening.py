"""What every bulk service's listener is built on: who posts is believed by a signature, or a password in the URL."""

import base64
import binascii
import hmac
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Any

from nextcall.channels.contract import Heard, Posted

FRESH = timedelta(minutes=15)  # of a signed post; the services' own retries are signed anew


class MailListener(ABC):
    """`hook_secret`: the password in the address that the service posts to, https://nextcall:<secret>@…"""

    title: str

    def __init__(self, *, hook_secret: str = "", **_others: Any) -> None:
        self._secret = hook_secret

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        """By HTTP Basic authentication: Postmark, Brevo, Mailjet and SparkPost sign nothing."""
        return knows_secret(posted, self._secret)

    def once(self, posted: Posted) -> bytes:
        """What makes this post the same as another one."""
        return posted.body

    def hear(self, posted: Posted) -> tuple[Heard, ...]:
        """Answers and reports. Raises ValueError with what is wrong when it is no post of theirs."""
        return self._hear(posted)

    @abstractmethod
    def _hear(self, posted: Posted) -> tuple[Heard, ...]: ...


def knows_secret(posted: Posted, secret: str) -> bool:
    """Whether the post came with the password; an empty one is never right."""
    scheme, _, shown = posted.headers.get("authorization", "").partition(" ")
    try:
        _, _, password = base64.b64decode(shown.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return bool(secret) and scheme.lower() == "basic" and hmac.compare_digest(password, secret.encode())


def is_fresh(stamp: str, at: datetime) -> bool:
    """`stamp`: seconds since 1970, as text."""
    return (
        stamp.isascii()
        and stamp.isdigit()
        and len(stamp) < 14
        and abs(at.timestamp() - int(stamp)) <= FRESH.total_seconds()
    )
