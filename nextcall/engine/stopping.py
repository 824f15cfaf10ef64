"""What ends or holds contact: a withdrawal, a stage, a reply. Shared by outcomes, replies and links."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from nextcall.cadences import enroll, withdrawing
from nextcall.cadences.models import Enrollment
from nextcall.cadences.versions import definition_of
from nextcall.cadences.withdrawing import running, sharing
from nextcall.consent import ledger
from nextcall.consent.models import Withdrawal
from nextcall.engine import buying, campaigns
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.lib.hashing import point_hash
from nextcall.team.models import Member
from nextcall.timeline.record import record

__all__ = ["REACHED", "pause_all", "running", "set_stage", "sharing", "start_again", "withdraw"]

REACHED = frozenset({"new", "working", "resting"})  # stages that a human answer moves on


def withdraw(
    *,
    lead: Lead,
    contact_point: ContactPoint | None,
    scope: Sequence[str],
    reason: str,
    said: str,
    via: str,
    by: Member | None,
    at: datetime,
    message_id: str = "",
    reference: str = "",
) -> list[Withdrawal]:
    """Store the wish and take back everything queued against it, for everyone whom it protects.

    A complaint counts against the campaign of the message that `message_id` names, else of the latest one.
    """
    rows = withdrawing.withdraw(
        account=lead.account,
        person=lead.person,
        contact_point=contact_point,
        scope=scope,
        reason=reason,
        said=said,
        via=via,
        by=by,
        at=at,
        reference=reference,
        lead_id=lead.pk,
    )
    if reason == "complaint":
        channel = contact_point.kind if contact_point and contact_point.kind == "email" else "text"
        campaigns.complained(
            lead=lead, contact_point=contact_point, channel=channel, via=via, at=at, message_id=message_id
        )
    return rows


def complaint(
    *, lead: Lead, contact_point: ContactPoint | None, channel: str, via: str, at: datetime, message_id: str = ""
) -> list[Withdrawal]:
    """A mailbox provider or carrier reports that they called it spam: all contact ends. Harmless when repeated."""
    with transaction.atomic():
        return withdraw(
            lead=lead,
            contact_point=contact_point,
            scope=("text", "call", "email"),
            reason="complaint",
            said=f"Reported as spam ({channel})",
            via=via,
            by=None,
            at=at,
            message_id=message_id,
        )


def start_again(
    *, contact_point: ContactPoint | None, said: str, channel: str, by: Member | None, at: datetime
) -> None:
    """START lifts a stop of texts for the number that sent it, and nothing else (US-10)."""
    if channel != "text" or contact_point is None:
        return
    standing = Withdrawal.objects.filter(
        account_id=contact_point.account_id,
        value_hash=point_hash(contact_point.kind, contact_point.key),
        lifted_at=None,
        reason__in=("opt_out", "link"),
    )
    for row in standing:
        if "text" in row.channels:
            ledger.lift(row, by=by, because=f"They wrote: {said[:200]}", at=at, channels=("text", "automated"))


def pause_all(*, person: Person, because: str, by: Member | None, at: datetime) -> int:
    """Pause every active enrollment of the person whose cadence pauses on that; how many. A hold pauses all."""
    count = 0
    for enrollment in running(person).filter(state=Enrollment.State.ACTIVE).select_related("version__cadence"):
        if because == "hold" or because in definition_of(enrollment.version).pause_on:
            enroll.pause(enrollment=enrollment, by=by, at=at, because=because)
            count += 1
    return count


def set_stage(*, lead: Lead, stage: str, by: Member | None, at: datetime) -> None:
    """Move the lead to a stage, with what the cadences say about it. Harmless if it is there already."""
    moved = Lead.objects.filter(account_id=lead.account_id, pk=lead.pk).exclude(stage=stage)
    before = lead.stage
    if moved.update(stage=stage):
        lead.stage = stage
        record(
            account_id=lead.account_id,
            kind="stage.changed",
            at=at,
            by=by,
            lead_id=lead.pk,
            person_id=lead.person_id,
            data={"from": before, "to": stage},
        )
        if stage == Lead.Stage.WON:
            buying.won(lead=lead, by=by, at=at)
        else:
            buying.not_won(lead=lead, by=by, at=at)
        enroll.stage_changed(lead=lead, stage=stage, by=by, at=at)
