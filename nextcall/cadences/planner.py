"""What comes next, and all that lies ahead, from definition, history, gate and now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from heapq import heapify, heappop, heappush
from zlib import crc32
from zoneinfo import ZoneInfo

from nextcall.cadences.definition import Cadence, Made, Planned, Progress, Step
from nextcall.cadences.timing import GRACE, Course, instant, part_of
from nextcall.consent.facts import Ask, Facts
from nextcall.consent.policy import Policy
from nextcall.consent.rules import decide
from nextcall.lib import hours

TRACKS = ("text", "email", "call", "voicemail")  # each is planned one step ahead; a voicemail follows its call
SPACING = timedelta(hours=3)  # between two touches of a track, if one of them was moved or late
LEVELS = ((2, 1), (3, 3), (5, 11), (6, 31), (7, 92))  # priority of what is due within so many days; see _priority
LONGEST_WINDOW = timedelta(days=62)
ROUNDS = 12  # working hours and windows take turns moving a step; an opening both share is found long before


@dataclass(frozen=True, slots=True)
class Working:
    """The hours of whoever makes the calls, by their own clock."""

    week: hours.Week
    zone: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a step ends up after the rules were asked."""

    due_at: datetime
    rule: str = ""
    because: str = ""
    blocked: bool = False


def next_touches(
    cadence: Cadence,
    progress: Progress,
    facts: Mapping[str, Facts],
    policy: Policy,
    *,
    now: datetime,
    seed: int = 0,
    working: Working | None = None,
) -> tuple[Planned, ...]:
    """What should be stored now: of each track the next step, unless one is planned already.

    `facts` has one entry a channel that the lead can be reached on ("text"), and one for a purpose other than
    marketing ("email:reply") where the cadence has such steps; their attempts include those of this enrollment.
    An open call does not hold back the calendar's next call, which takes its place; a rhythm waits for its attempt.
    `seed` (see seed_of) spreads leads inside a part of the day; `working` are the hours of whoever makes the calls.
    """
    if not facts:
        return ()
    course = Course.of(cadence, progress, zone_of(facts), seed, now)
    found = []
    for track in TRACKS:
        step = _next_step(course, track)
        planned = _planned(course, step, facts, policy, working) if step is not None else None
        if planned is not None:
            found.append(planned)
    return tuple(found)


def ran_its_course(cadence: Cadence, progress: Progress, *, now: datetime) -> bool:
    """Whether nothing is left: every step is behind us, or follows something that did not happen."""
    if progress.standing:
        return False
    course = Course.of(cadence, progress, "UTC", 0, now)
    return all(step.key in course.behind or course.never(step) for step in cadence.steps)


def once_closed(cadence: Cadence, progress: Progress, made: Made) -> Progress:
    """The progress when an open touch is closed: what its channel had planned meanwhile is planned anew, because the
    next call's hour depends on when this one was really made."""
    anew = {step.key for step in cadence.by_channel.get(made.channel, ())} - progress.open
    return replace(
        progress,
        made=(*progress.made, made),
        standing=progress.standing - anew - {made.step_key},
        open=progress.open - {made.step_key},
    )


def seed_of(contact_point: str) -> int:
    """What spreads leads over a part of the day: made from their number, or their address if they have none, so that
    a plan on the command line, a run-through and the engine agree."""
    return crc32(contact_point.encode())


def zone_of(facts: Mapping[str, Facts]) -> str:
    """The zone to plan in."""
    return next(iter(facts.values())).place.home_zone


def _next_step(course: Course, track: str) -> Step | None:
    standing, opened = course.progress.standing, course.progress.open
    found = None
    for step in course.cadence.by_channel.get(track, ()):
        if step.key in course.behind:
            continue
        if step.key in standing:
            if step.key not in opened:
                return None  # one is planned already
        elif found is None and not course.never(step):
            found = step
    return found


def _planned(
    course: Course, step: Step, facts: Mapping[str, Facts], policy: Policy, working: Working | None
) -> Planned | None:
    """The step at the best of its instants: one that no rule moves, else the first whose part of the day is another."""
    best = None
    before = course.latest_part
    for intended in course.intents(step):
        settled = _settle(step, _start(course, step, intended), facts, policy, working if step.by == "person" else None)
        if best is None:
            best = intended, settled
        if not step.when.rotate or not settled.rule:
            best = intended, settled
            break
        if part_of(settled.due_at.astimezone(course.zone)) != before:
            best = intended, settled
            break
    return _as_planned(course, step, *best) if best else None


def _start(course: Course, step: Step, intended: datetime) -> Settled:
    """Where the cadence's own rules put it: behind the touch before, held calls, and now."""
    start = Settled(intended)
    if step.when.part and not step.when.rotate and part_of(intended.astimezone(course.zone)) != step.when.part:
        start = Settled(intended, "cadence.another_part", f"The call before was in the {step.when.part} too.")
    before = course.latest_of(step.channel)
    if before is not None:
        spaced = before.at + min(max(intended - before.intended_at, timedelta()), SPACING)
        if spaced > start.due_at:
            start = Settled(spaced, "cadence.spacing", f"The {step.channel} before was late; this keeps its distance.")
    held = course.progress.calls_after
    if step.channel == "call" and held is not None and held > start.due_at:
        start = Settled(held, "cadence.calls_held", "Calls hold until then.")
    if start.due_at < course.now:
        late = course.now - start.due_at > GRACE
        start = Settled(
            course.now,
            start.rule or "cadence.late" if late else start.rule,
            start.because or "It was due earlier." if late else start.because,
        )
    return start


