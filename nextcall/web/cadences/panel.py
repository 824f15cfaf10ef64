"""The panel of one touch: what its form shows, and what a post of it changes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import QueryDict

from nextcall.cadences import previewing, rhythms, shifting
from nextcall.cadences.definition import BadCadence, Cadence, Step
from nextcall.cadences.fields import MAX_DAY
from nextcall.cadences.parse import PARTS, PURPOSES
from nextcall.cadences.previewing import Preview
from nextcall.cadences.saying import duration_says

MOST_VARIANTS = 12
HOURS = (
    *((part, part.capitalize()) for part in PARTS),
    ("another", "Another part than the try before"),
    ("at", "At a time"),
)
PURPOSE_WORDS = {
    "marketing": "Marketing: what most touches are",
    "reply": "Reply: answers what they asked",
    "informational": "Informational: about their appointment or application",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """One text of a touch, and how it reads."""

    number: int
    text: str
    preview: Preview


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the form of a touch shows."""

    key: str
    label: str
    step: Step
    timing: Mapping[str, str]
    anchors: Sequence[tuple[str, str]]
    wording: Sequence[Variant]
    subject: Sequence[Variant]
    notes: Sequence[str]
    rhythm: Mapping[str, Any] | None = None
    together: int = 1  # so many touches say these words

    @property
    def writes(self) -> bool:
        return self.step.channel in ("text", "email")

    @property
    def purposes(self) -> list[tuple[str, str]]:
        return [(purpose, PURPOSE_WORDS[purpose]) for purpose in PURPOSES]

    @property
    def hours(self) -> tuple[tuple[str, str], ...]:
        return HOURS


def panel(
    cadence: Cadence,
    key: str,
    *,
    label: str,
    notes: Sequence[str],
    known: Mapping[str, Any],
    posted: QueryDict | None = None,
) -> Panel | None:
    """The panel of that step; None if the cadence has no such step. `posted`: what was written and not taken."""
    step = next((one for one in cadence.steps if one.key == key), None)
    if step is None:
        return None
    wording: Sequence[str] = step.wording
    subject: Sequence[str] = step.subject
    if posted is not None and "wording" in posted:
        wording, subject = texts(posted, "wording"), texts(posted, "subject")
    rhythm = _rhythm(cadence, key)
    return Panel(
        key=key,
        label=label,
        step=step,
        timing={name: posted.get(name, value) if posted else value for name, value in timing(step).items()},
        anchors=_anchors(cadence, key),
        wording=_variants(step, wording, known),
        subject=_variants(step, subject, known, plain=True),
        notes=notes,
        rhythm=rhythm,
        together=sum(
            one.wording == step.wording and one.says == step.says and bool(one.wording or one.says)
            for one in cadence.steps
        ),
    )


def timing(step: Step) -> dict[str, str]:
    """When it falls, as the form's fields have it."""
    when = step.when
    hour = "at" if when.at else "another" if when.rotate else when.part or ""
    at = f"{when.at:%H:%M}" if when.at else ""
    wait = when.wait if when.wait is not None else timedelta()
    kind = "day" if when.day is not None else "before" if wait < timedelta() else "wait"
    return {
        "timing": kind,
        "day": str(when.day or 1),
        "hour": hour,
        "at": at,
        "wait": shifting.duration(abs(wait)),
        "after": when.after,
    }


