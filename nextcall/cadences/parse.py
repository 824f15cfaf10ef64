"""Reads a cadence from its TOML file. Pure; docs/writing_a_cadence.md documents the format."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from nextcall.cadences import fields
from nextcall.cadences.definition import BadCadence, By, Cadence, Part, Step, When
from nextcall.cadences.rhythm import unroll

CHANNELS = ("call", "text", "email", "voicemail")
PARTS = ("morning", "midday", "afternoon", "evening")
PURPOSES = ("marketing", "reply", "informational")
STOPS = ("reply", "conversation", "appointment", "promise")
MAX_BYTES, MAX_STEPS = 200_000, 400
LIBRARY = Path(__file__).parent / "library"
DAYS_A_MONTH = 365.25 / 12

CADENCE_KEYS = {
    "name",
    "slug",
    "says",
    "version",
    "beside",
    "stop_stages",
    "pause_on",
    "then",
    "starts_on_stage",
    "step",
    "rhythm",
}
WHEN_AND_WHO = (  # of a step, in the order in which they are written
    "key",
    "channel",
    "by",
    "day",
    "week",
    "month",
    "wait",
    "before",
    "after",
    "only_after",
    "at",
    "part",
    "purpose",
)
STEP_KEYS = {*WHEN_AND_WHO, "wording", "subject", "needs_reason", "says"}
UNNAMED = "\0"  # before the key of a step that the file leaves unnamed
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(toml_text: str, *, file: str = "the file") -> Cadence:
    """The cadence in a TOML text. Raises BadCadence: which step, what is wrong, what would be right."""
    if len(toml_text.encode()) > MAX_BYTES:
        raise BadCadence(f"{file}: larger than {MAX_BYTES // 1000} kB; a cadence is a few pages")
    try:
        table = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadCadence(f"{file}: not TOML: {wrong}") from None
    try:
        return _cadence(table, toml_text)
    except BadCadence as wrong:
        raise BadCadence(f"{file}: {wrong}") from None


def _cadence(table: Mapping[str, Any], source: str) -> Cadence:
    fields.only(table, CADENCE_KEYS, "the cadence")
    rhythm = fields.table(table, "rhythm")
    lines = table.get("step", [])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise BadCadence("steps are written as [[step]], one table each")
    steps = [_step(line, number) for number, line in enumerate(_repeated(lines), 1)]
    if rhythm:
        steps += unroll(rhythm)
    slug = fields.text(table, "slug", "the cadence")
    if not _SLUG.fullmatch(slug) or len(slug) > 64:
        raise BadCadence(f'slug {slug!r}: small letters, digits and hyphens, like "fast-start"')
    numbered = _numbered(steps)
    _check_order(numbered)
    return Cadence(
        slug=slug,
        name=fields.text(table, "name", "the cadence"),
        says=fields.text(table, "says", "the cadence"),
        version=fields.number(table, "version", "the cadence", default=1, most=1_000_000),
        steps=numbered,
        form=_form(numbered),
        beside=fields.flag(table, "beside", "the cadence"),
        stop_stages=fields.names(table, "stop_stages", default=("won", "lost")),
        pause_on=fields.names(table, "pause_on", default=STOPS, choices=STOPS),
        max_attempts=fields.number(rhythm, "attempts", "[rhythm]", most=50) if rhythm else None,
        then=fields.text(table, "then", "the cadence", default=""),
        starts_on_stage=fields.text(table, "starts_on_stage", "the cadence", default=""),
        source=source,
    )


def _repeated(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A step on several days, `month = [1, 2, 3]`, is as many steps."""
    for line in lines:
        unit = next((unit for unit in ("day", "week", "month") if isinstance(line.get(unit), list)), None)
        yield from [{**line, unit: count} for count in line[unit]] if unit else [line]


def steps_of(line: dict[str, Any]) -> list[Step]:
    """The steps that one [[step]] makes, their keys not made up yet. Raises BadCadence."""
    return [_step(one, number) for number, one in enumerate(_repeated([line]), 1)]


def _step(line: Mapping[str, Any], number: int) -> Step:
    where = f"step {line.get('key') or number}"
    fields.only(line, STEP_KEYS, where)
    channel = fields.choice(line, "channel", where, CHANNELS)
    usual = "machine" if channel in ("text", "email") else "person"
    by = fields.choice(line, "by", where, ("machine", "person"), default=usual)
    if by == "machine" and channel in ("call", "voicemail"):
        raise BadCadence(f'{where}: a {channel} is made by a person; leave `by` out or write by = "person"')
    wording, subject = fields.words(line, "wording", where), fields.words(line, "subject", where)
    if channel in ("text", "email") and not wording:
        raise BadCadence(f"{where}: a {channel} needs `wording`, one text or a list of variants")
    if channel == "email" and not subject:
        raise BadCadence(f"{where}: an email needs `subject`, one line or a list of variants")
    return Step(
        key=fields.text(line, "key", where, default="") or UNNAMED + _stem(line, channel),
        channel=channel,
        by=cast(By, by),
        when=_when(line, where),
        purpose=fields.choice(line, "purpose", where, PURPOSES, default="marketing"),
        wording=wording,
        subject=subject,
        needs_reason=fields.flag(line, "needs_reason", where),
        says=fields.text(line, "says", where, default=""),
    )


