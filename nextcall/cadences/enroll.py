"""Putting leads on cadences, pausing, resuming and ending them. Every verb writes its event."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from nextcall.cadences import versions
from nextcall.cadences.models import CadenceVersion, Enrollment, Pause, Touch
from nextcall.cadences.progress import FREED
from nextcall.cadences.store import BATCH, happened, plan, plan_next
from nextcall.consent.known import Knowledge
from nextcall.leads.models import Lead, Person
from nextcall.lib import bulk, wake
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record, record_many

AHEAD = (Touch.State.PLANNED, Touch.State.OPEN)


class AlreadyOn(Exception):
    """The lead is on another cadence; `change` moves it."""


def begin(*, lead: Lead, slug: str, by: Member | None, at: datetime, anchor_at: datetime | None = None) -> Enrollment:
    """Put a lead on the newest version of a cadence and plan its first steps.

    Day 1 is today, or the day of `anchor_at`: an appointment's time, for reminders.
    On that cadence already: the enrollment it has. Raises AlreadyOn, and versions.NoCadence.
    """
    with transaction.atomic():
        version = versions.latest(lead.account, [slug], at=at)[slug]
        definition = versions.definition_of(version)
        for running in lead.enrollments.filter(ended_at__isnull=True).select_related("version__cadence"):
            if running.version.cadence_id == version.cadence_id:
                return running
            if not definition.beside and not running.beside:
                raise AlreadyOn(f"{lead.person} is on {running.version.cadence.name}; change the cadence instead")
        enrollment = _new(lead, version, by=by, at=at, anchor_at=anchor_at)
        enrollment.save(force_insert=True)
        record_many([happened("cadence.began", enrollment, slug, at=at, by=by)])
        plan([enrollment], account_id=lead.account_id, at=at, account=lead.account, begun=True)
        transaction.on_commit(wake.wake)
    return enrollment


def begin_many(
    leads_and_slugs: Sequence[tuple[Lead, str]],
    *,
    account: Account,
    by: Member | None,
    at: datetime,
    known: Knowledge | None = None,
) -> list[Enrollment]:
    """Put many leads on cadences, as an import does; leads that are on one already are left as they are.

    `known` of persons who were made in this transaction, with their leads: those are on none.
    """
    begun: list[Enrollment] = []
    with transaction.atomic(savepoint=False):
        found = versions.latest(account, {slug for _, slug in leads_and_slugs}, at=at)
        for start in range(0, len(leads_and_slugs), BATCH):
            batch = leads_and_slugs[start : start + BATCH]
            on_one = _on_one([lead.pk for lead, _ in batch if not known or lead.person_id not in known.persons])
            fresh = {lead.pk: (lead, slug) for lead, slug in batch if lead.pk not in on_one}
            new = [_new(lead, found[slug], by=by, at=at) for lead, slug in fresh.values()]
            bulk.insert(new)
            record_many(happened("cadence.began", one, one.version.cadence.slug, at=at, by=by) for one in new)
            plan(new, account_id=account.pk, at=at, known=known, account=account, begun=True)
            begun += new
        transaction.on_commit(wake.wake)
    return begun


def _on_one(lead_ids: Sequence[int]) -> set[int]:
    """Which of these leads are on a cadence that takes no other."""
    if not lead_ids:
        return set()
    running = Enrollment.objects.filter(lead__in=lead_ids, ended_at__isnull=True, beside=False)
    return set(running.values_list("lead_id", flat=True))


def pause(
    *, enrollment: Enrollment, by: Member | None, at: datetime, because: str, until: datetime | None = None
) -> Pause:
    """Hold everything ahead. `until`: resumes by itself then (see resume_due). A second pause replaces the first."""
    with transaction.atomic():
        _end_pause(enrollment, at=at, by=by)
        held = Pause.objects.create(
            account_id=enrollment.account_id,
            enrollment=enrollment,
            because=because[:120],
            began_at=at,
            by=by,
            until_at=until,
        )
        Enrollment.objects.filter(pk=enrollment.pk, ended_at__isnull=True).update(state=Enrollment.State.PAUSED)
        _cancel(Touch.objects.filter(enrollment=enrollment), because=because, at=at, free=True)
        _record("cadence.paused", enrollment, at=at, by=by, because=because, until=until.isoformat() if until else None)
    enrollment.refresh_from_db(fields=["state", "shift_seconds"])
    return held


def resume(*, enrollment: Enrollment, by: Member | None, at: datetime) -> list[Touch]:
    """Go on where it stopped: what is left of each wait is waited. Harmless if it is not paused."""
    with transaction.atomic():
        changed = Enrollment.objects.filter(pk=enrollment.pk, state=Enrollment.State.PAUSED)
        if not changed.update(state=Enrollment.State.ACTIVE):
            return []
        _end_pause(enrollment, at=at, by=by)
        _record("cadence.resumed", enrollment, at=at, by=by)
        planned = plan_next([enrollment.pk], account_id=enrollment.account_id, at=at)
        transaction.on_commit(wake.wake)
    enrollment.refresh_from_db(fields=["state", "shift_seconds"])
    return planned


def resume_due(*, at: datetime, limit: int = 200) -> int:
    """Resume what was paused until a time that has come; how many. For the engine's worker, in small bites."""
    over = Pause.objects.filter(ended_at__isnull=True, until_at__lte=at, enrollment__state=Enrollment.State.PAUSED)
    due = [pause.enrollment for pause in over.select_related("enrollment").order_by("until_at")[:limit]]
    for enrollment in due:
        resume(enrollment=enrollment, by=None, at=at)
    return len(due)


