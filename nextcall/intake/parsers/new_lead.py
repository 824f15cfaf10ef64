"""NewLead: what any format says about one inquiry, before anything is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from nextcall.lib.email_address import EmailAddress
from nextcall.lib.phone import Phone


class CannotRead(Exception):
    """These bytes are not understood; says what is wrong, where, and what would be right."""


@dataclass(frozen=True, slots=True)
class Name:
    full: str | None = None
    given: str | None = None
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """What the lead ticked or signed. `channels` names only those that the format names."""

    channels: tuple[str, ...] = ()
    wording: str | None = None
    at: datetime | date | None = None
    ip: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What another system already did, so that nobody starts again from nothing."""

    calls: int = 0
    texts_out: int = 0
    texts_in: int = 0
    emails_out: int = 0
    emails_in: int = 0
    contacted: bool = False
    email_bounced: bool = False
    first_attempt_at: datetime | date | None = None
    latest_attempt_at: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one value or row that could not be used, named by its cause so that like ones are grouped."""

    cause: str  # a key of problems.SAYS
    label: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class NewLead:
    """One inquiry. Absent is None or empty, never invented; text is already bounded and free of control characters."""

    raw_format: str
    external_id: str | None = None
    source: str | None = None
    offer: str | None = None
    received_at: datetime | date | None = None  # a date when the format gives no time of day
    name: Name = Name()
    emails: tuple[EmailAddress, ...] = ()
    phones: tuple[Phone, ...] = ()
    phone_labels: Mapping[str, str] = field(default_factory=dict)  # E.164 -> mobile, home, work
    address: Address = Address()
    message: str | None = None
    interest: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    consent: ConsentGiven | None = None
    # channels whose box was shown and left empty: the form's own wording gives nothing there
    refused: tuple[str, ...] = ()
    opt_outs: tuple[str, ...] = ()  # channels the record says never to use again
    company: str | None = None
    owner: str | None = None  # as the other system names them
    stage: str | None = None  # ours: see vocabulary.toml
    attempts: int | None = None  # made by another system
    latest_activity_at: datetime | date | None = None
    bought_at: datetime | date | None = None  # when they bought, as the record says
    history: History | None = None
    rows: tuple[int, ...] = ()  # lines of the file that say this


def when(value: datetime | date | None) -> str | None:
    """ISO 8601 with an offset (Z for UTC); a date stays a date."""
    if not isinstance(value, datetime):
        return value.isoformat() if value else None
    precision = "seconds" if not value.microsecond else "milliseconds"
    text = value.isoformat(timespec=precision)
    return text.removesuffix("+00:00") + "Z" if value.utcoffset() == UTC.utcoffset(None) else text


def to_json(lead: NewLead) -> dict[str, Any]:
    """The Lead document of the public interface; what only some formats say follows after `raw_format`."""
    place, consent = lead.address, lead.consent
    return {
        "external_id": lead.external_id,
        "source": lead.source,
        "offer": lead.offer,
        "received_at": when(lead.received_at),
        "name": {"full": lead.name.full, "given": lead.name.given, "family": lead.name.family},
        "emails": [email.value.lower() for email in lead.emails],
        "phones": [phone.e164 for phone in lead.phones],
        "address": {
            "street": place.street,
            "city": place.city,
            "region": place.region,
            "postal_code": place.postal_code,
            "country": place.country,
        },
        "message": lead.message,
        "interest": dict(lead.interest),
        "answers": dict(lead.answers),
        "consent": consent
        and {
            "channels": list(consent.channels),
            "wording": consent.wording,
            "at": when(consent.at),
            "ip": consent.ip,
            "url": consent.url,
        },
        "raw_format": lead.raw_format,
        **_more(lead),
    }


def _more(lead: NewLead) -> dict[str, Any]:
    history = lead.history
    return {
        "extensions": {phone.e164: phone.extension for phone in lead.phones if phone.extension},
        "opt_outs": list(lead.opt_outs),
        "company": lead.company,
        "owner": lead.owner,
        "stage": lead.stage,
        "attempts": lead.attempts,
        "latest_activity_at": when(lead.latest_activity_at),
        "bought_at": when(lead.bought_at),
        "history": history
        and {
            "calls": history.calls,
            "texts_out": history.texts_out,
            "texts_in": history.texts_in,
            "emails_out": history.emails_out,
            "emails_in": history.emails_in,
            "contacted": history.contacted,
            "email_bounced": history.email_bounced,
            "first_attempt_at": when(history.first_attempt_at),
            "latest_attempt_at": when(history.latest_attempt_at),
        },
        "rows": list(lead.rows),
    }


@dataclass(frozen=True, slots=True)
class Understood:
    """What one delivery or file says: its leads, and in words what could not be used."""

    format: str
    leads: tuple[NewLead, ...]
    warnings: tuple[str, ...] = ()
