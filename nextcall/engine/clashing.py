"""What else stands where an appointment would: said before a tap books or moves it."""

from datetime import datetime, timedelta

from nextcall.conversations.models import Promise
from nextcall.engine import offering
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead
from nextcall.team import meeting
from nextcall.team.models import Member


def clash(*, lead: Lead, starts_at: datetime, moves: Promise | None, by: Member, at: datetime) -> str:
    """ "You have something else Thu 3:30 pm to 4:30 pm."; "" where the host is free.

    By their calendars as read last, their other appointments and windows, and the days that they are away. `moves`:
    the appointment that would be there, whose own old time is free then.
    """
    host = (moves.owner if moves else None) or lead.owner or by
    length = moves.until_at - moves.due_at if moves and moves.until_at else timedelta(minutes=meeting.of(host).minutes)
    taken = offering.busy_of(host, at=at, but=moves)
    found = sorted(span for span in taken if span[0] < starts_at + length and starts_at < span[1])
    if not found:
        return ""
    begins, ends = found[0]
    who = "You have" if host.pk == by.pk else f"{host.name.split()[0]} has"
    return f"{who} something else {spoken(begins, now=at, zone=by.zone)} to {spoken(ends, now=begins, zone=by.zone)}."
