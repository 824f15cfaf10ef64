"""Forgetting a person: every word about them goes, the numbers that reports count stay, and so does their stop.

Rows are emptied rather than deleted where something is counted by them. Their numbers and addresses stay on the stop
list as salted hashes, and erasure itself stops every channel until they ask us something anew (EU-01).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent import ledger
from nextcall.consent.models import Permission, PlaceClue, Preference, Withdrawal
from nextcall.conversations.models import (
    AskedQuestion,
    Attachment,
    Call,
    InboxItem,
    Invitation,
    Message,
    Note,
    Presence,
    Promise,
    Suggestion,
)
from nextcall.engine import stopping
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.lib.hashing import point_hash
from nextcall.privacy import traces
from nextcall.team.models import Member
from nextcall.timeline import sealing
from nextcall.timeline.models import Event
from nextcall.timeline.record import record

ERASED = "erased"
EVERYTHING = ["text", "automated", "call", "voicemail", "email"]
AHEAD = (Touch.State.PLANNED, Touch.State.OPEN)
NAMED = ("name", "given_name", "family_name", "street", "city", "region", "postal_code", "country", "zone")


class JustLeaving(Exception):
    """A message to them is being handed over at this moment; a minute later it can be done."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many leads were emptied, numbers and addresses deleted and kept for others, and stops that stand."""

    leads: int
    points: int
    shared: int
    stops: int


def erase(person: Person, *, by: Member | None, at: datetime, via: str) -> Erased:
    """Forget them, in one transaction. `via`: link, hand, command. Raises JustLeaving. Repeating it is harmless."""
    with transaction.atomic():
        ledger.lock_persons([person.pk])
        person.refresh_from_db()
        leaving = Touch.objects.filter(account_id=person.account_id, person=person, state=Touch.State.SENDING)
        if leaving.exists():
            raise JustLeaving("A message to them is leaving at this moment. Erase them in a minute.")
        leads = list(Lead.objects.filter(account_id=person.account_id, person=person).values_list("pk", flat=True))
        own, shared = _points(person)
        found = traces.Traces(person, leads, own)
        _stop(person, own, at=at)
        _end_plans(person, at=at)
        traces.wipe(found)
        _wipe_words(person, leads, own, at=at)
        _wipe_record(person, leads, at=at)
        _wipe_points(person, own)
        _wipe_names(person, leads, at=at)
        for lead_id in leads:
            _tell(person, lead_id, by=by, at=at, via=via)
        hashes = [point_hash(point.kind, point.key) for point in own]
        stops = Withdrawal.objects.filter(account_id=person.account_id, value_hash__in=hashes, lifted_at=None).count()
    return Erased(len(leads), len(own), len(shared), stops)


def _points(person: Person) -> tuple[list[ContactPoint], list[ContactPoint]]:
    """Their numbers and addresses, old ones too: those that are theirs alone, and those that others have as well."""
    of_account = ContactPoint.objects.filter(account_id=person.account_id)
    used = (
        Reach.objects.filter(person=person),
        Message.objects.filter(person=person),
        Call.objects.filter(person=person),
        Touch.objects.filter(person=person),
        Permission.objects.filter(person=person),
        Withdrawal.objects.filter(person=person),
    )
    ids = {pk for rows in used for pk in rows.values_list("contact_point_id", flat=True) if pk is not None}
    others = set(
        Reach.objects.filter(contact_point__in=ids).exclude(person=person).values_list("contact_point_id", flat=True)
    )
    points = list(of_account.filter(pk__in=ids).order_by("pk"))
    return [one for one in points if one.pk not in others], [one for one in points if one.pk in others]


def _stop(person: Person, points: list[ContactPoint], *, at: datetime) -> None:
    """Their own stops lose name and words. What only they are reached at is closed from now on, by its hash alone."""
    hashes = [point_hash(point.kind, point.key) for point in points]
    rows = Withdrawal.objects.filter(account_id=person.account_id)
    rows.filter(person=person, value_hash="").delete()
    theirs = rows.filter(Q(person=person) | Q(value_hash__in=hashes))
    theirs.exclude(lifted_because="").update(lifted_because=ERASED)
    theirs.update(person=None, contact_point=None, said="", reference="")
    standing = set(
        rows.filter(value_hash__in=hashes, reason=ERASED, lifted_at=None).values_list("value_hash", flat=True)
    )
    for value_hash in hashes:
        if value_hash not in standing:
            Withdrawal.objects.create(
                account_id=person.account_id,
                value_hash=value_hash,
                channels=EVERYTHING,
                reason=ERASED,
                via="erasure",
                at=at,
                applied_at=at,
            )


