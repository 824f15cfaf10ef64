"""SMTP with an access token in place of a password (XOAUTH2), against a server that asks for one."""

import base64
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from nextcall.channels.contract import Outgoing, SendError
from nextcall.channels.email.smtp import Smtp
from tests.channels.conformance import AnyPort, send

USER, TOKEN = "hazel@seller.example", "ya29.tests-only"


class Google:
    """As Google writes it: the reasons of a refusal come as a challenge, which an empty line ends."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.ended_properly = False

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        if base64.b64decode(args[1]) == f"user={USER}\1auth=Bearer {TOKEN}\1\1".encode():
            return AuthResult(success=True, auth_data=USER)
        self.ended_properly = await server.challenge_auth(b'{"status":"400","schemes":"Bearer"}') == b""
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert session.authenticated
        self.received.append(envelope.original_content or b"")
        return "250 OK"


@pytest.fixture
def google() -> Iterator[tuple[Google, int]]:
    kept = Google()
    controller = AnyPort(kept, hostname="127.0.0.1", port=0, auth_required=True, auth_require_tls=False)
    controller.start()
    yield kept, controller.port
    controller.stop()


def letter() -> Outgoing:
    return Outgoing(reference="r1", channel="email", to="rowan@example.com", body="Hello", from_address=USER)


def test_a_message_leaves_with_a_token_that_is_good(google: tuple[Google, int]) -> None:
    kept, port = google
    provider = Smtp(host="127.0.0.1", port=port, user=USER, token=TOKEN, security="plain")
    assert send(provider, letter()).provider_reference == "<r1@seller.example>"
    provider.close()
    assert len(kept.received) == 1


def test_a_token_that_ended_is_a_refusal_of_us_and_not_of_the_lead(google: tuple[Google, int]) -> None:
    kept, port = google
    provider = Smtp(host="127.0.0.1", port=port, user=USER, token="over", security="plain")
    with pytest.raises(SendError, match="sign-in refused") as refused:
        send(provider, letter())
    assert not refused.value.permanent and refused.value.problem == "" and "over" not in str(refused.value)
    assert kept.ended_properly and not kept.received
    provider.close()
