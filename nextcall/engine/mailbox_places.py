"""What the row of a mailbox says: where it is, where copies go, which address answers come to."""

from typing import Any

import structlog

from nextcall.channels.email.copies import Copies
from nextcall.channels.email.imap import Place
from nextcall.lib import sealing
from nextcall.team.models import Connection, Mailbox

log = structlog.get_logger(__name__)


class NoPlace(Exception):
    """The settings cannot be read; says what would be right."""


def settings_of(mailbox: Mailbox) -> dict[str, Any]:
    """Raises NoPlace."""
    try:
        return sealing.unseal(mailbox.sealed)
    except sealing.CannotUnseal as error:
        raise NoPlace(str(error)) from error


def place_of(mailbox: Mailbox) -> Place:
    """Where it is and how we sign in. Raises NoPlace."""
    kept = settings_of(mailbox)
    if kept.get("oauth") and mailbox.connection is not None:  # the tokens are kept once, with the connection
        try:
            kept |= {"token": sealing.unseal(mailbox.connection.sealed)["token"]}
        except (sealing.CannotUnseal, KeyError) as error:
            raise NoPlace("The sign-in at the provider is lost: sign in there again.") from error
    try:
        return Place(
            host=kept["host"],
            port=int(kept["port"]),
            user=kept["user"],
            security=kept["security"],
            password=kept.get("password", ""),
            token=kept.get("token", ""),
        )
    except (KeyError, ValueError) as error:
        raise NoPlace("The settings of the mailbox are not complete: enter them again.") from error


def read_for(connection: Connection) -> Mailbox | None:
    """The mailbox that answers to this connection come to, if it is read."""
    mailbox: Mailbox | None = getattr(connection, "mailbox", None)
    return mailbox if mailbox is not None and mailbox.enabled else None


def version_of(mailbox: Mailbox | None) -> object:
    """Changes when anything does that sending rests on."""
    return (bytes(mailbox.sealed), mailbox.address, mailbox.sent_folder) if mailbox else None


def copies_for(mailbox: Mailbox | None) -> Copies | None:
    """None where no copies are kept. Without them the mail leaves all the same."""
    if mailbox is None or not mailbox.sent_folder:
        return None
    try:
        return Copies(place_of(mailbox), mailbox.sent_folder)
    except NoPlace as error:
        log.warning("copy.missed", mailbox=mailbox.pk, why=str(error))
        return None


def answers_to(mailbox: Mailbox | None, from_address: str) -> tuple[str, bool]:
    """The Reply-To that mail needs, "" if none; whether each message may have one of its own (plus-addresses)."""
    if mailbox is None:
        return "", False
    try:
        marked = bool(settings_of(mailbox).get("plus"))
    except NoPlace:
        marked = False
    needed = marked or mailbox.address.lower() != from_address.lower()
    return (mailbox.address if needed else ""), marked
