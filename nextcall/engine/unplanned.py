"""A touch that no cadence planned: a call made because somebody felt like it, or one logged beside a colleague's."""

from datetime import datetime

from nextcall.cadences.models import Touch
from nextcall.leads.models import Lead
from nextcall.team.models import Member


def touch(*, lead: Lead, channel: str, by: Member | None, at: datetime) -> Touch:
    """Open, and about to be logged."""
    return Touch.objects.create(
        account_id=lead.account_id,
        lead=lead,
        person_id=lead.person_id,
        owner=by,
        channel=channel,
        by_machine=False,
        state=Touch.State.OPEN,
        due_at=at,
        intended_at=at,
        created_at=at,
        zone=lead.person.zone,
    )
