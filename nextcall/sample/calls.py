"""Calls that the invented members make, and what comes of them."""

from datetime import datetime, time, timedelta
from functools import partial

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Promise
from nextcall.engine import outcome, promising, stopping
from nextcall.leads.models import Lead
from nextcall.sample import habits
from nextcall.sample.people import said
from nextcall.sample.stage import Stage, Worker

RINGS = (8, 40)  # seconds
OVER = ("not_interested", "asked_to_stop")
READY = (Touch.State.PLANNED, Touch.State.OPEN)


def lead_of(story: Stage, lead_id: int) -> Lead:
    return Lead.objects.select_related("person", "account", "owner").get(account=story.account, pk=lead_id)


def first(story: Stage, lead_id: int, at: datetime) -> None:
    """The call of somebody who sees a new lead come in."""
    touches = Touch.objects.filter(account=story.account, lead_id=lead_id, channel="call", state__in=READY)
    touch = touches.select_related("lead__person", "lead__account").order_by("due_at").first()
    worker = story.workers.get(touch.owner_id or 0) if touch else None
    if touch is not None and worker is not None:
        make(story, touch, worker, at)


def make(story: Stage, touch: Touch, worker: Worker, at: datetime) -> None:
    """One open touch: a call, or a draft for their own phone."""
    traits = story.traits.get(touch.lead_id)
    if traits is None or traits.out_of_it:
        return
    if touch.channel not in ("call", "voicemail"):
        outcome.log(lead=touch.lead, touch=touch, outcome="sent", by=worker.member, at=at)
        return
    if traits.calls >= worker.habit.most_tries and not traits.spoken:
        if story.rng.random() < 0.35:
            outcome.log(lead=touch.lead, touch=touch, outcome="skipped", by=worker.member, at=at, note="No time today")
        return
    call(story, touch.lead, worker, at, touch=touch)


def call(story: Stage, lead: Lead, worker: Worker, at: datetime, *, touch: Touch | None = None) -> None:
    """Dial, and do what the one who answers leads to."""
    rng, traits = story.rng, story.traits[lead.pk]
    local = at.astimezone(story.zone)
    live = habits.picks_up(traits, arrived_at=lead.arrived_at, at=at, local=local, rng=rng)
    came = habits.outcome(traits, live=live, rng=rng)
    talked = came == "talked"
    until = _when(story, at, hours=rng.choice((3, 26, 50))) if came == "call_back" else None
    outcome.log(
        lead=lead,
        touch=touch,
        outcome=came,
        by=worker.member,
        at=at,
        note=said("notes", "talked", rng) if talked and rng.random() < 0.6 else "",
        until=until,
        seconds=rng.randint(60, 540) if live else rng.randint(*RINGS),
    )
    if until is not None:
        story.keep(worker, until, partial(promised, story, worker, lead.pk))
    if not traits.calls and lead.stage == Lead.Stage.NEW and came in ("no_answer", "left_voicemail"):
        stopping.set_stage(lead=lead, stage=Lead.Stage.WORKING, by=worker.member, at=at)
    traits.calls += 1
    traits.voicemails += came == "left_voicemail"
    traits.out_of_it = traits.out_of_it or came in OVER
    if came == "wrong_number":
        traits.wrong_number, traits.readily = True, 0.0
    if talked:
        traits.spoken = True
        story.at(at + timedelta(minutes=2), lambda now: _after_talking(story, lead.pk, worker, now))


def promised(story: Stage, worker: Worker, lead_id: int, at: datetime) -> None:
    """The call that somebody was told to expect by now."""
    traits = story.traits[lead_id]
    standing = Promise.objects.filter(account=story.account, lead_id=lead_id, kind=Promise.Kind.CALL, closed_at=None)
    if not traits.out_of_it and standing.filter(due_at__lte=at).exists():
        traits.readily = min(0.9, traits.readily * 1.8)
        call(story, lead_of(story, lead_id), worker, at)


def _after_talking(story: Stage, lead_id: int, worker: Worker, at: datetime) -> None:
    """What the two agreed on."""
    rng, lead = story.rng, lead_of(story, lead_id)
    agreed = rng.choices(("meet", "again", "no fit", "later", "nothing"), (38, 22, 14, 18, 8))[0]
    if agreed == "meet":
        when = _when(story, at, hours=24 * rng.randint(1, 6))
        what = said("notes", "appointments", rng)
        promising.appointment(lead=lead, when=when, what=what, by=worker.member, at=at)
        story.at(when + timedelta(hours=1), lambda now: _after_meeting(story, lead_id, worker, now))
    elif agreed == "again":
        again = _when(story, at, hours=24 * rng.randint(2, 9))
        promising.snooze(lead=lead, until=again, by=worker.member, at=at)
        story.keep(worker, again, partial(promised, story, worker, lead_id))
    elif agreed == "no fit":
        story.traits[lead_id].out_of_it = True
        stopping.set_stage(lead=lead, stage="lost", by=worker.member, at=at)
    elif agreed == "later":
        enroll.change(lead=lead, slug="long-view", by=worker.member, at=at, because="no hurry")


def _after_meeting(story: Stage, lead_id: int, worker: Worker, at: datetime) -> None:
    """They came, or not; some buy."""
    rng, lead = story.rng, lead_of(story, lead_id)
    came = rng.random() < 0.78
    booked = Promise.objects.filter(account=story.account, lead=lead, kind=Promise.Kind.APPOINTMENT, closed_at=None)
    booked.update(closed_at=at, closed_as="kept" if came else "broken")
    if not came:
        enroll.change(lead=lead, slug="missed-appointment", by=worker.member, at=at, because="missed appointment")
        return
    conversation.noted(lead=lead, body=said("notes", "talked", rng), by=worker.member, at=at)
    stage = rng.choices(("qualified", "application", "won", "lost"), (44, 22, 20, 14))[0]
    story.traits[lead_id].out_of_it = stage in ("won", "lost")
    stopping.set_stage(lead=lead, stage=stage, by=worker.member, at=at)


def _when(story: Stage, at: datetime, *, hours: int) -> datetime:
    """About then, at an hour at which people meet."""
    local = (at + timedelta(hours=hours)).astimezone(story.zone)
    clock = time(min(max(local.hour, 9), 17), story.rng.choice((0, 15, 30)))
    then = datetime.combine(local.date(), clock, story.zone)
    return then if then > at else then + timedelta(days=1)
