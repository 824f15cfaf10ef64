"""What a version changed, in words: touches added, removed, moved, said otherwise, and other rules. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nextcall.cadences import saying
from nextcall.cadences.columns import columns
from nextcall.cadences.definition import Cadence

HEAD = {
    "name": "the name",
    "says": "what it is for",
    "pause_on": "what pauses it",
    "stop_stages": "the stages that end it",
    "max_attempts": "the number of attempts",
    "then": "what follows it",
    "starts_on_stage": "the stage that starts it",
}
KINDS = {"channel": "the channel", "by": "who does it", "purpose": "its purpose", "needs_reason": "what it needs"}
Kind = Literal["added", "removed", "moved", "worded", "set"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `step` is "" if it is about the whole cadence."""

    kind: Kind
    says: str
    step: str = ""


def changes(before: Cadence, after: Cadence) -> tuple[Change, ...]:
    """Everything that differs, touches in their order first."""
    return (*_steps(before, after), *_head(before, after))


def summary(found: tuple[Change, ...]) -> str:
    """ "2 touches added, 1 moved, new words in 3"; "Nothing differs" if so."""
    count = {kind: sum(one.kind == kind for one in found) for kind in ("added", "removed", "moved", "worded", "set")}
    parts = [f"{count[kind]} {kind}" for kind in ("added", "removed", "moved") if count[kind]]
    if parts:
        first, _, rest = parts[0].partition(" ")
        parts[0] = f"{first} touch{'es' if first != '1' else ''} {rest}"
    if count["worded"]:
        parts.append(f"new words in {count['worded']}")
    if count["set"]:
        parts.append("other rules" if not parts else "and other rules")
    said = ", ".join(parts).replace(", and", " and")
    return said[:1].upper() + said[1:] if said else "Nothing differs"


def moved(before: Cadence, after: Cadence) -> frozenset[str]:
    """The steps that both have and that fall at another time, go another way or are somebody else's."""
    old = {step.key: step for step in before.steps}
    return frozenset(
        step.key
        for step in after.steps
        if step.key in old
        and (step.when, step.channel, step.by) != (old[step.key].when, old[step.key].channel, old[step.key].by)
    )


def _steps(before: Cadence, after: Cadence) -> Iterator[Change]:
    old, new = _labels(before), _labels(after)
    added, removed, differences = saying.differences(before, after)
    for key in added:
        yield Change("added", f"Added: {new[key]}.", key)
    for key in removed:
        yield Change("removed", f"Removed: {old[key]}.", key)
    by_step: dict[str, list[saying.Difference]] = {}
    for one in differences:
        by_step.setdefault(one.step, []).append(one)
    for key, found in by_step.items():
        fields = {one.field for one in found}
        if "when" in fields:
            says = f"Moved: {old[key]}, to {new[key]}." if old[key] != new[key] else f"Another time: {new[key]}."
            yield Change("moved", says, key)
        if fields & {"subject", "wording", "says"}:
            yield Change("worded", f"New words: {new[key]}.", key)
        for name in sorted(fields & KINDS.keys()):
            one = next(difference for difference in found if difference.field == name)
            yield Change("set", f"{new[key]}: {KINDS[name]} was {one.before}, is {one.after}.", key)


def _head(before: Cadence, after: Cadence) -> Iterator[Change]:
    for name, words in HEAD.items():
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield Change("set", f"{words.capitalize()} was {_shown(was)}, is {_shown(now)}.")


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(str(one) for one in value) or "nothing"
    return f"“{value}”" if isinstance(value, str) and value else str(value or "nothing")


def _labels(cadence: Cadence) -> dict[str, str]:
    return {bead.key: bead.label for column in columns(cadence) for bead in column.beads}
