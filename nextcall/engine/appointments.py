"""Appointments: booked, moved, called off, kept or missed; each with what it sets in motion.

Booking pauses the cadences that pause on it, moves the stage and begins the reminders; moving keeps the uid and counts
the sequence up (RFC 5546); a missed one starts the cadence for that.
"""

from datetime import datetime, timedelta

from django.db import transaction

from nextcall.cadences import enroll, versions
from nextcall.consent import ledger
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Promise
from nextcall.engine import inviting, stopping
from nextcall.leads.models import Lead
from nextcall.lib import wake
from nextcall.team import meeting
from nextcall.team.models import Member
from nextcall.timeline.record import record

REMINDERS = "appointment-reminders"
MISSED = "missed-appointment"


class Closed(ValueError):
    """The appointment was called off, kept or missed already."""


def open_ones(lead: Lead) -> list[Promise]:
    """The lead's appointments that are still to be held, or whose outcome nobody said, the earliest first."""
    rows = Promise.objects.filter(
        account_id=lead.account_id, lead=lead, kind=Promise.Kind.APPOINTMENT, closed_at=None
    ).select_related("owner", "lead__person", "lead__account")
    return list(rows.order_by("due_at"))


def book(
    *,
    lead: Lead,
    starts_at: datetime,
    by: Member | None,
    at: datetime,
    what: str = "",
    place: str = "",
    minutes: int | None = None,
    uid: str = "",
    invites: bool = True,
) -> Promise:
    """Book it, and invite the lead unless somebody else did. Harmless when repeated: the same time, or the same uid."""
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        for one in open_ones(lead):
            if one.due_at == starts_at or (uid and one.uid == uid):
                return one
        length = timedelta(minutes=minutes or meeting.of(lead.owner or by).minutes)
        promise = Promise.objects.create(
            account_id=lead.account_id,
            lead=lead,
            owner=lead.owner or by,
            kind=Promise.Kind.APPOINTMENT,
            what=(what or "Appointment")[:300],
            due_at=starts_at,
            until_at=starts_at + length,
            made_at=at,
            by=by,
            uid=uid or inviting.new_uid(),
            place=place[:300],
        )
        _note("booked", promise, by=by, at=at)
        stopping.pause_all(person=lead.person, because="appointment", by=by, at=at)
        stopping.set_stage(lead=lead, stage="appointment", by=by, at=at)
        conversation.answered(lead=lead, at=at)
        _remind(lead, by=by, at=at)
        if invites and starts_at > at and not lead.person.sample:
            inviting.invite(promise, by=by, at=at)
        transaction.on_commit(wake.wake)
    return promise


def move(
    *,
    promise: Promise,
    starts_at: datetime,
    by: Member | None,
    at: datetime,
    minutes: int | None = None,
    uid: str = "",
    invites: bool = True,
) -> Promise:
    """Another time for the same appointment: reminders move along, the lead is asked anew. `uid`: a booking page's."""
    with transaction.atomic():
        fresh = _locked(promise)
        if fresh.due_at == starts_at and uid in ("", fresh.uid):
            return fresh
        length = timedelta(minutes=minutes) if minutes else (fresh.until_at or fresh.due_at) - fresh.due_at
        before, fresh.due_at, fresh.until_at = fresh.due_at, starts_at, starts_at + length
        fresh.sequence, fresh.response, fresh.responded_at, fresh.uid = fresh.sequence + 1, "", None, uid or fresh.uid
        fresh.save(update_fields=["due_at", "until_at", "sequence", "response", "responded_at", "uid"])
        _note("moved", fresh, by=by, at=at, before=before.isoformat())
        _remind(fresh.lead, by=by, at=at)
        if invites:
            inviting.invite(fresh, by=by, at=at)
        transaction.on_commit(wake.wake)
    return fresh


def cancel(*, promise: Promise, by: Member | None, at: datetime, because: str = "", tells: bool = True) -> Promise:
    """Call it off; the lead is told if they were invited, unless they did it themselves (`tells` False)."""
    with transaction.atomic():
        fresh = _close(promise, "cancelled", by=by, at=at, because=because, sequence=promise.sequence + 1)
        if tells:
            inviting.call_off(fresh, by=by, at=at)
    return fresh


def kept(*, promise: Promise, by: Member | None, at: datetime) -> Promise:
    """They met."""
    return _close(promise, "kept", by=by, at=at)


def missed(*, promise: Promise, by: Member | None, at: datetime) -> Promise:
    """The lead did not come: no blame, and the cadence that finds another time begins."""
    with transaction.atomic():
        fresh = _close(promise, "missed", by=by, at=at)
        stopping.set_stage(lead=fresh.lead, stage="talking", by=by, at=at)
        try:
            enroll.change(lead=fresh.lead, slug=MISSED, by=by, at=at, because="missed appointment")
        except versions.NoCadence:
            pass
    return fresh


def _locked(promise: Promise) -> Promise:
    """Under the person's lock. Raises Closed."""
    ledger.lock_persons([promise.lead.person_id])
    rows = Promise.objects.select_related("owner", "lead__person", "lead__account", "lead__owner")
    fresh = rows.get(account_id=promise.account_id, pk=promise.pk)
    if fresh.closed_at is not None:
        raise Closed(f"That appointment is {fresh.closed_as} already.")
    return fresh


def _close(
    promise: Promise, how: str, *, by: Member | None, at: datetime, because: str = "", sequence: int | None = None
) -> Promise:
    with transaction.atomic():
        fresh = _locked(promise)
        fresh.closed_at, fresh.closed_as = at, how
        fresh.sequence = fresh.sequence if sequence is None else sequence
        fresh.save(update_fields=["closed_at", "closed_as", "sequence"])
        _note(how, fresh, by=by, at=at, because=because[:200])
        _remind(fresh.lead, by=by, at=at)
        transaction.on_commit(wake.wake)
    return fresh


def _remind(lead: Lead, *, by: Member | None, at: datetime) -> None:
    """Reminders count back from the earliest appointment that is to come; without one they end."""
    coming = next((one.due_at for one in open_ones(lead) if one.due_at > at), None)
    running = lead.enrollments.filter(account_id=lead.account_id, ended_at__isnull=True)
    for enrollment in running.filter(version__cadence__slug=REMINDERS).select_related("version__cadence"):
        if enrollment.anchor_at == coming:
            return
        because = "the appointment moved" if coming else "no appointment is to come"
        enroll.finish(enrollment=enrollment, by=by, at=at, because=because)
    if coming is None or lead.person.sample:
        return
    try:
        enroll.begin(lead=lead, slug=REMINDERS, by=by, at=at, anchor_at=coming)
    except (versions.NoCadence, enroll.AlreadyOn):
        pass


def _note(what: str, promise: Promise, *, by: Member | None, at: datetime, **data: object) -> None:
    record(
        account_id=promise.account_id,
        kind=f"appointment.{what}",
        at=at,
        by=by,
        lead_id=promise.lead_id,
        person_id=promise.lead.person_id,
        data={"starts_at": promise.due_at.isoformat(), "promise": promise.pk, "sequence": promise.sequence, **data},
    )
