"""The thread of touches on a card: done, now and planned, each with its own shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.cadences import ahead, wording
from nextcall.cadences.definition import Cadence, Planned
from nextcall.cadences.models import Touch
from nextcall.cadences.progress import STANDING, Situation
from nextcall.leads.models import Lead
from nextcall.worklist import say

BEHIND, AHEAD = 3, 9
ICONS = {"call": "call", "text": "text", "email": "mail", "voicemail": "vm"}
MADE = (Touch.State.SENT, Touch.State.DELIVERED, Touch.State.BOUNCED, Touch.State.DONE)
SHORT = {
    "sent": "Sent",
    "no_answer": "No answer",
    "left_voicemail": "Voicemail",
    "voicemail": "Voicemail",
    "talked": "Talked",
    "delivered": "Sent",
    "bounced": "Bounced",
    "call_back": "Later",
}


@dataclass(frozen=True, slots=True)
class Bead:
    """One bead: its shape says done, here, planned or more."""

    shape: str
    icon: str
    label: str
    says: str  # for assistive tech: "Email, sent"
    wide: bool = False  # left out on a phone
    number: int = 0  # instead of an icon: how many there are in all


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a lead stands on its cadence."""

    beads: tuple[Bead, ...] = ()
    made: tuple[Touch, ...] = ()  # newest last
    number: int = 0  # of the touch in hand, counting from 1
    total: int = 0
    cadence: str = ""
    day: int = 0
    step_says: str = ""
    says: str = ""


def thread_of(
    lead: Lead, touches: Sequence[Touch], *, touch: Touch, running: Sequence[Situation], at: datetime, zone: str
) -> Thread:
    """The beads behind and ahead of the touch in hand, of the lead's `touches`, the latest due first.

    `running` is what the lead is on, the main cadence first.
    """
    made = tuple(reversed([one for one in touches if one.state in MADE]))
    standing = [one for one in touches if one.state in STANDING]
    planned = [
        one
        for one in ahead.ahead(lead, at=at, limit=AHEAD + 1, known=running, standing=standing)
        if one.step_key != touch.step_key
    ]
    beads = [_done(one) for one in made[-BEHIND:]]
    beads.append(Bead("here", ICONS.get(touch.channel, "call"), "Now", f"{touch.channel.capitalize()}, now"))
    room = AHEAD - len(beads)
    beads += [_planned(one, zone=zone, at=at, wide=len(beads) + n > 5) for n, one in enumerate(planned[:room])]
    if not running:
        return Thread(beads=tuple(beads), made=made)
    cadence, anchor = running[0].cadence, running[0].enrollment.anchor_at
    number, step_says = _place(cadence, touch, made)
    step_says = wording.say(step_says, _names(lead))
    if len(cadence.steps) > number + len(planned[:room]):
        days = max((step.when.day or 0) for step in cadence.steps)
        label = f"Day {days}" if days else f"{len(cadence.steps)} in all"
        beads.append(Bead("more", "", label, f"{len(cadence.steps)} touches in all", number=len(cadence.steps)))
    day = (at.astimezone(ZoneInfo(zone)).date() - anchor.astimezone(ZoneInfo(zone)).date()).days + 1
    return Thread(
        beads=tuple(beads),
        made=made,
        number=number,
        total=len(cadence.steps),
        cadence=cadence.name,
        day=max(day, 1),
        step_says=step_says,
        says=f"Touch {number} of {len(cadence.steps)} in {cadence.name}",
    )


def _names(lead: Lead) -> dict[str, Any]:
    owner, account = lead.owner, lead.account
    return wording.names_for(
        first_name=lead.person.given_name,
        name=lead.person.name,
        my_name=owner.name if owner else "",
        seller=account.seller_name or account.name,
        offer=lead.offer.name if lead.offer else "",
        city=lead.person.city,
    )


def _place(cadence: Cadence, touch: Touch, made: tuple[Touch, ...]) -> tuple[int, str]:
    """Which touch of the cadence is in hand, and what its step says."""
    for number, step in enumerate(cadence.steps, 1):
        if step.key == touch.step_key:
            return number, step.says
    return min(len(made) + 1, len(cadence.steps)), ""


def _done(touch: Touch) -> Bead:
    label = SHORT.get(touch.outcome or touch.state, (touch.outcome or touch.state).replace("_", " ").capitalize())
    return Bead("done", ICONS.get(touch.channel, "call"), label, f"{touch.channel.capitalize()}, {label.lower()}")


def _planned(one: Planned, *, zone: str, at: datetime, wide: bool) -> Bead:
    named = say.day(one.due_at, zone, at=at)
    if one.due_at <= at:
        label = "Soon"
    elif named == "today":
        clock = say.clock(one.due_at, zone)
        label = clock.partition(" ")[0] if ":" in clock else clock  # "1:57", "4 pm": there is little room
    elif named == "tomorrow":
        label = f"{one.due_at.astimezone(ZoneInfo(zone)):%a}"
    else:
        label = named[:3] if named.endswith("day") else named.partition(",")[0]  # "Dec 21", without its year
    return Bead(
        "ahead",
        ICONS.get(one.channel, "call"),
        label,
        f"{one.channel.capitalize()}, planned {say.when(one.due_at, zone, at=at)}",
        wide,
    )
