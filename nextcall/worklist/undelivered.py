"""What did not arrive: its cause, and what may be done next, the likeliest to help first. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Deed = Literal["mend", "again", "call", "text", "email", "better_number"]
# of a contact point: nothing on that channel reaches it again
DEAD = frozenset({"bounced", "landline", "disconnected", "wrong", "reassigned"})
STOPPED = "withdrawn"
ONLY_TEXTS = frozenset({"landline"})  # a call still gets through


@dataclass(frozen=True, slots=True)
class Lost:
    """A message of ours that did not arrive."""

    channel: str  # text, email
    problem: str  # of the number or address: see contract.DeliveryReport
    ours: bool  # our number or connection is at fault
    reachable: Collection[str]  # channels on which the person has something that is not known to be dead


def deeds(lost: Lost) -> tuple[Deed, ...]:
    """What to offer. Nothing on the channel that they stopped, or that is known to be dead."""
    other: Deed = "email" if lost.channel == "text" else "text"
    elsewhere: tuple[Deed, ...] = (other,) if other in lost.reachable else ()
    call: tuple[Deed, ...] = ("call",) if "call" in lost.reachable else ()
    if lost.ours:
        return ("mend", "again", *elsewhere, *call)
    if lost.problem == STOPPED:
        return (*call, *elsewhere)
    if lost.problem in DEAD:
        asks: tuple[Deed, ...] = ("better_number",) if lost.channel == "text" and elsewhere else ()
        calls = call if lost.channel == "email" or lost.problem in ONLY_TEXTS else ()
        return (*calls, *asks, *(() if asks else elsewhere))
    return ("again", *call, *elsewhere)
