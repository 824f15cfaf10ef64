"""Somebody answered meanwhile: said once, with their words; who sends again after that knows."""

from datetime import datetime

from nextcall.engine.answering import Crossed, Seen, read_seen
from nextcall.leads.models import Lead
from nextcall.web.access import SignedIn
from nextcall.worklist import say

TOLD = "crossed"  # of the session: how far this member was told, by lead


def seen(request: SignedIn, lead: Lead) -> Seen | None:
    """How far the member has read: what the form says, or what they were told when it was held back."""
    read = read_seen(request.POST.get("seen", ""))
    told = read_seen(request.session.get(TOLD, {}).get(str(lead.pk), ""))
    if read is None or told is None:
        return read
    return told if (told.message, told.touch) >= (read.message, read.touch) else read


def tell(request: SignedIn, lead: Lead, crossed: Crossed, *, at: datetime) -> str:
    """ "Ben answered 1 min ago: '…'"; it is remembered that they were told."""
    request.session[TOLD] = {str(lead.pk): str(crossed.seen)}
    return says(crossed, at=at)


def says(crossed: Crossed, *, at: datetime) -> str:
    ago = f" {say.ago(crossed.at, at=at)}" if crossed.at else ""
    words = f": \u2018{crossed.words}\u2019" if crossed.words else "."
    verb = "answered" if crossed.words or crossed.who == "Somebody" else "marked it done"
    return f"{crossed.who} {verb}{ago}{words}"
