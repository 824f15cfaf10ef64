"""STOPs while thousands of touches of one account are being sent: how soon nothing more leaves to who said it.

The texts leave on three numbers; each STOP comes as a carrier brings it, to the number that nothing leaves on.
`clock.now` is the engines' clock too. A touch counts as having left when its answer was written down, so the figure is
the most that it can have been.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bench import clock, floors
from bench.figures import Figure
from bench.measures.throughput import due, make_due
from bench.processes import engines, until
from nextcall.cadences.models import Touch
from nextcall.channels.contract import InboundMessage
from nextcall.engine import hearing
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Connection, SenderNumber

STOPS = 50
SECOND = timedelta(seconds=1)
OURS, OTHER = ("+13035550100", "+13035550101", "+13035550102"), "+13035550103"


def measure(size: int) -> list[Figure]:
    """`size` touches due at one instant; while they leave, fifty leads say STOP one after the other."""
    with _pool(), engines(1):
        began = make_due(size)
        until(lambda: Touch.objects.filter(due_at=began, state="sent").exists(), "the first send", every=0.01)
        stopped, took = _stop(began)
        until(lambda: not due(began).exists(), "the last send", every=0.25, patience=1800)
        texts = Touch.objects.filter(due_at=began, state="sent", channel="text")
        numbers = texts.values("our_number").distinct().count()
    latest, late = 0.0, 0
    for person_id, committed_at in stopped.items():
        texts = Touch.objects.filter(person_id=person_id, channel="text", made_at__gt=committed_at)
        after = [touch.made_at for touch in texts.exclude(purpose="confirmation") if touch.made_at]
        latest = max([latest, *((at - committed_at).total_seconds() for at in after)])
        late += sum(at > committed_at + SECOND for at in after)
    floor = floors.transaction_ms(50)
    return [
        Figure(f"latest text after a STOP, {size:,} queued, {numbers} numbers", latest * 1000, "ms", aim="a second"),
        Figure("texts later than a second after their STOP", float(late), "", aim="none"),
        Figure("a STOP taken in, mean", sum(took) / len(took) * 1000, "ms", sum(floor) / len(floor), "20 bare inserts"),
    ]


@contextmanager
def _pool() -> Iterator[None]:
    """Three numbers that texts leave on, and one that a pause keeps quiet."""
    account = Account.objects.order_by("pk")[0]
    line, at = Connection.objects.get(account=account, channel="text"), clock.now()
    for one in (*OURS, OTHER):
        SenderNumber.objects.create(
            account=account, connection=line, number=one, registration="registered", per_minute=0, created_at=at,
            paused_until=at + timedelta(days=1) if one == OTHER else None,
        )  # fmt: skip
    yield
    SenderNumber.objects.filter(account=account).delete()


def _stop(began: datetime) -> tuple[dict[int, datetime], list[float]]:
    """When each person's stop was committed."""
    queued = Touch.objects.filter(due_at=began, state="planned", channel="text").order_by("-lead_id")
    stopped, took = dict[int, datetime](), list[float]()
    for lead_id in list(dict.fromkeys(queued.values_list("lead_id", flat=True)[: STOPS * 4]))[:STOPS]:
        lead = Lead.objects.select_related("account", "person").get(pk=lead_id)
        point = lead.person.reaches.get(contact_point__kind="phone").contact_point
        before = time.perf_counter()
        said = InboundMessage("text", point.value, OTHER, "STOP", f"SMstop{lead_id}")
        hearing.take_in(lead.account, said, provider="memory", at=clock.now())
        took.append(time.perf_counter() - before)
        stopped[lead.person_id] = clock.now()
    return stopped, took
