"""A number that two people share: a message was taken for one of them, and a member says that it is the other's.

It moves with all it set in motion: the pause, the stage, the window that it closed, its place in the Inbox, what it
suggests. A wish to be left alone stays with both of them: whoever lifts one writes why.
"""

from datetime import datetime

from django.db.models import Q

from nextcall.cadences import enroll
from nextcall.cadences.models import Pause
from nextcall.consent import ledger
from nextcall.consent.models import Withdrawal
from nextcall.conversations import inbox
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message, Promise, Suggestion
from nextcall.conversations.whose import with_touch
from nextcall.engine import releasing, stopping
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from nextcall.timeline.record import record


class Settled(ValueError):
    """Somebody has said already whose it is."""


def is_theirs(*, message: Message, lead: Lead, by: Member, at: datetime) -> Action:
    """The unsure message is `lead`'s: it stays there, or moves there from whom it was taken for. Raises Settled."""
    taken_for = Lead.objects.select_related("person", "account", "owner").get(
        account_id=message.account_id, pk=message.lead_id or 0
    )
    stays = taken_for.pk == lead.pk
    says = f"It is {lead.person}\u2019s message."
    with undoable(lead=lead, kind="whose", by=by, at=at, says=says, beside=None if stays else taken_for) as deed:
        fresh = Message.objects.select_for_update(of=("self",)).select_related("contact_point").get(pk=message.pk)
        if not fresh.unsure or fresh.lead_id != taken_for.pk:
            raise Settled("Somebody has said already whose message it is.")
        Message.objects.filter(account_id=lead.account_id, pk=fresh.pk).update(unsure=False)
        if not stays:
            deed.moved += _suggestions(fresh, lead)
            _move(fresh, lead)
            _take_back(fresh, taken_for, by=by, at=at)
            _set_in_motion(fresh, lead, by=by, at=at)
        record(
            account_id=lead.account_id,
            kind="inbox.told_whose",
            at=at,
            by=by,
            lead_id=lead.pk,
            person_id=lead.person_id,
            data={"message": fresh.pk, "was": taken_for.pk},
        )
    return deed.action


def _suggestions(message: Message, lead: Lead) -> list[dict[str, object]]:
    """What it suggests goes along; how undoing puts it back."""
    rows = Suggestion.objects.filter(account_id=message.account_id, message=message, lead=message.lead_id)
    ids = list(rows.values_list("pk", flat=True))
    rows.update(lead=lead)
    was, now = {"lead_id": message.lead_id}, {"lead_id": lead.pk}
    return [{"model": "Suggestion", "pk": pk, "was": was, "now": now} for pk in ids]


def _move(message: Message, lead: Lead) -> None:
    answers = with_touch(lead, message.contact_point).answers
    rows = Message.objects.filter(account_id=lead.account_id, pk=message.pk)
    rows.update(lead=lead, person_id=lead.person_id, answers=answers)


def _take_back(message: Message, taken_for: Lead, *, by: Member, at: datetime) -> None:
    """The lead that it was taken for is as if it had not come, unless they wrote themselves since."""
    inbox.relaid(lead=taken_for)
    inbox.waits_anew(lead=taken_for)
    theirs = Message.objects.filter(account_id=message.account_id, person_id=taken_for.person_id, outbound=False)
    if theirs.filter(verdict__in=inbox.ANSWERABLE, at__gte=message.at).exists():
        return
    began = Q(began_at=message.at, because__in=("reply", "hold"), ended_at=None)
    for pause in Pause.objects.filter(began, enrollment__person=taken_for.person_id).select_related("enrollment"):
        enroll.resume(enrollment=pause.enrollment, by=by, at=at)
    _open_windows(message, taken_for)
    _stage_before(message, taken_for, by=by, at=at)


def _open_windows(message: Message, taken_for: Lead) -> None:
    """What it closed as kept holds calls again until its end."""
    closed = Promise.objects.filter(lead=taken_for, closed_at=message.at, closed_as="kept")
    for promise in closed.filter(Q(kind=Promise.Kind.WINDOW) | Q(what=releasing.UNTIL_REPLY)):
        Promise.objects.filter(account_id=taken_for.account_id, pk=promise.pk).update(closed_at=None, closed_as="")
        running = taken_for.enrollments.filter(account_id=taken_for.account_id, ended_at=None, calls_after_at=None)
        running.update(calls_after_at=promise.until_at or promise.due_at)


def _stage_before(message: Message, taken_for: Lead, *, by: Member, at: datetime) -> None:
    """The stage that the message moved goes back, if nothing moved it since."""
    changes = Event.objects.filter(account_id=taken_for.account_id, lead=taken_for, kind="stage.changed")
    latest = changes.order_by("-at", "-pk").first()
    if latest is None or latest.at != message.at or latest.data.get("to") != taken_for.stage:
        return
    stopping.set_stage(lead=taken_for, stage=str(latest.data["from"]), by=by, at=at)


def _set_in_motion(message: Message, lead: Lead, *, by: Member, at: datetime) -> None:
    """What it would have set in motion had it come to this lead at once."""
    inbox.relaid(lead=lead)
    if message.verdict == "opt_out":
        _stop(message, lead, by=by, at=at)
    if message.verdict not in inbox.ANSWERABLE:
        return
    pauses_on = "hold" if message.verdict == "hold" else "reply"
    stopping.pause_all(person=lead.person, because=pauses_on, by=by, at=at)
    releasing.on_reply(lead=lead, at=at)
    if message.answered_at is None:
        conversation.waiting(lead=lead, at=message.at)
    if message.verdict == "reply" and lead.stage in stopping.REACHED:
        stopping.set_stage(lead=lead, stage="talking", by=by, at=at)


def _stop(message: Message, lead: Lead, *, by: Member, at: datetime) -> None:
    """A stop that they sent holds for them as a person too, on everything we reach them by."""
    standing = Withdrawal.objects.filter(
        account_id=lead.account_id, contact_point=message.contact_point, reason="opt_out", at=message.at, lifted_at=None
    )
    scope = {channel for row in standing for channel in row.channels}
    if not scope:
        return
    stopping.withdraw(
        lead=lead,
        contact_point=message.contact_point,
        scope=[channel for channel in ledger.SCOPES if channel in scope],
        reason="opt_out",
        said=message.body[:2000],
        via=message.channel,
        by=by,
        at=at,
    )
