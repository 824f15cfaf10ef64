"""When a step is meant to fall, before any rule is asked. Pure; all instants are UTC, all days the lead's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast
from zlib import crc32
from zoneinfo import ZoneInfo

from nextcall.cadences.definition import Cadence, Made, Part, Progress, Step
from nextcall.lib import hours

# Where in a part of the day a step is placed: inside the hours that nearly every state leaves open (9:00 to
# 17:45) and most people work in, so that a plan is seldom moved. Minutes after midnight.
PARTS: Mapping[Part, tuple[int, int]] = {
    "morning": (9 * 60 + 10, 10 * 60 + 50),
    "midday": (11 * 60 + 10, 13 * 60 + 50),
    "afternoon": (14 * 60 + 10, 16 * 60 + 50),
    "evening": (17 * 60 + 5, 17 * 60 + 40),
}
DAY = timedelta(days=1)
GRACE = timedelta(minutes=5)  # later than that is late
DOWNTIME = timedelta(hours=1)  # a machine touch later than this was late, not busy


def part_of(local: datetime) -> Part:
    """The part of the day at that wall-clock time."""
    return cast(Part, hours.part_of(local.hour * 60 + local.minute))


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant of that wall-clock time."""
    return hours.instant(datetime.combine(day, wall), zone.key)


def placed(day: date, part: Part, step: Step, seed: int, zone: ZoneInfo) -> datetime:
    """An instant inside the part of that day, the same each time it is asked for this lead and step, and
    another for other leads: 100,000 leads do not fall on one second. A person's steps fall on five minutes."""
    first, end = PARTS[part]
    spread = crc32(f"{seed}:{step.key}".encode()) % ((end - first) * 60)
    if step.by == "person":
        spread -= spread % 300
    minutes, seconds = divmod(spread, 60)
    return instant(day, time((first + minutes) // 60, (first + minutes) % 60, seconds), zone)


@dataclass(slots=True)
class Course:
    """One enrollment's course through its cadence, as far as timing needs it; made anew for each question."""

    cadence: Cadence
    progress: Progress
    zone: ZoneInfo
    seed: int
    behind: dict[str, Made]
    shift: timedelta
    now: datetime
    latest: Made | None  # the latest attempt really made
    tried: dict[Part, int]  # attempts by part of the day

    @classmethod
    def of(cls, cadence: Cadence, progress: Progress, zone_name: str, seed: int, now: datetime) -> "Course":
        zone = hours.zone(zone_name)
        behind: dict[str, Made] = {}
        tried: dict[Part, int] = {}
        latest = None
        for made in progress.made:
            behind[made.step_key] = made
            if made.attempt:
                if latest is None or made.at >= latest.at:
                    latest = made
                if made.channel != "voicemail":
                    part = part_of(made.at.astimezone(zone))
                    tried[part] = tried.get(part, 0) + 1
        return cls(cadence, progress, zone, seed, behind, progress.shift + downtime(progress.made), now, latest, tried)

    def latest_of(self, channel: str) -> Made | None:
        return next((made for made in reversed(self.progress.made) if made.channel == channel and made.attempt), None)

    @property
    def latest_part(self) -> Part | None:
        return part_of(self._local(self.latest.at)) if self.latest else None

    def never(self, step: Step) -> bool:
        """Whether it will not happen: the step it follows ended otherwise, or the time of a reminder is over."""
        if step.when.wait is not None and step.when.wait < timedelta():
            return next(self.intents(step)) < self.now - GRACE
        anchor = self.behind.get(step.when.after)
        if anchor is None:
            return False
        return not anchor.attempt or bool(step.when.only_after and anchor.outcome not in step.when.only_after)

    def _earlier_are_behind(self, step: Step) -> bool:
        for earlier in self.cadence.steps:
            if earlier.key == step.key:
                return True
            if earlier.key not in self.behind and not self.never(earlier):
                return False
        return True

    def intents(self, step: Step) -> Iterator[datetime]:
        """The instants at which the step is meant to fall, the best first; none while what it waits for is not done."""
        when = step.when
        if when.day is not None:
            day = self._local(self.progress.anchor_at).date() + timedelta(days=when.day - 1) + self._whole_days()
            yield from self._on(day, step)
            return
        ready = self._ready(step)
        if ready is None:
            return
        if when.rotate:
            soonest = max(ready, self.now)
            yield from self._another_part(step, soonest, until=soonest + DAY)
        elif when.at is not None or when.part is not None:
            day = self._local(ready).date()
            first = next(self._on(day, step))
            yield first if first >= ready else next(self._on(day + DAY, step))
        else:
            yield ready

    def _on(self, day: date, step: Step) -> Iterator[datetime]:
        when = step.when
        start, end = instant(day, time(), self.zone), instant(day + DAY, time(), self.zone)
        if when.at is not None:
            yield instant(day, when.at, self.zone)
        elif when.rotate:
            yield from self._another_part(step, max(start, self.now), until=end)
            yield placed(day, "evening", step, self.seed, self.zone)  # that day is over
        else:
            part = when.part or "midday"  # the parser lets none be left out
            call = self.latest_of("call") if step.channel == "call" else None
            if call is not None and part_of(self._local(call.at)) == part:
                others = self._another_part(step, max(self.now, start), until=end)
                yield from (at for at in others if part_of(self._local(at)) != part)
            yield placed(day, part, step, self.seed, self.zone)

    def _another_part(self, step: Step, ready: datetime, *, until: datetime) -> Iterator[datetime]:
        """Parts of the day from `ready` on: another than the attempt before, then the least tried, then the soonest."""
        before = self.latest_part
        day = self._local(ready).date()
        choices = []
        for ahead in range(3):
            for part in PARTS:
                at = placed(day + ahead * DAY, part, step, self.seed, self.zone)
                if ready <= at < until:
                    choices.append((part == before, self.tried.get(part, 0), at))
        yield from (at for _, _, at in sorted(choices))

    def _ready(self, step: Step) -> datetime | None:
        """When a wait is over; None while what it counts from is not done."""
        when, wait = step.when, step.when.wait or timedelta()
        if when.after == "arrival":
            return self._later(self.progress.anchor_at, wait) + (self._whole_days() if wait >= DAY else self.shift)
        if when.after == "attempt":
            if not self._earlier_are_behind(step):
                return None
            anchor = self.latest.at if self.latest else self.progress.anchor_at
        else:
            made = self.behind.get(when.after)
            if made is None or not made.attempt:
                return None
            anchor = made.at
        paused = sum((length for began, length in self.progress.pauses if began >= anchor), timedelta())
        return self._later(anchor, wait) + paused

    def _later(self, start: datetime, wait: timedelta) -> datetime:
        """Whole days keep the wall clock across a change of clocks; never 24 hours added to UTC."""
        if wait < DAY or wait % DAY:
            return start + wait
        local = self._local(start)
        return instant(local.date() + wait, local.time(), self.zone)

    def _whole_days(self) -> timedelta:
        return DAY * round(self.shift / DAY) if self.shift else timedelta()

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


def downtime(made: tuple[Made, ...]) -> timedelta:
    """How long the machine was late with this enrollment: the union of the times from due to made."""
    total, covered = timedelta(), None
    for touch in made:
        if touch.due_at is None or not touch.attempt or touch.at - touch.due_at < DOWNTIME:
            continue
        start = touch.due_at if covered is None else max(touch.due_at, covered)
        if touch.at > start:
            total += touch.at - start
            covered = touch.at
    return total
