"""What lies ahead of a lead, for the pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from django.db.models import Prefetch

from nextcall.cadences.definition import Cadence, Planned
from nextcall.cadences.models import Enrollment, Pause, Touch
from nextcall.cadences.planner import Working, plan
from nextcall.cadences.progress import STANDING, Situation, name_of, progress_of
from nextcall.cadences.versions import definition_of
from nextcall.consent import policy
from nextcall.consent.facts import Channel, Facts, Purpose
from nextcall.consent.known import Knowledge, Wanted, completed
from nextcall.leads.models import ContactPoint, Lead

HORIZON = timedelta(days=800)  # longer than any shipped cadence


def ahead(
    lead: Lead,
    *,
    at: datetime,
    limit: int = 20,
    until: datetime | None = None,
    known: Sequence[Situation] | None = None,
    standing: Sequence[Touch] | None = None,
) -> tuple[Planned, ...]:
    """The touches ahead if the lead never answers, soonest first, from all cadences the lead is on.

    Touches already planned or open come with the time they are stored with. A paused cadence is shown as if it
    resumed when its pause ends, or now if nobody knows when. `known`: what `situations_of` said a moment ago, and
    `standing` the lead's touches that are planned or open, if they were read already.
    """
    found: list[Planned] = []
    for situation in situations_of(lead, at=at) if known is None else known:
        found += _ahead(_resumed(situation, at), standing, at=at, limit=limit, until=until or at + HORIZON)
    return tuple(sorted(found, key=lambda touch: touch.due_at)[:limit])


def situations_of(lead: Lead, *, at: datetime, known: Knowledge | None = None) -> list[Situation]:
    """Everything the planner asks about the cadences a lead is on, the main one first.

    `known` of the lead's person, if it was read at `at` already. Select the lead's account and owner with it.
    """
    return situations_of_many([lead], at=at, known=known).get(lead.pk, [])


def situations_of_many(
    leads: Sequence[Lead], *, at: datetime, known: Knowledge | None = None
) -> dict[int, list[Situation]]:
    """As `situations_of` for leads of one account, by lead; in a fixed number of queries, however many they are.

    Those that are on nothing are left out. What a paused one waits for is read with it.
    """
    by_id = {lead.pk: lead for lead in leads}
    if not by_id:
        return {}
    account = leads[0].account
    running = Enrollment.objects.filter(account_id=account.pk, lead__in=by_id, ended_at__isnull=True)
    waits = Prefetch("pauses", Pause.objects.filter(ended_at__isnull=True), to_attr="waits_for")
    enrollments = list(
        running.select_related("version__cadence").prefetch_related(waits).order_by("lead", "beside", "-pk")
    )
    for enrollment in enrollments:
        enrollment.lead = by_id[enrollment.lead_id]
    progress = progress_of(enrollments) if enrollments else {}
    known = completed(known, {one.person_id for one in enrollments}, account_id=account.pk, at=at)
    rules = policy.for_account(account.policy, at=at)
    found: dict[int, list[Situation]] = {}
    for enrollment in enrollments:
        lead, cadence = enrollment.lead, definition_of(enrollment.version)
        points = known.points(lead.person_id)
        facts = _facts(lead, cadence, points, known)
        working = Working(lead.owner.working_hours, lead.owner.zone) if lead.owner else None
        situation = Situation(enrollment, cadence, progress[enrollment.pk], facts, points, rules, working)
        found.setdefault(lead.pk, []).append(situation)
    return found


def _facts(lead: Lead, cadence: Cadence, points: Mapping[str, ContactPoint], known: Knowledge) -> dict[str, Facts]:
    """Facts by "channel" or "channel:purpose" of what the cadence may send; as progress has them."""
    return {
        name_of(channel, purpose): known.facts(
            Wanted(
                person_id=lead.person_id,
                contact_point_id=points[channel].pk,
                channel=cast(Channel, channel),
                purpose=cast(Purpose, purpose),
                lead_id=lead.pk,
            )
        )
        for channel, purpose in cadence.contacts
        if channel in points
    }


def _ahead(
    situation: Situation, standing: Sequence[Touch] | None, *, at: datetime, limit: int, until: datetime
) -> Sequence[Planned]:
    rows: Iterable[Touch] = Touch.objects.filter(enrollment=situation.enrollment, state__in=STANDING)
    if standing is not None:
        rows = (row for row in standing if row.enrollment_id == situation.enrollment.pk)
    known = {step.key for step in situation.cadence.steps}
    return plan(
        situation.cadence,
        situation.progress,
        situation.facts,
        situation.policy,
        now=at,
        until=until,
        seed=situation.seed,
        working=situation.working,
        limit=limit,
        standing=(_as_planned(row) for row in rows if row.step_key in known),
    )


def _resumed(situation: Situation, at: datetime) -> Situation:
    enrollment = situation.enrollment
    if enrollment.state != Enrollment.State.PAUSED:
        return situation
    held = _held(enrollment)
    if held is None:
        return situation
    length = max(held.until_at or at, at) - held.began_at
    progress = replace(
        situation.progress,
        shift=situation.progress.shift + length,
        pauses=(*situation.progress.pauses, (held.began_at, length)),
    )
    return replace(situation, progress=progress)


def _held(enrollment: Enrollment) -> Pause | None:
    waits_for: list[Pause] | None = getattr(enrollment, "waits_for", None)
    if waits_for is not None:
        return waits_for[0] if waits_for else None
    return Pause.objects.filter(enrollment=enrollment, ended_at__isnull=True).first()


def _as_planned(row: Touch) -> Planned:
    local = row.local_at or row.due_at
    return Planned(
        step_key=row.step_key,
        channel=row.channel,
        by="machine" if row.by_machine else "person",
        purpose=row.purpose,
        local_at=local.astimezone(UTC).replace(tzinfo=None),
        zone=row.zone or "UTC",
        intended_at=row.intended_at or row.due_at,
        due_at=row.due_at,
        priority=row.priority,
        rule=row.rule,
        moved_because=row.because,
    )
