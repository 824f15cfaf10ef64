"""The latest days, so that every page has something on it: new leads, waiting people, promises, windows, doubts."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment
from nextcall.conversations.models import Message
from nextcall.engine import outcome, promising, receive, write
from nextcall.leads.models import Lead
from nextcall.sample import calls, replies
from nextcall.sample.people import Inventor, origins, said, words
from nextcall.sample.stage import Worker
from nextcall.sample.story import Story

WAITING = ("question", "busy", "time", "question", "later", "question", "time", "busy")
Hours = float


def prepare(story: Story, workers: list[Worker], inventor: Inventor, *, few: bool) -> None:
    """What happens in the last days whatever else does. `few`: one member alone."""
    first = workers[0]
    for nth, hours in enumerate((0.14, 0.6, 1.3, 3.0, 20.0, 27.0, 44.0, 70.0)[: 4 if few else 8]):
        worker = first if few or nth % 2 == 0 else workers[1 + nth // 2 % (len(workers) - 1)]
        _then(story, hours, partial(_writes, story, worker, WAITING[nth], "email" if nth % 4 == 3 else "text"))
    for hours, due_in in ((26.0, -0.4), (3.0, 2.5)):
        _then(story, hours, partial(_promises, story, first, due_in))
    _then(story, 1.4, partial(_leaves_a_window, story, first))
    _then(story, 2.2, partial(_snoozes, story, first))
    _then(story, 30.0, partial(_pauses, story, first))
    _then(story, 2.6, partial(_doubts, story, first))
    for hours, worker in ((0.016, first), (0.05, first), (0.2, workers[-1 if few else 1])):
        _then(story, hours, partial(_asks, story, worker, inventor))
    strangers = words()["stranger"][: 1 if few else None]
    for one, hours in zip(strangers, (0.8, 5.5, 25.0), strict=False):
        _then(story, hours, partial(_unknown, story, one["number"], one["text"]))


def _then(story: Story, hours_before: Hours, deed: Callable[[datetime], None]) -> None:
    story.at(story.ends - timedelta(hours=hours_before), deed)


def _asks(story: Story, worker: Worker, inventor: Inventor, at: datetime) -> None:
    story.arrive(inventor.inquiry(), worker.member, at, called=False)


def _writes(story: Story, worker: Worker, means: str, channel: str, at: datetime) -> None:
    """Somebody who got a message lately writes, and nobody has answered yet."""
    got = Message.objects.filter(
        account=story.account,
        outbound=True,
        channel=channel,
        lead__owner=worker.member,
        lead__person__sample=True,
        lead__waiting_since=None,
        at__gte=at - timedelta(days=14),
    )
    for lead_id in got.order_by("-at", "-pk").values_list("lead_id", flat=True)[:20]:
        traits = story.traits.get(lead_id or 0)
        if lead_id and traits and lead_id not in story.doubtful and not (traits.out_of_it or traits.wrote):
            replies.come_in(story, lead_id, channel, means, at, answered=False)
            return


def _free(story: Story, worker: Worker, at: datetime, *, channel: str = "") -> Lead | None:
    """Somebody on a running plan with whom nothing special is going on; who may be written to on `channel`."""
    running = Enrollment.objects.filter(
        account=story.account,
        state=Enrollment.State.ACTIVE,
        beside=False,
        version__cadence__slug__in=[one.cadence for one in origins()],
        lead__owner=worker.member,
        lead__person__sample=True,
        lead__waiting_since=None,
        lead__promises=None,
        began_at__lte=at - timedelta(hours=12),
    )
    for lead_id in running.order_by("-began_at", "-pk").values_list("lead_id", flat=True)[:40]:
        traits = story.traits.get(lead_id)
        if traits and not (traits.out_of_it or traits.spoken or traits.wrote or lead_id in story.doubtful):
            lead = calls.lead_of(story, lead_id)
            if not channel or write.may(lead=lead, channel=channel, at=at).verdict == "allow":
                return lead
    return None


def _promises(story: Story, worker: Worker, due_in: Hours, at: datetime) -> None:
    """They asked to be called back at a time that has just come, or is about to."""
    if lead := _free(story, worker, at):
        until = (story.ends + timedelta(hours=due_in)).replace(second=0, microsecond=0)
        until -= timedelta(minutes=until.minute % 15)
        outcome.log(lead=lead, outcome="call_back", by=worker.member, at=at, until=until, seconds=48)
        story.traits[lead.pk].out_of_it = True  # what was promised is still to do


def _leaves_a_window(story: Story, worker: Worker, at: datetime) -> None:
    if lead := _free(story, worker, at):
        outcome.log(lead=lead, outcome="left_voicemail", by=worker.member, at=at, seconds=31)
        four = story.ends.astimezone(story.zone).replace(hour=16, minute=0, second=0, microsecond=0)
        begins = max(four, story.ends + timedelta(hours=1))
        ends = begins + timedelta(hours=2)
        promising.open_window(lead=lead, begins=begins, ends=ends, by=worker.member, at=at + timedelta(seconds=20))
        story.traits[lead.pk].out_of_it = True


def _snoozes(story: Story, worker: Worker, at: datetime) -> None:
    if lead := _free(story, worker, at):
        until = (story.ends + timedelta(days=1)).astimezone(story.zone).replace(hour=9, minute=0, second=0)
        promising.snooze(lead=lead, until=until, by=worker.member, at=at)
        story.traits[lead.pk].out_of_it = True


def _pauses(story: Story, worker: Worker, at: datetime) -> None:
    if lead := _free(story, worker, at):
        for enrollment in lead.enrollments.filter(state=Enrollment.State.ACTIVE):
            enroll.pause(enrollment=enrollment, by=worker.member, at=at, because="hand")


def _doubts(story: Story, worker: Worker, at: datetime) -> None:
    """A message by hand is about to leave, and the line breaks."""
    if lead := _free(story, worker, at, channel="email"):
        body = said("ours", "busy", story.rng)
        subject = words()["subject"]
        with suppress(write.Refused):  # the account has not said yet what an email must carry
            write.write(lead=lead, channel="email", subject=subject, body=body, by=worker.member, at=at)
            story.doubtful.add(lead.pk)


def _unknown(story: Story, number: str, text: str, at: datetime) -> None:
    receive.receive(account=story.account, channel="text", sender=number, text=text, at=at, via="text")
