"""One change to a cadence's rhythm: its pattern, its numbers, its words in turn. Pure."""

from collections.abc import Mapping
from typing import Any

from nextcall.cadences import blocks, parse, writing
from nextcall.cadences.blocks import Block, Pieces
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.starters import WORDS

MOST = 50


def holds(source: str, key: str) -> bool:
    """Whether the rhythm makes this step."""
    return parse.cached(source).max_attempts is not None and key not in {
        one for block in blocks.split(source).blocks for one in block.keys
    }


def pattern(source: str) -> list[str]:
    """The channels of one round."""
    found: list[str] = blocks.values(_rhythm(blocks.split(source))).get("pattern", [])
    return list(found)


def turn(source: str, key: str) -> int:
    """Which of the pattern's turns makes this attempt. Raises BadCadence."""
    number = key.removeprefix("attempt-")
    if not number.isdecimal() or not 1 <= int(number) <= MOST:
        raise BadCadence(f"there is no step {key!r}; somebody may have removed it")
    return (int(number) - 1) % len(pattern(source))


def add(source: str, key: str, *, channel: str, before: bool) -> tuple[str, str]:
    """Another touch in every round, before or after this one."""
    if channel == "voicemail":
        raise BadCadence("A rhythm is made of calls, texts and emails; a voicemail follows a call by itself.")
    place, turns = turn(source, key), pattern(source)
    if len(turns) >= MOST:
        raise BadCadence(f"A round has at most {MOST} touches.")
    at = place if before else place + 1
    pieces = _with_pattern(source, [*turns[:at], channel, *turns[at:]])
    if channel != "call" and not any(block.kind == f"rhythm.{channel}" for block in pieces.blocks):
        pieces = _with_message(pieces, channel)
    number = int(key.removeprefix("attempt-"))
    return blocks.joined(pieces), f"attempt-{number if before else min(number + 1, _attempts(pieces))}"


def duplicate(source: str, key: str) -> tuple[str, str]:
    return add(source, key, channel=pattern(source)[turn(source, key)], before=False)


def move(source: str, key: str, *, way: int) -> str:
    """This touch a turn later (1) or earlier (-1) in every round."""
    place, turns = turn(source, key), pattern(source)
    if not 0 <= place + way < len(turns):
        raise BadCadence(f"It is the {'last' if way > 0 else 'first'} of the round already.")
    turns[place], turns[place + way] = turns[place + way], turns[place]
    return blocks.joined(_with_pattern(source, turns))


def remove(source: str, key: str) -> str:
    """Every round without this touch."""
    place, turns = turn(source, key), pattern(source)
    if len(turns) == 1:
        raise BadCadence("It is the only touch of the round; a rhythm has at least one. Add another first.")
    return blocks.joined(_with_pattern(source, [*turns[:place], *turns[place + 1 :]]))


def set_numbers(source: str, values: Mapping[str, Any]) -> str:
    """Other `attempts`, `first`, `wait` or `same_part`."""
    pieces = blocks.split(source)
    place = _place(pieces)
    return blocks.joined(pieces.put(place, blocks.changed(pieces.blocks[place], values)))


def message_of(source: str, key: str) -> tuple[str, int]:
    """The channel of an attempt, and which of that channel's words it says: the first is 0; -1 if there are none."""
    turns, number = pattern(source), int(key.removeprefix("attempt-")) - 1
    channel = turns[turn(source, key)]
    nth = sum(turns[one % len(turns)] == channel for one in range(number))
    count = len(messages(source, channel))
    return channel, nth % count if count else -1


def messages(source: str, channel: str) -> list[Mapping[str, Any]]:
    """The words of a channel, in turn."""
    pieces = blocks.split(source)
    return [blocks.values(block) for block in pieces.blocks if block.kind == f"rhythm.{channel}"]


def set_message(source: str, channel: str, number: int, values: Mapping[str, Any]) -> str:
    """Other words at that turn of the channel."""
    pieces = blocks.split(source)
    listed = [place for place, block in enumerate(pieces.blocks) if block.kind == f"rhythm.{channel}"]
    if not listed and channel == "call":
        pieces = _with_message(pieces, channel)
        listed = [len(pieces.blocks) - 1]
    if not 0 <= max(number, 0) < len(listed):
        raise BadCadence(f"there are {len(listed)} sets of words for {channel}s; somebody may have removed one")
    place = listed[max(number, 0)]
    return blocks.joined(pieces.put(place, blocks.changed(pieces.blocks[place], values)))


def add_message(source: str, channel: str) -> str:
    """One more set of words for a channel, said after the others."""
    return blocks.joined(_with_message(blocks.split(source), channel))


def remove_message(source: str, channel: str, number: int) -> str:
    """A channel without one of its sets of words."""
    pieces = blocks.split(source)
    listed = [place for place, block in enumerate(pieces.blocks) if block.kind == f"rhythm.{channel}"]
    if not 0 <= number < len(listed):
        raise BadCadence(f"there are {len(listed)} sets of words for {channel}s; somebody may have removed one")
    if len(listed) == 1 and channel != "call":
        raise BadCadence(f"A {channel} needs words; these are the only ones.")
    return blocks.joined(pieces.without(listed[number]))


def _with_pattern(source: str, turns: list[str]) -> Pieces:
    pieces = blocks.split(source)
    place = _place(pieces)
    return pieces.put(place, blocks.changed(pieces.blocks[place], {"pattern": turns}))


def _with_message(pieces: Pieces, channel: str) -> Pieces:
    words = {name: value for name, value in WORDS[channel].items() if name != "by"}
    kind = f"rhythm.{channel}"
    last = max((n for n, block in enumerate(pieces.blocks) if block.kind.startswith("rhythm")), default=0)
    last = max((n for n, block in enumerate(pieces.blocks) if block.kind == kind), default=last)
    return pieces.insert(last + 1, Block(kind, writing.table(f"[[{kind}]]", words)))


def _attempts(pieces: Pieces) -> int:
    return int(blocks.values(_rhythm(pieces)).get("attempts", 1))


def _place(pieces: Pieces) -> int:
    found = next((place for place, block in enumerate(pieces.blocks) if block.kind == "rhythm"), None)
    if found is None:
        raise BadCadence("this cadence has no rhythm written as [rhythm]")
    return found


def _rhythm(pieces: Pieces) -> Block:
    return pieces.blocks[_place(pieces)]
