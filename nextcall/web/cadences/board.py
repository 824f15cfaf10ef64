"""A cadence as the pages draw it: a column a day, a bead a touch, and what is worth knowing about each. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nextcall.cadences import checker, comparing
from nextcall.cadences.checker import Finding
from nextcall.cadences.columns import Bead, columns
from nextcall.cadences.definition import Cadence, Planned
from nextcall.cadences.lawful import Ours
from nextcall.cadences.parse import cached
from nextcall.consent.policy import Policy

ICONS = {"call": "call", "text": "text", "email": "mail", "voicemail": "vm"}
THUMB_DAYS, THUMB_BEADS = 9, 4


@dataclass(frozen=True, slots=True)
class ShownBead:
    """One touch: its shape, its words, and what to know about it."""

    key: str
    label: str  # "Day 3, call, morning": what it is called
    icon: str
    word: str
    when: str
    automatic: bool
    here: bool = False  # its panel is open
    mark: str = ""  # "new", "changed": since the saved version
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What is read out: its label, who does it, what is worth knowing."""
        who = "automatic" if self.automatic else "by a person"
        return ", ".join([self.label, who, *([self.mark] if self.mark else []), *self.notes])


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One day."""

    label: str
    beads: tuple[ShownBead, ...]
    gap: str = ""  # "9 quiet days" before it

    @property
    def short(self) -> str:
        """ "3"; "2 before" for what counts back from an appointment."""
        return self.label.removeprefix("Day ").replace(" days", "").replace(" day", "")

    @property
    def last(self) -> str:
        return self.beads[-1].key


def board(
    cadence: Cadence, *, saved: Cadence | None = None, notes: Mapping[str, Sequence[str]] | None = None, here: str = ""
) -> tuple[ShownColumn, ...]:
    """Its columns; against `saved`, what is new or changed is marked."""
    marks = _marks(saved, cadence) if saved is not None else {}
    said = notes or {}
    return tuple(
        ShownColumn(
            one.label,
            tuple(_bead(bead, bead.key == here, marks.get(bead.key, ""), said.get(bead.key, ())) for bead in one.beads),
            f"{one.quiet} quiet day{'s' if one.quiet != 1 else ''}" if one.quiet else "",
        )
        for one in columns(cadence)
    )


@dataclass(frozen=True, slots=True)
class Thumb:
    """A cadence small: its first days, and how much more there is."""

    columns: tuple[ShownColumn, ...]
    more: str
    says: str  # for assistive tech: "12 touches in 21 days: 5 calls, 3 texts, 4 emails"


def thumb(cadence: Cadence) -> Thumb:
    shown = [ShownColumn(one.label, one.beads[:THUMB_BEADS], one.gap) for one in board(cadence)[:THUMB_DAYS]]
    left = len(cadence.steps) - sum(len(one.beads) for one in shown)
    return Thumb(tuple(shown), f"{left} more" if left else "", counted(cadence))


def counted(cadence: Cadence) -> str:
    """ "12 touches in 21 days: 5 calls, 3 texts, 4 emails"."""
    by_channel = [(channel, len(steps)) for channel, steps in cadence.by_channel.items()]
    parts = ", ".join(f"{count} {channel}{'s' if count != 1 else ''}" for channel, count in by_channel)
    days, count = columns(cadence)[-1].day, len(cadence.steps)
    span = f" in {days} days" if days > 1 else ""
    return f"{count} touch{'es' if count != 1 else ''}{span}: {parts}"


def example(source: str, policy: Policy) -> tuple[Planned, ...]:
    """The plan of an example lead who arrives on a Monday at ten and never answers."""
    return checker.example(cached(source), "", policy)


@lru_cache(maxsize=128)
def findings(source: str, policy: Policy, ours: Ours) -> tuple[Finding, ...]:
    """What is wrong, may not be said, or would read badly."""
    found = checker.check(cached(source), policy=policy, states=(), ours=ours)
    return tuple(one for one in found if one.kind != "load")


@lru_cache(maxsize=64)
def by_state(source: str, policy: Policy) -> tuple[Finding, ...]:
    """What the law of each state moves; half a second for the longest cadence, so it is asked for by itself."""
    found = checker.check(cached(source), policy=policy)
    return tuple(one for one in found if one.kind in ("moved", "blocked"))


def notes_of(found: Iterable[Finding], touches: Sequence[Planned]) -> dict[str, list[str]]:
    """What to say at each bead: its findings, and the rule that moves or blocks it in the example."""
    notes: dict[str, list[str]] = {}
    for one in found:
        if one.step:
            notes.setdefault(one.step, []).append(one.says.removeprefix(f"{one.step}: "))
    for touch in touches:
        if touch.rule and not touch.rule.startswith("cadence.") and touch.rule != "account.working_hours":
            what = "Blocked" if touch.blocked else "Moved"
            notes.setdefault(touch.step_key, []).append(f"{what} by a rule: {touch.moved_because}")
    return notes


def _bead(one: Bead, here: bool, mark: str, notes: Sequence[str]) -> ShownBead:
    return ShownBead(
        one.key,
        one.label,
        ICONS.get(one.channel, "call"),
        one.channel.capitalize(),
        one.when,
        one.by == "machine",
        here,
        mark,
        tuple(notes),
    )


def _marks(saved: Cadence, now: Cadence) -> dict[str, str]:
    found = comparing.changes(saved, now)
    marks = {one.step: "changed" for one in found if one.step}
    return marks | {one.step: "new" for one in found if one.kind == "added"}
