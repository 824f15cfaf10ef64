"""Moving leads from one version of a cadence to another: what is behind them stays behind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from nextcall.cadences import comparing, versions
from nextcall.cadences.definition import Cadence as Definition
from nextcall.cadences.definition import Progress, Step
from nextcall.cadences.enroll import AHEAD
from nextcall.cadences.models import Cadence, CadenceVersion, Enrollment, Touch
from nextcall.cadences.planner import zone_of
from nextcall.cadences.progress import Situation, situations
from nextcall.cadences.store import happened, plan_next
from nextcall.cadences.timing import GRACE, Course
from nextcall.lib import bulk, wake
from nextcall.team.models import Member
from nextcall.timeline.record import record_many

COUNTED = 20_000  # leads counted and moved at most


@dataclass(frozen=True, slots=True)
class OnOlder:
    """The leads that are on an older version, and what moving them would do."""

    version: CadenceVersion
    leads: int
    changes: tuple[comparing.Change, ...]
    cancelled: int  # planned touches whose step is gone
    replanned: int  # planned touches that fall at another time


def older(cadence: Cadence, to: CadenceVersion) -> list[OnOlder]:
    """Who is on another version than `to`, the newest of them first; three queries a version."""
    now = versions.definition_of(to)
    rows = CadenceVersion.objects.filter(account_id=cadence.account_id, cadence=cadence).exclude(pk=to.pk)
    found = []
    running = Enrollment.objects.filter(version=OuterRef("pk"), ended_at__isnull=True)
    for version in rows.filter(Exists(running)).order_by("-number"):
        version.cadence = cadence
        was = versions.definition_of(version)
        gone = {step.key for step in was.steps} - {step.key for step in now.steps}
        ahead = Touch.objects.filter(
            enrollment__version=version, enrollment__ended_at__isnull=True, state=Touch.State.PLANNED
        )
        found.append(
            OnOlder(
                version,
                enrollments(cadence, version)[:COUNTED].count(),
                comparing.changes(was, now),
                ahead.filter(step_key__in=gone)[:COUNTED].count(),
                ahead.filter(step_key__in=comparing.moved(was, now))[:COUNTED].count(),
            )
        )
    return found


def enrollments(cadence: Cadence, version: CadenceVersion) -> QuerySet[Enrollment]:
    """Who is on that version now."""
    return Enrollment.objects.filter(
        account_id=cadence.account_id, version=version, ended_at__isnull=True, lead__removed_at__isnull=True
    )


def move(*, enrollment: Enrollment, to: CadenceVersion, by: Member | None, at: datetime) -> bool:
    """Put one lead on that version and plan its next touches anew; False if there is nothing to do.

    Touches that were made keep their place. What is planned by a step that is gone is cancelled. A touch that the new
    version puts at a time that is over is left out: nobody gets on day ten what day two should have brought.
    """
    if enrollment.version_id == to.pk or enrollment.ended_at is not None:
        return False
    was, now = versions.definition_of(enrollment.version), versions.definition_of(to)
    with transaction.atomic():
        number = enrollment.version.number
        touches = Touch.objects.filter(account_id=enrollment.account_id, enrollment=enrollment).exclude(step_key="")
        gone = {step.key for step in was.steps} - {step.key for step in now.steps}
        touches.filter(step_key__in=gone, state__in=AHEAD).update(
            state=Touch.State.CANCELLED, because=f"not in version {to.number}", finished_at=at
        )
        touches.filter(state=Touch.State.PLANNED).delete()  # planned anew below
        Enrollment.objects.filter(pk=enrollment.pk).update(version=to)
        [situation] = situations([enrollment], account_id=enrollment.account_id, at=at)
        bulk.insert([_left_out(step, due, enrollment, to, at) for step, due in _over(situation, was, now, at)])
        enrollment.version = to
        data = {"from": number, "to": to.number}
        record_many([happened("cadence.moved", enrollment, to.cadence.slug, at=at, by=by, **data)])
        plan_next([enrollment.pk], account_id=enrollment.account_id, at=at)
        transaction.on_commit(wake.wake)
    return True


def _over(situation: Situation, was: Definition, now: Definition, at: datetime) -> Iterator[tuple[Step, datetime]]:
    """The steps of the new version whose time is over, though in the old one it was not, or they were not in it."""
    zone = zone_of(situation.facts) if situation.facts else "UTC"
    progress = replace(situation.progress, standing=situation.progress.open)
    old = {step.key: step for step in was.steps}
    before = _course(was, progress, zone, situation.seed, at)
    after = _course(now, progress, zone, situation.seed, at)
    for step in now.steps:
        if step.key in after.behind or step.key in situation.progress.standing:
            continue
        due = next(after.intents(step), None)
        if due is None or due >= at - GRACE:
            continue
        was_due = next(before.intents(old[step.key]), None) if step.key in old else None
        if was_due is None or was_due >= at - GRACE:
            yield step, due


def _course(cadence: Definition, progress: Progress, zone: str, seed: int, at: datetime) -> Course:
    return Course.of(cadence, progress, zone, seed, at)


def _left_out(step: Step, due: datetime, enrollment: Enrollment, to: CadenceVersion, at: datetime) -> Touch:
    return bulk.row(
        Touch,
        account_id=enrollment.account_id,
        lead_id=enrollment.lead_id,
        person_id=enrollment.person_id,
        enrollment_id=enrollment.pk,
        owner_id=enrollment.lead.owner_id,
        step_key=step.key,
        channel=step.channel,
        by_machine=step.by == "machine",
        purpose=step.purpose,
        state=Touch.State.SKIPPED,
        because=f"behind them when they were moved to version {to.number}",
        due_at=due,
        intended_at=due,
        finished_at=at,
        created_at=at,
    )
