"""Every way a message leaves by, with a far end that really answers, and a lead in each shipped country."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nextcall.cadences.models import Touch
from nextcall.channels.memory import Memory
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead, Person
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection
from tests.builders import MONDAY, make_lead, make_permission, make_person, make_point
from tests.carrier.server import ACCOUNT, KEY, TOKEN, carrier
from tests.channels.conformance import mail_server


@dataclass
class Way:
    """One way out. `arrived`: the references of what has reached leads."""

    name: str
    channel: str
    connect: Callable[[Account], None]
    worker: Callable[[], Worker]
    arrived: Callable[[], list[str]]
    memory: Memory | None = None
    by_hand: bool = False  # a member sends it with their own phone: the engine opens it for them, or does not

    def serves(self, channel: str) -> bool:
        """Whether the machine sends on that channel; else it is opened for a member."""
        return self.memory is not None or (self.channel == channel and not self.by_hand)

    def run(self, *, start: datetime, until: datetime) -> None:
        self.worker().run_until(until, start=start)

    def left(self, touch: Touch) -> bool:
        """Whether the lead got it; by hand: whether a member was told to send it."""
        if self.by_hand:
            return Touch.objects.get(pk=touch.pk).state == "open"
        return str(touch.reference) in self.arrived()


@contextmanager
def memory(*, queue: bool = False) -> Iterator[Way]:
    kept = Memory(queue=queue)
    yield Way(
        "memory",
        "text",
        connect=lambda account: None,
        worker=lambda: Worker(everything=kept, threads=0),
        arrived=lambda: [message.reference for message in kept.sent],
        memory=kept,
    )


@contextmanager
def smtp() -> Iterator[Way]:
    with mail_server() as (server, port):

        def connect(account: Account) -> None:
            Connection.objects.create(
                account=account,
                channel="email",
                provider="smtp",
                sealed=sealing.seal({"host": "127.0.0.1", "port": port, "security": "plain"}),
                from_address="team@seller.example",
                created_at=MONDAY,
            )

        yield Way(
            "smtp", "email", connect, lambda: Worker(threads=0), lambda: [_reference(mail) for mail in server.received]
        )


@contextmanager
def _texted(provider: str, **keys: str) -> Iterator[Way]:
    """A carrier that really answers; it knows our texts by its own ids."""
    with carrier() as far_end:
        far_end.begins_as = "sent"  # given to the network at once: it cannot be taken back

        def connect(account: Account) -> None:
            Connection.objects.create(
                account=account,
                channel="text",
                provider=provider,
                sealed=sealing.seal({**keys, "base_url": far_end.url}),
                from_address="+13035550100",
                created_at=MONDAY,
            )

        def arrived() -> list[str]:
            ids = [one.sid for one in far_end.messages]
            return [str(touch.reference) for touch in Touch.objects.filter(provider_reference__in=ids)]

        yield Way(provider, "text", connect, lambda: Worker(threads=0), arrived)


def twilio() -> Any:
    return _texted("twilio", account_sid=ACCOUNT, auth_token=TOKEN)


def telnyx() -> Any:
    return _texted("telnyx", api_key=KEY)


@contextmanager
def handset() -> Iterator[Way]:
    yield Way("handset", "text", lambda account: None, lambda: Worker(threads=0), list, by_hand=True)


def _reference(mail: bytes) -> str:
    line = next(line for line in mail.splitlines() if line.lower().startswith(b"message-id:"))
    return line.decode().split("<")[1].split("@")[0]


WAYS: dict[str, Callable[[], Any]] = {
    "memory": memory,
    "smtp": smtp,
    "twilio": twilio,
    "telnyx": telnyx,
    "handset": handset,
}


@dataclass(frozen=True)
class Home:
    """Where a lead lives, and the first working day there after the clocks were changed in the autumn or spring."""

    country: str
    zone: str
    phone: str
    region: str
    postal_code: str
    clocks_changed: str

    def lead(
        self, account: Account, *, name: str = "Hazel Thorne", permission: str = "written", at: datetime = MONDAY
    ) -> Lead:
        place = {"country": self.country, "region": self.region, "postal_code": self.postal_code, "zone": self.zone}
        person = make_person(account, name=name, phone=None, at=at, **place)
        self.number(account, person)
        for channel in ("call", "text", "email", "voicemail") if permission != "none" else ():
            make_permission(person, channel, tier=permission, at=at)
        return make_lead(account, person=person, arrived_at=at)

    def number(self, account: Account, person: Person) -> None:
        count = account.contactpoint_set.count()
        point = make_point(account, "phone", f"{self.phone}{count:02d}")
        person.reaches.create(account=account, contact_point=point)


HOMES = {
    "US": Home("US", "America/Denver", "+130355501", "CO", "80202", "2026-11-02"),
    "CA": Home("CA", "America/Toronto", "+141655501", "ON", "M5H 2N2", "2026-11-02"),
    "GB": Home("GB", "Europe/London", "+4420794609", "", "EC1A 1BB", "2026-10-26"),
    "AU": Home("AU", "Australia/Sydney", "+612937440", "NSW", "2000", "2026-10-06"),
}
