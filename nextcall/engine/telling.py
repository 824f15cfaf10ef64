"""Which reason a lead was offered, and which is of no use to them now: so that none comes twice."""

from datetime import datetime

from django.db import transaction

from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.record import record

USED, NOT_NOW = "reason.used", "reason.not_now"


def used(*, lead: Lead, key: str, says: str, action: Action, by: Member, at: datetime) -> None:
    """The reason stood on the card when the outcome was logged; it comes back if that is undone."""
    if key:
        _record(USED, lead, key, says, action, by, at)


def not_now(*, lead: Lead, key: str, says: str, by: Member, at: datetime) -> Action:
    """The reason rests for two weeks. Nothing else changes: neither the plan nor what others are offered."""
    with transaction.atomic():
        line = f"That reason rests for two weeks. The plan for {lead.person} is as it was."
        with undoable(lead=lead, kind="reason", by=by, at=at, says=line) as deed:
            pass
        _record(NOT_NOW, lead, key, says, deed.action, by, at)
    return deed.action


def _record(kind: str, lead: Lead, key: str, says: str, action: Action, by: Member, at: datetime) -> None:
    record(
        account_id=lead.account_id,
        kind=kind,
        at=at,
        by=by,
        lead_id=lead.pk,
        person_id=lead.person_id,
        data={"key": key[:80], "says": says[:300], "action": action.pk},
    )
