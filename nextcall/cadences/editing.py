"""One change to a cadence: its file before, its file after. Pure.

Steps that are not touched keep their text byte for byte, and every step keeps its key, so that leads in the middle of
the cadence know which touches are behind them. Each change raises BadCadence with words for whoever made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nextcall.cadences import blocks, parse, rhythms, shifting, writing
from nextcall.cadences.blocks import Block, Pieces
from nextcall.cadences.columns import places
from nextcall.cadences.definition import BadCadence, Step
from nextcall.cadences.starters import WORDS

WHEN = ("day", "week", "month", "wait", "before", "after", "only_after", "at", "part")


def add(source: str, *, channel: str, beside: str, before: bool = False) -> tuple[str, str]:
    """A touch before or after another, a part of the day apart; the file and its key.

    A text or an email is held until a person sends it: whoever wants it automatic says so.
    """
    if channel not in parse.CHANNELS:
        raise BadCadence(f"a touch is one of {', '.join(parse.CHANNELS)}")
    if rhythms.holds(source, beside):
        return rhythms.add(source, beside, channel=channel, before=before)
    pieces = blocks.apart(blocks.split(source), beside)
    place = pieces.at(beside)
    line = {name: value for name, value in blocks.values(pieces.blocks[place]).items() if name in WHEN}
    line.pop("only_after", None)
    try:
        line |= shifting.shifted(line, "part", -1 if before else 1)
    except BadCadence:
        pass  # at the very beginning: beside it, at the same time
    key = _new_key(pieces, line, channel)
    values = {"key": key, "channel": channel, **_kept(line), **WORDS[channel]}
    fresh = Block("step", writing.table("[[step]]", values), "\n", (key,))
    pieces = pieces.insert(place if before else place + 1, fresh)
    return _whole(_in_order(pieces, key)), key


def duplicate(source: str, key: str) -> tuple[str, str]:
    """The same touch again, a part of the day later; the file and the new key."""
    if rhythms.holds(source, key):
        return rhythms.duplicate(source, key)
    pieces = blocks.apart(blocks.split(source), key)
    block = pieces.blocks[pieces.at(key)]
    line = dict(blocks.values(block))
    try:
        moved = shifting.shifted(line, "part", 1)
    except BadCadence:
        moved = {}
    fresh_key = _new_key(pieces, {**line, **moved}, line["channel"])
    bare = replace(block, text=block.text[block.text.index("[[") :], tail="\n", keys=(fresh_key,))
    fresh = blocks.changed(bare, {**moved, "key": fresh_key})
    return _whole(_in_order(pieces.insert(pieces.at(key) + 1, fresh), fresh_key)), fresh_key


def move(source: str, key: str, *, unit: shifting.Unit, way: int) -> str:
    """A touch a part of the day, or a day, later (1) or earlier (-1)."""
    if rhythms.holds(source, key):
        return rhythms.move(source, key, way=way)
    pieces = blocks.apart(blocks.split(source), key)
    place = pieces.at(key)
    block = pieces.blocks[place]
    moved = blocks.changed(block, shifting.shifted(blocks.values(block), unit, way))
    return _whole(_in_order(pieces.put(place, moved), key))


def remove(source: str, key: str) -> str:
    """The cadence without that touch."""
    if rhythms.holds(source, key):
        return rhythms.remove(source, key)
    cadence = parse.cached(source)
    if len(cadence.steps) == 1:
        raise BadCadence("It is the only touch; a cadence has at least one. Add another first.")
    if follows := [step.key for step in cadence.steps if step.when.after == key]:
        raise BadCadence(f"{follows[0]} follows this touch; remove or move that one first.")
    pieces = blocks.apart(blocks.split(source), key)
    return _whole(pieces.without(pieces.at(key)))


def set_step(source: str, key: str, values: Mapping[str, Any]) -> str:
    """Other values for a step; None takes one away. Words of a step on several days change on all of them."""
    pieces = blocks.split(source)
    place = pieces.at(key)
    was = blocks.values(pieces.blocks[place])
    if any(name in WHEN and was.get(name) != value for name, value in values.items()):
        pieces = blocks.apart(pieces, key)
        place = pieces.at(key)
        pieces = pieces.put(place, blocks.changed(pieces.blocks[place], values))
        return _whole(_in_order(pieces, key))
    return _whole(pieces.put(place, blocks.changed(pieces.blocks[place], values)))


def set_head(source: str, values: Mapping[str, Any]) -> str:
    """Other values in the head: name, what it says, what pauses and what stops it, what follows."""
    return _whole(blocks.head_changed(blocks.split(source), values))


def copied(source: str, *, slug: str, name: str) -> str:
    """The same cadence under another name."""
    return set_head(source, {"slug": slug, "name": name, "version": 1, "starts_on_stage": None})


def empty(*, slug: str, name: str) -> str:
    """A cadence to begin with: one call on the day they arrive."""
    head = writing.table("", {"slug": slug, "name": name, "says": "One call for now. Say here what it is for."})
    step = {"key": "d1-call-1", "channel": "call", "wait": "5m", **WORDS["call"]}
    return f"{head}version = 1\n\n{writing.table('[[step]]', step)}"


def _whole(pieces: Pieces) -> str:
    return blocks.joined(pieces)


def _kept(line: Mapping[str, Any]) -> dict[str, Any]:
    """The lines that say when, in their usual order."""
    return {name: line[name] for name in WHEN if line.get(name) is not None}


def _new_key(pieces: Pieces, line: Mapping[str, Any], channel: str) -> str:
    day = shifting.day_of(line)
    stem = f"d{day}-{channel}" if day is not None else f"{channel}-{'after' if 'wait' in line else 'before'}"
    used = {key for block in pieces.blocks for key in block.keys} | _mentioned(pieces)
    return next(key for number in range(1, 10_000) if (key := f"{stem}-{number}") not in used)


def _mentioned(pieces: Pieces) -> set[str]:
    """Keys that other steps follow; a file may name one that is made up of a day."""
    return {str(blocks.values(block).get("after", "")) for block in pieces.blocks if block.kind == "step"}


def _in_order(pieces: Pieces, key: str) -> Pieces:
    """The step where its time belongs: behind the earlier ones of its channel and what it follows, before the rest."""
    pieces = _room(pieces, key)
    steps = _read(pieces)
    mine = steps[pieces.at(key)][0]
    if mine.when.after == "attempt":
        return pieces  # its place in the file is its place in time
    at = places([step for listed in steps.values() for step in listed])
    order = [place for place in steps if place != pieces.at(key)]
    was = sum(place < pieces.at(key) for place in order)
    lowest, highest = 0, len(order)
    for number, place in enumerate(order):
        for other in steps[place]:
            ahead = at[other.key] < at[key] or (at[other.key] == at[key] and number < was)
            if mine.when.after == other.key or (other.channel == mine.channel and ahead):
                lowest = max(lowest, number + 1)
            if other.when.after == key or (other.channel == mine.channel and not ahead):
                highest = min(highest, number)
    if lowest > highest:
        raise BadCadence("Another touch follows this one and would come before it; move that one first.")
    times = [at[steps[place][0].key] for place in order]
    fits = (not was or times[was - 1] <= at[key]) and (was == len(order) or at[key] <= times[was])
    if lowest <= was <= highest and (fits or was == _best(times, at[key], lowest, highest)):
        return pieces
    best = _best(times, at[key], lowest, highest)
    block = pieces.blocks[pieces.at(key)]
    rest = pieces.without(pieces.at(key))
    spots = rest.steps()
    return rest.insert(spots[best] if best < len(spots) else spots[-1] + 1, replace(block, tail="\n"))


def _best(times: Sequence[float], mine: float, lowest: int, highest: int) -> int:
    """Behind the last one that is not later."""
    return max((n for n in range(lowest, highest + 1) if n and times[n - 1] <= mine), default=lowest)


def _room(pieces: Pieces, key: str) -> Pieces:
    """Steps that stand in one table for several days make room for one between them."""
    steps = _read(pieces)
    mine = steps[pieces.at(key)][0]
    at = places([step for listed in steps.values() for step in listed])
    for place, listed in steps.items():
        spread = [at[step.key] for step in listed]
        if listed[0].channel == mine.channel and min(spread) < at[key] < max(spread):
            return _room(blocks.apart(pieces, pieces.blocks[place].keys[0]), key)
    return pieces


def _read(pieces: Pieces) -> dict[int, list[Step]]:
    """The steps of each block by its place, read without asking whether they are in order."""
    found: dict[int, list[Step]] = {}
    for place in pieces.steps():
        block = pieces.blocks[place]
        found[place] = [
            replace(step, key=key)
            for step, key in zip(parse.steps_of(dict(blocks.values(block))), block.keys, strict=True)
        ]
    return found
