"""How a member meets people: how long, with how much room around it, and how much notice they want."""

from dataclasses import dataclass

from nextcall.team.models import Member

KEY = "meeting"  # in Member.settings


@dataclass(frozen=True, slots=True)
class Meeting:
    """Minutes, all of them."""

    minutes: int = 30
    room: int = 15  # before and after: travel, or a breath
    notice: int = 120


LIMITS = {"minutes": (10, 480), "room": (0, 240), "notice": (0, 14 * 1440)}


def of(member: Member | None) -> Meeting:
    """As the member set it; what is out of bounds is as shipped."""
    stored = member.settings.get(KEY) if member else None
    stored = stored if isinstance(stored, dict) else {}
    good = {
        name: stored[name]
        for name, (least, most) in LIMITS.items()
        if isinstance(stored.get(name), int) and least <= stored[name] <= most
    }
    return Meeting(**good)
