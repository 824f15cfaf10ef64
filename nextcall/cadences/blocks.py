"""A cadence file in pieces: its head, and each of its tables with the comments that belong to it. Pure.

What is not edited keeps its text byte for byte, because it is never written anew.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from nextcall.cadences import parse, writing
from nextcall.cadences.definition import BadCadence
from nextcall.cadences.parse import WHEN_AND_WHO
from nextcall.cadences.writing import ended, spaced

# strings and comments are passed over, so that a line of a text that looks like a table is none
_TOKENS = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|#[^\n]*|"
    r"^[ \t]*(?P<open>\[\[?)[ \t]*(?P<name>[A-Za-z_]+(?:[ \t]*\.[ \t]*[A-Za-z_]+)*)[ \t]*\]\]?[^\n]*$",
    re.DOTALL | re.MULTILINE,
)
_SCALAR = re.compile(r"^(?P<name>[a-z_]+)[ \t]*=[ \t]*(?!\"\"\"|''')[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One table of the file. `keys` are the steps it makes: one, or several if it names several days."""

    kind: str  # "step", "rhythm", "rhythm.call"
    text: str  # the comments above it, its header, its lines
    tail: str = "\n"  # blank lines and comments behind it
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pieces:
    """The whole file."""

    head: str
    blocks: tuple[Block, ...]

    @property
    def source(self) -> str:
        return self.head + "".join(block.text + block.tail for block in self.blocks)

    def steps(self) -> list[int]:
        """Where the steps stand among the blocks."""
        return [place for place, block in enumerate(self.blocks) if block.kind == "step"]

    def at(self, key: str) -> int:
        """The place of the block that makes this step. Raises BadCadence."""
        found = next((place for place, block in enumerate(self.blocks) if key in block.keys), None)
        if found is None:
            raise BadCadence(f"there is no step {key!r} in the file; somebody may have removed it")
        return found

    def put(self, place: int, block: Block) -> "Pieces":
        return replace(self, blocks=(*self.blocks[:place], block, *self.blocks[place + 1 :]))

    def insert(self, place: int, block: Block) -> "Pieces":
        """The block before that place, with a blank line on both sides."""
        if place == len(self.blocks) and self.blocks:
            last = self.blocks[-1]
            rest = self.put(place - 1, replace(last, text=ended(last.text), tail=spaced(last.tail)))
        else:
            rest = self
        head = rest.head if rest.blocks else spaced(ended(rest.head))
        fresh = replace(block, text=ended(block.text), tail=spaced(block.tail))
        return Pieces(head, (*rest.blocks[:place], fresh, *rest.blocks[place:]))

    def without(self, place: int) -> "Pieces":
        """Without that block; a comment behind it, which speaks of what follows, stays."""
        gone = self.blocks[place]
        comment = gone.tail.find("#")
        left = gone.tail[comment:] if comment >= 0 else ""
        rest = replace(self, blocks=(*self.blocks[:place], *self.blocks[place + 1 :]))
        if not left:
            return rest
        if place == 0:
            return replace(rest, head=rest.head + left)
        before = rest.blocks[place - 1]
        return rest.put(place - 1, replace(before, tail=before.tail + left))


def split(source: str) -> Pieces:
    """The file in pieces. Raises BadCadence for one that cannot be read, or is written in a form we do not edit."""
    definition = parse.cached(source)
    marks = [found for found in _TOKENS.finditer(source) if found["name"]]
    starts = [_start(source, mark.start()) for mark in marks]
    ends = [*starts[1:], len(source)]
    found = []
    for mark, start, end in zip(marks, starts, ends, strict=True):
        text = source[start:end]
        cut = _tail(text, mark.end() - start)
        found.append(Block(re.sub(r"\s", "", mark["name"]), text[:cut], text[cut:]))
    head = source[: starts[0]] if starts else source
    lines = tomllib.loads(source).get("step", [])
    if sum(block.kind == "step" for block in found) != len(lines):
        raise BadCadence("write each step as a table of its own, [[step]]; this file has them in another form")
    keys = iter(step.key for step in definition.steps)
    counts = iter([_count(line) for line in lines])
    named = [
        replace(block, keys=tuple(next(keys) for _ in range(next(counts)))) if block.kind == "step" else block
        for block in found
    ]
    return Pieces(head, tuple(named))


def joined(pieces: Pieces) -> str:
    """The file again, with each step's key as it was before: written down where it would have changed."""
    for _ in range(3):  # a key written down may free another
        source = pieces.source
        fresh = split(source)
        wrong = [
            place
            for place, (meant, now) in enumerate(zip(pieces.blocks, fresh.blocks, strict=True))
            if meant.keys != now.keys
        ]
        if not wrong:
            return source
        for place in reversed(wrong):
            pieces = _pinned(pieces, place)
    raise BadCadence("two steps would have the same key; give each [[step]] a key of its own")


