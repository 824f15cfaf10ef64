"""What can be added to a message is added, so that only what cannot be is left to block it."""

from collections.abc import Iterator
from dataclasses import replace

from nextcall.consent.content import credit, identity, licences
from nextcall.consent.content.message import Message, Recipient, Sender
from nextcall.consent.content.plain import plain
from nextcall.consent.content.read import Read, read

STOP_HINT = "Reply STOP to end texts."


def completed(message: Message, sender: Sender, recipient: Recipient) -> Message:
    """The message with what the law wants beside it: at the end of a text, in the foot of an email."""
    there = read(message, sender, recipient)
    if message.channel == "email":
        lines = identity_lines(sender)
        if message.purpose != "confirmation":
            lines += [*licence_lines(there), *_terms(there)]
        return replace(message, foot="\n".join(dict.fromkeys(line for line in lines if line)))
    added = "" if message.purpose == "confirmation" else " ".join(_endings(there))
    if not added:
        return message
    body = message.body.rstrip()
    full_stop = "" if body.endswith((".", "!", "?", "\u2026", ":", ")")) else "."
    return replace(message, body=f"{body}{full_stop} {added}")


def identity_lines(sender: Sender) -> list[str]:
    """Seller and postal address, the first lines of every email's foot."""
    return [sender.seller, sender.postal_address]


def licence_lines(there: Read) -> list[str]:
    """Ids and licences of the trade, one a line."""
    sender, lines = there.sender, list[str]()
    if sender.trade == "mortgage":
        lines += [f"{sender.name}, NMLS {sender.own_nmls_id}"] if sender.name and sender.own_nmls_id else []
        lines += [f"{sender.seller}, NMLS {sender.nmls_id}"] if sender.nmls_id else []
    elif sender.trade == "real_estate":
        lines += [sender.broker_name] if sender.broker_name and sender.broker_name != sender.seller else []
        if "CA" in there.recipient.states:
            number = licences.california_number(there)
            lines.append(f"{sender.name or sender.broker}{f', CA DRE {number}' if number else ''}")
    return lines


def _endings(there: Read) -> Iterator[str]:
    """The sentences that a text lacks."""
    message, sender = there.message, there.sender
    named = message.first or message.purpose == "marketing"
    if named and sender.seller and not identity.names_seller(there):
        yield f"{sender.seller}."
    if message.first:
        text = plain(there.message.body).text
        yield from (f"{line}." for line in licence_lines(there) if plain(line).text not in text)
    yield from (terms for terms in _terms(there) if plain(terms).text.strip() not in there.everything)
    if identity.hint_is_due(there) and not identity.hints(message.body):
        yield STOP_HINT


def _terms(there: Read) -> list[str]:
    """The terms of the offer, where the message advertises credit."""
    told = there.recipient.offer_disclosures or there.sender.disclosures
    if not told or not any(credit.triggers(text) for text in (there.message.subject, there.message.body) if text):
        return []
    return [told.strip()]
