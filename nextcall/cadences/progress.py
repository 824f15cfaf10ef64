"""How far enrollments are, and all that the planner asks about them, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from nextcall.cadences import outcomes
from nextcall.cadences.definition import Cadence, Made, Progress
from nextcall.cadences.models import Enrollment, Pause, Touch
from nextcall.cadences.planner import Working, seed_of
from nextcall.cadences.versions import definition_of, definitions
from nextcall.consent import policy
from nextcall.consent.facts import Channel, Facts, Purpose
from nextcall.consent.known import Knowledge, Wanted, completed
from nextcall.consent.policy import Policy
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import sql
from nextcall.team.models import Account, Member

STANDING = {Touch.State.PLANNED, Touch.State.CLAIMED, Touch.State.SENDING, Touch.State.OPEN}
# An uncertain touch may have left: it counts, and the cadence goes on while a person decides.
MADE = {Touch.State.SENT, Touch.State.DELIVERED, Touch.State.BOUNCED, Touch.State.DONE, Touch.State.UNCERTAIN}
FREED = "#"  # "d2-text-1#81": a touch that a pause cancelled, so that its step may be planned again
FRESH = timedelta(hours=1)
TOUCHES = (
    "SELECT t.enrollment_id, t.state, t.step_key, t.channel, t.by_machine, t.outcome, t.due_at, t.intended_at,"
    " t.made_at, t.finished_at FROM nextcall_touch t WHERE t.enrollment_id IN {them} AND t.step_key <> ''"
)


@dataclass(frozen=True, slots=True)
class Situation:
    """One enrollment with everything the planner asks about it."""

    enrollment: Enrollment
    cadence: Cadence
    progress: Progress
    facts: Mapping[str, Facts]
    points: Mapping[str, ContactPoint]
    policy: Policy
    working: Working | None

    @property
    def seed(self) -> int:
        point = self.points.get("call") or self.points.get("email")
        return seed_of(point.value) if point else 0


def progress_of(enrollments: Sequence[Enrollment]) -> dict[int, Progress]:
    """How far each is, by enrollment id. Two or three queries, however many there are."""
    made: dict[int, list[Made]] = defaultdict(list)
    standing: dict[int, set[str]] = defaultdict(set)
    opened: dict[int, set[str]] = defaultdict(set)
    statement = TOUCHES.format(them=sql.among(enrollment.pk for enrollment in enrollments))
    for enrollment_id, state, step_key, *how in sql.rows(statement, []):
        if FREED in step_key:
            continue
        if state in STANDING:
            standing[enrollment_id].add(step_key)
            if state == Touch.State.OPEN:
                opened[enrollment_id].add(step_key)
        else:
            made[enrollment_id].append(_made(state, step_key, *how))
    pauses = _pauses([enrollment.pk for enrollment in enrollments if enrollment.shift_seconds])
    return {
        enrollment.pk: Progress(
            anchor_at=enrollment.anchor_at,
            shift=timedelta(seconds=enrollment.shift_seconds),
            made=tuple(sorted(made[enrollment.pk], key=lambda one: one.at)),
            standing=frozenset(standing[enrollment.pk]),
            open=frozenset(opened[enrollment.pk]),
            pauses=pauses.get(enrollment.pk, ()),
            calls_after=enrollment.calls_after_at,
            fresh=_is_fresh(enrollment),
        )
        for enrollment in enrollments
    }


def situations(
    enrollments: Sequence[Enrollment],
    *,
    account_id: int,
    at: datetime,
    known: Knowledge | None = None,
    account: Account | None = None,
    begun: bool = False,
) -> list[Situation]:
    """The planner's view of these enrollments of one account; select their `lead` with them.

    `known` of some of the persons, if it was read a moment ago; `account` if it is at hand. `begun`: the enrollments
    were made in this transaction, so that they have no touches yet.
    """
    if not enrollments:
        return []
    account = account or Account.objects.get(pk=account_id)
    cadences = _cadences(enrollments)
    progress = {} if begun else progress_of(enrollments)
    known = completed(known, {enrollment.person_id for enrollment in enrollments}, account_id=account_id, at=at)
    rules = policy.for_account(account.policy, at=at)
    hours = _working(enrollments)
    found = []
    for enrollment in enrollments:
        cadence, points = cadences[enrollment.version_id], known.points(enrollment.person_id)
        found.append(
            Situation(
                enrollment,
                cadence,
                at_the_start(enrollment) if begun else progress[enrollment.pk],
                _facts(enrollment, cadence, points, known),
                points,
                rules,
                hours.get(enrollment.lead.owner_id),
            )
        )
    return found


def at_the_start(enrollment: Enrollment) -> Progress:
    """The progress of an enrollment without any touch."""
    return Progress(anchor_at=enrollment.anchor_at, calls_after=enrollment.calls_after_at, fresh=_is_fresh(enrollment))


def _is_fresh(enrollment: Enrollment) -> bool:
    return enrollment.lead.import_id is None and enrollment.lead.arrived_at >= enrollment.anchor_at - FRESH


def _cadences(enrollments: Sequence[Enrollment]) -> dict[int, Cadence]:
    """Their definitions by version id; looked up for those whose version is not at hand."""
    at_hand = {one.version_id: one.version for one in enrollments if Enrollment.version.is_cached(one)}
    missing = {one.version_id for one in enrollments} - at_hand.keys()
    found = definitions(list(missing)) if missing else {}
    return found | {pk: definition_of(version) for pk, version in at_hand.items()}


def _made(
    state: str,
    step_key: str,
    channel: str,
    machine: bool,
    outcome: str,
    due: Any,
    intended: Any,
    made: Any,
    finished: Any,
) -> Made:
    """The instants as the driver gave them."""
    attempt = state in MADE and outcomes.counts(outcome)
    due_at = sql.instant(due)
    return Made(
        step_key,
        channel,
        sql.instant(made or finished or due),
        sql.instant(intended) if intended else due_at,
        attempt,
        outcome or ("sent" if machine and attempt else ""),
        due_at if machine else None,
    )


def _pauses(enrollment_ids: Sequence[int]) -> dict[int, tuple[tuple[datetime, timedelta], ...]]:
    found: dict[int, list[tuple[datetime, timedelta]]] = defaultdict(list)
    if enrollment_ids:
        ended = Pause.objects.filter(enrollment__in=enrollment_ids, ended_at__isnull=False)
        for pause in ended:
            found[pause.enrollment_id].append((pause.began_at, (pause.ended_at or pause.began_at) - pause.began_at))
    return {key: tuple(pauses) for key, pauses in found.items()}


def _facts(
    enrollment: Enrollment, cadence: Cadence, points: Mapping[str, ContactPoint], known: Knowledge
) -> dict[str, Facts]:
    """Facts by "channel" or "channel:purpose"; a channel without a contact point has none."""
    return {
        name_of(channel, purpose): known.facts(
            Wanted(
                person_id=enrollment.person_id,
                contact_point_id=points[channel].pk,
                channel=cast(Channel, channel),
                purpose=cast(Purpose, purpose),
                lead_id=enrollment.lead_id,
            )
        )
        for channel, purpose in cadence.contacts
        if channel in points
    }


def name_of(channel: str, purpose: str) -> str:
    """The name under which the planner looks for facts."""
    return channel if purpose == "marketing" else f"{channel}:{purpose}"


def _working(enrollments: Sequence[Enrollment]) -> dict[int | None, Working]:
    """The working hours of the leads' owners."""
    leads = [enrollment.lead for enrollment in enrollments if enrollment.lead.owner_id]
    owners = {lead.owner_id: lead.owner for lead in leads if Lead.owner.is_cached(lead)}
    if missing := {lead.owner_id for lead in leads} - owners.keys():
        owners |= Member.objects.in_bulk(list(missing))
    return {pk: Working(owner.working_hours, owner.zone) for pk, owner in owners.items() if owner}
