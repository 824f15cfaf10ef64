"""What came of a touch, logged by a member: it does what the outcome table says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from nextcall.cadences import enroll, outcomes
from nextcall.cadences.models import Enrollment, Touch
from nextcall.cadences.store import plan_next
from nextcall.consent import ledger
from nextcall.consent.models import Attempt
from nextcall.conversations import inbox
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message, Promise
from nextcall.engine import asking, both_stay, stopping, unplanned
from nextcall.engine.effects import SENT, SKIPPED, Effect, effects
from nextcall.engine.kept import Gate
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.engine.when import spoken
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Member
from nextcall.timeline.record import record

__all__ = ["AlreadyClosed", "Effect", "NoSuchOutcome", "effects", "log"]

LONG_CALL_SECONDS = 150  # a connected call this long was a conversation, whatever was tapped
CALL_BACK_IN = timedelta(hours=1)  # a promised call back without a time
WORKABLE = (Touch.State.PLANNED, Touch.State.OPEN, Touch.State.BLOCKED)


class AlreadyClosed(Exception):
    """Somebody logged this touch already, or it left by itself; `touch` is as it stands now."""

    def __init__(self, touch: Touch) -> None:
        super().__init__(f"This {touch.channel} is {touch.state} already.")
        self.touch = touch


class NoSuchOutcome(ValueError):
    """Not in the account's outcome table; says what there is."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One outcome being logged."""

    line: outcomes.Outcome
    touch: Touch
    lead: Lead
    point: ContactPoint | None
    by: Member | None
    at: datetime
    note: str
    until: datetime | None
    seconds: int | None
    beside: Touch | None
    gate: Gate | None  # what the gate says of an attempt at that moment


def log(
    *,
    lead: Lead,
    outcome: str,
    by: Member | None,
    at: datetime,
    touch: Touch | None = None,
    channel: str = "call",
    note: str = "",
    until: datetime | None = None,
    seconds: int | None = None,
    beside: Touch | None = None,
) -> Action:
    """Log an outcome of the account's table, or "sent" and "skipped"; the action can be undone.

    Without `touch` the lead's open one of the channel is meant, or an unplanned call. `until`: the time promised, or
    the end of a call-back window. `note`: for "sent" the words that left. Raises AlreadyClosed, NoSuchOutcome.
    `beside`: the touch that was closed meanwhile; this is kept beside it, and the later of the two decides the plan.
    """
    line = _line(lead, outcome)
    stops = bool(line.withdraw or line.problem)
    with undoable(lead=lead, kind="outcome", by=by, at=at, of_the_household=stops) as deed:
        made = (
            unplanned.touch(lead=lead, channel=channel, by=by, at=at)
            if beside
            else _the_touch(lead, touch, channel, by, at)
        )
        point = made.contact_point or ledger.points_for([lead.person_id], account_id=lead.account_id).get(
            lead.person_id, {}
        ).get(made.channel)
        # asked before it counts: a person's call is on record with what permitted or forbade it
        gate = asking.ask(lead=lead, channel=made.channel, at=at, point=point).gate if line.attempt else None
        logged = Logged(line, made, lead, point, by, at, note, until, seconds, beside, gate)
        _close(logged)
        _write_down(logged)
        if both_stay.theirs_decides(beside, at=at):
            _withdraw(logged)
        else:
            _work(logged)
        if made.enrollment_id:
            _forget_next(logged)
            plan_next([made.enrollment_id], account_id=lead.account_id, at=at)
        deed.says = _summary(logged)
    return deed.action


def _line(lead: Lead, outcome: str) -> outcomes.Outcome:
    lines = outcomes.table(lead.account.outcomes) | {"sent": SENT, "skipped": SKIPPED}
    if outcome not in lines:
        raise NoSuchOutcome(f"no outcome {outcome!r}; there are {', '.join(lines)}")
    return lines[outcome]


def _the_touch(lead: Lead, touch: Touch | None, channel: str, by: Member | None, at: datetime) -> Touch:
    rows = Touch.objects.select_for_update().filter(account_id=lead.account_id, lead=lead)
    if touch is not None:
        found = rows.get(pk=touch.pk)
        if found.state not in WORKABLE:
            raise AlreadyClosed(found)
        return found
    standing = rows.filter(channel=channel, state=Touch.State.OPEN).order_by("due_at").first()
    return standing or unplanned.touch(lead=lead, channel=channel, by=by, at=at)


def _close(logged: Logged) -> None:
    touch, line, at = logged.touch, logged.line, logged.at
    touch.state = Touch.State.SKIPPED if line.key == "skipped" else Touch.State.DONE
    touch.outcome, touch.outcome_by, touch.finished_at = line.key, logged.by, at
    touch.contact_point = logged.point
    touch.because = (logged.note if line.key == "skipped" else touch.because)[:200]
    touch.made_at = at if line.attempt else None
    touch.save(update_fields=["state", "outcome", "outcome_by", "finished_at", "contact_point", "because", "made_at"])
    if line.attempt:
        Attempt.objects.create(
            account_id=touch.account_id,
            person_id=touch.person_id,
            lead_id=touch.lead_id,
            channel=touch.channel,
            at=at,
            state=Attempt.State.MADE,
            touch_id=touch.pk,
        )
        Lead.objects.filter(account_id=touch.account_id, pk=touch.lead_id).update(
            attempts=F("attempts") + 1,
            latest_attempt_at=Greatest(Coalesce(F("latest_attempt_at"), at), at),
            first_person_touch_at=Coalesce(F("first_person_touch_at"), at),
        )
    record(
        account_id=touch.account_id,
        kind=f"touch.{touch.state}",
        at=at,
        by=logged.by,
        lead_id=touch.lead_id,
        person_id=touch.person_id,
        touch_id=touch.pk,
        data={"channel": touch.channel, "outcome": line.key, **({"gate": logged.gate} if logged.gate else {})},
    )


