"""The values the gate decides on. Frozen, without a database: whoever asks, asks with these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Channel = Literal["call", "text", "email", "voicemail"]
Purpose = Literal["marketing", "reply", "informational", "confirmation"]
Tier = Literal["written", "express", "implied", "soft", "none"]
Verdict = Literal["allow", "wait", "deny"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person may be: the union of what every clue allows. A contact must be lawful in all of it."""

    zones: tuple[str, ...]  # IANA names, sorted, at least one
    jurisdictions: tuple[str, ...]  # "US", "US-FL", "US-unknown", "CA-BC", "unknown"; sorted
    home_zone: str  # the zone to plan and to print in: the most trusted clue's
    clues: tuple[str, ...] = ()  # in words: "ZIP 80202: Colorado, America/Denver"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a do-not-call list says of a number. A list that does not cover the number is not among the facts."""

    place: str  # whose list: "US", "US-FL", "CA", "GB", "AU"
    listed: bool
    obtained_at: datetime  # the date of the list itself


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one contact point of one person, for one channel."""

    place: Place
    tier: Tier = "none"  # the best permission in force for this channel and purpose
    permission_automated: bool = True  # whether its wording covers software that chooses and sends
    sellers: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()  # reasons of withdrawals in force for this channel; empty: none
    permission_id: int | None = None  # of the best permission: what a proof points to
    permission_until: datetime | None = None  # when the best permission runs out; None: it does not
    do_not_call: Literal["yes", "no", "unknown"] = "unknown"  # of every list at once, where somebody says so
    lists: tuple[Checked, ...] = ()  # the do-not-call lists that cover the number, each with its date
    inquired_at: datetime | None = None  # starts the 3-month inquiry relationship (US-07)
    bought_at: datetime | None = None  # starts the 18-month one
    inbound_at: datetime | None = None  # latest message from the lead on this contact point
    # Attempts made or reserved towards the person in the longest window of any cap: (channel, at), any order
    attempts: tuple[tuple[str, datetime], ...] = ()
    contact_point_problem: str = ""  # wrong, bounced, disconnected, landline
    reassigned_checked_at: datetime | None = None  # the latest "no" of the reassigned-numbers database (US-18)
    refused_at: datetime | None = None  # when they last said no on the phone (EU-02: 60 days of quiet in France)
    # What the person asked for short of a stop, for this channel: hours by their clock, no contact before an instant
    preferred_hours: tuple[tuple[tuple[int, int], ...], ...] = ()  # Monday to Friday, Saturday, Sunday; (): any
    not_before: datetime | None = None
    clock_doubt: str = ""  # why our clock cannot be trusted; "" when a second source agrees with it
    held: str = ""  # why every machine touch to the person waits: an unclear message, seen by nobody yet


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted: `automated` is anything that software selects and sends; a person's own dialling is not."""

    channel: Channel
    purpose: Purpose = "marketing"
    automated: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that took part, with the words a person reads and where it is written."""

    id: str  # "US-FL.cap.24h", "US.hours", "account.hours.email"
    effect: Verdict
    says: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer. `wait` has `earliest`, and is itself lawful then as far as the facts go; `deny` has None."""

    verdict: Verdict
    at: datetime
    rules: tuple[Rule, ...]
    earliest: datetime | None = None
    until: datetime | None = None  # when the window that allows it closes: the provider's validity period
    local_times: Mapping[str, str] = field(default_factory=dict)  # zone -> ISO with offset
    jurisdictions: tuple[str, ...] = ()
    policy_version: str = ""

    @property
    def deciding(self) -> Rule | None:
        """The rule that made it wait or deny; None when allowed."""
        return next((rule for rule in self.rules if rule.effect == self.verdict != "allow"), None)
