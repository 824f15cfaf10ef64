"""The words between the engine and a provider: what goes out, what comes back, what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Found = Literal["sent", "never_arrived", "unknown"]
TakenBack = Literal["stopped", "gone", "unknown"]
Why = Literal["missing", "foreign", "changed", "expired", "closed", "used", "recalled"]


class SendError(Exception):
    """The provider refused, or could not be reached *before* it took the message: it has not left.

    `permanent`: trying again cannot help. `problem` marks the contact point: "bounced", "landline", "withdrawn", "".
    """

    def __init__(
        self, message: str, *, permanent: bool, problem: str = "", retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.problem = problem
        self.retry_after_seconds = retry_after_seconds


class NotPermitted(SendError):
    """The message was not handed to the provider, for want of a permit that is good for it now.

    `late`: it only stood in the queue for too long, or was `recalled` from it because something came in from the
    person; the gate is asked again. Anything else is a fault of ours. After `used` it may have left before.
    """

    def __init__(self, message: str, *, why: Why) -> None:
        self.why = why
        self.late = why in ("expired", "closed", "recalled")
        super().__init__(message, permanent=not self.late)


class Uncertain(Exception):
    """The connection broke after the message was handed over: nobody knows whether it left."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, worded and permitted."""

    reference: str  # ours; the same touch always has the same one
    channel: str  # text, email, call, voicemail
    to: str
    body: str  # plain text
    subject: str = ""
    html: str = ""
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    valid_until: datetime | None = None  # the window's close


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took it."""

    provider_reference: str
