"""A mailbox over IMAP, against Dovecot."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from nextcall.channels.email import imap as module
from nextcall.channels.email.imap import CannotFetch, Imap, Place, Unreachable
from tests.channels.dovecot import PASSWORD, USER, ImapServer, imap_server

MAIL = (
    b"From: rowan@example.com\r\nTo: hazel@seller.example\r\nSubject: Hi\r\nMessage-ID: <%d@x.example>\r\n\r\nYes\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


def place(server: ImapServer, **changes: object) -> Place:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": USER,
        "password": PASSWORD,
        "security": "plain",
    }
    return Place(**(values | changes))  # type: ignore[arg-type]


def test_new_mail_is_read_by_its_uid_and_stays_as_it_was(server: ImapServer) -> None:
    box = Imap(place(server))
    before = box.look("INBOX")
    server.deliver(MAIL % 1, MAIL % 2)
    after = box.look("INBOX")
    assert after.uid_next == before.uid_next + 2 and after.uid_validity == before.uid_validity
    first, second = box.uids(before.uid_next, after.uid_next)
    fetched = box.fetch(second)
    assert fetched.raw == MAIL % 2 and fetched.whole
    assert fetched.received_at and abs((datetime.now(UTC) - fetched.received_at).total_seconds()) < 60
    assert b"\\Seen" not in server.lying_in("INBOX")[-1][0]
    with pytest.raises(CannotFetch, match="no longer there"):
        box.fetch(second + 100)
    assert box.fetch(first).raw == MAIL % 1, "the others can be had"
    box.close()


def test_tls_and_starttls_ask_for_a_certificate_that_fits(server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    secure = place(server, host="localhost", port=server.tls_port, security="ssl")
    with pytest.raises(Unreachable, match="certificate"):
        Imap(secure)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    for one in (secure, place(server, host="localhost", security="starttls")):
        box = Imap(one)
        assert box.look("INBOX").uid_validity
        box.close()
    with pytest.raises(Unreachable, match="certificate"):
        Imap(place(server, host="127.0.0.1", port=server.tls_port, security="ssl"))


def test_a_password_leaves_unencrypted_only_for_private_places(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.hosts, "_private", lambda address: False)
    with pytest.raises(Unreachable, match="unencrypted over the internet"):
        Imap(place(server))


def test_a_wrong_password_is_told_from_a_server_that_is_away(server: ImapServer) -> None:
    with pytest.raises(Unreachable, match="sign-in refused") as wrong:
        Imap(place(server, password="dash"))
    assert wrong.value.refused
    with pytest.raises(Unreachable, match="cannot reach") as away:
        Imap(place(server, port=1))
    assert not away.value.refused
    with pytest.raises(Unreachable, match="control character"):
        Imap(place(server, password="a\r\nA1 DELETE INBOX"))


def test_waiting_ends_the_moment_a_mail_comes(server: ImapServer) -> None:
    box = Imap(place(server))
    standing = box.look("INBOX")
    threading.Timer(0.2, server.deliver, [MAIL % 3]).start()
    began = time.monotonic()
    box.wait(20)
    assert time.monotonic() - began < 3
    assert box.look("INBOX").uid_next == standing.uid_next + 1
    box.close()


@pytest.mark.parametrize("security", ["plain", "ssl"])
def test_a_mail_between_looking_and_waiting_does_not_slip_through(
    server: ImapServer, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    port = server.tls_port if security == "ssl" else server.port
    box = Imap(place(server, security=security, host="localhost", port=port))
    box.look("INBOX")
    server.deliver(MAIL % 4)
    began = time.monotonic()
    box.wait(20)
    assert time.monotonic() - began < 3
    box.close()


def test_waiting_can_be_interrupted(server: ImapServer) -> None:
    box = Imap(place(server))
    box.look("INBOX")
    threading.Timer(0.2, box.interrupt).start()
    began = time.monotonic()
    with pytest.raises(Unreachable):
        box.wait(20)
    assert time.monotonic() - began < 3
    box.close()


def test_of_a_mail_that_is_too_large_the_beginning_is_read(server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 5_000)
    monkeypatch.setattr(module, "BEGINNING", 1_000)
    box = Imap(place(server))
    before = box.look("INBOX")
    server.deliver(MAIL % 5 + b"x" * 9_000 + b"\r\n")
    (uid,) = box.uids(before.uid_next, box.look("INBOX").uid_next)
    fetched = box.fetch(uid)
    assert not fetched.whole and fetched.size > 9_000
    assert fetched.raw == (MAIL % 5 + b"x" * 9_000)[:1_000]
    box.close()


def test_the_folder_for_sent_mail_is_found_by_what_it_is_for(server: ImapServer) -> None:
    box = Imap(place(server))
    assert set(box.folders()) == {"INBOX", "Sent Items", "Notes"}
    assert box.sent_folder() == "Sent Items"
    box.append("Sent Items", MAIL % 6, at=datetime(2026, 11, 23, 17, tzinfo=UTC))
    ((flags, raw),) = server.lying_in("Sent Items")
    assert b"\\Seen" in flags and raw == MAIL % 6
    box.close()
