"""What lies ahead of a lead, for the pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nextcall.cadences.definition import Planned
from nextcall.cadences.models import Enrollment, Pause, Touch
from nextcall.cadences.planner import plan
from nextcall.cadences.progress import FREED, STANDING, Situation, situations
from nextcall.leads.models import Lead

HORIZON = timedelta(days=800)  # longer than any shipped cadence


def ahead(
    lead: Lead, *, at: datetime, limit: int = 20, known: Sequence[Situation] | None = None
) -> tuple[Planned, ...]:
    """The touches ahead if the lead never answers, soonest first, from all cadences the lead is on.

    Touches already planned or open come with the time they are stored with. A paused cadence is shown as if it
    resumed when its pause ends, or now if nobody knows when. `known`: what `situations_of` said a moment ago.
    """
    found: list[Planned] = []
    for situation in situations_of(lead, at=at) if known is None else known:
        found += _ahead(_resumed(situation, at), at=at, limit=limit)
    return tuple(sorted(found, key=lambda touch: touch.due_at)[:limit])


def situations_of(lead: Lead, *, at: datetime) -> list[Situation]:
    """Everything the planner asks about the cadences a lead is on, the main one first."""
    running = Enrollment.objects.filter(account_id=lead.account_id, lead=lead, ended_at__isnull=True)
    enrollments = list(running.select_related("lead", "version__cadence").order_by("beside", "-pk"))
    return situations(enrollments, account_id=lead.account_id, at=at)


def _ahead(situation: Situation, *, at: datetime, limit: int) -> Sequence[Planned]:
    rows = Touch.objects.filter(enrollment=situation.enrollment, state__in=STANDING).exclude(step_key__contains=FREED)
    known = {step.key for step in situation.cadence.steps}
    return plan(
        situation.cadence, situation.progress, situation.facts, situation.policy, now=at, until=at + HORIZON,
        seed=situation.seed, working=situation.working, limit=limit,
        standing=(_as_planned(row) for row in rows if row.step_key in known),
    )


def _resumed(situation: Situation, at: datetime) -> Situation:
    enrollment = situation.enrollment
    if enrollment.state != Enrollment.State.PAUSED:
        return situation
    held = Pause.objects.filter(enrollment=enrollment, ended_at__isnull=True).first()
    if held is None:
        return situation
    length = max(held.until_at or at, at) - held.began_at
    progress = replace(situation.progress, shift=situation.progress.shift + length,
                       pauses=(*situation.progress.pauses, (held.began_at, length)))
    return replace(situation, progress=progress)


def _as_planned(row: Touch) -> Planned:
    local = row.local_at or row.due_at
    return Planned(
        step_key=row.step_key, channel=row.channel, by="machine" if row.by_machine else "person", purpose=row.purpose,
        local_at=local.astimezone(UTC).replace(tzinfo=None), zone=row.zone or "UTC",
        intended_at=row.intended_at or row.due_at, due_at=row.due_at, priority=row.priority, rule=row.rule,
        moved_because=row.because,
    )
