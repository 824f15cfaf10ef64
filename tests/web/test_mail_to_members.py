"""Mail to our own members needs no gate, and so reaches nobody else."""

from dataclasses import replace

import pytest

from nextcall.channels.contract import SendError
from nextcall.lib import sealing
from nextcall.team import mail
from nextcall.team.models import Account, Connection, Member
from tests.builders import MONDAY, make_account, make_lead, make_member
from tests.channels.conformance import mail_server

pytestmark = pytest.mark.django_db


def connected(account: Account, port: int) -> Connection:
    return Connection.objects.create(
        account=account,
        channel="email",
        provider="smtp",
        sealed=sealing.seal({"host": "127.0.0.1", "port": port, "security": "plain"}),
        from_address="team@seller.example",
        created_at=MONDAY,
    )


def test_a_member_gets_their_letter(account: Account, member: Member) -> None:
    with mail_server() as (server, port):
        connection = connected(account, port)
        mail.send(connection, mail.letter(member, connection, subject="Hi", body="Hi"), member=member)
    assert len(server.received) == 1


def test_a_lead_gets_none_by_this_door_nor_does_another_account_s_member(account: Account, member: Member) -> None:
    lead = make_lead(account)
    stranger = make_member(make_account("Other"), name="Eve Stone")
    with mail_server() as (server, port):
        connection = connected(account, port)
        letter = mail.letter(member, connection, subject="Hi", body="Hi")
        address = lead.person.reaches.get(contact_point__kind="email").contact_point.value
        for message, whose in (
            (replace(letter, to=address), member),
            (mail.letter(stranger, connection, subject="Hi", body="Hi"), stranger),
            (letter, stranger),
        ):
            with pytest.raises(SendError) as refused:
                mail.send(connection, message, member=whose)
            assert refused.value.permanent
    assert server.received == []
