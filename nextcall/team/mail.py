"""Mail to our own members: sign-in links and test messages. What goes to leads leaves through the engine."""

import threading
from datetime import datetime
from uuid import uuid4

import structlog

from nextcall.channels import permit, registry
from nextcall.channels.contract import Outgoing, SendError, Uncertain
from nextcall.channels.provider import Provider
from nextcall.lib import sealing
from nextcall.team import sign_in
from nextcall.team.models import Connection, Member

PERMITTED_SECONDS = 60.0
SENDER = "sign-in link"  # the thread that mails one
LINK_LETTER = """Open this link to sign in to Nextcall. It works once, for 15 minutes.

{url}

If you did not ask for it, do nothing.
"""
log = structlog.get_logger("nextcall.team")


def mailer(account_id: int) -> Connection | None:
    """The account's email connection, when it can send by machine."""
    connected = Connection.objects.filter(account_id=account_id, channel="email", enabled=True)
    return connected.exclude(provider=registry.HANDSET).first()


def somebody_mails() -> bool:
    """Whether any account here sends email. Says nothing about one address, so it may be shown to anybody."""
    return Connection.objects.filter(channel="email", enabled=True).exclude(provider=registry.HANDSET).exists()


def provider_of(connection: Connection) -> Provider:
    """Raises SendError when the settings cannot be used, with what would be right."""
    try:
        provider = registry.provider(connection.provider, "email", sealing.unseal(connection.sealed))
    except (sealing.CannotUnseal, registry.BadConnection) as error:
        raise SendError(str(error), permanent=True) from error
    if provider is None:
        raise SendError("Email leaves by hand here.", permanent=True)
    return provider


def letter(member: Member, connection: Connection, *, subject: str, body: str) -> Outgoing:
    return Outgoing(
        reference=uuid4().hex,
        channel="email",
        to=member.email,
        subject=subject,
        body=body,
        from_name="Nextcall",
        from_address=connection.from_address,
    )


def send(connection: Connection, message: Outgoing, *, member: Member) -> None:
    """Blocks until the mail server answered: never inside a transaction. Raises SendError or Uncertain.

    To a member of the connection's own account alone: nobody else may be written to past the gate.
    """
    if member.sample or (member.account_id, member.email) != (connection.account_id, message.to):
        raise SendError("This is mail to our own members, and that address is none of theirs.", permanent=True)
    provider = provider_of(connection)
    try:
        allowed = permit.issue(message, reason="own member", seconds=PERMITTED_SECONDS)
        provider.send(message, allowed)
    finally:
        provider.close()


def mail_link(email: str, *, base_url: str, at: datetime) -> None:
    """Mails a sign-in link, if the address is a member's and the account sends email.

    The mail leaves beside the request, which would otherwise take longer for members than for strangers.
    """
    member = sign_in.find_member(email)
    connection = mailer(member.account_id) if member else None
    if member is None or member.sample or connection is None:
        return
    url = base_url + sign_in.make_link(member, at=at)
    message = letter(member, connection, subject="Your sign-in link", body=LINK_LETTER.format(url=url))
    sender = threading.Thread(target=_send_quietly, args=(connection, message, member), name=SENDER, daemon=True)
    sender.start()


def _send_quietly(connection: Connection, message: Outgoing, member: Member) -> None:
    try:
        send(connection, message, member=member)
    except (SendError, Uncertain) as error:
        log.warning("sign_in_link_not_sent", member=member.pk, error=type(error).__name__)
