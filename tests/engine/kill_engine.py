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
from nextcall.team.models import Account  # noqa: E402
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
    memory = Memory(
        file=os.environ["KILL_FILE"], knows=bool(os.environ["KILL_KNOWS"]), keep=0, after=lambda _: time.sleep(0.01)
    )
    engine = worker.Worker(everything=memory, threads=4, clock=clock)
    signal.signal(signal.SIGTERM, lambda *_: engine.stop())
    engine.run()


def prepare(touches: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    Account.objects.create(name="Kill", seller_name="Kill", created_at=STATED_AT, postal_address="1 Main Street")
    more(touches)


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
    while Touch.objects.filter(state__in=["planned", "claimed", "sending"]).exists():
        if time.monotonic() > end:
            sys.exit("touches are still under way")
        time.sleep(0.2)


def states() -> None:
    for reference, state in Touch.objects.values_list("reference", "state"):
        print(reference, state)


if __name__ == "__main__":
    deed, *numbers = sys.argv[1:]
    {"work": work, "prepare": prepare, "more": more, "settle": settle, "states": states}[deed](*map(int, numbers))  # type: ignore[operator]