def _write_down(logged: Logged) -> None:
    line, touch = logged.line, logged.touch
    if line.key == "skipped":
        return
    if touch.channel in ("text", "email"):
        message = Message.objects.create(
            account_id=touch.account_id,
            person_id=touch.person_id,
            lead=logged.lead,
            touch=touch,
            by=logged.by,
            contact_point=logged.point,
            channel=touch.channel,
            outbound=True,
            subject=touch.subject,
            at=logged.at,
            body=conversation.clean(logged.note or touch.body),
        )
        conversation.answered(lead=logged.lead, at=logged.at, by=logged.by)
        inbox.left(messages=[message])
        return
    conversation.called(
        lead=logged.lead,
        outcome=line.key,
        at=logged.at,
        by=logged.by,
        touch=touch,
        contact_point=logged.point,
        seconds=logged.seconds,
        note=logged.note,
    )
    if line.conversation:
        conversation.answered(lead=logged.lead, at=logged.at)


def _work(logged: Logged) -> None:
    """Everything that the line of the table says."""
    line, lead, at, by = logged.line, logged.lead, logged.at, logged.by
    if line.key == "skipped":
        return
    _promises(logged)
    _withdraw(logged)
    if line.problem and logged.point:
        ContactPoint.objects.filter(account_id=lead.account_id, pk=logged.point.pk).update(
            problem=line.problem, problem_at=at
        )
    if line.stage:
        stopping.set_stage(lead=lead, stage=line.stage, by=by, at=at)
    if line.stop:
        for enrollment in lead.enrollments.filter(ended_at=None):
            enroll.finish(enrollment=enrollment, by=by, at=at, because=line.stop)
    _hold(logged)
    if line.starts:
        enroll.change(lead=lead, slug=line.starts, by=by, at=at, because=line.key)


def _withdraw(logged: Logged) -> None:
    """What they asked us to stop; it holds whoever logged what when."""
    line = logged.line
    if line.withdraw:
        stopping.withdraw(
            lead=logged.lead,
            contact_point=logged.point if line.withdraw_reason == "wrong_number" else None,
            scope=line.withdraw,
            reason=line.withdraw_reason,
            said=logged.note,
            via=logged.touch.channel,
            by=logged.by,
            at=logged.at,
        )


def _hold(logged: Logged) -> None:
    line, at = logged.line, logged.at
    long = (logged.seconds or 0) >= LONG_CALL_SECONDS
    because = line.pause or ("conversation" if long else "") or ("hold" if line.hold else "")
    running = logged.lead.enrollments.filter(ended_at=None)
    if because and not line.stop:
        until = at + line.hold if line.hold else None
        for enrollment in running.filter(beside=False):
            enroll.pause(enrollment=enrollment, by=logged.by, at=at, because=because, until=until)
    elif line.attempt and not line.conversation and logged.touch.channel == "call":
        _go_on(logged)
    held_until = logged.until if line.promise == "window" else None
    if line.retry:
        held_until = max(held_until or at, at + line.retry)
    if held_until:
        for enrollment in running.filter(state=Enrollment.State.ACTIVE):
            enroll.hold_calls(enrollment=enrollment, until=held_until, by=logged.by, at=at, because=line.key)


def _forget_next(logged: Logged) -> None:
    """What was planned on this track while the touch stood open is planned anew: another part of the day, or none."""
    track = ["call", "voicemail"] if logged.touch.channel in ("call", "voicemail") else [logged.touch.channel]
    planned = Touch.objects.filter(enrollment=logged.touch.enrollment, channel__in=track, state=Touch.State.PLANNED)
    planned.exclude(step_key="").delete()


def _go_on(logged: Logged) -> None:
    """They promised to talk, and did not pick up: the cadence that waited for this call goes on."""
    paused = logged.lead.enrollments.filter(state=Enrollment.State.PAUSED)
    for enrollment in paused.filter(pauses__ended_at=None, pauses__because="promise"):
        enroll.resume(enrollment=enrollment, by=logged.by, at=logged.at)


def _promises(logged: Logged) -> None:
    """A call that was made keeps what was promised; the table may open another promise."""
    line, at, lead = logged.line, logged.at, logged.lead
    if line.attempt and logged.touch.channel == "call":
        standing = Promise.objects.filter(account_id=lead.account_id, lead=lead, kind=Promise.Kind.CALL, closed_at=None)
        standing.update(closed_at=at, closed_as="kept")
    if line.promise == "call" or (line.promise == "window" and logged.until):
        window = line.promise == "window"
        due = at if window else logged.until or at + CALL_BACK_IN
        Promise.objects.create(
            account_id=lead.account_id,
            lead=lead,
            owner=logged.by or lead.owner,
            kind=line.promise,
            due_at=due,
            until_at=logged.until if window else None,
            made_at=at,
            by=logged.by,
            what="You told them you can be reached" if window else "You told them you would call",
        )


def _summary(logged: Logged) -> str:
    """ "Left voicemail, Hazel Thorne. Next call Wed 9:30 am"."""
    ahead = Touch.objects.filter(account_id=logged.lead.account_id, lead=logged.lead, state=Touch.State.PLANNED)
    following = ahead.filter(channel="call").order_by("due_at").first() or ahead.order_by("due_at").first()
    told = f"{logged.line.label}, {logged.lead.person}."
    if logged.beside and logged.beside.outcome:
        return f"{told} {both_stay.says(logged.beside, at=logged.at)}"
    if following is None:
        return told
    zone = following.zone or logged.lead.person.zone or logged.lead.account.zone
    return f"{told} Next {following.channel} {spoken(following.due_at, now=logged.at, zone=zone)}"
