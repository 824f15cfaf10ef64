"""Short words for the gate's tests: places, facts, asks."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.consent.facts import Ask, Channel, Decision, Facts, Place
from nextcall.consent.places import place_of
from nextcall.consent.policy import Policy, shipped
from nextcall.consent.rules import decide

BY_HAND = Ask("call", automated=False)
TEXT = Ask("text")
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def utc(written: str) -> datetime:
    """utc("2026-11-23T12:30") as an aware instant."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def there(written: str, zone: str) -> datetime:
    """The instant at which the clock of that zone shows the written time."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def known(place: Place | None = None, **facts: Any) -> Facts:
    """Facts with written consent and an inquiry that day, unless said otherwise."""
    return Facts(place=place or place_of(phones=["+13035550142"], postal_code="80202"), **{"tier": "written", **facts})


def ask(channel: Channel, at: datetime, facts: Facts, policy: Policy | None = None, **more: Any) -> Decision:
    """The gate's answer."""
    return decide(Ask(channel, **more), facts, policy or shipped(), at)


def ids(decision: Decision, effect: str) -> set[str]:
    """The ids of the rules with that effect."""
    return {rule.id for rule in decision.rules if rule.effect == effect}
