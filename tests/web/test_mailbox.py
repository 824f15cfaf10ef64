"""Settings, Email: the mailboxes that answers come to."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

import nextcall
from nextcall.engine.mailbox_watch import KINDS
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Mailbox, MailboxFolder, Member
from nextcall.timeline.models import Event
from nextcall.web.settings.mail_servers import known_reader, reading_in_words
from nextcall.web.settings.mailbox_words import happened
from tests.builders import MONDAY, make_account, make_member
from tests.channels.dovecot import OTHER, PASSWORD, USER, ImapServer, imap_server
from tests.engine.mailbox_rows import make_mailbox
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/email/mailbox/"
NEW = f"{ADDRESS}new/"
HOUSE = Path(nextcall.__file__).parent


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


def added(client: Client, server: ImapServer, **changes: Any) -> Mailbox:
    assert client.post(NEW, said(server, **changes)).status_code == 302
    return Mailbox.objects.latest("pk")


def page(client: Client, box: Mailbox) -> str:
    return client.get(f"{ADDRESS}{box.pk}/").content.decode()


def test_a_mailbox_is_read_once_the_sign_in_worked(client: Client, account: Account, server: ImapServer) -> None:
    answer = client.post(NEW, said(server, copies="on"), follow=True).content.decode()
    assert "Signed in: 3 folders, Sent is “Sent Items”" in answer
    row = Mailbox.objects.get(account=account)
    assert (row.address, row.sent_folder, row.enabled) == (USER, "Sent Items", True)
    assert row.uid_validity and row.uid_next, "it begins with the next mail"
    assert PASSWORD.encode() not in bytes(row.sealed) and sealing.unseal(row.sealed)["password"] == PASSWORD
    shown = page(client, row)
    assert "Looked at just now" in shown and "swordfish" not in shown
    assert "Olga Owner signed in" in shown, "what happened to it"


def test_what_is_wrong_is_said_with_what_would_be_right_and_nothing_is_stored(
    client: Client, account: Account, server: ImapServer
) -> None:
    wrong = client.post(NEW, said(server, password="dash"))
    assert wrong.status_code == 422 and "refused the user name or password" in wrong.content.decode()
    away = client.post(NEW, said(server, port=1))
    assert "Usual ports: 993" in away.content.decode()
    unknown = client.post(NEW, said(server, host=None))
    assert "do not know this provider" in unknown.content.decode()
    assert not Mailbox.objects.filter(account=account).exists()


def test_what_works_stays_when_a_change_does_not(client: Client, account: Account, server: ImapServer) -> None:
    box = added(client, server)
    refused = client.post(f"{ADDRESS}{box.pk}/", said(server, password="dash"))
    assert refused.status_code == 422 and "refused the user name" in refused.content.decode()
    assert sealing.unseal(Mailbox.objects.get().sealed)["password"] == PASSWORD
    assert client.post(f"{ADDRESS}{box.pk}/", said(server, password="")).status_code == 302, "an empty one keeps it"
    assert sealing.unseal(Mailbox.objects.get().sealed)["password"] == PASSWORD


def sending(account: Account, host: str = "127.0.0.1", address: str = USER) -> Connection:
    Connection.objects.filter(account=account).delete()
    sealed = sealing.seal({"host": host, "port": 25, "user": USER, "password": PASSWORD, "security": "plain"})
    return Connection.objects.create(
        account=account, channel="email", provider="smtp", sealed=sealed, from_address=address, created_at=MONDAY
    )


def test_the_password_of_sending_goes_to_its_own_provider_alone(
    client: Client, account: Account, server: ImapServer
) -> None:
    sending(account, "smtp.provider.example")
    assert client.post(NEW, said(server, password="")).status_code == 422
    sending(account)
    assert added(client, server, password="").connection == Connection.objects.get()
    assert "Read" in client.get("/settings/email/").content.decode()


def test_a_second_mailbox_stands_beside_the_first_and_the_same_one_does_not(
    client: Client, account: Account, server: ImapServer
) -> None:
    sending(account)
    first = added(client, server)
    ann = make_member(account, name="Ann Ash")
    second = added(client, server, address=OTHER, user=OTHER, member=ann.pk)
    assert (first.connection_id is not None, second.connection, second.member) == (True, None, ann)
    again = client.post(NEW, said(server, address=OTHER.upper()))
    assert again.status_code == 422 and "in the list already" in again.content.decode()
    shown = client.get(ADDRESS).content.decode()
    assert USER in shown and OTHER in shown and "Ann Ash’s. Looked at just now" in shown
    assert shown.count("Your emails ask for answers here") == 1


def test_folders_are_chosen_from_those_the_server_has(client: Client, account: Account, server: ImapServer) -> None:
    server.make_folder("Portals/Zillow")
    box = added(client, server)
    shown = page(client, box)
    assert 'value="Portals/Zillow"' in shown and 'value="Notes"' in shown
    assert 'value="Sent Items"' not in shown and 'value="INBOX"' not in shown
    url = f"{ADDRESS}{box.pk}/reading/"
    assert client.post(url, {"folders": ["Portals/Zillow", "Notes"], "member": ""}).status_code == 302
    MailboxFolder.objects.filter(name="Notes").update(uid_next=7)
    client.post(url, {"folders": ["Notes"], "member": ""})
    assert [(one.name, one.uid_next) for one in box.folders.all()] == [("Notes", 7)], "it goes on where it was"
    assert client.post(url, {"folders": ["Elsewhere"], "member": ""}).status_code == 422
    assert [one.name for one in box.folders.all()] == ["Notes"]
    server.remove_folder("Portals/Zillow")


def test_more_than_ten_folders_are_refused_with_how_many(client: Client, account: Account) -> None:
    names = [f"Folder {n}" for n in range(11)]
    box = make_mailbox(account, offers=names)
    answer = client.post(f"{ADDRESS}{box.pk}/reading/", {"folders": names, "member": ""})
    assert answer.status_code == 422 and "10 folders at most; 11 are chosen" in answer.content.decode()
    assert not box.folders.exists()


def test_whose_it_is_copies_and_reply_addresses_are_kept_without_a_sign_in(
    client: Client, account: Account, server: ImapServer
) -> None:
    ann, box = make_member(account, name="Ann Ash"), added(client, server)
    client.post(f"{ADDRESS}{box.pk}/reading/", {"member": ann.pk, "copies": "on", "plus": "on"})
    box.refresh_from_db()
    kept = sealing.unseal(box.sealed)
    assert (box.member, box.sent_folder, kept["plus"], kept["password"]) == (ann, "Sent Items", True, PASSWORD)
    client.post(f"{ADDRESS}{box.pk}/", said(server))
    box.refresh_from_db()
    assert box.member == ann and sealing.unseal(box.sealed)["plus"], "signing in anew changes nothing of that"
    stranger = make_member(make_account("Other"), name="Eve Other")
    assert client.post(f"{ADDRESS}{box.pk}/reading/", {"member": stranger.pk}).status_code == 422
    client.post(f"{ADDRESS}{box.pk}/reading/", {"member": ""})
    box.refresh_from_db()
    assert (box.member, box.sent_folder) == (None, "")


def test_checking_says_what_is_wrong_and_what_is_mended_is_read_again(
    client: Client, account: Account, server: ImapServer
) -> None:
    box = added(client, server)
    right = bytes(box.sealed)
    Mailbox.objects.update(sealed=sealing.seal({**sealing.unseal(right), "password": "dash"}))
    shown = client.post(f"{ADDRESS}{box.pk}/check/", follow=True).content.decode()
    assert "refused the user name or password" in shown and "Not read now" in shown
    Mailbox.objects.update(sealed=right)
    shown = client.post(f"{ADDRESS}{box.pk}/check/", follow=True).content.decode()
    assert "It answers: 3 folders" in shown
    box.refresh_from_db()
    assert box.problem == "" and bytes(box.sealed) != right, "other bytes: its reader begins anew at once"


def test_where_answers_are_asked_for_can_be_chosen_and_removal_says_what_follows(
    client: Client, account: Account
) -> None:
    row = sending(account)
    first, second = make_mailbox(account, connection=row), make_mailbox(account, address=OTHER)
    assert f"Your emails then ask for answers at {OTHER}." in page(client, first)
    assert client.post(f"{ADDRESS}{second.pk}/answers/").status_code == 302
    assert [one.connection for one in (Mailbox.objects.get(pk=first.pk), Mailbox.objects.get(pk=second.pk))] == [
        None,
        row,
    ]
    told = client.post(f"{ADDRESS}{second.pk}/removal/", follow=True).content.decode()
    assert f"{OTHER} is no longer read" in told and Mailbox.objects.get().connection == row
    shown = page(client, first)
    assert f"Answers to your emails then go to {USER}, where nobody reads them." in shown
    client.post(f"{ADDRESS}{first.pk}/removal/")
    assert not Mailbox.objects.exists() and Connection.objects.exists()
    assert client.post(f"{ADDRESS}{first.pk}/removal/").status_code == 404


def test_an_address_whose_answers_nobody_reads_is_named(client: Client, account: Account) -> None:
    sending(account, address="sales@seller.example")
    ann = make_member(account, name="Ann Ash")
    make_mailbox(account, member=ann)
    assert "Answers to your emails go to sales@seller.example" in client.get(ADDRESS).content.decode()


def test_another_server_that_sends_leaves_the_mailboxes_as_they_are(client: Client, account: Account) -> None:
    row = sending(account)
    first, second = make_mailbox(account, connection=row), make_mailbox(account, address=OTHER)
    values = {"from_address": OTHER, "host": "smtp.other.example", "security": "starttls", "per_minute": 9}
    client.post("/settings/email/", {**values, "password": "x", "untested": "1"})
    assert Connection.objects.get().from_address == OTHER
    assert Mailbox.objects.get(pk=first.pk).connection and not Mailbox.objects.get(pk=second.pk).connection


def test_only_owners_and_managers_see_it(account: Account, member: Member) -> None:
    assert signed(member).get(ADDRESS).status_code in (403, 404)


def test_a_problem_is_shown_in_words(client: Client, account: Account) -> None:
    box = make_mailbox(account, problem="sign-in refused: [AUTHENTICATIONFAILED]", problem_at=MONDAY)
    shown = page(client, box)
    assert "app password" in shown and "tried again by itself" in shown
    MailboxFolder.objects.create(account=account, mailbox=box, name="Gone", problem="cannot open the folder Gone")
    assert "Gone is not read: cannot open the folder Gone." in client.get(ADDRESS).content.decode()


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


def test_a_mailbox_that_is_not_read_is_told_where_people_look(client: Client, account: Account, member: Member) -> None:
    box = make_mailbox(account, looked_at=timezone.now() - timedelta(minutes=25))
    says = f"{USER} has not been read for 25 min: replies that came to it are not here."
    for path in ("/now/", "/inbox/", "/inbox/did-not-arrive/"):
        assert says in client.get(path).content.decode(), path
    assert f'href="{ADDRESS}{box.pk}/"' in client.get("/now/").content.decode()
    assert "Look here" in client.get("/settings/").content.decode()
    rep = signed(member)
    assert (
        says in rep.get("/inbox/").content.decode() and "A manager can mend it" in rep.get("/inbox/").content.decode()
    )
    assert USER not in rep.get("/now/").content.decode() and "Look here" not in rep.get("/settings/").content.decode()
    other = signed(make_member(make_account("Other"), "owner", name="Eve Other"))
    assert USER not in other.get("/now/").content.decode() + other.get("/inbox/").content.decode()
    Mailbox.objects.update(looked_at=timezone.now())
    assert says not in client.get("/now/").content.decode() + client.get("/inbox/").content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_happens_to_a_mailbox_has_words(client: Client, account: Account, kind: str) -> None:
    data = {"because": "hung up", "after": "90 minutes", "folder": "Portals", "at": "google", "uid": 7}
    told = happened(kind, data, by="Ann Ash")
    assert told.endswith(".") and told[0].isupper() and "mailbox." not in told and "None" not in told
    assert happened(kind, {}).endswith(".")
    box = make_mailbox(account)
    Event.objects.create(account=account, kind=kind, at=MONDAY, data={**data, "mailbox": box.pk})
    assert escape(happened(kind, data)) in page(client, box)


def test_what_the_program_writes_down_is_known_here() -> None:
    found = set(re.findall(r'"(mailbox\.[a-z]+)"', "".join(one.read_text() for one in HOUSE.rglob("*.py"))))
    logged = {"mailbox.mail", "mailbox.failed", "mailbox.broke", "mailbox.database", "mailbox.unreachable"}
    assert found - logged <= set(KINDS)
