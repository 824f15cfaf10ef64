"""Stores what comes next: the one place where cadences become rows."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from nextcall.cadences import versions
from nextcall.cadences.definition import Planned
from nextcall.cadences.models import CadenceVersion, Enrollment, Touch
from nextcall.cadences.planner import next_touches, ran_its_course
from nextcall.cadences.progress import Situation, situations
from nextcall.consent.known import Knowledge
from nextcall.leads.models import ContactPoint
from nextcall.lib import bulk
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from nextcall.timeline.record import event, record_many

BATCH = 500
ASKED = (
    "account_id",
    "lead_id",
    "person_id",
    "version_id",
    "anchor_at",
    "shift_seconds",
    "calls_after_at",
    "lead__owner_id",
    "lead__import_id",
    "lead__arrived_at",
)  # of an enrollment and its lead
FOLLOWING = 3  # cadences that may follow one another in one go, if each has nothing to do


def plan_next(
    enrollment_ids: Iterable[int], *, account_id: int, at: datetime, known: Knowledge | None = None
) -> list[Touch]:
    """Plan and store the next step of each track of these enrollments, in a constant number of queries a batch.

    Call it in the transaction that closes a touch. Idempotent: a step that is stored already stays as it is; whoever
    closes an open call deletes what was planned behind it, whose hour depends on when the call was really made.
    An enrollment that ran its course is finished, and the cadence named in its `then` begins. The touches
    returned are those inserted, without ids. `known` of some of the persons, if it was read a moment ago: the plan
    may rest on it, because whoever claims a touch asks the gate anew.
    """
    ids = sorted(set(enrollment_ids))
    stored: list[Touch] = []
    for start in range(0, len(ids), BATCH):
        active = Enrollment.objects.filter(
            pk__in=ids[start : start + BATCH], account_id=account_id, state=Enrollment.State.ACTIVE
        )
        stored += plan(list(active.select_related("lead").only(*ASKED)), account_id=account_id, at=at, known=known)
    return stored


def plan(
    enrollments: Sequence[Enrollment],
    *,
    account_id: int,
    at: datetime,
    known: Knowledge | None = None,
    account: Account | None = None,
    begun: bool = False,
) -> list[Touch]:
    """As `plan_next`, for enrollments at hand: active ones of one account, with their leads, a batch at most.

    `account` and `begun` as `situations` has them.
    """
    stored: list[Touch] = []
    for _ in range(FOLLOWING):
        touches, over = [], []
        for situation in situations(
            enrollments, account_id=account_id, at=at, known=known, account=account, begun=begun
        ):
            planned = next_touches(
                situation.cadence,
                situation.progress,
                situation.facts,
                situation.policy,
                now=at,
                seed=situation.seed,
                working=situation.working,
            )
            touches += [_touch(one, situation, at) for one in planned]
            if not planned and ran_its_course(situation.cadence, situation.progress, now=at):
                over.append(situation)
        bulk.insert(touches, ignore_conflicts=True)
        stored += touches
        enrollments, begun = _end(over, account_id=account_id, at=at), True
        if not enrollments:
            break
    return stored


def _touch(planned: Planned, situation: Situation, at: datetime) -> Touch:
    enrollment = situation.enrollment
    point: ContactPoint | None = situation.points.get(planned.channel)
    return bulk.row(
        Touch,
        account_id=enrollment.account_id,
        lead_id=enrollment.lead_id,
        person_id=enrollment.person_id,
        enrollment_id=enrollment.pk,
        owner_id=enrollment.lead.owner_id,
        step_key=planned.step_key,
        channel=planned.channel,
        by_machine=planned.by == "machine",
        purpose=planned.purpose,
        local_at=planned.local_at.replace(tzinfo=UTC),
        zone=planned.zone,
        due_at=planned.due_at,
        intended_at=planned.intended_at,
        priority=planned.priority,
        rule=planned.rule,
        because=planned.moved_because[:200],
        contact_point_id=point.pk if point else None,
        created_at=at,
        import_id=enrollment.lead.import_id,
    )


def _end(over: Sequence[Situation], *, account_id: int, at: datetime) -> list[Enrollment]:
    """Finish what ran its course and begin what follows; the enrollments begun."""
    if not over:
        return []
    ids = [situation.enrollment.pk for situation in over]
    Enrollment.objects.filter(pk__in=ids).update(
        state=Enrollment.State.FINISHED, ended_at=at, ended_because="ran its course"
    )
    record_many(
        happened("cadence.finished", situation.enrollment, situation.cadence.slug, at=at, because="ran its course")
        for situation in over
    )
    follow = [situation for situation in over if situation.cadence.then and not situation.cadence.beside]
    if not follow:
        return []
    known = versions.known(Account.objects.get(pk=account_id), {one.cadence.then for one in follow}, at=at)
    begun = [_following(one.enrollment, known[one.cadence.then], at) for one in follow if one.cadence.then in known]
    Enrollment.objects.bulk_create(begun)
    record_many(
        happened("cadence.began", one, one.version.cadence.slug, at=at, because="the cadence before ran its course")
        for one in begun
    )
    return begun


def _following(ended: Enrollment, version: CadenceVersion, at: datetime) -> Enrollment:
    return Enrollment(
        account_id=ended.account_id,
        lead=ended.lead,
        person_id=ended.person_id,
        version=version,
        beside=versions.definition_of(version).beside,
        anchor_at=at,
        began_at=at,
    )


def happened(
    kind: str, enrollment: Enrollment, slug: str, *, at: datetime, by: Member | None = None, **data: object
) -> Event:
    """The event of a deed on an enrollment, not stored yet."""
    return event(
        account_id=enrollment.account_id,
        kind=kind,
        at=at,
        by=by,
        person_id=enrollment.person_id,
        lead_id=enrollment.lead_id,
        data={"enrollment": enrollment.pk, "cadence": slug, **data},
    )
