"""Taking what a message suggests, with one tap, or saying that it is not so. Each through the deed it stands for."""

from datetime import datetime

from django.db import transaction

from nextcall.cadences import enroll
from nextcall.consent import ledger
from nextcall.conversations.models import Promise, Suggestion
from nextcall.engine import appointments, clashing, editing, filling, next_question, noting, promising, repointing
from nextcall.engine.models import Action
from nextcall.engine.undo import Refused, undo, undoable
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead, Reach
from nextcall.team.models import Member

TAKEN = "suggestion"  # the kind of the action
APPOINTMENT = Suggestion.Kind.APPOINTMENT


class CannotTake(ValueError):
    """It cannot be done any more, or does not fit; says why."""


def take(*, suggestion: Suggestion, by: Member, at: datetime, anyway: bool = False) -> Action:
    """Do what it suggests; undoing that offers it again. Raises CannotTake.

    `anyway`: they know that something else stands there.
    """
    with transaction.atomic():
        fresh = _locked(suggestion)
        if fresh.taken_at or fresh.dismissed_at:
            raise CannotTake("That was decided already.")
        try:
            action = _appointment(fresh, by, at, anyway=anyway) if fresh.kind == APPOINTMENT else _deed(fresh, by, at)
        except (editing.Wrong, appointments.Closed) as wrong:
            raise CannotTake(str(wrong)) from wrong
        noting.close(fresh, by=by, at=at)
        noting.bind(action, fresh, by=by, at=at)
    return action


def dismiss(*, suggestion: Suggestion, by: Member, at: datetime) -> Action:
    """It is not so. What the machine noted by itself is taken back. Raises CannotTake."""
    with transaction.atomic():
        fresh = _locked(suggestion)
        if fresh.dismissed_at or (fresh.taken_at and fresh.by_id):
            raise CannotTake("That was decided already.")
        lead = fresh.lead
        if fresh.taken_at:
            _take_back(fresh, by, at)
        says = f"Not so: \u201c{fresh.quote[:120]}\u201d."
        with undoable(lead=lead, kind=TAKEN, by=by, at=at, says=says) as deed:
            Suggestion.objects.filter(pk=fresh.pk).update(dismissed_at=at, taken_at=None, by=by)
            noting.write_down("suggestion.dismissed", fresh, by, at)
        action = deed.action
        now = {"dismissed_at": at.isoformat(), "by_id": by.pk}
        noting.extend(action, fresh, was={"dismissed_at": None, "by_id": None}, now=now)
    return action


def _locked(suggestion: Suggestion) -> Suggestion:
    """As it stands, under the person's lock: of two who tap at once, the second is told."""
    ledger.lock_persons([suggestion.lead.person_id])
    rows = Suggestion.objects.select_related("lead__person", "lead__account", "lead__owner", "message__contact_point")
    return rows.get(account_id=suggestion.account_id, pk=suggestion.pk)


def _deed(one: Suggestion, by: Member, at: datetime) -> Action:
    lead, value = one.lead, one.value
    if one.kind == Suggestion.Kind.PROMISE:
        return _promise(one, by, at)
    if one.kind == Suggestion.Kind.PAUSE:
        return _pause(lead, _time(value["until_at"], at), one.quote, by, at)
    if one.kind == Suggestion.Kind.ANOTHER_POINT:
        return repointing.add(lead=lead, kind=value["kind"], written=value["value"], label="", by=by, at=at)
    if one.kind == Suggestion.Kind.WRONG_PERSON:
        return _wrong(one, by, at)
    action = filling.fill(lead=lead, value=value, quote=one.quote, by=by, at=at)
    if action is None:
        raise CannotTake("That stands there already.")
    return action


