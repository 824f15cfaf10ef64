"""What every provider must do. A provider joins by standing in `BENCHES` with a far end that really answers.

Addresses decide how the far end behaves: gone… does not exist, busy… cannot be served now, cut… breaks the line
after the message was handed over. A bench names only what its far end can play.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from nextcall.channels import permit
from nextcall.channels.contract import Handed, Outgoing, Receipt, SendError, Uncertain
from nextcall.channels.email.bulk import Bulk
from nextcall.channels.email.smtp import Smtp
from nextcall.channels.memory import Memory
from nextcall.channels.provider import Provider
from nextcall.channels.sms.telnyx import Telnyx
from nextcall.channels.sms.twilio import Twilio
from tests.carrier.server import ACCOUNT, KEY, TOKEN, carrier
from tests.channels import bulk_server


@dataclass
class Bench:
    """A provider with its far end; `arrived` holds what came out there, references last seen first to last."""

    provider: Provider
    arrived: Callable[[], list[str]]
    unreachable: Provider | None
    channel: str
    to: str = "lead@example.com"
    gone: str = "gone@example.com"
    busy: str = "busy@example.com"
    cut: str = "cut@example.com"
    problem: str = "bounced"  # what a recipient who is gone is marked with
    handed: Callable[[str], Handed] = Handed  # what we would know of a message with that reference


class MailServer:
    """A real SMTP server in this process that keeps what it receives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.connections = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 No such user"
        if address.startswith("busy"):
            return "451 4.3.0 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if envelope.rcpt_tos[0].startswith("cut"):
            assert server.transport is not None
            server.transport.close()
            return "250 never heard"
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 5.7.1 Message refused by policy"
        self.received.append(envelope.content)
        return "250 kept"


class AnyPort(Controller):
    """Listens where the system has a free port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[tuple[MailServer, int]]:
    kept = MailServer()
    controller = AnyPort(kept, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield kept, controller.port
    finally:
        controller.stop()


@contextmanager
def smtp_bench() -> Iterator[Bench]:
    with mail_server() as (kept, port):
        provider = Smtp(host="127.0.0.1", port=port, security="plain", timeout_seconds=5)
        nobody = Smtp(host="127.0.0.1", port=1, security="plain", timeout_seconds=1)
        yield Bench(provider, lambda: [_reference(mail) for mail in kept.received], nobody, "email")
        provider.close()


@contextmanager
def memory_bench() -> Iterator[Bench]:
    def far_end(message: Outgoing) -> None:
        if message.to.startswith("gone"):
            raise SendError("no such user", permanent=True, problem="bounced")
        if message.to.startswith("busy"):
            raise SendError("try again later", permanent=False)

    def cut(message: Outgoing) -> None:
        if message.to.startswith("cut"):
            raise Uncertain("cut off")

    def nobody(message: Outgoing) -> None:
        raise SendError("unreachable", permanent=False)

    memory = Memory(before=far_end, after=cut)
    yield Bench(memory, lambda: [m.reference for m in memory.sent], Memory(before=nobody), "text")
    memory.close()


def _reference(mail: bytes) -> str:
    line = next(line for line in mail.splitlines() if line.lower().startswith(b"message-id:"))
    return line.decode().split("<")[1].split("@")[0]


@contextmanager
def twilio_bench() -> Iterator[Bench]:
    """The local carrier gives no reference back, so the words carry it."""
    with carrier() as far_end:
        provider = Twilio(account_sid=ACCOUNT, auth_token=TOKEN, base_url=far_end.url, timeout_seconds=3)
        nobody = Twilio(account_sid=ACCOUNT, auth_token=TOKEN, base_url="http://127.0.0.1:1", timeout_seconds=1)
        yield Bench(
            provider,
            lambda: [one.body.split()[-1] for one in far_end.messages if not one.to.endswith("5550007")],
            nobody,
            "text",
            to="+13035550142",
            gone="+15005550001",
            busy="+15005550008",
            cut="+15005550007",
            problem="disconnected",
            handed=lambda reference: Handed(
                reference, to="+13035550142", body=f"Hello Ann {reference}", at=datetime.now(UTC)
            ),
        )
        provider.close()


@contextmanager
def telnyx_bench() -> Iterator[Bench]:
    with carrier() as far_end:
        provider = Telnyx(api_key=KEY, base_url=far_end.url, timeout_seconds=3)
        nobody = Telnyx(api_key=KEY, base_url="http://127.0.0.1:1", timeout_seconds=1)
        yield Bench(
            provider,
            lambda: [one.body.split()[-1] for one in far_end.messages if not one.to.endswith("5550007")],
            nobody,
            "text",
            to="+13035550142",
            gone="+15005550001",
            busy="+15005550008",
            cut="+15005550007",
            problem="disconnected",
        )
        provider.close()


@contextmanager
def postmark_bench() -> Iterator[Bench]:
    with bulk_server.bulk_service() as far_end:
        token = bulk_server.TOKEN
        provider = Bulk("postmark", server_token=token, api_url=far_end.url, timeout_seconds=5)
        nobody = Bulk("postmark", server_token=token, api_url="http://127.0.0.1:1/", timeout_seconds=1)
        yield Bench(provider, lambda: _taken(far_end), nobody, "email")
        provider.close()


@contextmanager
def mailgun_bench() -> Iterator[Bench]:
    with bulk_server.bulk_service() as far_end:
        provider = Bulk("mailgun", api_key=bulk_server.KEY, api_url=f"{far_end.url}v3", timeout_seconds=5)
        nobody = Bulk("mailgun", api_key=bulk_server.KEY, api_url="http://127.0.0.1:1/v3", timeout_seconds=1)
        yield Bench(provider, lambda: _taken(far_end), nobody, "email")
        provider.close()


def _taken(far_end: bulk_server.BulkService) -> list[str]:
    return [one.reference for one in far_end.taken if not one.to.startswith("cut")]


BENCHES: dict[str, Callable[[], AbstractContextManager[Bench]]] = {
    "smtp": smtp_bench,
    "memory": memory_bench,
    "twilio": twilio_bench,
    "telnyx": telnyx_bench,
    "postmark": postmark_bench,
    "mailgun": mailgun_bench,
}


def outgoing(bench: Bench, reference: str, **changes: Any) -> Outgoing:
    values: dict[str, Any] = {
        "reference": reference,
        "channel": bench.channel,
        "to": bench.to,
        "subject": "About your question",
        "body": "Hello Ann,\n\n.a line that begins with a dot\nBye",
        "html": "<p>Hello Ann</p>",
        "from_name": "Hazel Thorne",
        "from_address": "hazel@seller.example",
    }
    if bench.to.startswith("+"):
        values |= {"body": f"Hello Ann {reference}", "from_address": "+13035550100"}
    return Outgoing(**(values | changes))


def permitted(message: Outgoing, **changes: Any) -> permit.Permit:
    """As the engine issues one for a message whose decision is committed."""
    return permit.issue(message, **({"reason": "gate", "seconds": 60.0} | changes))


def send(provider: Provider, message: Outgoing) -> Receipt:
    return provider.send(message, permitted(message))
