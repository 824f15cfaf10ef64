"""Promises a member makes for later: a snoozed touch, a call-back window, an appointment. Each can be undone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Promise
from nextcall.engine import appointments
from nextcall.engine.models import Action
from nextcall.engine.releasing import UNTIL_REPLY
from nextcall.engine.undo import undoable
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.record import record

SNOOZED = "Snoozed"  # what such a promise says: it was made to nobody but oneself
SNOOZES = (SNOOZED, UNTIL_REPLY)
LOST = timedelta(days=90)  # who never replies comes back after that: nobody is lost by a tap
CARDS = (Promise.Kind.CALL, Promise.Kind.SEND)


def snooze(*, lead: Lead, until: datetime | None, by: Member, at: datetime, whole: bool = False) -> Action:
    """Move what is in hand to `until`: a promise moves there, else it becomes one to oneself; calls hold meanwhile.

    `until` None: until they reply. `whole`: texts and emails wait as well, the whole plan is paused until then.
    """
    back_at = until or at + LOST
    then = f"to {spoken(until, now=at, zone=by.zone)}" if until else "until they reply"
    says = f"Snoozed {lead.person} {then}.{' The whole plan waits.' if whole else ''}"
    with undoable(lead=lead, kind="snooze", by=by, at=at, says=says) as deed:
        promises = Promise.objects.filter(account_id=lead.account_id, lead=lead, closed_at=None, kind__in=CARDS)
        what = SNOOZED if until else UNTIL_REPLY
        promises.filter(what__in=SNOOZES).update(what=what)
        if not promises.update(due_at=back_at, made_at=at):
            kind = Promise.Kind.SEND if lead.waiting_since else Promise.Kind.CALL
            promise(lead, kind, back_at, by, at, what)
        for enrollment in lead.enrollments.filter(account_id=lead.account_id, state=Enrollment.State.ACTIVE):
            if whole:
                enroll.pause(enrollment=enrollment, by=by, at=at, because="snoozed", until=until)
            else:
                enroll.hold_calls(enrollment=enrollment, until=back_at, by=by, at=at, because="snoozed")
        data = {"until": until.isoformat() if until else None, "whole": whole}
        _record("lead.snoozed", lead, by, at, data)
    return deed.action


def open_window(*, lead: Lead, begins: datetime, ends: datetime, by: Member, at: datetime) -> Action:
    """We told the lead when we can be reached: the window is pinned, and our calls to them hold until it closes."""
    opens, closes = (spoken(when, now=at, zone=by.zone) for when in (begins, ends))
    says = f"Free for {lead.person} {opens} to {closes}. Calls hold until then."
    with undoable(lead=lead, kind="window", by=by, at=at, says=says) as deed:
        window = promise(lead, Promise.Kind.WINDOW, begins, by, at, "You told them you can be reached")
        Promise.objects.filter(pk=window.pk).update(until_at=ends)
        for enrollment in lead.enrollments.filter(state=Enrollment.State.ACTIVE):
            enroll.hold_calls(enrollment=enrollment, until=ends, by=by, at=at, because="call-back window")
        _record("window.opened", lead, by, at, {"from": begins.isoformat(), "until": ends.isoformat()})
    return deed.action


def appointment(
    *, lead: Lead, when: datetime, what: str, by: Member, at: datetime, place: str = "", minutes: int | None = None
) -> Action:
    """An appointment is booked and the lead invited; see appointments.book. `minutes` None: as the member has it."""
    says = f"Appointment with {lead.person}, {spoken(when, now=at, zone=by.zone)}."
    with undoable(lead=lead, kind="appointment", by=by, at=at, says=says) as deed:
        appointments.book(lead=lead, starts_at=when, what=what, place=place, minutes=minutes, by=by, at=at)
    return deed.action


DEEDS = {"kept": "You met {}.", "missed": "{} did not come. The plan for that begins.", "cancel": "Called off: {}."}


def about_appointment(
    *, promise: Promise, deed: str, until: datetime | None, by: Member, at: datetime, answers: bool = False
) -> Action:
    """Moved to `until`, called off, kept or missed ("move", "cancel", "kept", "missed"). Raises appointments.Closed.

    `answers`: the lead asked for it, and waits no more.
    """
    lead = promise.lead
    when = spoken(until, now=at, zone=by.zone) if until else ""
    says = DEEDS.get(deed, f"The appointment with {{}} is {when} now.").format(lead.person)
    with undoable(lead=lead, kind="appointment", by=by, at=at, says=says) as done:
        if deed == "kept":
            appointments.kept(promise=promise, by=by, at=at)
        elif deed == "missed":
            appointments.missed(promise=promise, by=by, at=at)
        elif deed == "cancel" or until is None:
            appointments.cancel(promise=promise, by=by, at=at)
        else:
            appointments.move(promise=promise, starts_at=until, by=by, at=at)
        if answers:
            conversation.answered(lead=lead, at=at)
    return done.action


def promise(lead: Lead, kind: str, due_at: datetime, by: Member, at: datetime, what: str) -> Promise:
    """The row alone; whoever makes it says what else follows, and how it is undone."""
    return Promise.objects.create(
        account_id=lead.account_id, lead=lead, owner=by, kind=kind, due_at=due_at, made_at=at, by=by, what=what[:300]
    )


def _record(kind: str, lead: Lead, by: Member, at: datetime, data: Mapping[str, Any]) -> None:
    record(account_id=lead.account_id, kind=kind, at=at, by=by, lead_id=lead.pk, person_id=lead.person_id, data=data)