def next_resume(*, after: datetime) -> datetime | None:
    """When the next pause ends by itself: what an idle engine sleeps until."""
    waiting = Pause.objects.filter(ended_at__isnull=True, until_at__gt=after)
    return waiting.order_by("until_at").values_list("until_at", flat=True).first()


def hold_calls(*, enrollment: Enrollment, until: datetime, by: Member | None, at: datetime, because: str) -> None:
    """Calls wait until then, the other channels go on: a call-back window, an outcome's retry."""
    with transaction.atomic():
        Enrollment.objects.filter(pk=enrollment.pk).update(calls_after_at=until)
        calls = Touch.objects.filter(enrollment=enrollment, channel__in=["call", "voicemail"])
        _cancel(calls, because=because, at=at, free=True)
        _record("cadence.calls_held", enrollment, at=at, by=by, because=because, until=until.isoformat())
        plan_next([enrollment.pk], account_id=enrollment.account_id, at=at)
    enrollment.refresh_from_db(fields=["calls_after_at"])


def finish(*, enrollment: Enrollment, by: Member | None, at: datetime, because: str) -> None:
    """End it for good and cancel what lies ahead. Harmless if it has ended."""
    with transaction.atomic():
        running = Enrollment.objects.filter(pk=enrollment.pk, ended_at__isnull=True)
        if running.update(state=Enrollment.State.FINISHED, ended_at=at, ended_because=because[:120], ended_by=by):
            _end_pause(enrollment, at=at, by=by)
            _cancel(Touch.objects.filter(enrollment=enrollment), because=because, at=at)
            _record("cadence.finished", enrollment, at=at, by=by, because=because)
    enrollment.refresh_from_db()


def change(*, lead: Lead, slug: str, by: Member | None, at: datetime, because: str) -> Enrollment:
    """Move a lead to another cadence, day 1 today; the one it is on ends. The same one begins anew."""
    with transaction.atomic():
        for running in lead.enrollments.filter(ended_at__isnull=True, beside=False):
            finish(enrollment=running, by=by, at=at, because=because)
        return begin(lead=lead, slug=slug, by=by, at=at, anchor_at=at)


def stage_changed(*, lead: Lead, stage: str, by: Member | None, at: datetime) -> Enrollment | None:
    """End what stops at this stage, and begin the shipped or own cadence that starts with it; the one begun."""
    with transaction.atomic():
        running = lead.enrollments.filter(ended_at__isnull=True).select_related("version__cadence")
        for enrollment in running:
            if stage in versions.definition_of(enrollment.version).stop_stages:
                finish(enrollment=enrollment, by=by, at=at, because=f"stage {stage}")
        slug = versions.started_by(lead.account, stage, at=at)
        return change(lead=lead, slug=slug, by=by, at=at, because=f"stage {stage}") if slug else None


