"""What a provider must do. Every provider passes tests/channels/conformance.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Found = Literal["sent", "never_arrived", "unknown"]


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


class Provider(Protocol):
    """Sends on one channel. Thread-safe; keeps its connection between calls."""

    name: str

    def send(self, message: Outgoing) -> Receipt:
        """Hand it over. Raises SendError when it has certainly not left, Uncertain when nobody knows."""

    def look_up(self, reference: str) -> Found:
        """After a crash: did the touch with our reference leave? "unknown" if the provider cannot tell."""

    def close(self) -> None: ...