def _appointment(one: Suggestion, by: Member, at: datetime, *, anyway: bool) -> Action:
    """Booked, or the one that stands is moved."""
    lead, when, moves = one.lead, _time(one.value["starts_at"], at), moved_by(one)
    if "moves" in one.value and moves is None:
        raise CannotTake("That appointment is gone. Book another one.")
    found = "" if anyway else clashing.clash(lead=lead, starts_at=when, moves=moves, by=by, at=at)
    if found:
        raise CannotTake(f"{found} Offer another time, or tap again to take it anyway.")
    if moves is None:
        return promising.appointment(lead=lead, when=when, what="", by=by, at=at)
    return promising.about_appointment(promise=moves, deed="move", until=when, by=by, at=at, answers=True)


def moved_by(one: Suggestion) -> Promise | None:
    """The appointment that it would move."""
    rows = Promise.objects.filter(account_id=one.account_id, kind=Promise.Kind.APPOINTMENT, pk=one.value.get("moves"))
    rows = rows.filter(lead__person_id=one.lead.person_id).select_related("owner", "lead__person", "lead__account")
    return rows.first()


def _time(written: str, at: datetime) -> datetime:
    found = datetime.fromisoformat(written)
    if found <= at:
        raise CannotTake("That time has passed. Say that it is not so, or promise another one.")
    return found


def _promise(one: Suggestion, by: Member, at: datetime) -> Action:
    """A call or message that we promise for the time they named; our calls to them hold until then."""
    lead, due = one.lead, _time(one.value["due_at"], at)
    kind = Promise.Kind.CALL if one.value.get("kind") == "call" else Promise.Kind.SEND
    zone = lead.person.zone or lead.account.zone
    says = f"Promised {lead.person}: {spoken(due, now=at, zone=zone)} their time."
    with undoable(lead=lead, kind="promise", by=by, at=at, says=says) as deed:
        promising.promise(lead=lead, kind=kind, due_at=due, by=by, at=at, what=f"They asked: {one.quote}")
        for enrollment in lead.enrollments.filter(account_id=lead.account_id, state="active"):
            enroll.hold_calls(enrollment=enrollment, until=due, by=by, at=at, because="promise")
    return deed.action


def _pause(lead: Lead, until: datetime, quote: str, by: Member, at: datetime) -> Action:
    """The plan waits until then; where no plan runs, a promise to ask again."""
    then = f"{until:%b} {until.day}, {until.year}"
    says = f"{lead.person} has rest until {then}."
    with undoable(lead=lead, kind="pause", by=by, at=at, says=says) as deed:
        running = list(lead.enrollments.filter(account_id=lead.account_id, ended_at__isnull=True))
        for enrollment in running:
            enroll.pause(enrollment=enrollment, by=by, at=at, because="they asked", until=until)
        if not running:
            kind = Promise.Kind.CALL
            promising.promise(lead=lead, kind=kind, due_at=until, by=by, at=at, what=f"They asked: {quote}")
    return deed.action


def _wrong(one: Suggestion, by: Member, at: datetime) -> Action:
    """The number or address that they wrote from is somebody else's."""
    point = one.message.contact_point
    reaches = Reach.objects.filter(account_id=one.account_id, person_id=one.lead.person_id, contact_point=point)
    reach = reaches.select_related("contact_point").first() if point else None
    if reach is None:
        raise CannotTake("They are not reached at that number any more.")
    action = repointing.judge(lead=one.lead, reach=reach, problem="wrong", by=by, at=at)
    if action is None:
        raise CannotTake("That number is marked as wrong already.")
    return action


def _take_back(one: Suggestion, by: Member, at: datetime) -> None:
    """Undo what the machine noted by it. Raises CannotTake."""
    actions = Action.objects.filter(account_id=one.account_id, lead_id=one.lead_id, member=None, undone_at=None)
    for action in actions.order_by("-pk")[:50]:
        if any(entry["model"] == "Suggestion" and entry["pk"] == one.pk for entry in action.before):
            undone = undo(action=action, by=by, at=at)
            if isinstance(undone, Refused):
                raise CannotTake(undone.why)
    question = next_question.asked_of(one.lead).filter(answered_by=one.message_id)
    question.update(answered_by=None, answered_at=None)
