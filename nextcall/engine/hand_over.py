"""Passing a lead to another member, with everything that is still to do for it."""

from datetime import datetime

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Promise
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.record import record

AHEAD = (Touch.State.PLANNED, Touch.State.OPEN)


def hand_over(*, lead: Lead, to: Member, by: Member, at: datetime) -> Action:
    """The lead, its touches ahead and its open promises become `to`'s; what was done stays with who did it."""
    if to.account_id != lead.account_id:
        raise ValueError("a lead is handed over inside its account")
    with undoable(lead=lead, kind="hand_over", by=by, at=at, says=f"{lead.person} handed to {to.name}.") as deed:
        before = lead.owner_id
        Lead.objects.filter(account_id=lead.account_id, pk=lead.pk).update(owner=to, held_by=None, held_until=None)
        Touch.objects.filter(account_id=lead.account_id, lead=lead, state__in=AHEAD).update(owner=to)
        Promise.objects.filter(account_id=lead.account_id, lead=lead, closed_at=None).update(owner=to)
        record(
            account_id=lead.account_id,
            kind="lead.handed_over",
            at=at,
            by=by,
            lead_id=lead.pk,
            person_id=lead.person_id,
            data={"from": before, "to": to.pk, "to_name": to.name},
        )
    return deed.action
