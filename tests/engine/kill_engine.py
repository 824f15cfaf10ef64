"""One engine process of the kill tests, and the rows it works on. Called by kill_rounds alone."""

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from nextcall.cadences.models import Touch  # noqa: E402
from nextcall.channels.memory import Memory  # noqa: E402
from nextcall.consent.models import Permission  # noqa: E402
from nextcall.engine import due, rescue, worker  # noqa: E402
from nextcall.leads.models import ContactPoint, Lead, Person, Reach  # noqa: E402
from nextcall.lib import sealing  # noqa: E402
from nextcall.team.models import Account, Connection, SenderNumber  # noqa: E402
from tests.carrier.owned import ACCOUNT, TOKEN  # noqa: E402
from tests.engine.kill_rounds import LEASE_SECONDS  # noqa: E402

LEASE = timedelta(seconds=LEASE_SECONDS)
STATED_AT = datetime(2026, 11, 23, 17, tzinfo=UTC)  # a Monday morning in Denver, where the clock of the engines begins


def clock() -> datetime:
    """Real seconds, but always within the leads' hours: the day of the test may be a Sunday night."""
    return STATED_AT + timedelta(seconds=time.time() % 7200)


def work() -> None:
    for module in (due, rescue):
        module.LEASE = LEASE  # type: ignore[attr-defined]
    due.ANSWERED_WITHIN = timedelta(seconds=1)
    memory = None  # with a carrier, the account's own connection and numbers send
    if not os.environ.get("KILL_CARRIER"):
        knows = bool(os.environ["KILL_KNOWS"])
        memory = Memory(file=os.environ["KILL_FILE"], knows=knows, keep=0, after=lambda _: time.sleep(0.01))
    engine = worker.Worker(everything=memory, threads=4, clock=clock)
    signal.signal(signal.SIGTERM, lambda *_: engine.stop())
    engine.run()


def prepare(touches: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    fields: dict[str, Any] = {"seller_name": "Kill", "postal_address": "1 Main Street", "created_at": STATED_AT}
    account = Account.objects.create(name="Kill", **fields)
    if os.environ.get("KILL_CARRIER"):
        texting(account, os.environ["KILL_CARRIER"])
    more(touches)


def texting(account: Account, url: str) -> None:
    """Twilio, as the local carrier plays it, with three numbers."""
    config = {"account_sid": ACCOUNT, "auth_token": TOKEN, "base_url": url}
    line = Connection.objects.create(
        account=account, channel="text", provider="twilio", sealed=sealing.seal(config), per_minute=0, hook_key="K",
        created_at=STATED_AT,
    )  # fmt: skip
    for last in range(3):
        SenderNumber.objects.create(
            account=account, connection=line, number=f"+1303555010{last}", registration="registered", per_minute=6000,
            created_at=STATED_AT,
        )  # fmt: skip


def more(touches: int) -> None:
    """As many leads again, each with one text that is due."""
    account = Account.objects.get()
    first = Person.objects.count()
    fields: dict[str, Any] = {"postal_code": "80202", "region": "CO", "country": "US", "zone": "America/Denver"}
    persons = Person.objects.bulk_create(
        [Person(account=account, name=f"Lead {first + n}", created_at=STATED_AT, **fields) for n in range(touches)]
    )
    points = ContactPoint.objects.bulk_create(
        [
            ContactPoint(
                account=account,
                kind="phone",
                value=f"+1303{2000000 + person.pk}",
                key=f"+1303{2000000 + person.pk}",
                line_type="mobile",
            )
            for person in persons
        ]
    )
    pairs = list(zip(persons, points, strict=True))
    Reach.objects.bulk_create([Reach(account=account, person=person, contact_point=point) for person, point in pairs])
    Permission.objects.bulk_create(
        [
            Permission(
                account=account,
                person=person,
                contact_point=point,
                channel="text",
                tier="written",
                source="form",
                given_at=STATED_AT,
                recorded_at=STATED_AT,
            )
            for person, point in pairs
        ]
    )
    leads = Lead.objects.bulk_create(
        [Lead(account=account, person=person, arrived_at=STATED_AT, created_at=STATED_AT) for person in persons]
    )
    Touch.objects.bulk_create(
        [
            Touch(
                account=account,
                lead=lead,
                person=lead.person,
                channel="text",
                by_machine=True,
                body="Hello",
                due_at=STATED_AT,
                created_at=STATED_AT,
            )
            for lead in leads
        ]
    )


def settle(seconds: int) -> None:
    """Wait until nothing is planned or on its way."""
    end = time.monotonic() + seconds
    waiting = Touch.objects.filter(state__in=["planned", "claimed", "sending"]).order_by("due_at")
    while waiting.exists():
        if time.monotonic() > end:
            told = waiting.values_list("state", "due_at", "rule", "because", "tries")[:5]
            sys.exit(f"{waiting.count()} touches are still under way at {clock():%H:%M:%S}, such as {list(told)}")
        time.sleep(0.2)


def states() -> None:
    by = "contact_point__value" if os.environ.get("KILL_CARRIER") else "reference"
    for named, state in Touch.objects.values_list(by, "state"):
        print(named, state)


if __name__ == "__main__":
    deed, *numbers = sys.argv[1:]
    {"work": work, "prepare": prepare, "more": more, "settle": settle, "states": states}[deed](*map(int, numbers))  # type: ignore[operator]
