"""What stands around a batch of events in other tables, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Message
from nextcall.leads.models import ContactPoint, Person
from nextcall.lib import canonical
from nextcall.proof.records import KINDS
from nextcall.team.models import Member
from nextcall.timeline import chain
from nextcall.timeline.models import Event, Seal

REPORTS = tuple(kind for kind, (what, _) in KINDS.items() if what == "report")


@dataclass(frozen=True, slots=True)
class Around:
    """By id: of events the seals (with the hash before), of touches what the provider said of them."""

    seals: dict[int, dict[str, Any]]
    touches: dict[int, Touch]
    reports: dict[int, list[dict[str, str]]]
    messages: dict[int, Message]  # by touch
    received: dict[int, Message]  # by its own id
    points: dict[int, ContactPoint]
    persons: dict[int, Person]
    members: dict[int, Member]

    def gate(self, event: Event) -> dict[str, Any]:
        """The decision that the event carries; of what was written before events carried one, the touch's."""
        touch = self.touches.get(event.touch_id or 0)
        kept = event.data.get("gate") or (touch.decision if touch and event.kind != "touch.in_flight" else None)
        return kept if isinstance(kept, dict) else {}


def read(account_id: int, events: Sequence[Event]) -> Around:
    touches = Touch.objects.filter(account_id=account_id).in_bulk(_ids(event.touch_id for event in events))
    wanted = {touch.contact_point_id for touch in touches.values()}
    wanted |= {event.data.get("gate", {}).get("contact_point") for event in events if event.data.get("gate")}
    said = Message.objects.filter(account_id=account_id)
    members = {*(event.by_id for event in events), *(touch.owner_id for touch in touches.values())}
    return Around(
        seals=_seals(account_id, [event.pk for event in events]),
        touches=touches,
        reports=_reports(account_id, list(touches)),
        messages={row.touch_id: row for row in said.filter(touch__in=list(touches)) if row.touch_id},
        received=said.in_bulk(_ids(event.data.get("message") for event in events)),
        points=ContactPoint.objects.filter(account_id=account_id).in_bulk(_ids(wanted)),
        persons=Person.objects.filter(account_id=account_id).in_bulk(_ids(event.person_id for event in events)),
        members=Member.objects.filter(account_id=account_id).in_bulk(_ids(members)),
    )


def _ids(found: Iterable[Any]) -> list[int]:
    return sorted({one for one in found if isinstance(one, int)})


def _seals(account_id: int, event_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = list(Seal.objects.filter(account_id=account_id, event__in=event_ids))
    before = Seal.objects.filter(account_id=account_id, number__in=[row.number - 1 for row in rows])
    hashes = dict(before.values_list("number", "hash"))
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        seal = {
            "number": row.number,
            "previous": hashes.get(row.number - 1, chain.BEFORE_THE_FIRST),
            "content": row.content,
            "hash": row.hash,
        }
        if row.erased_at:
            seal["erased_at"] = canonical.instant(row.erased_at)
        found[row.event_id or 0] = seal
    return found


def _reports(account_id: int, touch_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    rows = Event.objects.filter(account_id=account_id, touch_id__in=touch_ids, kind__in=REPORTS).order_by("at", "pk")
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for touch_id, kind, at in rows.values_list("touch_id", "kind", "at"):
        found[touch_id or 0].append({"kind": kind, "at": canonical.instant(at)})
    return found
