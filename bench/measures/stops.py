"""STOPs while thousands of touches of one account are being sent: how soon nothing more leaves to who said it.

`clock.now` is the engines' clock too. A touch counts as having left when its answer was written down, so the figure is
the most that it can have been.
"""

import time
from datetime import datetime, timedelta

from bench import clock, floors
from bench.figures import Figure
from bench.measures.throughput import due, make_due
from bench.processes import engines, until
from nextcall.cadences.models import Touch
from nextcall.engine.receive import receive
from nextcall.leads.models import Lead

STOPS = 50
SECOND = timedelta(seconds=1)


def measure(size: int) -> list[Figure]:
    """`size` touches due at one instant; while they leave, fifty leads say STOP one after the other."""
    with engines(1):
        began = make_due(size)
        until(lambda: Touch.objects.filter(due_at=began, state="sent").exists(), "the first send", every=0.01)
        stopped, took = _stop(began)
        until(lambda: not due(began).exists(), "the last send", every=0.25, patience=1800)
    latest, late = 0.0, 0
    for person_id, committed_at in stopped.items():
        texts = Touch.objects.filter(person_id=person_id, channel="text", made_at__gt=committed_at)
        after = [touch.made_at for touch in texts.exclude(purpose="confirmation") if touch.made_at]
        latest = max([latest, *((at - committed_at).total_seconds() for at in after)])
        late += sum(at > committed_at + SECOND for at in after)
    floor = floors.transaction_ms(50)
    return [
        Figure(f"latest text after a STOP, {size:,} queued", latest * 1000, "ms", aim="a second"),
        Figure("texts later than a second after their STOP", float(late), "", aim="none"),
        Figure("a STOP taken in, mean", sum(took) / len(took) * 1000, "ms", sum(floor) / len(floor), "20 bare inserts"),
    ]


def _stop(began: datetime) -> tuple[dict[int, datetime], list[float]]:
    """When each person's stop was committed."""
    queued = Touch.objects.filter(due_at=began, state="planned", channel="text").order_by("-lead_id")
    stopped, took = dict[int, datetime](), list[float]()
    for lead_id in list(dict.fromkeys(queued.values_list("lead_id", flat=True)[: STOPS * 4]))[:STOPS]:
        lead = Lead.objects.select_related("account", "person").get(pk=lead_id)
        point = lead.person.reaches.get(contact_point__kind="phone").contact_point
        before = time.perf_counter()
        said = {"channel": "text", "sender": point.value, "text": "STOP", "via": "text"}
        receive(account=lead.account, person=lead.person, at=clock.now(), **said)
        took.append(time.perf_counter() - before)
        stopped[lead.person_id] = clock.now()
    return stopped, took
