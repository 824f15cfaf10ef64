"""Connecting a mailbox by signing in at its provider, against an identity server and a mailbox that ask for tokens."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import LazySettings
from django.test import Client

from nextcall.channels.email import oauth
from nextcall.channels.email.imap import Imap, Unreachable
from nextcall.engine import tokens
from nextcall.engine.mailbox_places import place_of
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Mailbox, Member
from tests.builders import make_member
from tests.channels.dovecot import USER, ImapServer, imap_server
from tests.identity.server import CLIENT_ID, CLIENT_SECRET, Identities, identity_server
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
BACK = "http://localhost:8000/settings/email/authorized/"
BEGIN = "/settings/email/sign-in/google/"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Identities, ImapServer]]:
    with (
        identity_server(person=USER, redirect_uri=BACK) as identities,
        imap_server(token_info=f"{identities.url}/tokeninfo?access_token=") as imap,
    ):
        yield identities, imap


@pytest.fixture
def identities(
    running: tuple[Identities, ImapServer], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Identities:
    known, imap = running
    known.says_no = known.away = known.rotates = False
    known.expires_in = 3600
    ours = {
        "authorize_url": f"{known.url}/authorize",
        "token_url": f"{known.url}/token",
        "smtp": ("127.0.0.1", 1, "plain"),
        "imap": ("127.0.0.1", imap.port, "plain"),
    }
    monkeypatch.setitem(oauth.IDENTITIES, "google", replace(oauth.IDENTITIES["google"], **ours))  # type: ignore[arg-type]
    settings.MAIL_CLIENTS = {"google": (CLIENT_ID, CLIENT_SECRET), "microsoft": ("", "")}
    return known


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner")


@pytest.fixture
def client(owner: Member) -> Client:
    return signed(owner)


def sign_in(client: Client) -> str:
    """As a browser goes: to the provider and back; what the page then says."""
    there = client.get(BEGIN)["Location"]
    back = httpx.get(there).headers["Location"]
    return client.get(back.removeprefix("http://localhost:8000"), follow=True).content.decode()


def kept() -> dict[str, str]:
    return sealing.unseal(Connection.objects.get(channel="email").sealed)


def test_signing_in_there_connects_both_directions(client: Client, identities: Identities, account: Account) -> None:
    assert "Sign in at Google" in client.get("/settings/email/").content.decode()
    assert f"Connected: {USER} sends" in sign_in(client)
    connection, box = Connection.objects.get(), Mailbox.objects.get()
    assert (connection.from_address, box.address, box.connection) == (USER, USER, connection)
    assert box.uid_next and not box.sent_folder, "Google keeps the copies itself"
    assert identities.asked[-1]["code_verifier"], "PKCE"
    secrets = (kept()["token"], kept()["refresh"])
    assert not any(one.encode() in bytes(connection.sealed) for one in secrets)
    Imap(place_of(box)).close()


def test_a_return_that_was_not_begun_here_connects_nothing(
    client: Client, identities: Identities, account: Account
) -> None:
    there = client.get(BEGIN)["Location"]
    code = parse_qs(urlsplit(httpx.get(there).headers["Location"]).query)["code"][0]
    forged = client.get(f"/settings/email/authorized/?code={code}&state=guessed", follow=True).content.decode()
    assert "was not begun here" in forged
    state = parse_qs(urlsplit(there).query)["state"][0]
    again = client.get(f"/settings/email/authorized/?code={code}&state={state}", follow=True).content.decode()
    assert "was not begun here" in again, "each beginning ends once"
    assert not Connection.objects.exists()


def test_a_no_there_changes_nothing(client: Client, identities: Identities) -> None:
    identities.says_no = True
    assert "broken off" in sign_in(client)
    assert not Connection.objects.exists()


def test_without_a_registration_there_is_no_button(
    client: Client, identities: Identities, settings: LazySettings
) -> None:
    settings.MAIL_CLIENTS = {}
    assert "Sign in at" not in client.get("/settings/email/").content.decode()
    assert client.get(BEGIN)["Location"] == "/settings/email/"


def test_only_owners_and_managers_may(account: Account, member: Member, identities: Identities) -> None:
    assert signed(member).get(BEGIN).status_code in (403, 404)


def test_a_token_is_renewed_before_it_ends_and_not_sooner(client: Client, identities: Identities) -> None:
    identities.rotates = True
    sign_in(client)
    first, now = kept(), datetime.now(UTC)
    tokens.renew_due(at=now + timedelta(minutes=50))
    assert kept() == first
    tokens.renew_due(at=now + timedelta(minutes=56))
    assert kept()["token"] != first["token"] and kept()["refresh"] != first["refresh"]
    tokens.renew_due(at=now + timedelta(minutes=115))
    Imap(place_of(Mailbox.objects.get())).close()


def test_a_provider_that_is_away_is_asked_again(client: Client, identities: Identities) -> None:
    sign_in(client)
    first, later = kept(), datetime.now(UTC) + timedelta(hours=1)
    identities.away = True
    tokens.renew_due(at=later)
    row = Connection.objects.get()
    assert row.enabled and "503" in row.problem and kept() == first
    identities.away = False
    tokens.renew_due(at=later)
    assert Connection.objects.get().problem == "" and kept()["token"] != first["token"]


def test_a_permission_taken_back_lets_email_wait_and_says_so(client: Client, identities: Identities) -> None:
    sign_in(client)
    identities.revoke_all()
    tokens.renew_due(at=datetime.now(UTC) + timedelta(hours=1))
    row, box = Connection.objects.get(), Mailbox.objects.get()
    assert not row.enabled and not box.enabled
    assert "Sign in there again" in row.problem and "expired or revoked" in row.problem
    assert "Sign in there again" in client.get("/settings/email/").content.decode()
    assert "Connected" in sign_in(client)
    assert Connection.objects.get().enabled and Mailbox.objects.get().enabled


def test_a_token_refused_before_its_time_is_renewed_once(client: Client, identities: Identities) -> None:
    """Our clock may be behind theirs."""
    sign_in(client)
    first, box = kept(), Mailbox.objects.get()
    identities.forget_access()
    with pytest.raises(Unreachable, match="sign-in refused"):
        Imap(place_of(box))
    now = datetime.now(UTC)
    tokens.distrust(box.pk, at=now + timedelta(minutes=1))
    tokens.renew_due(at=now + timedelta(minutes=1))
    assert kept() == first, "a token that is new is not refused because of a clock"
    tokens.distrust(box.pk, at=now + timedelta(minutes=20))
    tokens.renew_due(at=now + timedelta(minutes=20))
    assert kept()["token"] != first["token"]
    Imap(place_of(Mailbox.objects.get())).close()