def cancel_ahead(
    *,
    lead: Lead | None = None,
    person: Person | None = None,
    because: str,
    by: Member | None,
    at: datetime,
    channels: Sequence[str] | None = None,
) -> int:
    """Cancel every planned and open touch of a lead or a person, written by hand too; how many.

    With `channels` only those; what is left of the cadences plans on without them.
    """
    target = lead or person
    if target is None:
        raise ValueError("cancel_ahead needs a lead or a person")
    with transaction.atomic():
        touches = Touch.objects.filter(account_id=target.account_id)
        touches = touches.filter(lead=lead) if lead else touches.filter(person=person)
        if channels is not None:
            touches = touches.filter(channel__in=channels)
        stopped = touches.filter(state__in=AHEAD, enrollment__isnull=False)
        enrollments = set(stopped.values_list("enrollment_id", flat=True))
        count = _cancel(touches, because=because, at=at)
        record(
            account_id=target.account_id,
            kind="touches.cancelled",
            at=at,
            by=by,
            person_id=lead.person_id if lead else target.pk,
            lead_id=lead.pk if lead else None,
            data={"because": because, "channels": list(channels) if channels is not None else None, "count": count},
        )
        if channels is not None:
            plan_next(enrollments, account_id=target.account_id, at=at)
    return count


def plan_anew(*, person: Person, at: datetime, lost: Sequence[str] = (), because: str = "") -> None:
    """After a correction of where a person is or how they are reached: what is planned is planned again.

    `lost`: channels on which nothing is left to reach them by; what stood open there goes until there is something.
    """
    with transaction.atomic():
        unreachable = Touch.objects.filter(account_id=person.account_id, person=person, channel__in=lost)
        _cancel(unreachable, because=because, at=at, free=True)
        running = Enrollment.objects.filter(
            account_id=person.account_id, person=person, state=Enrollment.State.ACTIVE, ended_at__isnull=True
        )
        ids = list(running.values_list("pk", flat=True))
        planned = Touch.objects.filter(enrollment__in=ids, state=Touch.State.PLANNED)
        planned.exclude(step_key="").delete()
        plan_next(ids, account_id=person.account_id, at=at)


def _new(
    lead: Lead, version: CadenceVersion, *, by: Member | None, at: datetime, anchor_at: datetime | None = None
) -> Enrollment:
    return bulk.row(
        Enrollment,
        account_id=lead.account_id,
        lead=lead,
        person_id=lead.person_id,
        version=version,
        beside=versions.definition_of(version).beside,
        anchor_at=anchor_at or at,
        began_at=at,
        began_by_id=by.pk if by else None,
    )


def _end_pause(enrollment: Enrollment, *, at: datetime, by: Member | None) -> None:
    held = Pause.objects.filter(enrollment=enrollment, ended_at__isnull=True).first()
    if held is not None:
        length = max(at - held.began_at, timedelta())
        Pause.objects.filter(pk=held.pk).update(ended_at=at, ended_by=by)
        shift = F("shift_seconds") + int(length.total_seconds())
        Enrollment.objects.filter(pk=enrollment.pk).update(shift_seconds=shift)


def _cancel(touches: QuerySet[Touch], *, because: str, at: datetime, free: bool = False) -> int:
    """`free` lets the steps be planned again later: the cancelled rows keep the key with their id behind it."""
    ahead = touches.filter(state__in=AHEAD)
    if free:
        ahead.exclude(step_key="").update(
            step_key=Concat(F("step_key"), Value(FREED), Cast(F("pk"), CharField()), output_field=CharField())
        )
    return ahead.update(state=Touch.State.CANCELLED, because=because[:200], finished_at=at)


def _record(kind: str, enrollment: Enrollment, *, at: datetime, by: Member | None, **data: object) -> None:
    record_many([happened(kind, enrollment, enrollment.version.cadence.slug, at=at, by=by, **data)])