def _when(line: Mapping[str, Any], where: str) -> When:
    given = [key for key in ("day", "week", "month", "wait", "before") if key in line]
    if len(given) != 1:
        raise BadCadence(
            f'{where}: say when with exactly one of day = 2, week = 1, month = 3, wait = "2h" or before = "1d"'
        )
    if "at" in line and "part" in line:
        raise BadCadence(f'{where}: either at = "09:30" or part = "morning", not both')
    at = fields.clock(line, where)
    part = fields.choice(line, "part", where, (*PARTS, "another"), default="")
    rotate, named = part == "another", cast(Part, part) if part in PARTS else None
    if given == ["wait"]:
        after = fields.text(line, "after", where, default="arrival")
        only_after = fields.names(line, "only_after", default=(), where=where)
        if only_after and after in ("arrival", "attempt"):
            raise BadCadence(f'{where}: only_after needs the step it follows: after = "its key"')
        wait = fields.duration(line["wait"], where)
        return When(wait=wait, after=after, only_after=only_after, at=at, part=named, rotate=rotate)
    if given == ["before"]:  # counted back from day 1's instant, an appointment's
        return When(wait=-fields.duration(line["before"], where), at=at, part=named, rotate=rotate)
    if "after" in line or "only_after" in line:
        raise BadCadence(f'{where}: `after` goes with wait = "2h"; day, week and month are counted from the arrival')
    if at is None and not part:
        raise BadCadence(f'{where}: the day needs its hour: at = "09:30", or part = "morning" (or "another")')
    return When(day=_day(line, given[0], where), at=at, part=named, rotate=rotate)


def _day(line: Mapping[str, Any], unit: str, where: str) -> int:
    """Day 1 is the arrival day; week 1 is the same weekday a week later, month 1 a month later."""
    count = fields.number(line, unit, where, most=fields.MAX_DAY)
    day = {"day": count, "week": 1 + 7 * count, "month": 1 + round(DAYS_A_MONTH * count)}[unit]
    if day > fields.MAX_DAY:
        raise BadCadence(f"{where}: {unit} {count} is later than three years; end the cadence sooner")
    return day


def _form(steps: tuple[Step, ...]) -> Literal["calendar", "rhythm", "mixed"]:
    """By the calendar if every step counts from the arrival, a rhythm if each waits for the attempt before."""
    anchors = {"arrival" if step.when.day is not None else step.when.after for step in steps}
    return "calendar" if anchors == {"arrival"} else "rhythm" if anchors == {"attempt"} else "mixed"


def _stem(line: Mapping[str, Any], channel: str) -> str:
    unit = next((unit for unit in ("day", "week", "month") if unit in line), "")
    return f"{unit[0]}{line[unit]}-{channel}" if unit else f"{line.get('after', 'arrival')}-{channel}"


def _numbered(steps: list[Step]) -> tuple[Step, ...]:
    """Steps without a key get one from their time and channel: d1-text-1, d1-text-2, m2-email-1."""
    counts: dict[str, int] = {}
    keyed = []
    for step in steps:
        if step.key.startswith(UNNAMED):
            stem = step.key.removeprefix(UNNAMED)
            counts[stem] = counts.get(stem, 0) + 1
            step = replace(step, key=f"{stem}-{counts[stem]}")
        keyed.append(step)
    return tuple(keyed)


def _check_order(steps: tuple[Step, ...]) -> None:
    if not 1 <= len(steps) <= MAX_STEPS:
        raise BadCadence(f"{len(steps)} steps; a cadence has 1 to {MAX_STEPS}, as [[step]] or in [rhythm]")
    seen: set[str] = set()
    latest: dict[str, int] = {}
    for step in steps:
        if step.key in seen:
            raise BadCadence(f"step {step.key}: two steps have this key; keys are unique")
        if len(step.key) > 80:
            raise BadCadence(f"step {step.key[:20]}…: a key has at most 80 characters")
        if step.when.wait is not None and step.when.after not in ("arrival", "attempt") and step.when.after not in seen:
            raise BadCadence(f'step {step.key}: after = "{step.when.after}" names no earlier step')
        seen.add(step.key)
        if step.when.day is not None:
            if step.when.day < latest.get(step.channel, 0):
                raise BadCadence(
                    f"step {step.key}: day {step.when.day} stands after day {latest[step.channel]}; "
                    f"put the {step.channel}s in their order"
                )
            latest[step.channel] = step.when.day


@cache
def library() -> dict[str, Cadence]:
    """The shipped cadences by slug, in the order of their names."""
    read_all = (read(path.read_text("utf-8"), file=path.name) for path in sorted(LIBRARY.glob("*.toml")))
    return {cadence.slug: cadence for cadence in read_all}


@lru_cache(maxsize=512)
def cached(source: str) -> Cadence:
    """The cadence in a stored source, read once."""
    return read(source, file="the stored cadence")
