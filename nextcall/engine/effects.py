"""What each button on an open touch will do, in words, before it is pressed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nextcall.cadences import outcomes
from nextcall.cadences.definition import Made
from nextcall.cadences.models import Enrollment, Touch
from nextcall.cadences.planner import next_touches, once_closed
from nextcall.cadences.progress import Situation, situations
from nextcall.engine.when import spoken

CALLED = ("call", "voicemail")
SENT = outcomes.Outcome("sent", "Sent", "1", effect="Marks it as sent. Next call {next}")
SKIPPED = outcomes.Outcome("skipped", "Skip", "s", attempt=False, effect="Leaves this one out. Next call {next}")


Ahead = tuple[str, datetime, str]  # channel, when, in which zone


@dataclass(frozen=True, slots=True)
class Effect:
    """One button: `key` is its keystroke, `outcome` what outcome.log wants."""

    key: str
    outcome: str
    label: str
    says: str


def effects(
    touch: Touch, *, at: datetime, known: Sequence[Situation] | None = None, standing: Sequence[Touch] | None = None
) -> list[Effect]:
    """The outcomes of the account's table for a call; sent or skipped for a message from the member's own phone.

    `known`: what cadences.ahead.situations_of said a moment ago; `standing`: the lead's touches that are planned, if
    they were read already.
    """
    lines = list(outcomes.table(touch.account.outcomes).values()) if touch.channel in CALLED else [SENT]
    situation = _situation(touch, at) if known is None else _of(touch, known)
    planned = _planned(situation, standing) if situation else {}
    return [
        Effect(line.keystroke, line.key, line.label, _says(line, touch, situation, planned, at))
        for line in (*lines, SKIPPED)
    ]


def _situation(touch: Touch, at: datetime) -> Situation | None:
    if touch.enrollment_id is None:
        return None
    running = Enrollment.objects.filter(
        account_id=touch.account_id, pk=touch.enrollment_id, ended_at__isnull=True
    ).select_related("lead__owner")
    return next(iter(situations(list(running), account_id=touch.account_id, at=at)), None)


def _of(touch: Touch, known: Sequence[Situation]) -> Situation | None:
    return next((one for one in known if one.enrollment.pk == touch.enrollment_id), None)


def _planned(situation: Situation, standing: Sequence[Touch] | None) -> dict[str, Ahead]:
    """What the cadence has planned already, by step."""
    if standing is None:
        standing = list(Touch.objects.filter(enrollment=situation.enrollment, state=Touch.State.PLANNED))
    return {
        one.step_key: (one.channel, one.due_at, one.zone)
        for one in standing
        if one.enrollment_id == situation.enrollment.pk and one.state == Touch.State.PLANNED
    }


def _says(
    line: outcomes.Outcome, touch: Touch, situation: Situation | None, planned: Mapping[str, Ahead], at: datetime
) -> str:
    if "{next}" not in line.effect:
        return line.effect
    if situation and situation.enrollment.state == Enrollment.State.PAUSED:
        return f"{line.effect.partition('Next call')[0]}The plan stays paused".strip()
    following = _next(line, touch, situation, planned, at) if situation else None
    if following is None:
        return f"{line.effect.partition('Next call')[0]}Nothing more is planned".strip()
    words = line.effect
    channel, due_at, zone = following
    if channel != "call":
        words = words.replace("Next call", f"Next {channel}").replace(", another part of the day", "")
    return words.replace("{next}", spoken(due_at, now=at, zone=zone or touch.zone))


def _next(
    line: outcomes.Outcome, touch: Touch, situation: Situation, standing: Mapping[str, Ahead], at: datetime
) -> Ahead | None:
    """The next call if there is one, else whatever comes next, were this outcome logged now."""
    progress = situation.progress
    if touch.step_key:
        made = Made(touch.step_key, touch.channel, at, touch.intended_at or touch.due_at, line.attempt, line.key)
        progress = once_closed(situation.cadence, progress, made)
    planned = next_touches(
        situation.cadence,
        progress,
        situation.facts,
        situation.policy,
        now=at,
        seed=situation.seed,
        working=situation.working,
    )
    ahead = [(one.channel, one.due_at, one.zone) for one in planned if not one.blocked]
    anew = {touch.step_key, *(one.step_key for one in planned)}
    ahead += [one for step_key, one in standing.items() if step_key not in anew]
    return min(ahead, key=lambda one: (one[0] != "call", one[1]), default=None)
