"""The words between the engine and a provider: what goes out, what comes back, what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Found = Literal["sent", "never_arrived", "unknown"]
TakenBack = Literal["stopped", "gone", "unknown"]
Why = Literal["missing", "foreign", "changed", "expired", "closed", "used", "recalled"]


class SendError(Exception):
    """The provider refused, or could not be reached *before* it took the message: it has not left.

    `permanent`: trying again cannot help. `problem` marks the contact point: "bounced", "landline", "withdrawn", "".
    `sender` says what is wrong on our side: "not registered", "filtered"; our number rests until somebody has looked.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        problem: str = "",
        sender: str = "",
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.problem = problem
        self.sender = sender
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
    calendar: str = ""  # an invitation that goes along with an email (RFC 5546), its METHOD inside
    media: tuple[str, ...] = ()  # pictures that leave with a text: addresses that the provider fetches them from
    valid_until: datetime | None = None  # the window's close
    at: datetime | None = None  # when the gate allowed it: what is left of the window counts from here
    whose: int = 0  # a number that tells our members apart, for the copy of an email; 0: nobody's


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took it."""

    provider_reference: str
    our_point: str = ""  # the number it left from, where the provider chose


@dataclass(frozen=True, slots=True)
class Handed:
    """What we know of a message that a provider may have: asked about after a crash, or wanted back."""

    reference: str  # ours
    provider_reference: str = ""  # its own, if it answered
    to: str = ""
    body: str = ""
    at: datetime | None = None  # when it was claimed
    ours: str = ""  # the number it was to leave from, if one was chosen
    others: frozenset[str] = frozenset()  # the provider's own ids of what else we sent there around then


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number that the account has at its provider, and whether it may send."""

    number: str  # E.164, a short code, or the name that is shown
    kind: Literal["long_code", "toll_free", "short_code", "name"]
    registration: Literal["unknown", "pending", "registered", "refused"]
    says: str = ""  # the provider's words, with the id of its campaign
    service: str = ""  # the provider's id of the messaging service it belongs to


@dataclass(frozen=True, slots=True)
class File:
    """A file that came along. Its name and type are the sender's word. `refused`: why its bytes were not fetched."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    refused: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """Somebody wrote or called. Absent is "" or ()."""

    channel: str  # text, email, call
    sender: str  # number or address, as the provider has it
    to: str  # ours
    text: str  # the new words; of a call the transcript of what they left
    reference: str  # the provider's own id: the same message again has the same one
    at: datetime | None = None
    sender_name: str = ""
    subject: str = ""
    quoted: str = ""
    message_id: str = ""
    answers: tuple[str, ...] = ()  # ids of our messages that it may answer, the likeliest first
    by_machine: str = ""  # what shows that no person wrote it
    files: tuple[File, ...] = ()
    file_urls: tuple[str, ...] = ()  # to be fetched from the provider
    answered_by_provider: bool = False  # the provider confirmed an opt-out already: we do not


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of a message of ours. Reports come late, twice and out of order."""

    provider_reference: str
    state: Literal["sent", "delivered", "bounced", "failed", "complained"]
    reference: str = ""  # ours, where the provider gives it back
    recipient: str = ""
    permanent: bool = False  # trying again cannot help
    problem: str = ""  # of the contact point: bounced, landline, disconnected, withdrawn, ""
    code: str = ""  # the provider's own
    reason: str = ""  # in words
    sender: str = ""  # what is wrong with our number or account
    retries: int = 0  # how often it may be tried again, inside the window
    hours_apart: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallReport:
    """How a call went, or that one came in."""

    provider_reference: str
    outbound: bool
    other: str  # their number
    ours: str
    outcome: Literal["ringing", "no_answer", "busy", "failed", "answered", "voicemail"]
    seconds: int = 0
    transcript: str = ""
    recording_url: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BookingReport:
    """A lead picked a time on a booking page, or gave it back. `replaces`, `replaced_by`: moved, not lost."""

    provider_reference: str
    state: Literal["booked", "cancelled", "missed"]
    email: str = ""
    phone: str = ""
    name: str = ""
    zone: str = ""  # the lead's, as they chose it there
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    what: str = ""
    place: str = ""
    replaces: str = ""
    replaced_by: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a provider's machine posted to us, as it came."""

    url: str  # whole, as the provider called it
    body: bytes
    headers: Mapping[str, str]  # names in lower case


Heard = InboundMessage | DeliveryReport | CallReport | BookingReport


class Listener(Protocol):
    """The other direction of a provider. Pure: it reads bytes; fetching files is the sender's own business."""

    def verify(self, posted: Posted, *, at: datetime) -> bool:
        """Whether the signature is the provider's and fresh."""

    def once(self, posted: Posted) -> bytes:
        """What makes this post the same as another one, which then changes nothing."""

    def hear(self, posted: Posted) -> tuple[Heard, ...]:
        """What it says. Raises ValueError with what is wrong when it cannot be read."""
