"""Every check, asked of one message. Pure; about 100 microseconds for a text."""

from collections.abc import Iterable, Iterator

from nextcall.consent.content import claims, credit, housing, identity, licences, sources
from nextcall.consent.content.message import Finding, Message, Recipient, Sender
from nextcall.consent.content.read import read

CHECKS = (sources.check, identity.check, licences.check, credit.check, claims.check, housing.check)


def check(message: Message, sender: Sender, recipient: Recipient) -> tuple[Finding, ...]:
    """What the message breaks, and what it may break; blocks first. () when it may leave.

    The confirmation of a stop is ours alone to word, and is not checked. Never raises; time is linear in the length.
    """
    if message.purpose == "confirmation":
        return ()
    there = read(message, sender, recipient)
    return _ordered(one for each in CHECKS for one in each(there))


def check_words(message: Message, sender: Sender, recipient: Recipient) -> tuple[Finding, ...]:
    """Only what the words themselves say: for wording whose reader is not known yet."""
    there = read(message, sender, recipient)
    return _ordered(one for each in (credit.check, claims.check, housing.check) for one in each(there))


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.tier == "block")


def _ordered(found: Iterator[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda one: one.tier != "block"))
