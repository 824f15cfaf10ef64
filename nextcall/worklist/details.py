"""What stands under Details on a card: the facts behind its place in the deck."""

from datetime import datetime

from nextcall.engine.promising import SNOOZES
from nextcall.worklist import say
from nextcall.worklist.beads import Thread
from nextcall.worklist.gating import Reachable
from nextcall.worklist.reading import Rows


def details_of(
    rows: Rows, reach: dict[str, Reachable], known: say.Known, thread: Thread, *, at: datetime
) -> list[tuple[str, str]]:
    """Word and sentence: arrival, promise, plan step, hours, permission, tries by time of day, whose it is."""
    lead = rows.lead
    fresh = at - lead.arrived_at <= known.goal and not lead.import_id
    arrived = f"{say.ago(lead.arrived_at, at=at)}{f', inside your {say.span(known.goal)} goal' if fresh else ''}"
    details = [("Came with a file" if lead.import_id else "Arrived", arrived)]
    if rows.promise and rows.promise.what not in SNOOZES:
        details.append(
            ("Promise", f"{rows.promise.what or 'A call'}, {say.when(rows.promise.due_at, known.member_zone, at=at)}")
        )
    if thread.says:
        details.append(("Cadence", thread.says))
    details.append(("Hours", hours_line(reach["call"], zone=known.zone, at=at)))
    details.append(("Permission", permission_line(reach)))
    tried = say.tries(known)
    if tried:
        details.append(("Tries", tried))
    if lead.owner is None:
        details.append(("Owner", "Nobody yet; yours for 15 minutes"))
    return details


def hours_line(there: Reachable, *, zone: str, at: datetime) -> str:
    """ "Calls allowed until 8 pm their time", or why not and when."""
    decision = there.decision
    noun = f"{there.channel.capitalize()}s"
    if decision.verdict == "allow":
        return (
            f"{noun} allowed until {say.clock(decision.until, zone)} their time"
            if decision.until
            else f"{noun} allowed"
        )
    says = decision.deciding.says if decision.deciding else ""
    if decision.earliest:
        return f"{noun} open {say.when(decision.earliest, zone, at=at)} their time. {says}"
    return f"No {there.channel}s. {says}"


def permission_line(reach: dict[str, Reachable]) -> str:
    """Which channels carry which permission."""
    tiers: dict[str, list[str]] = {}
    for channel, there in reach.items():
        if there.point is not None:
            tiers.setdefault("stopped" if there.facts.withdrawn else there.facts.tier, []).append(channel)
    words = {
        "written": "in writing",
        "express": "given",
        "implied": "implied",
        "none": "none recorded",
        "stopped": "withdrawn",
    }
    return (
        "; ".join(f"{', '.join(channels)}: {words[tier]}" for tier, channels in tiers.items()).capitalize()
        or "None recorded"
    )