def _settle(step: Step, start: Settled, facts: Mapping[str, Facts], policy: Policy, working: Working | None) -> Settled:
    """Where the gate, and the hours of whoever calls, let it go."""
    known = facts.get(f"{step.channel}:{step.purpose}") or facts.get(step.channel)
    if step.needs_reason:
        return replace(start, rule="cadence.no_reason", because="There is nothing new to say.", blocked=True)
    if known is None:
        return replace(start, rule="contact.none", because=f"No way on record to {step.channel} them.", blocked=True)
    ask = Ask(step.channel, step.purpose, step.by == "machine")  # type: ignore[arg-type]
    at, rule, because = start.due_at, start.rule, start.because
    for _ in range(ROUNDS):
        opening = hours.next_working(working.week, at, working.zone) if working is not None else None
        if opening is not None and opening > at:
            at, rule = opening, rule or "account.working_hours"
            because = because or "Outside the caller's working hours."
        decision = decide(ask, known, policy, at)
        deciding = decision.deciding
        if decision.verdict == "allow" or deciding is None:
            return Settled(at, rule, because)
        rule, because = deciding.id, deciding.says
        if decision.verdict == "deny" or decision.earliest is None:
            return Settled(at, rule, because, blocked=True)
        at = decision.earliest
        if working is None:
            return Settled(at, rule, because)  # itself lawful, as the gate promises
    return Settled(at, rule, because, blocked=True)


def _as_planned(course: Course, step: Step, intended: datetime, settled: Settled) -> Planned:
    return Planned(
        step_key=step.key,
        channel=step.channel,
        by=step.by,
        purpose=step.purpose,
        local_at=settled.due_at.astimezone(course.zone).replace(tzinfo=None),
        zone=course.zone.key,
        intended_at=intended,
        due_at=settled.due_at,
        priority=_priority(course, step, intended),
        rule=settled.rule,
        moved_because=settled.because,
        blocked=settled.blocked,
    )


def _priority(course: Course, step: Step, intended: datetime) -> int:
    """0 a new lead's first hour, 2 the rest of its first day, then by age; 9 what goes only with a reason."""
    if step.needs_reason:
        return 9
    age = intended - course.progress.anchor_at
    if course.progress.fresh and age <= timedelta(hours=1):
        return 0
    return next((level for level, days in LEVELS if age <= timedelta(days=days)), 8)


def plan(
    cadence: Cadence,
    progress: Progress,
    facts: Mapping[str, Facts],
    policy: Policy,
    *,
    now: datetime,
    until: datetime | None = None,
    days: int | None = None,
    seed: int = 0,
    working: Working | None = None,
    standing: Iterable[Planned] = (),
    limit: int = 1_000,
) -> tuple[Planned, ...]:
    """Everything ahead for a lead who never answers: each call is made when due, and nobody picks up.

    Runs `next_touches` forward in time and asks the gate again when each touch is due, as the engine does at claim,
    so that both agree. `standing` are the touches already planned or open; `days` counts the lead's days from day 1.
    """
    if not facts:
        return ()
    zone = hours.zone(zone_of(facts))
    end = until or datetime.max.replace(tzinfo=UTC)
    if days is not None:
        first = progress.anchor_at.astimezone(zone).date()
        end = min(end, instant(first + timedelta(days=days), time(), zone) - timedelta(microseconds=1))
    steps = {step.key: step for step in cadence.steps}
    progress = replace(progress, open=frozenset())
    queue = [(max(touch.due_at, now), touch.priority, number, touch) for number, touch in enumerate(standing)]
    heapify(queue)
    count, done = len(queue), list[Planned]()
    while True:
        for touch in next_touches(cadence, progress, facts, policy, now=now, seed=seed, working=working):
            heappush(queue, (touch.due_at, touch.priority, count, touch))
            count += 1
            progress = replace(progress, standing=progress.standing | {touch.step_key})
        if not queue or queue[0][0] > end or len(done) >= limit or count > ROUNDS * (len(steps) + 1):
            return tuple(done)
        due, priority, number, touch = heappop(queue)
        now = max(now, due)
        step = steps[touch.step_key]
        settled = _settle(step, Settled(due), facts, policy, working if touch.by == "person" else None)
        if settled.due_at > due and not settled.blocked:
            count += 1
            heappush(queue, (settled.due_at, priority, number, _moved(touch, settled, zone)))
            continue
        done.append(
            replace(
                touch,
                blocked=settled.blocked,
                rule=settled.rule or touch.rule,
                moved_because=settled.because or touch.moved_because,
            )
        )
        progress = _after(progress, touch, due, made=not settled.blocked)
        if not settled.blocked:
            facts = _with_attempt(facts, touch.channel, due)


def _moved(touch: Planned, settled: Settled, zone: ZoneInfo) -> Planned:
    return replace(
        touch,
        due_at=settled.due_at,
        rule=settled.rule,
        moved_because=settled.because,
        local_at=settled.due_at.astimezone(zone).replace(tzinfo=None),
    )


def _after(progress: Progress, touch: Planned, at: datetime, *, made: bool) -> Progress:
    """The progress once a touch was made without an answer, or was blocked."""
    outcome = "" if not made else "sent" if touch.by == "machine" else "no_answer"
    closed = Made(touch.step_key, touch.channel, at, touch.intended_at, made, outcome)
    return replace(progress, made=(*progress.made, closed), standing=progress.standing - {touch.step_key})


def _with_attempt(facts: Mapping[str, Facts], channel: str, at: datetime) -> dict[str, Facts]:
    """The facts one attempt later; attempts that no cap counts any more are dropped."""
    return {
        name: replace(
            known,
            attempts=(*(attempt for attempt in known.attempts if at - attempt[1] < LONGEST_WINDOW), (channel, at)),
        )
        for name, known in facts.items()
    }
