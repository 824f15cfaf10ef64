"""Snoozed for the third time: three changes of the plan that may fit better. Each can be undone."""

from datetime import datetime, timedelta

from nextcall.cadences import enroll, versions
from nextcall.conversations.models import Promise
from nextcall.engine import stopping
from nextcall.engine.models import Action
from nextcall.engine.promising import SNOOZES
from nextcall.engine.undo import undoable
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead
from nextcall.team.models import Member

REST = timedelta(days=14)
GENTLER = "gentle"
RESTING = "resting"


def rest(*, lead: Lead, by: Member, at: datetime) -> Action:
    """Two weeks of quiet, then the plan goes on by itself."""
    until = at + REST
    says = f"{lead.person} rests until {spoken(until, now=at, zone=by.zone)}; then the plan goes on."
    with undoable(lead=lead, kind="pause", by=by, at=at, says=says) as deed:
        _forget_snoozes(lead, at)
        for enrollment in lead.enrollments.filter(account_id=lead.account_id, ended_at__isnull=True):
            enroll.pause(enrollment=enrollment, by=by, at=at, because="rest", until=until)
    return deed.action


def gentler(*, lead: Lead, by: Member, at: datetime) -> Action:
    """The cadence for people who said there is no hurry, day 1 today."""
    with undoable(lead=lead, kind="cadence", by=by, at=at) as deed:
        _forget_snoozes(lead, at)
        begun = enroll.change(lead=lead, slug=GENTLER, by=by, at=at, because="snoozed three times")
        deed.says = f"{lead.person} is on {versions.definition_of(begun.version).name} now, day 1 today."
    return deed.action


def end_kindly(*, lead: Lead, by: Member, at: datetime) -> Action:
    """Nothing more is planned; the lead stays, and may write at any time."""
    with undoable(lead=lead, kind="finish", by=by, at=at, says=f"Ended kindly for {lead.person}.") as deed:
        _forget_snoozes(lead, at)
        for enrollment in lead.enrollments.filter(account_id=lead.account_id, ended_at__isnull=True):
            enroll.finish(enrollment=enrollment, by=by, at=at, because="ended kindly")
        enroll.cancel_ahead(lead=lead, because="ended kindly", by=by, at=at)
        stopping.set_stage(lead=lead, stage=RESTING, by=by, at=at)
    return deed.action


def _forget_snoozes(lead: Lead, at: datetime) -> None:
    snoozed = Promise.objects.filter(account_id=lead.account_id, lead=lead, closed_at=None, what__in=SNOOZES)
    snoozed.update(closed_at=at, closed_as="released")
