"""What the row of a mailbox says: where it is, where copies go, which address answers come to."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.db import transaction

from nextcall.channels.email.copies import Copies, Filed
from nextcall.channels.email.imap import Place
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Mailbox

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
    if (
        kept.get("oauth") and "token" not in kept and mailbox.connection is not None
    ):  # the tokens are kept once, with the connection
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


def settle(account: Account) -> Mailbox | None:
    """Where answers are asked for; see `best`. None: nowhere that we read."""
    connection = Connection.objects.filter(account=account, channel="email").first()
    found = best(connection, list(Mailbox.objects.filter(account=account).order_by("pk"))) if connection else None
    if found is not None and found.connection_id is None:
        Mailbox.objects.filter(account=account, pk=found.pk).update(connection=connection)
    return found


def best(connection: Connection, boxes: Sequence[Mailbox]) -> Mailbox | None:
    """Of these mailboxes the one that answers come to: what was chosen while it is there, else the one that mail leaves
    from, else the first of everybody's. A member's own is never chosen for all by itself.
    """
    ours = connection.from_address.lower()
    chosen = [one for one in boxes if one.connection_id == connection.pk]
    same = [one for one in boxes if one.address.lower() == ours]
    return next(iter([*chosen, *same, *(one for one in boxes if one.member_id is None)]), None)


def choose(mailbox: Mailbox) -> None:
    """Answers are asked for here from now on, and no longer elsewhere."""
    boxes = Mailbox.objects.filter(account_id=mailbox.account_id)
    connection = Connection.objects.filter(account_id=mailbox.account_id, channel="email").first()
    with transaction.atomic():
        boxes.exclude(connection=None).update(connection=None)
        boxes.filter(pk=mailbox.pk).update(connection=connection)


def own_of(connection: Connection) -> Mailbox | None:
    """The mailbox of a member with the very address that mail leaves from: copies of what they write go there."""
    ours = connection.from_address.lower()
    return next(
        (
            one
            for one in connection.account.mailboxes.all()
            if one.enabled and one.member_id and one.address.lower() == ours
        ),
        None,
    )


def version_of(connection: Connection) -> object:
    """Changes when anything does that sending rests on."""
    found = (read_for(connection), own_of(connection))
    return [one and (bytes(one.sealed), one.address, one.sent_folder, one.member_id) for one in found]


def copies_for(connection: Connection) -> Filed | None:
    """None where no copies are kept. Without them the mail leaves all the same."""
    usual, own = read_for(connection), own_of(connection)
    into = _copies(own) if own is not None and own != usual else None
    made = Filed(_copies(usual), {own.member_id: into} if own and own.member_id and into else {})
    return made if made else None


def _copies(mailbox: Mailbox | None) -> Copies | None:
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
