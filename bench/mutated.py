"""Damaged messages: what a stranger's mail program, a gateway or an attacker makes of the formats that we read.

Seeds are the mails and posts of `seeds.json` beside this file, and every file of a folder that is named. Each mutation
is one that has broken a parser somewhere: cut short, bytes turned, parts repeated or swapped, a value of another type,
a nest, a number too large, a name too long.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

SEEDS = Path(__file__).with_name("seeds.json")
_SIGNS = (b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"\r\n\r\n", b"--b", b"=?utf-8?B?", b"%00", b'"',
          b"{", b"1e999", b"-1", b"null", b"true", b"[]", b"{}", b"\xe2\x80\xae")  # fmt: skip
_LONG = (b"[" * 3000, b"<" * 5000, b">" * 5000, b"@" * 500, b"a" * 20_000, b"9" * 400, b" " * 10_000, b"On " * 3000,
         b"(" * 3000, b"\n> " * 2000, b'Content-Type: multipart/mixed; boundary=""\r\n')  # fmt: skip
_NASTY = _SIGNS + _LONG


def seeds(folder: Path | None = None) -> list[bytes]:
    """Every seed as bytes; with `folder`, the files of its folders too, none over 300 kB."""
    kept = [text.encode("utf-8", "surrogateescape") for text in json.loads(SEEDS.read_text(encoding="utf-8")).values()]
    if folder is not None and folder.exists():
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size < 300_000)
        kept += [path.read_bytes() for path in files if path.name not in ("INDEX.md", "EXPECTED.json")]
    return kept


def mutated(kept: list[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """`count` damaged messages, the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        raw = rng.choice(kept)
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            raw = rng.choice(_WAYS)(rng, raw, kept)
        yield raw[:2_000_000]


def _cut(rng: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def _drop(rng: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + raw[at + rng.choice((1, 3, 50, 500)) :]


def _turn(rng: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    out = bytearray(raw)
    for _ in range(rng.choice((1, 4, 30)) if out else 0):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _put(rng: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + rng.choice(_NASTY) + raw[at:]


def _repeat(rng: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + raw[at : at + rng.choice((20, 200, 2000))] * rng.choice((2, 20, 100)) + raw[at:]


def _splice(rng: random.Random, raw: bytes, kept: list[bytes]) -> bytes:
    other = rng.choice(kept)
    return raw[: rng.randrange(len(raw) + 1)] + other[rng.randrange(len(other) + 1) :]


def _lines(rng: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    lines = raw.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


def _retype(rng: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """A JSON value, or a form's, becomes one of another kind."""
    values = list(re.finditer(rb'(?<=:)\s*("[^"\n]{0,300}"|\d+|true|false|null)|(?<==)[^&\n]{0,300}', raw[:200_000]))
    if not values:
        return raw
    one = rng.choice(values)
    new = rng.choice(
        (b"null", b"7", b"[]", b"{}", b'"x"', b"[[1]]", b'{"a":{"b":[]}}', b"1e400", b'""', b"-0.0", b"[null]")
    )
    return raw[: one.start()] + new + raw[one.end() :]


_WAYS = (_cut, _drop, _turn, _put, _put, _repeat, _splice, _lines, _retype, _retype, _retype)
