"""What a claim sets in motion: later calls replace undone ones, late steps are spread, what is closed is planned on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nextcall.cadences.models import Touch
from nextcall.cadences.store import plan_next
from nextcall.engine import tally
from nextcall.engine.knowledge import Due, Knowledge
from nextcall.engine.settle import Settled
from nextcall.timeline.record import event, record_many

LATE = timedelta(hours=12)  # later than this, what else was due at the same time is planned anew
CLOSED = frozenset({"blocked", "skipped", "cancelled"})


def follow(settled: Sequence[Settled], known: Knowledge, *, at: datetime) -> None:
    """Later calls replace undone ones, late steps drop what else was due then, and what is closed is planned on."""
    for one in settled:
        if one.state == "open" and one.due.step_key:
            _replace_open(one.due, at)
    late = [
        one.due for one in settled if one.state == "sending" and one.due.enrollment_id and at - one.due.due_at > LATE
    ]
    if late:
        _spread(late, at)
    sending = {one.due.enrollment_id for one in settled if one.state == "sending"}  # planned on when they are recorded
    waiting: dict[int, set[int]] = {}
    for one in settled:
        if one.due.enrollment_id and one.due.enrollment_id not in sending and one.state in CLOSED | {"open"}:
            waiting.setdefault(one.due.account_id, set()).add(one.due.enrollment_id)
    for account_id, enrollments in waiting.items():
        plan_next(enrollments, account_id=account_id, at=at, known=known.read[account_id])


def _replace_open(due: Due, at: datetime) -> None:
    """A lead has at most one open call: the later step takes the undone one's place."""
    undone = (
        Touch.objects.filter(
            account_id=due.account_id, lead_id=due.lead_id, channel=due.channel, state=Touch.State.OPEN
        )
        .exclude(pk=due.id)
        .exclude(step_key="")
    )
    gone = list(undone)
    if gone:
        because = f"a later {due.channel} took its place"
        undone.update(state=Touch.State.SKIPPED, because=because, finished_at=at)
        record_many(
            event(
                account_id=due.account_id,
                kind="touch.skipped",
                at=at,
                person_id=due.person_id,
                lead_id=due.lead_id,
                touch_id=touch.pk,
                data={"channel": due.channel, "because": because},
            )
            for touch in gone
        )
        tally.count("replaced", due.channel, len(gone))


def _spread(late: Sequence[Due], at: datetime) -> None:
    """After downtime: what else was due at the same time is planned anew, behind this one, not sent in a heap."""
    missed = (
        Touch.objects.filter(
            enrollment__in={due.enrollment_id for due in late},
            state=Touch.State.PLANNED,
            due_at__lte=at - LATE,
            by_machine=True,
        )
        .exclude(step_key="")
        .exclude(pk__in=[due.id for due in late])
    )
    missed.delete()