def read_timing(posted: Mapping[str, str], step: Step) -> dict[str, Any]:
    """What changes in when it falls; nothing if the form says what the step says. Raises BadCadence."""
    was = timing(step)
    now = {name: posted.get(name, was[name]).strip() for name in was}
    relevant = {"day": ("day",), "wait": ("wait", "after"), "before": ("wait",)}.get(now["timing"], ())
    names = ("timing", "hour", *relevant, *(("at",) if now["hour"] == "at" else ()))
    if all(now[name] == was[name] for name in names):
        return {}
    found: dict[str, Any] = dict.fromkeys(("day", "week", "month", "wait", "before", "at", "part"))
    if now["timing"] == "day":
        if not re.fullmatch(r"\d{1,4}", now["day"]) or not 1 <= int(now["day"]) <= MAX_DAY:
            raise BadCadence(f"The day is a number from 1, the day they arrive, to {MAX_DAY}.")
        found |= {"day": int(now["day"]), "after": None, "only_after": None}
        now["hour"] = now["hour"] or "morning"
    elif now["timing"] == "before":
        found |= {"before": written_wait(now["wait"]), "after": None, "only_after": None}
    else:
        follows = now["after"] not in ("", "arrival", "attempt")
        found |= {"wait": written_wait(now["wait"]), "after": now["after"] if now["after"] != "arrival" else None}
        found |= {} if follows and now["after"] == was["after"] else {"only_after": None}
    if now["hour"] == "at":
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", now["at"]):
            raise BadCadence("Say at what time, like 09:30.")
        found["at"] = now["at"]
    elif now["hour"]:
        found["part"] = now["hour"]
    return found


def read_words(posted: QueryDict, step: Step) -> dict[str, Any]:
    """What changes in who does it, what for and what is said."""
    found: dict[str, Any] = {}
    for name in ("channel", "by", "purpose"):
        if posted.get(name, getattr(step, name)) != getattr(step, name):
            found[name] = posted[name]
    says = _line_ends(posted.get("says", step.says))
    if says != step.says:
        found["says"] = says or None
    for name in ("wording", "subject"):
        said = [text for text in texts(posted, name) if text]
        if name in posted and said != list(getattr(step, name)):
            found[name] = said or None
    if found.get("channel") in ("call", "voicemail"):
        found["by"] = None
    return found


def texts(posted: QueryDict, name: str) -> list[str]:
    return [_line_ends(text) for text in posted.getlist(name)[:MOST_VARIANTS]]


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def written_wait(wait: str) -> str:
    """ "2 hours" and "2h" are the same."""
    words = {"minutes": "m", "minute": "m", "min": "m", "hours": "h", "hour": "h", "days": "d", "day": "d"}
    words |= {"weeks": "w", "week": "w"}
    short = re.sub(r"\s*(minutes?|min|hours?|days?|weeks?)\b", lambda found: words[found[1]], wait.lower())
    if not re.fullmatch(r"\s*(\d{1,5}\s*[mhdw]\s*)+", short):
        raise BadCadence("Write a wait like 2h, 30m or 1d 4h.")
    return " ".join(short.split())


def _variants(step: Step, said: Sequence[str], known: Mapping[str, Any], *, plain: bool = False) -> list[Variant]:
    shown = previewing.previews(step, said, known)
    if plain:
        shown = [Preview(one.text, "", one.problem) for one in shown]
    return [Variant(number, text, one) for number, (text, one) in enumerate(zip(said, shown, strict=True))]


def _anchors(cadence: Cadence, key: str) -> list[tuple[str, str]]:
    """What a wait may count from: the arrival, the try before, an earlier step."""
    found = [("arrival", "their arrival"), ("attempt", "the attempt before")]
    for step in cadence.steps:
        if step.key == key:
            break
        found.append((step.key, step.key))
    return found


def _rhythm(cadence: Cadence, key: str) -> dict[str, Any] | None:
    if not rhythms.holds(cadence.source, key):
        return None
    pattern = rhythms.pattern(cadence.source)
    channel, message = rhythms.message_of(cadence.source, key)
    second = next((step for step in cadence.steps if step.key == "attempt-2"), None)
    first = next((step for step in cadence.steps if step.key == "attempt-1"), None)
    wait = second.when.wait if second and second.when.wait else timedelta()
    return {
        "turn": rhythms.turn(cadence.source, key) + 1,
        "turns": len(pattern),
        "pattern": pattern,
        "channel": channel,
        "message": message,
        "messages": len(rhythms.messages(cadence.source, channel)),
        "attempts": cadence.max_attempts,
        "wait": shifting.duration(wait),
        "wait_says": duration_says(wait),
        "first": shifting.duration(first.when.wait or timedelta()) if first else "0m",
        "same_part": bool(second and not second.when.rotate),
    }
