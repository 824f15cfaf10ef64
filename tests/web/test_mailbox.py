"""Settings, Email: the mailbox that answers come to."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Mailbox, Member
from nextcall.timeline.models import Event
from nextcall.web.settings.mail_servers import known_reader, reading_in_words
from tests.builders import MONDAY, make_member
from tests.channels.dovecot import PASSWORD, USER, ImapServer, imap_server
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/email/mailbox/"


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


@pytest.fixture
def client(account: Account) -> Client:
    return signed(make_member(account, "owner", name="Olga Owner"))


def said(server: ImapServer, **changes: Any) -> dict[str, Any]:
    values = {"address": USER, "password": PASSWORD, "host": "127.0.0.1", "port": server.port, "security": "plain"}
    return {key: value for key, value in (values | changes).items() if value is not None}


def test_a_mailbox_is_read_once_the_sign_in_worked(client: Client, account: Account, server: ImapServer) -> None:
    answer = client.post(ADDRESS, said(server, copies="on"), follow=True).content.decode()
    assert "Signed in: 3 folders, Sent is “Sent Items”" in answer
    row = Mailbox.objects.get(account=account)
    assert (row.address, row.sent_folder, row.enabled) == (USER, "Sent Items", True)
    assert row.uid_validity and row.uid_next, "it begins with the next mail"
    assert PASSWORD.encode() not in bytes(row.sealed) and sealing.unseal(row.sealed)["password"] == PASSWORD
    page = client.get(ADDRESS).content.decode()
    assert "looked at" in page and "swordfish" not in page
    assert Event.objects.filter(kind="mailbox.connected").exists()


def test_what_is_wrong_is_said_with_what_would_be_right_and_nothing_is_stored(
    client: Client, account: Account, server: ImapServer
) -> None:
    wrong = client.post(ADDRESS, said(server, password="dash"))
    assert wrong.status_code == 422 and "refused the user name or password" in wrong.content.decode()
    away = client.post(ADDRESS, said(server, port=1))
    assert "Usual ports: 993" in away.content.decode()
    unknown = client.post(ADDRESS, said(server, host=None))
    assert "do not know this provider" in unknown.content.decode()
    assert not Mailbox.objects.filter(account=account).exists()


def test_what_works_stays_when_a_change_does_not(client: Client, account: Account, server: ImapServer) -> None:
    client.post(ADDRESS, said(server))
    client.post(ADDRESS, said(server, password="dash"))
    assert sealing.unseal(Mailbox.objects.get().sealed)["password"] == PASSWORD
    assert client.post(ADDRESS, said(server, password="")).status_code == 302, "an empty one keeps it"
    assert sealing.unseal(Mailbox.objects.get().sealed)["password"] == PASSWORD


def test_the_password_of_sending_goes_to_its_own_provider_alone(
    client: Client, account: Account, server: ImapServer
) -> None:
    def sending(host: str) -> None:
        Connection.objects.filter(account=account).delete()
        sealed = sealing.seal({"host": host, "port": 25, "user": USER, "password": PASSWORD, "security": "plain"})
        Connection.objects.create(
            account=account, channel="email", provider="smtp", sealed=sealed, from_address=USER, created_at=MONDAY
        )

    sending("smtp.provider.example")
    assert client.post(ADDRESS, said(server, password="")).status_code == 422
    sending("127.0.0.1")
    assert client.post(ADDRESS, said(server, password="")).status_code == 302
    assert Mailbox.objects.get().connection == Connection.objects.get()
    assert "Read" in client.get("/settings/email/").content.decode()


def test_stopping_forgets_the_password_at_once(client: Client, account: Account, server: ImapServer) -> None:
    client.post(ADDRESS, said(server))
    client.post(f"{ADDRESS}removal/")
    assert not Mailbox.objects.exists()
    assert client.post(f"{ADDRESS}removal/").status_code == 302


def test_only_owners_and_managers_see_it(account: Account, member: Member) -> None:
    assert signed(member).get(ADDRESS).status_code in (403, 404)


def test_a_problem_is_shown_in_words(client: Client, account: Account, server: ImapServer) -> None:
    client.post(ADDRESS, said(server))
    Mailbox.objects.update(problem="sign-in refused: [AUTHENTICATIONFAILED]", problem_at=MONDAY)
    page = client.get(ADDRESS).content.decode()
    assert "app password" in page and "tried again by itself" in page


@pytest.mark.parametrize(
    ("address", "sending", "server"),
    [
        ("ann@gmail.com", "", "imap.gmail.com"),
        ("ann@acme.example", "smtp.gmail.com", "imap.gmail.com"),
        ("ann@acme.example", "smtp.office365.com", "outlook.office365.com"),
        ("ann@acme.example", "mail.acme.example", None),
        ("", "", None),
    ],
)
def test_the_server_is_found_from_the_address(address: str, sending: str, server: str | None) -> None:
    found = known_reader(address, sending)
    assert (found[0] if found else None) == server


def test_whatever_the_server_says_has_words() -> None:
    assert "Check the spelling" in reading_in_words("no server has the name imap.x")
    assert reading_in_words("a teapot").startswith("The mailbox cannot be read.")
