"""The records of a pack, read from the timeline batch by batch."""

from collections.abc import Iterator
from typing import Any

from nextcall.lib import canonical
from nextcall.proof import around, asked
from nextcall.proof.around import Around
from nextcall.proof.records import KINDS
from nextcall.timeline import chain
from nextcall.timeline.models import Event

AT_ONCE = 500
OUT = ("contact", "report")
OF_THE_GATE = ("verdict", "purpose", "automated", "tier", "permission", "rules", "local_times", "jurisdictions")


def gather(wanted: asked.Asked) -> Iterator[list[dict[str, Any]]]:
    """Batches of records, not chained yet, in the order in which things happened."""
    rows, after = asked.events(wanted), None
    while True:
        page = rows if after is None else rows.filter(at__gte=after[0]).exclude(at=after[0], pk__lte=after[1])
        events = list(page[:AT_ONCE])
        if not events:
            return
        known = around.read(wanted.account_id, events)
        yield [record(event, known) for event in events]
        after = (events[-1].at, events[-1].pk)


def record(event: Event, known: Around) -> dict[str, Any]:
    """One event with the decision behind it, what was sent to whom, and what the provider said. JSON values."""
    what, title = KINDS[event.kind]
    person = known.persons.get(event.person_id or 0)
    found: dict[str, Any] = {
        "what": what,
        "title": title,
        "event": _values(event),
        "seal": known.seals.get(event.pk),
        "at": canonical.instant(event.at),
        "person": {"id": person.pk, "name": person.name, "invented": person.sample} if person else None,
        "lead": event.lead_id,
        **_asker(event, known),
        **_decided(event, known),
    }
    touch = known.touches.get(event.touch_id or 0)
    if touch is not None:
        found["touch"] = {"id": touch.pk, "state": touch.state, "outcome": touch.outcome, "step": touch.step_key}
    if what in OUT and touch is not None and (touch.provider or touch.provider_reference):
        found["provider"] = {
            "name": touch.provider,
            "reference": str(event.data.get("provider_reference") or touch.provider_reference),
            "our_reference": str(touch.reference),
            "reports": known.reports.get(touch.pk, []),
        }
    message = known.messages.get(event.touch_id or 0) if what == "contact" else None
    message = message or known.received.get(event.data.get("message") or 0)
    if message is not None:
        found["message"] = {"subject": message.subject, "body": message.body, "at": canonical.instant(message.at)}
    return found


def _values(event: Event) -> dict[str, Any]:
    return chain.values_of(
        id=event.pk,
        account=event.account_id,
        kind=event.kind,
        at=event.at,
        by=event.by_id,
        person=event.person_id,
        lead=event.lead_id,
        touch=event.touch_id,
        data=event.data,
    )


def _asker(event: Event, known: Around) -> dict[str, Any]:
    """Who wanted it: the machine, or which member, by which page; and in whose name."""
    member, touch = known.members.get(event.by_id or 0), known.touches.get(event.touch_id or 0)
    found: dict[str, Any] = {"asker": "member" if event.by_id or (touch and not touch.by_machine) else "machine"}
    if member is None and touch is not None:
        member = known.members.get(touch.owner_id or 0)
    if member is not None:
        found["member"] = {"id": member.pk, "name": member.name}
    if event.data.get("page"):
        found["page"] = str(event.data["page"])
    return found


def _decided(event: Event, known: Around) -> dict[str, Any]:
    gate, touch = known.gate(event), known.touches.get(event.touch_id or 0)
    found: dict[str, Any] = {key: gate[key] for key in OF_THE_GATE if key in gate}
    channel = event.data.get("channel") or gate.get("channel") or (touch.channel if touch else "")
    point = known.points.get(gate.get("contact_point") or (touch.contact_point_id if touch else None) or 0)
    found |= {"channel": channel, "to": point.value if point else str(gate.get("to", ""))}
    for ours, theirs in (("decided_at", "at"), ("earliest", "earliest"), ("until", "until")):
        if gate.get(theirs):
            found[ours] = gate[theirs]
    for ours, theirs in (("policy", "policy_text"), ("policy_version", "policy_version")):
        if gate.get(theirs):
            found[ours] = gate[theirs]
    return found
