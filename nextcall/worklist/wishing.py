"""What a person asked for short of a stop, in words, where somebody is about to call or write. Pure."""

from collections.abc import Mapping
from datetime import datetime

from nextcall.consent.preferring import CHANNELS, Standing, in_words
from nextcall.worklist.gating import Reachable

THEIR_OWN = ("opt_out", "link", "complaint")  # a wrong number is nobody's wish


def asked_for(reach: Mapping[str, Reachable], wish: Standing | None, *, zone: str, at: datetime) -> str:
    """ "texts only, after 5 pm their time"; "" for nothing, and for a stop of everything, which is said elsewhere."""
    closed = [name for name in CHANNELS if set(reach[name].facts.withdrawn) & set(THEIR_OWN)]
    return in_words(closed, wish or Standing(), zone=zone, at=at) if len(closed) < len(CHANNELS) else ""
