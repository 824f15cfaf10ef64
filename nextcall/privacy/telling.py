"""What a lead told a member of ours about when to be contacted: it holds as if they had chosen it themselves."""

from collections.abc import Mapping
from datetime import date, datetime

from nextcall.consent import preferred
from nextcall.engine.undo import undoable
from nextcall.leads.models import Lead
from nextcall.lib import hours as clocks
from nextcall.privacy import choosing
from nextcall.team.models import Member


def told(*, lead: Lead, hours: Mapping[str, str], day: date | None, said: str, by: Member, at: datetime) -> list[str]:
    """Keep both, as one deed that can be undone; what changed, in words. Raises BadHours and CannotChoose."""
    wanted, standing = preferred.read(hours), choosing.standing_of(lead, at=at)
    zone = lead.person.zone or lead.account.zone
    stands = clocks.local(standing.not_before, zone).date() if standing.not_before else None
    if dict(standing.hours) == wanted and stands == day:
        return []
    with undoable(lead=lead, kind="asked_for", by=by, at=at, of_the_record=True) as deed:
        says = choosing.set_hours(lead=lead, hours=wanted, by=by, at=at, said=said)
        if stands != day:
            says += choosing.set_later(lead=lead, day=day, by=by, at=at, said=said)
        deed.says = f"{lead.person} asked for: {', '.join(says)}."
    return says
