"""One change to a draft, as a button or a form asks for it: what it does to the file, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from nextcall.cadences import editing, mending, parse, rhythms
from nextcall.cadences.columns import columns
from nextcall.cadences.definition import BadCadence, Cadence, Step
from nextcall.cadences.starters import WORDS
from nextcall.consent.policy import Policy
from nextcall.web.cadences import board, panel

MOVES = {"earlier": ("part", -1), "later": ("part", 1), "day-earlier": ("day", -1), "day-later": ("day", 1)}


@dataclass(frozen=True, slots=True)
class Changed:
    """The file after a change, the touch to go to, and the line to say."""

    source: str
    key: str
    says: str


def change(source: str, posted: QueryDict, *, policy: Policy) -> Changed:
    """Do what `do` names to the touch `key`. Raises BadCadence with words."""
    do, _, number = posted.get("do", "").partition(":")
    deed = _DEEDS.get(do)
    if do in MOVES:
        return _move(source, posted, do)
    if do == "mend":
        return _mend(source, posted, policy)
    if deed is None:
        raise BadCadence("Choose what to change.")
    return deed(source, posted, int(number) if number.isdecimal() else -1)


def label(source: str, key: str) -> str:
    """ "Day 3, call, morning"; "" for a touch that is not there."""
    beads = (bead for column in columns(parse.cached(source)) for bead in column.beads)
    return next((bead.label for bead in beads if bead.key == key), "")


def neighbour(cadence: Cadence, key: str) -> str:
    """The touch beside this one: where to go when it is removed."""
    keys = [bead.key for column in columns(cadence) for bead in column.beads]
    if key not in keys:
        return keys[0]
    place = keys.index(key)
    return keys[place + 1] if place + 1 < len(keys) else keys[max(place - 1, 0)]


def _move(source: str, posted: QueryDict, do: str) -> Changed:
    key = posted.get("key", "")
    unit, way = MOVES[do]
    after = editing.move(source, key, unit=unit, way=way)  # type: ignore[arg-type]
    if rhythms.holds(source, key):
        key = f"attempt-{max(int(key.removeprefix('attempt-')) + way, 1)}"
        return Changed(after, key, f"Moved in every round: {label(after, key)}.")
    return Changed(after, key, f"Moved: {label(after, key)}.")


def _add(source: str, posted: QueryDict, _: int) -> Changed:
    asked = posted.get("do", "") == "add-before"
    after, key = editing.add(source, channel=posted.get("channel", "call"), beside=posted.get("key", ""), before=asked)
    held = " Held until a person does it." if _step(after, key).channel in ("text", "email") else ""
    return Changed(after, key, f"Added: {label(after, key)}.{held}")


def _duplicate(source: str, posted: QueryDict, _: int) -> Changed:
    after, key = editing.duplicate(source, posted.get("key", ""))
    return Changed(after, key, f"Added the same again: {label(after, key)}.")


def _remove(source: str, posted: QueryDict, _: int) -> Changed:
    key = posted.get("key", "")
    was, to = label(source, key), neighbour(parse.cached(source), key)
    after = editing.remove(source, key)
    keys = [step.key for step in parse.cached(after).steps]
    return Changed(after, to if to in keys else keys[-1], f"Removed: {was}.")


def _keep(source: str, posted: QueryDict, _: int) -> Changed:
    """The whole panel of a touch."""
    key = posted.get("key", "")
    after = _kept(source, key, posted)
    return Changed(after, key, f"Kept: {label(after, key)}." if after != source else "Nothing was different.")


def _add_variant(source: str, posted: QueryDict, _: int) -> Changed:
    name = "subject" if posted.get("do") == "add-subject" else "wording"
    key, texts = posted.get("key", ""), _texts(source, posted, name)
    if len(texts) >= panel.MOST_VARIANTS:
        raise BadCadence(f"{panel.MOST_VARIANTS} variants are as many as anybody can keep apart.")
    return _with(source, key, posted, name, [*texts, texts[-1] if texts else "{{ seller }}"], "One more variant.")


def _drop_variant(source: str, posted: QueryDict, number: int) -> Changed:
    name = "subject" if "subject" in posted.get("do", "") else "wording"
    key, texts = posted.get("key", ""), _texts(source, posted, name)
    if not 0 <= number < len(texts):
        raise BadCadence("That variant is not there any more.")
    if len(texts) == 1:
        raise BadCadence("It is the only one; write another first.")
    return _with(source, key, posted, name, texts[:number] + texts[number + 1 :], "One variant less.")


def _texts(source: str, posted: QueryDict, name: str) -> list[str]:
    """The variants as they stand in the form, those left empty too."""
    return panel.texts(posted, name) if name in posted else list(getattr(_step(source, posted.get("key", "")), name))


def _with(source: str, key: str, posted: QueryDict, name: str, texts: list[str], says: str) -> Changed:
    """Those variants, with whatever else was written in the panel."""
    source = _kept(source, key, posted, but=name)
    return Changed(_set(source, key, {name: [text for text in texts if text] or None}), key, says)


def _kept(source: str, key: str, posted: QueryDict, *, but: str = "") -> str:
    step = _step(source, key)
    values = panel.read_words(posted, step)
    values.pop(but, None)
    if not rhythms.holds(source, key):
        values |= panel.read_timing(posted, step)
    return _set(source, key, values) if values else source


def _set(source: str, key: str, values: dict[str, Any]) -> str:
    if not rhythms.holds(source, key):
        if values.get("channel") in ("text", "email"):
            values = _with_words(values, _step(source, key))
        return editing.set_step(source, key, values)
    channel, number = rhythms.message_of(source, key)
    words = {name: value for name, value in values.items() if name in ("wording", "subject", "says", "purpose")}
    return rhythms.set_message(source, channel, number, words)


def _with_words(values: dict[str, Any], step: Step) -> dict[str, Any]:
    """A call that becomes a text or an email needs words; it has none of its own yet."""
    starter = WORDS[values["channel"]]
    missing = {name: value for name, value in starter.items() if not (getattr(step, name) or values.get(name))}
    return {**missing, **values, "by": values.get("by", "person")}


def _rhythm(source: str, posted: QueryDict, _: int) -> Changed:
    """The numbers of a rhythm."""
    attempts = posted.get("attempts", "")
    if not attempts.isdecimal():
        raise BadCadence("Attempts are a number from 1 to 50.")
    values = {
        "attempts": int(attempts),
        "wait": panel.written_wait(posted.get("wait", "")),
        "first": panel.written_wait(posted.get("first", "")),
        "same_part": True if posted.get("same_part") else None,
    }
    after = rhythms.set_numbers(source, values)
    keys = {step.key for step in parse.cached(after).steps}
    key = posted.get("key", "")
    return Changed(after, key if key in keys else "attempt-1", f"Up to {int(attempts)} attempts now.")


def _add_message(source: str, posted: QueryDict, _: int) -> Changed:
    key = posted.get("key", "")
    channel, _number = rhythms.message_of(source, key)
    return Changed(rhythms.add_message(_kept(source, key, posted), channel), key, f"Words for one more {channel}.")


def _drop_message(source: str, posted: QueryDict, _: int) -> Changed:
    key = posted.get("key", "")
    channel, number = rhythms.message_of(source, key)
    return Changed(rhythms.remove_message(source, channel, number), key, f"Words for one {channel} less.")


def _head(source: str, posted: QueryDict, _: int) -> Changed:
    """Its name and what it is for."""
    values = {name: posted.get(name, "").strip() for name in ("name", "says")}
    if not all(values.values()):
        raise BadCadence("A cadence has a name, and a sentence for whoever chooses it.")
    return Changed(editing.set_head(source, values), posted.get("key", ""), "Kept.")


def _rules(source: str, posted: QueryDict, _: int) -> Changed:
    """What pauses it, what ends it, and what follows."""
    cadence = parse.cached(source)
    pauses = [name for name in parse.STOPS if name in posted.getlist("pause_on")]
    stages = [name for name in posted.getlist("stop_stages") if len(name) <= 40][:20]
    then = posted.get("then", "")[:64]
    values: dict[str, Any] = {}
    if tuple(pauses) != cadence.pause_on:
        values["pause_on"] = pauses
    if set(stages) != set(cadence.stop_stages):
        values["stop_stages"] = stages
    if then != cadence.then:
        values["then"] = then or None
    return Changed(
        editing.set_head(source, values), posted.get("key", ""), "Kept." if values else "Nothing was different."
    )


def _mend(source: str, posted: QueryDict, policy: Policy) -> Changed:
    """Into allowed hours."""
    found = mending.outside(parse.cached(source), board.example(source, policy))
    after = mending.moved(source, found, wanted=posted.getlist("step"))
    count = len(set(posted.getlist("step")) & {one.step for one in found})
    says = f"Moved {count} touch{'es' if count != 1 else ''} into allowed hours."
    return Changed(after, posted.getlist("step")[0], says)


def _step(source: str, key: str) -> Step:
    found = next((step for step in parse.cached(source).steps if step.key == key), None)
    if found is None:
        raise BadCadence("That touch is not there any more; somebody may have removed it.")
    return found


_DEEDS: dict[str, Callable[[str, QueryDict, int], Changed]] = {
    "add-before": _add,
    "add-after": _add,
    "duplicate": _duplicate,
    "remove": _remove,
    "keep": _keep,
    "add-wording": _add_variant,
    "add-subject": _add_variant,
    "drop-wording": _drop_variant,
    "drop-subject": _drop_variant,
    "rhythm": _rhythm,
    "add-message": _add_message,
    "drop-message": _drop_message,
    "head": _head,
    "rules": _rules,
}
