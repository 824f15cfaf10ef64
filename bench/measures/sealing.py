"""Events that get their place in the chain, per second, as the engine's job does it; and their checking."""

import time

from bench import clock, floors
from bench.figures import Figure
from nextcall.team.models import Account
from nextcall.timeline import checking, sealing
from nextcall.timeline.models import Event, Seal
from nextcall.timeline.record import event, record_many


def measure(size: int) -> list[Figure]:
    """`size` events with a decision each, of one account, that nobody sealed yet."""
    floor = floors.inserts_a_second(size)
    account = Account.objects.get()
    rules = [[f"US-{n:02}.rule", "allow", "; 3 so far"] for n in range(8)]
    gate = {"verdict": "allow", "rules": rules, "local_times": {"America/Denver": "2026-11-23T10:10:00-07:00"}}
    while sealing.seal_some(at=clock.now()):
        pass
    after = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    data = {"channel": "text", "gate": gate}
    record_many(event(account_id=account.pk, kind="touch.sent", at=clock.now(), data=data) for _ in range(size))
    began = time.perf_counter()
    last = after
    while sealed := sealing.seal_some(at=clock.now(), after=last):
        last = sealed[-1]
    took = time.perf_counter() - began
    began = time.perf_counter()
    found = list(checking.check(account.pk, checking.Checked(), at=clock.now()))
    checked = Seal.objects.count() / (time.perf_counter() - began)
    wrong = f", {len(found)} FOUND WRONG" if found else ""
    return [
        Figure(f"events sealed a second ({size:,})", size / took, "/s", floor, "bare inserts of as many rows", "2,000"),
        Figure(f"seals checked a second{wrong}", checked, "/s"),
    ]
