"""A pack of so many contacts, made and checked."""

import time

from bench import clock
from bench.figures import Figure
from nextcall.cadences.models import Touch
from nextcall.engine.asking import ask
from nextcall.leads.models import Lead
from nextcall.proof import making, verifying
from nextcall.proof.asked import Asked
from nextcall.timeline import sealing
from nextcall.timeline.record import event, record_many


def measure(size: int) -> list[Figure]:
    """`size` texts on record, each with its decision and its receipt, sealed."""
    at = clock.now()
    lead = Lead.objects.select_related("account", "person").order_by("pk")[0]
    gate = ask(lead=lead, channel="text", at=at, automated=True).gate
    touches = Touch.objects.filter(channel="text").order_by("pk").values_list("pk", "lead_id", "person_id")[:size]
    found = list(touches) or [(None, lead.pk, lead.person_id)]
    rows = [found[n % len(found)] for n in range(size)]
    data = {"channel": "text", "gate": gate, "provider": "memory", "provider_reference": "memory-1"}
    record_many(
        event(
            account_id=lead.account_id,
            kind="touch.sent",
            at=at,
            person_id=person,
            lead_id=lead_id,
            touch_id=touch,
            data=data,
        )
        for touch, lead_id, person in rows
    )
    while sealing.seal_some(at=at):
        pass
    began = time.perf_counter()
    pack = making.make(Asked(lead.account_id, since=at), by=None, at=clock.now())
    made = time.perf_counter() - began
    began = time.perf_counter()
    verdict = verifying.verify(pack.file)
    checked = time.perf_counter() - began
    name = f"pack of {pack.records:,} contacts"
    return [
        Figure(f"{name} made", made, "s", aim="60 s"),
        Figure(f"{name} checked{'' if verdict.whole else ', NOT WHOLE'}", checked, "s", aim="10 s"),
        Figure(f"{name}, size", len(pack.file) / 1e6, "MB"),
    ]
