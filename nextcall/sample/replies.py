"""What invented people write back, and who answers them when."""

from datetime import datetime, timedelta

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message
from nextcall.engine import receive, write
from nextcall.engine.due import Ready
from nextcall.leads.models import Lead
from nextcall.sample import calls, habits
from nextcall.sample.people import said, words
from nextcall.sample.stage import Stage, Worker

NIGHT = (22, 7)  # o'clock
MOST_BACK_AND_FORTH = 3
OURS = ("question", "busy", "time", "later")


def after_sending(story: Stage, ready: Ready, at: datetime) -> None:
    """Whoever got something may write back, some time later and by day."""
    traits, channel, lead_id = story.traits.get(ready.due.lead_id), ready.due.channel, ready.due.lead_id
    if traits is None or not ready.due.by_machine or channel not in habits.WRITES_BACK:
        return
    nth = Message.objects.filter(account=story.account, lead_id=lead_id, channel=channel, outbound=True).count() - 1
    means = habits.writes_back(traits, channel, nth=max(nth, 0), rng=story.rng)
    if means:
        when = _by_day(story, at + habits.writes_back_in(story.rng))
        story.at(when, lambda now: come_in(story, lead_id, channel, means, now))


def come_in(
    story: Stage, lead_id: int, channel: str, means: str, at: datetime, *, answered: bool = True, text: str = ""
) -> None:
    """They write; whoever has the lead answers as they use to, unless it is left open."""
    lead, traits = calls.lead_of(story, lead_id), story.traits[lead_id]
    kind = "email" if channel == "email" else "phone"
    reach = lead.person.reaches.filter(contact_point__kind=kind).select_related("contact_point").first()
    if traits.out_of_it or reach is None:
        return
    traits.wrote += 1
    receive.receive(
        account=story.account,
        channel=channel,
        sender=reach.contact_point.value,
        text=text or said("replies", means, story.rng),
        at=at,
        via=channel,
        lead=lead,
        subject=_subject(lead) if channel == "email" else "",
    )
    traits.out_of_it = traits.out_of_it or means == "stop"
    worker = story.workers.get(lead.owner_id or 0)
    if not answered or worker is None or means in ("stop", "away"):
        return
    if story.rng.random() < worker.habit.answers:
        when = story.at_work(worker, at + worker.habit.answers_in(story.rng))
        story.at(when, lambda now: _answer(story, lead_id, channel, means, worker, now))


def _answer(story: Stage, lead_id: int, channel: str, means: str, worker: Worker, at: datetime) -> None:
    lead, rng, traits = calls.lead_of(story, lead_id), story.rng, story.traits[lead_id]
    if lead.waiting_since is None or traits.out_of_it:
        return
    if means not in OURS:
        conversation.answered(lead=lead, at=at)
    else:
        try:
            write.write(lead=lead, channel=channel, body=said("ours", means, rng), by=worker.member, at=at)
        except write.Refused:
            return
    if traits.wrote < MOST_BACK_AND_FORTH and rng.random() < 0.45:
        means = "thanks" if rng.random() < 0.6 else "question"
        when = _by_day(story, at + habits.writes_back_in(rng))
        story.at(when, lambda now: come_in(story, lead_id, channel, means, now))
        return
    traits.readily = max(traits.readily, 0.35)  # who writes picks up, too
    later = story.at_work(worker, at + timedelta(hours=rng.randint(20, 50)))
    story.at(later, lambda now: _go_on(story, lead_id, worker, now))


def _go_on(story: Stage, lead_id: int, worker: Worker, at: datetime) -> None:
    """A day or two later: they call, or let the plan go on."""
    lead, traits = calls.lead_of(story, lead_id), story.traits[lead_id]
    if traits.out_of_it or traits.spoken or lead.waiting_since is not None:
        return
    if story.rng.random() < 0.6:
        calls.call(story, lead, worker, at)
        return
    for enrollment in lead.enrollments.filter(state=Enrollment.State.PAUSED):
        enroll.resume(enrollment=enrollment, by=worker.member, at=at)


def _subject(lead: Lead) -> str:
    sent = Message.objects.filter(account_id=lead.account_id, lead=lead, channel="email", outbound=True)
    latest = sent.order_by("-at", "-pk").values_list("subject", flat=True).first()
    return f"Re: {latest or words()['subject']}"


def _by_day(story: Stage, at: datetime) -> datetime:
    local = at.astimezone(story.zone)
    if NIGHT[1] <= local.hour < NIGHT[0]:
        return at
    morning = local.replace(hour=NIGHT[1], minute=story.rng.randint(10, 59))
    return morning if local.hour < NIGHT[1] else morning + timedelta(days=1)
