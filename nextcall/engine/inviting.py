"""Asking a lead to an appointment, or telling that it is off: an email with the calendar file, else a text in words.

It leaves as everything does: claimed, put before the gate as informational, permitted.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

from nextcall.cadences.models import Touch
from nextcall.channels.calendar import writing
from nextcall.channels.calendar.writing import Entry, Who
from nextcall.conversations.models import Invitation, Promise
from nextcall.engine.asking import point_of
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import hours
from nextcall.team.models import Connection, Member

AN_HOUR = timedelta(hours=1)


def new_uid() -> str:
    """Ours, and nobody can guess it: who answers with it was invited."""
    return f"{uuid4()}@{(urlsplit(settings.URL).hostname or 'nextcall')[:80]}"


def invite(promise: Promise, *, by: Member | None, at: datetime) -> Touch | None:
    """Send the appointment as it stands now; what was said of it and has not left is taken back. None: no way there."""
    _take_back(promise, at)
    return _tell(promise, by=by, at=at, cancels=False)


def call_off(promise: Promise, *, by: Member | None, at: datetime) -> Touch | None:
    """Tell a lead that it is off, if they were told that it is on."""
    _take_back(promise, at)
    told = Touch.objects.filter(account_id=promise.account_id, invitation__promise=promise)
    if not told.exclude(state__in=("cancelled", "blocked", "skipped", "failed")).exists():
        return None
    return _tell(promise, by=by, at=at, cancels=True)


def entry(promise: Promise, *, at: datetime, place: ContactPoint | None = None) -> Entry:
    """The appointment as calendars have it; with `place`, the lead is asked there."""
    lead, owner = promise.lead, promise.owner
    account = lead.account
    ours = Connection.objects.filter(account_id=promise.account_id, channel="email").values_list(
        "from_address", flat=True
    )
    address = next((one for one in ours if one), "") or (owner.email if owner else "")
    name = owner.name if owner else account.seller_name or account.name
    return Entry(
        uid=promise.uid,
        starts_at=promise.due_at,
        ends_at=promise.until_at or promise.due_at + AN_HOUR / 2,
        summary=promise.what or f"{lead.person} and {account.seller_name or account.name}",
        stamp=at,
        sequence=promise.sequence,
        place=promise.place,
        organizer=Who(address, name) if address else None,
        attendee=Who(place.value, str(lead.person)) if place else None,
        response="tentative" if promise.response == "counter" else promise.response,
    )


def in_words(promise: Promise) -> str:
    """ "Tuesday, November 24 at 10:00 am", by the lead's clock."""
    zone = promise.lead.person.zone or promise.lead.account.zone
    return clock(promise.due_at, zone)


def clock(when: datetime, zone: str) -> str:
    here = hours.local(when, zone)
    return f"{here:%A, %B} {here.day} at {here.hour % 12 or 12}:{here:%M} {'am' if here.hour < 12 else 'pm'}"


def _take_back(promise: Promise, at: datetime) -> None:
    waiting = Touch.objects.filter(account_id=promise.account_id, invitation__promise=promise, state="planned")
    waiting.update(state=Touch.State.CANCELLED, because="the appointment changed before it left", finished_at=at)


def _tell(promise: Promise, *, by: Member | None, at: datetime, cancels: bool) -> Touch | None:
    lead = promise.lead
    point = point_of(lead, "email")
    channel = "email" if point else "text"
    point = point or point_of(lead, "text")
    if point is None:
        return None
    touch = Touch.objects.create(
        account_id=lead.account_id,
        lead=lead,
        person_id=lead.person_id,
        owner=promise.owner or by,
        channel=channel,
        by_machine=by is None,
        purpose="informational",
        due_at=at + timedelta(seconds=lead.account.undo_seconds),
        intended_at=at,
        priority=0,
        subject=_subject(promise, cancels)[:300] if channel == "email" else "",
        body=_body(promise, lead, channel, cancels),
        contact_point=point,
        created_at=at,
        zone=lead.person.zone,
    )
    file = ""
    if channel == "email":
        written = entry(promise, at=at, place=point)
        file = (writing.cancellation(written) if cancels else writing.invitation(written)).decode()
    Invitation.objects.create(
        account_id=lead.account_id, promise=promise, touch=touch, sequence=promise.sequence, cancels=cancels, file=file
    )
    return touch


def _subject(promise: Promise, cancels: bool) -> str:
    if cancels:
        return f"Called off: {in_words(promise)}"
    return f"{'New time' if promise.sequence else 'Our appointment'}: {in_words(promise)}"


def _body(promise: Promise, lead: Lead, channel: str, cancels: bool) -> str:
    account = lead.account
    seller, me = account.seller_name or account.name, promise.owner.name.split()[0] if promise.owner else ""
    signed = f"{me}, {seller}" if me else seller
    first = lead.person.given_name
    what = f": {promise.what}" if promise.what and promise.what != "Appointment" else ""
    where = f" Place: {promise.place}." if promise.place else ""
    when = in_words(promise)
    if cancels:
        said = f"our appointment on {when} is off. Tell me if another time suits you."
    elif promise.sequence:
        said = f"our appointment has a new time: {when}, your time{what}.{where}"
    else:
        said = f"we meet on {when}, your time{what}.{where}"
    if channel == "text":
        return f"{first + ', ' if first else ''}{said} {signed}. Reply STOP to opt out."
    ask = "" if cancels else "\n\nAccept it in your calendar, or reply with a time that suits you better."
    return f"Hi {first or 'there'},\n\n{said[0].upper()}{said[1:]}{ask}\n\n{signed}"
