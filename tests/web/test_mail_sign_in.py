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
from nextcall.timeline.models import Event
from tests.builders import make_member
from tests.channels.dovecot import OTHER, USER, ImapServer, imap_server
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
    known.expires_in, known.person = 3600, USER
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


def test_what_is_kept_beside_the_tokens_outlives_them(client: Client, identities: Identities) -> None:
    sign_in(client)
    Connection.objects.update(sealed=sealing.seal({**kept(), "dkim_selector": "s9"}))
    first = kept()["token"]
    tokens.renew_due(at=datetime.now(UTC) + timedelta(minutes=56))
    assert (kept()["token"] != first, kept()["dkim_selector"]) == (True, "s9")


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


def sign_in_to_read(client: Client, identities: Identities, person: str) -> str:
    identities.person = person
    there = client.get(f"{BEGIN}?reads=1")["Location"]
    back = httpx.get(there).headers["Location"]
    return client.get(back.removeprefix("http://localhost:8000"), follow=True).content.decode()


def test_another_mailbox_is_signed_in_to_beside_the_one_that_sends(
    client: Client, identities: Identities, account: Account
) -> None:
    sign_in(client)
    assert f"Connected: {OTHER} is read from now on." in sign_in_to_read(client, identities, OTHER)
    sends, reads = Mailbox.objects.order_by("pk")
    connection = Connection.objects.get()
    assert (connection.from_address, connection.mailbox, reads.address) == (USER, sends, OTHER)
    before = sealing.unseal(reads.sealed)
    assert before["token"].encode() not in bytes(reads.sealed) and "token" not in sealing.unseal(sends.sealed)
    for one in (sends, reads):
        Imap(place_of(one)).close()
    tokens.renew_due(at=datetime.now(UTC) + timedelta(minutes=56))
    reads.refresh_from_db()
    assert sealing.unseal(reads.sealed)["token"] != before["token"], "each has its own tokens, and both are renewed"
    Imap(place_of(reads)).close()


def test_signing_in_again_to_read_the_one_that_sends_renews_what_sends(client: Client, identities: Identities) -> None:
    sign_in(client)
    first = kept()
    sign_in_to_read(client, identities, USER)
    assert kept()["token"] != first["token"] and Mailbox.objects.get().connection == Connection.objects.get()
    assert "refresh" not in sealing.unseal(Mailbox.objects.get().sealed), "one holder of the tokens"


def test_a_permission_taken_back_stops_that_mailbox_alone(client: Client, identities: Identities) -> None:
    sign_in_to_read(client, identities, OTHER)
    identities.revoke_all()
    sign_in_to_read(client, identities, USER)
    tokens.renew_due(at=datetime.now(UTC) + timedelta(hours=1))
    gone, here = Mailbox.objects.order_by("pk")
    assert (gone.enabled, here.enabled) == (False, True) and "Sign in there again" in gone.problem
    assert Event.objects.get(kind="mailbox.refused").data == {"at": "google", "mailbox": gone.pk}
    assert "took the permission back" in client.get(f"/settings/email/mailbox/{gone.pk}/").content.decode()
    sign_in_to_read(client, identities, OTHER)
    gone.refresh_from_db()
    assert gone.enabled and not gone.problem


@pytest.mark.parametrize("instead", ["another sign-in", "a mail server", "a bulk service"])
def test_what_sent_before_is_read_on_when_something_else_sends(
    client: Client, identities: Identities, instead: str
) -> None:
    sign_in(client)
    was = kept()
    if instead == "another sign-in":
        identities.person = OTHER
        sign_in(client)
    elif instead == "a mail server":
        values = {"from_address": OTHER, "host": "smtp.other.example", "security": "starttls", "per_minute": 9}
        client.post("/settings/email/", {**values, "password": "x", "untested": "1"})
    else:
        keys = {"service": "postmark", "server_token": "x", "from_address": OTHER, "per_minute": 9, "untested": "1"}
        client.post("/settings/email/service/", keys)
    box = Mailbox.objects.get(address=USER)
    assert Connection.objects.get().from_address == OTHER
    assert sealing.unseal(box.sealed)["refresh"] == was["refresh"] and box.enabled
    Imap(place_of(box)).close()
    tokens.renew_due(at=datetime.now(UTC) + timedelta(hours=1))
    box.refresh_from_db()
    assert sealing.unseal(box.sealed)["token"] != was["token"]
    Imap(place_of(box)).close()
