"""What a cadence is: pure values read from TOML. The format is documented in docs/writing_a_cadence.md."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

By = Literal["machine", "person"]
Part = Literal["morning", "midday", "afternoon", "evening"]


class BadCadence(Exception):
    """The file is wrong; says where, what, and what would be right."""


@dataclass(frozen=True, slots=True)
class When:
    """When a step falls. Exactly one of `day` (calendar) and `wait` (counted from something really done)."""

    day: int | None = None  # 1 is the arrival day in the lead's zone; months and weeks are turned into days
    wait: timedelta | None = None
    # what `wait` counts from: "arrival", "attempt" (the latest attempt really made, once every earlier step of the
    # cadence is behind us), or a step key (once that step was really made)
    after: str = "arrival"
    only_after: tuple[str, ...] = ()  # outcomes of that step that make this one happen; empty: any
    at: time | None = None  # local wall clock
    part: Part | None = None  # the part of the day
    rotate: bool = False  # instead of `part`: another part of the day than the attempt before, least tried first


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a cadence, a rhythm already unrolled."""

    key: str  # unique in the cadence, stable across versions: "d1-call-2", "attempt-7"
    channel: str
    by: By
    when: When
    purpose: str = "marketing"
    wording: tuple[str, ...] = ()  # Liquid, one of the variants
    subject: tuple[str, ...] = ()
    needs_reason: bool = False  # nothing is sent without a reason to call (Long view)
    says: str = ""  # what the person does, for a call


@dataclass(frozen=True, slots=True)
class Cadence:
    """A whole cadence. `steps` are in order; each channel's steps are done in that order."""

    slug: str
    name: str
    says: str
    version: int
    steps: tuple[Step, ...]
    form: Literal["calendar", "rhythm", "mixed"]
    beside: bool = False  # may run beside another cadence (appointment reminders)
    stop_stages: tuple[str, ...] = ("won", "lost")
    pause_on: tuple[str, ...] = ("reply", "conversation", "appointment", "promise")
    max_attempts: int | None = None
    then: str = ""  # the cadence that starts when this one ends without contact
    starts_on_stage: str = ""
    source: str = field(default="", repr=False, compare=False)  # the file itself
    # worked out once from the steps: each channel's own, and the (channel, purpose) pairs that the gate is asked about
    by_channel: dict[str, tuple[Step, ...]] = field(init=False, repr=False, compare=False)
    contacts: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        channels = dict.fromkeys(step.channel for step in self.steps)
        tracks = {channel: tuple(step for step in self.steps if step.channel == channel) for channel in channels}
        object.__setattr__(self, "by_channel", tracks)
        object.__setattr__(self, "contacts", tuple(sorted({(step.channel, step.purpose) for step in self.steps})))


@dataclass(frozen=True, slots=True)
class Made:
    """A step that is behind us: an attempt really made, or one that will not be made (skipped, blocked, cancelled)."""

    step_key: str
    channel: str
    at: datetime  # when it was made or closed
    intended_at: datetime
    attempt: bool  # False: skipped, blocked or cancelled; counts for order, never as an attempt
    outcome: str = ""  # no_answer, left_voicemail, talked, …; "sent" for a machine touch
    due_at: datetime | None = None  # when a machine touch should have left; later than that is downtime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one enrollment is."""

    anchor_at: datetime  # the instant that day 1 belongs to
    shift: timedelta = timedelta()  # all pauses together: pushes what the calendar says
    made: tuple[Made, ...] = ()  # oldest first
    standing: frozenset[str] = frozenset()  # step keys that are planned, claimed or open now
    open: frozenset[str] = frozenset()  # those of them that are a person's to do now
    pauses: tuple[tuple[datetime, timedelta], ...] = ()  # began, how long: pushes what waits for an attempt
    calls_after: datetime | None = None  # calls hold until then: a call-back window, an outcome's retry
    fresh: bool = True  # the lead arrived just before day 1 began, not with an old list


@dataclass(frozen=True, slots=True)
class Planned:
    """A touch ahead."""

    step_key: str
    channel: str
    by: By
    purpose: str
    local_at: datetime  # naive wall clock in `zone`
    zone: str
    intended_at: datetime  # before any rule moved it
    due_at: datetime
    priority: int  # see Touch.priority
    rule: str = ""  # the rule that moved or blocked it
    moved_because: str = ""  # the rule's words
    blocked: bool = False  # the gate denies it: it will be shown, not sent
