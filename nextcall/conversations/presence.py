"""Who has a lead's messages open, or is writing: each page says so every 15 seconds, and is forgotten after 45."""

from collections.abc import Collection
from datetime import datetime, timedelta

from nextcall.conversations.models import Presence
from nextcall.leads.models import Lead
from nextcall.team.models import Member

COUNTS = timedelta(seconds=45)


def here(*, lead: Lead, by: Member, writing: bool, at: datetime) -> None:
    """`by` has it open now."""
    Presence.objects.update_or_create(
        lead=lead, member=by, defaults={"account_id": lead.account_id, "seen_at": at, "writing": writing}
    )


def gone(*, lead: Lead, by: Member, at: datetime) -> None:
    """`by` has closed it. The row stays, so that whoever follows presences sees that it changed."""
    rows = Presence.objects.filter(account_id=lead.account_id, lead=lead, member=by)
    rows.update(seen_at=at - COUNTS, writing=False)


def says(leads: Collection[int], *, to: Member, at: datetime) -> dict[int, str]:
    """ "Ben is writing", "Ben has this open": what `to` should know of these leads, in one query."""
    rows = Presence.objects.filter(account_id=to.account_id, lead__in=leads, seen_at__gt=at - COUNTS)
    rows = rows.exclude(member=to).select_related("member").order_by("writing", "seen_at")
    found = {}
    for row in rows:
        first = row.member.name.split()[0]
        found[row.lead_id] = f"{first} is writing" if row.writing else f"{first} has this open"
    return found
