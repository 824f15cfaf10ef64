"""A test text to a member's own phone. What goes to leads leaves through the engine."""

from datetime import datetime
from uuid import uuid4

from nextcall.channels import permit
from nextcall.channels.contract import Outgoing, SendError
from nextcall.channels.provider import Provider
from nextcall.team.models import Connection, Member

PERMITTED_SECONDS = 60.0
WORDS = "This is the test text you asked for. If you can read it, Nextcall can text for you."


def send_test(provider: Provider, connection: Connection, *, member: Member, from_address: str, at: datetime) -> None:
    """Blocks until the carrier answered: never inside a transaction. Raises SendError or Uncertain.

    To the phone of a member of the connection's own account alone: nobody else may be texted past the gate.
    """
    if member.sample or member.account_id != connection.account_id or not member.phone:
        raise SendError("Write your own phone number under You first: the test goes to it alone.", permanent=True)
    message = Outgoing(
        reference=uuid4().hex, channel="text", to=member.phone, body=WORDS, from_address=from_address, at=at
    )
    provider.send(message, permit.issue(message, reason="own member", seconds=PERMITTED_SECONDS))
