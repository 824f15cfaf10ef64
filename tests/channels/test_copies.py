"""Sending through a mailbox: signed in over STARTTLS, and a copy in its Sent folder."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from nextcall.channels.contract import Outgoing, SendError
from nextcall.channels.email.copies import Copies, Filed
from nextcall.channels.email.imap import Place
from nextcall.channels.email.smtp import Smtp
from tests.channels.certificate import make_certificate
from tests.channels.conformance import send
from tests.channels.dovecot import OTHER, PASSWORD, USER, ImapServer, imap_server


class Kept:
    """Takes mail of whoever signed in, over TLS alone."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert session.ssl is not None and session.authenticated
        self.received.append(envelope.original_content or b"")
        return "250 OK"

    def authenticate(self, *args: object) -> AuthResult:
        data = args[-1]
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


class AnyPort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def smtp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Kept, int]]:
    make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    kept = Kept()
    controller = AnyPort(
        kept, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True, auth_required=True,
        authenticator=kept.authenticate,
    )  # fmt: skip
    controller.start()
    yield kept, controller.port
    controller.stop()


@pytest.fixture(scope="module")
def imap() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


def letter(reference: str, whose: int = 0) -> Outgoing:
    return Outgoing(
        reference=reference, channel="email", to="rowan@example.com", body="Hello", from_address=USER, subject="Hi",
        whose=whose,
    )  # fmt: skip


def test_what_leaves_lies_in_sent_as_it_left(smtp: tuple[Kept, int], imap: ImapServer) -> None:
    kept, port = smtp
    copies = Copies(Place("127.0.0.1", USER, imap.port, "plain", PASSWORD), "Sent Items")
    provider = Smtp(host="localhost", port=port, user=USER, password=PASSWORD, copies=Filed(copies))
    for n in range(3):
        send(provider, letter(f"copy{n}"))
    provider.close()
    lying = imap.lying_in("Sent Items")
    ids = [message_from_bytes(raw)["Message-ID"] for _, raw in lying]
    assert ids == [f"<copy{n}@seller.example>" for n in range(3)]
    assert all(b"\\Seen" in flags for flags, _ in lying)
    assert [raw.strip() for _, raw in lying] == [raw.strip() for raw in kept.received]


def test_what_a_member_writes_lies_in_their_own_sent_folder(smtp: tuple[Kept, int], imap: ImapServer) -> None:
    _, port = smtp
    own, usual = (
        Copies(Place("127.0.0.1", user, imap.port, "plain", PASSWORD), "Sent Items") for user in (USER, OTHER)
    )
    theirs = replace(imap, user=OTHER)
    before = len(imap.lying_in("Sent Items"))
    provider = Smtp(host="localhost", port=port, user=USER, password=PASSWORD, copies=Filed(usual, {7: own}))
    for reference, whose in (("hers", 7), ("his", 8), ("nobodys", 0)):
        send(provider, letter(reference, whose))
    provider.close()
    subjects = [message_from_bytes(raw)["Message-ID"] for _, raw in imap.lying_in("Sent Items")[before:]]
    assert subjects == ["<hers@seller.example>"]
    lying = {message_from_bytes(raw)["Message-ID"] for _, raw in theirs.lying_in("Sent Items")}
    assert lying == {"<his@seller.example>", "<nobodys@seller.example>"}


@pytest.mark.parametrize("changes", [{"port": 1}, {"password": "dash"}], ids=["away", "refused"])
def test_a_copy_that_fails_resends_nothing(
    smtp: tuple[Kept, int], imap: ImapServer, changes: dict[str, object]
) -> None:
    kept, port = smtp
    place = {"host": "127.0.0.1", "user": USER, "port": imap.port, "security": "plain", "password": PASSWORD} | changes
    copies = Copies(Place(**place), "Sent Items")  # type: ignore[arg-type]
    provider = Smtp(host="localhost", port=port, user=USER, password=PASSWORD, copies=Filed(copies))
    before = len(imap.lying_in("Sent Items"))
    send(provider, letter("once"))
    provider.close()
    assert len(kept.received) == 1 and len(imap.lying_in("Sent Items")) == before


def test_a_wrong_password_sends_nothing_and_copies_nothing(smtp: tuple[Kept, int], imap: ImapServer) -> None:
    kept, port = smtp
    before = len(imap.lying_in("Sent Items"))
    copies = Copies(Place("127.0.0.1", USER, imap.port, "plain", PASSWORD), "Sent Items")
    provider = Smtp(host="localhost", port=port, user=USER, password="dash", copies=Filed(copies))
    with pytest.raises(SendError, match="sign-in refused"):
        send(provider, letter("never"))
    provider.close()
    assert not kept.received and len(imap.lying_in("Sent Items")) == before
