"""What the checks are asked with, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Tier = Literal["block", "warn"]
Field = Literal["subject", "body"]
TRADES = ("mortgage", "real_estate", "builder", "other")
HOUSING = ("mortgage", "real_estate", "builder")  # trades that advertise homes or credit for them
SOURCE_KINDS = ("own", "purchased", "credit_trigger")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it would leave. Characters are Unicode code points; `foot` is what stands below an email."""

    channel: str  # text, email
    body: str
    subject: str = ""
    purpose: str = "marketing"
    foot: str = ""  # appended to an email: seller, address, licence lines, disclosures
    unsubscribe: bool = True  # whether an email carries the link and the one-click headers
    first: bool = False  # nothing was sent to this person on this channel before
    hint_due: bool = False  # a text: no way out was named in the last 30 days
    automated: bool = True  # the machine's own words, not a member's
    unread_ai: bool = False  # written by a language model, and no person has read it


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the account, and the member who signs (`name`; "" when nobody in person does)."""

    seller: str
    postal_address: str = ""
    name: str = ""
    trade: str = ""  # one of TRADES; "" unknown: only what binds everybody applies
    nmls_id: str = ""  # of the company
    own_nmls_id: str = ""  # of the member
    licences: Mapping[str, str] = field(default_factory=dict)  # of the company: state -> number
    own_licences: Mapping[str, str] = field(default_factory=dict)
    broker_name: str = ""
    disclosures: str = ""

    @property
    def broker(self) -> str:
        """The brokerage as it is named: the seller itself unless another one is."""
        return self.broker_name or self.seller


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who reads it. `jurisdictions`: every place the person may be in, as `Place.jurisdictions`."""

    jurisdictions: tuple[str, ...] = ()
    name: str = ""
    offer_disclosures: str = ""
    source_kind: str = ""
    source_basis: str = ""

    @property
    def states(self) -> tuple[str, ...]:
        """Two letters each, of the United States; "" for a person who may be in any."""
        found = [place[3:] for place in self.jurisdictions if place.startswith("US-")]
        return tuple("" if state == "unknown" else state for state in found) or ("",) * ("US" in self.jurisdictions)

    @property
    def countries(self) -> frozenset[str]:
        """Two letters each."""
        return frozenset(place[:2] for place in self.jurisdictions)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the message, exactly as written, and where: [start, end) in that field."""

    where: Field
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that the message breaks (`block`) or may break (`warn`). No quote: something is missing."""

    rule: str  # "FH-01.religion", "MO-01.terms"
    tier: Tier
    says: str  # what is wrong and what would be right
    source: str
    quotes: tuple[Quote, ...] = ()

    @property
    def shown(self) -> str:
        """ "“no kids”, “adults only”: describe the home, not the people" """
        words = ", ".join(f"\u201c{' '.join(quote.text.split())[:60]}\u201d" for quote in self.quotes[:4])
        return f"{words}: {self.says}" if words else self.says