def _end_plans(person: Person, *, at: datetime) -> None:
    ahead = Touch.objects.filter(account_id=person.account_id, person=person, state__in=AHEAD)
    ahead.update(state=Touch.State.CANCELLED, finished_at=at)
    stopping.running(person).update(state=Enrollment.State.FINISHED, ended_at=at)
    Enrollment.objects.filter(account_id=person.account_id, person=person).exclude(ended_because="").update(
        ended_because=ERASED
    )


def _wipe_words(person: Person, leads: list[int], points: list[ContactPoint], *, at: datetime) -> None:
    """What was said, planned, noted and promised."""
    mine = {"account_id": person.account_id, "person": person}
    of_leads = {"account_id": person.account_id, "lead__in": leads}
    InboxItem.objects.filter(**of_leads).delete()
    of_nobody = {"account_id": person.account_id, "lead": None, "contact_point__in": points}
    InboxItem.objects.filter(**of_nobody).delete()
    Message.objects.filter(**of_nobody).delete()
    files = Attachment.objects.filter(account_id=person.account_id)
    files.filter(Q(message__person=person) | Q(message__lead__in=leads) | Q(touch__person=person)).delete()
    Suggestion.objects.filter(**of_leads).delete()
    AskedQuestion.objects.filter(**of_leads).delete()
    Message.objects.filter(Q(**mine) | Q(**of_leads)).update(
        subject="", body="", quoted="", message_id="", dedupe_key="", contact_point=None
    )
    # an unclear message that nobody read would become a stop of somebody who is nobody any more
    Message.objects.filter(**mine, answered_at=None, outbound=False).update(answered_at=at)
    Call.objects.filter(Q(**mine) | Q(**of_leads)).update(note="", contact_point=None)
    Touch.objects.filter(**mine).update(
        subject="",
        body="",
        because="",
        in_reply_to="",
        provider_reference="",
        zone="",
        decision=None,
        contact_point=None,
    )
    _wipe_promises(of_leads, at=at)
    Note.objects.filter(**of_leads).delete()
    Presence.objects.filter(**of_leads).delete()
    Preference.objects.filter(**mine).delete()
    PlaceClue.objects.filter(**mine).delete()
    Permission.objects.filter(**mine, ended_at=None).update(ended_at=at, ended_because=ERASED)
    Permission.objects.filter(**mine).update(wording="", sellers=[], proof={}, contact_point=None)


def _wipe_promises(of_leads: Mapping[str, Any], *, at: datetime) -> None:
    """An appointment that stands in the owner's own calendar is taken out of it by the engine, which knows its uid."""
    Promise.objects.filter(**of_leads, closed_at=None).update(closed_at=at, closed_as="released")
    Promise.objects.filter(**of_leads).update(what="", place="")
    Invitation.objects.filter(promise__lead__in=of_leads["lead__in"]).delete()
    Suggestion.objects.filter(**of_leads).delete()


def _wipe_record(person: Person, leads: list[int], *, at: datetime) -> None:
    """The events stay, in their places of the chain; what they said of the person goes."""
    sealing.erased(_events(person, leads).values_list("pk", flat=True), account_id=person.account_id, at=at)


def _events(person: Person, leads: list[int]) -> "QuerySet[Event]":
    touches = Touch.objects.filter(account_id=person.account_id, person=person).values("pk")
    theirs = Q(person=person) | Q(lead__in=leads) | Q(touch_id__in=touches)
    return Event.objects.filter(theirs, account_id=person.account_id)


def _wipe_points(person: Person, points: list[ContactPoint]) -> None:
    Reach.objects.filter(account_id=person.account_id, person=person).delete()
    ContactPoint.objects.filter(account_id=person.account_id, pk__in=[point.pk for point in points]).delete()


def _wipe_names(person: Person, leads: list[int], *, at: datetime) -> None:
    for name in NAMED:
        setattr(person, name, "")
    person.save(update_fields=list(NAMED))
    Lead.objects.filter(account_id=person.account_id, pk__in=leads).update(
        external_id="",
        message="",
        interest={},
        answers={},
        own={},
        search="",
        waiting_since=None,
        held_by=None,
        held_until=None,
        removed_at=at,
    )


def _tell(person: Person, lead_id: int, *, by: Member | None, at: datetime, via: str) -> None:
    record(
        account_id=person.account_id,
        kind="lead.erased",
        at=at,
        by=by,
        person_id=person.pk,
        lead_id=lead_id,
        data={"via": via},
    )
