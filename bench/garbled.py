"""Garbled words: what people, telephones and attackers make of the answers that we read.

Seeds are the answers of the tests, out-of-office lines and calendar files, and the texts, mails and calendars of a
folder that is named. Beside the damage of `mutated`, words are put where others stood: hours that do not exist, days
that no month has, digits of other scripts, and the cues that readers look for, in any place and number.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from bench.mutated import mutated
from tests.conversations.said.messages import SAID

AWAY = (
    "I am out of the office until December 28, 2026 and will answer when I am back.",
    "Out of office 12/24 through 1/3. For urgent matters call (303) 555-0100.",
    "Je suis absent jusqu'au 4 janvier.",
    "Back on 2027-02-29.",
)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:{}\r\nBEGIN:VEVENT\r\nUID:u@x\r\nSEQUENCE:1\r\nDTSTART;TZID=America/Denver:"
    "20261124T150000\r\nDTEND:20261124T223000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=9\r\nCOMMENT:4 instead?\r\n"
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:h@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
_WORDS = (
    "stop", "STOP", "do not", "don't", "unsubscribe", "wrong number", "who is this", "at 4", "at 24", "25:61", "0 am",
    "99 pm", "12:60", "1630h", "2-4", "4 to 2 pm", "noon", "midnight", "tomorrow", "the 31st", "the 99th", "2/30",
    "13/13", "29 February", "Feb 30", "next week", "in 999 years", "in 999999 weeks", "in an hour", "999 hours earlier",
    "half an hour later", "instead", "can we do", "Tuesday", "el martes a las 3", "jeudi 16h", "in March", "after xmas",
    "call me", "email", "\u0663", "\uff12\uff14", "\u00b2", "1,000,000,000,000k", "$1e9", "303-555-0188",
    "a@b.co", "your time", "until", "through 12/31", "back 0000-00-00", "\u202e", "\U0001f44d", "\u0130", "\ufb03",
    "\n", "?", "\u201c", "'", "\x00",
)  # fmt: skip


def seeds(folder: Path | None = None) -> list[bytes]:
    """With `folder`, its sms_replies, auto_reply and icalendar too."""
    kept = [words for words, *_ in SAID] + [*AWAY]
    kept += [CALENDAR.format(method) for method in ("REPLY", "COUNTER", "CANCEL", "REQUEST")]
    files: list[bytes] = []
    if folder is not None and folder.exists():
        kept += [one["text"] for one in json.loads((folder / "sms_replies" / "replies.json").read_text("utf-8"))]
        files = [
            path.read_bytes()
            for room in ("auto_reply", "icalendar")
            for path in sorted((folder / room).iterdir())
            if path.suffix in (".eml", ".ics") and path.stat().st_size < 300_000
        ]
    return [words.encode() for words in kept] + files


def garbled(kept: list[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """`count` garbled messages, the same for the same seed: half damaged as bytes, half in their words, some both."""
    rng = random.Random(seed)
    damaged = mutated(kept, count, seed=seed + 1)
    for raw in damaged:
        way = rng.randrange(4)
        yield raw if way == 0 else _worded(rng, raw if way == 1 else rng.choice(kept))


def _worded(rng: random.Random, raw: bytes) -> bytes:
    words = raw.decode("utf-8", "replace").split(" ")[:2000]
    for _ in range(rng.choice((1, 2, 3, 8, 40))):
        at = rng.randrange(len(words) + 1)
        new = rng.choice(_WORDS) * rng.choice((1, 1, 1, 1, 30))
        if rng.random() < 0.5:
            words[at : at + 1] = [new]
        else:
            words.insert(at, new)
    return rng.choice((" ", " ", " ", "", "\n")).join(words).encode("utf-8", "surrogatepass")