def values(block: Block) -> Mapping[str, Any]:
    """What the block's table says."""
    found: Any = tomllib.loads(block.text)
    for part in block.kind.split("."):
        found = found[part]
    return found[0] if isinstance(found, list) else found  # type: ignore[no-any-return]


def changed(block: Block, new: Mapping[str, Any]) -> Block:
    """The block with other values; None takes one away. Comments, order and all other values stay as written."""
    was, text = values(block), block.text
    for name, value in new.items():
        if value == was.get(name):
            continue
        if name in was or value is None or isinstance(value, list) or name not in WHEN_AND_WHO:
            text = _edited(text, block.kind, name, value)
        else:
            text = _inserted(text, name, value)
    return replace(block, text=text)


def apart(pieces: Pieces, key: str) -> Pieces:
    """A step that stands with others in one table gets a table of its own, behind it or before."""
    place = pieces.at(key)
    if len(pieces.blocks[place].keys) == 1:
        return pieces
    singles = _singles(pieces.blocks[place])
    return replace(pieces, blocks=(*pieces.blocks[:place], *singles, *pieces.blocks[place + 1 :]))


def head_changed(pieces: Pieces, new: Mapping[str, Any]) -> Pieces:
    """The file with other values in its head."""
    try:
        table = tomlkit.parse(pieces.head)
    except TOMLKitError as wrong:
        raise BadCadence(f"the head of the file cannot be edited: {wrong}") from None
    was = table.unwrap()
    for name, value in new.items():
        if value is None:
            table.pop(name, None)
        elif was.get(name) != value:
            table[name] = writing.value(value)
    head = tomlkit.dumps(table)
    return replace(pieces, head=spaced(ended(head.rstrip())) if head != pieces.head else pieces.head)


def _singles(block: Block) -> Iterable[Block]:
    unit = next(unit for unit in ("day", "week", "month") if isinstance(values(block).get(unit), list))
    bare = re.sub(r"\A(?:[ \t]*#[^\n]*\n)+", "", block.text)
    for number, (key, count) in enumerate(zip(block.keys, values(block)[unit], strict=True)):
        one = Block(block.kind, block.text if not number else bare, "\n", (key,))
        yield changed(one, {unit: count, "key": key})


def _pinned(pieces: Pieces, place: int) -> Pieces:
    block = pieces.blocks[place]
    if len(block.keys) > 1:
        return apart(pieces, block.keys[0])
    return pieces.put(place, changed(block, {"key": block.keys[0]}))


def _edited(text: str, kind: str, name: str, value: Any) -> str:
    table: Any = tomlkit.parse(text)
    top = table
    for part in kind.split("."):
        table = table[part]
    table = table[0] if kind != "rhythm" else table
    if value is None:
        table.pop(name, None)
    elif isinstance(value, list) and isinstance(table.get(name), Array) and all(isinstance(one, str) for one in value):
        _refill(table[name], value)
    else:
        table[name] = writing.value(value)
    return ended(tomlkit.dumps(top))


def _refill(listed: Array, texts: Sequence[str]) -> None:
    """The texts in the list, those that stay untouched where they are."""
    same = [str(one).strip() for one in listed]
    if len(same) == len(texts) + 1:
        gone = next((n for n, one in enumerate(texts) if one != same[n]), len(texts))
        listed.pop(gone)
        same.pop(gone)
    for number, one in enumerate(texts):
        if number >= len(same):
            listed.append(writing.value(one))
        elif same[number] != one:
            listed[number] = writing.value(one)
    while len(listed) > len(texts):
        listed.pop()


def _inserted(text: str, name: str, value: Any) -> str:
    """A short value among the first lines of the table, in their usual order."""
    header = next(found for found in _TOKENS.finditer(text) if found["name"])
    place = min(header.end() + 1, len(text))
    line = _SCALAR.match(text, place)
    while line and line["name"] in WHEN_AND_WHO and WHEN_AND_WHO.index(line["name"]) <= WHEN_AND_WHO.index(name):
        place = line.end()
        line = _SCALAR.match(text, place)
    return f"{ended(text[:place])}{name} = {tomlkit.item(value).as_string()}\n{text[place:]}"


def _count(line: Mapping[str, Any]) -> int:
    return next((len(line[unit]) for unit in ("day", "week", "month") if isinstance(line.get(unit), list)), 1)


def _start(source: str, header: int) -> int:
    """Where a table begins: with the comments right above its header."""
    place = header
    while place:
        line = source.rfind("\n", 0, place - 1) + 1
        if not source[line:place].lstrip(" \t").startswith("#"):
            break
        place = line
    return place


def _tail(text: str, header_ends: int) -> int:
    """Where the lines of the table are over, and only blank lines and comments follow."""
    place = len(text)
    while place > header_ends:
        line = text.rfind("\n", 0, place - 1) + 1
        if line <= header_ends and place <= header_ends + 1:
            break
        words = text[max(line, header_ends) : place].strip()
        if words and not words.startswith("#"):
            break
        place = max(line, header_ends)
    return min(max(place, header_ends + 1), len(text))
