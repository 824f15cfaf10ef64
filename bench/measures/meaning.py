"""10,000 garbled answers are read for what they mean: none ends in an exception or takes a second. No database.

Everything that reads words or a calendar's answer: a wish to be left alone, an intent, times, questions of ours that
are answered, offers that are taken, another time asked for, the day of return in an automatic reply, busy times.
"""

import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figures import Figure, percentile
from bench.garbled import garbled, seeds
from bench.measures.mail import FIXTURES, LONGEST_SECONDS
from nextcall.channels.calendar import answers, busy, reading
from nextcall.consent.second_reader import understand
from nextcall.conversations.out_of_office import LONGEST, returns_on
from nextcall.conversations.said import choosing, moving
from nextcall.conversations.said.answers import Asked, QuestionKind
from nextcall.conversations.said.intent import asks_if_machine, intent_of
from nextcall.conversations.said.reading import read
from nextcall.conversations.said.when import FURTHEST, moments

CHANNELS = ("text", "email", "call")
KINDS: tuple[QuestionKind, ...] = ("address", "amount", "time_frame", "choice", "text")


def measure(size: int) -> list[Figure]:
    """`size` garbled answers, one after the other; raises for the first that is not read in time."""
    named = os.environ.get(FIXTURES)
    took = run(seeds(Path(named) if named else None), size, seed=11)
    return [
        Figure("garbled answers read, none in an exception", float(len(took)), ""),
        Figure("one of them, 99th percentile", percentile(took, 0.99) * 1e3, "ms"),
        Figure("the slowest of them", max(took) * 1e3, "ms", aim="under 1000"),
    ]


def run(kept: list[bytes], size: int, *, seed: int) -> list[float]:
    """Seconds that each took, of the process's own time: a busy machine is no fault of a message's."""
    rng, took = random.Random(seed), []
    for number, raw in enumerate(garbled(kept, size, seed=seed)):
        now = datetime(2026, 1, 1) + timedelta(minutes=rng.randrange(3 * 366 * 24 * 60))
        began = time.process_time()
        try:
            understood(raw, now)
        except Exception as error:
            raise AssertionError(f"garbled answer {number} at {now} ended in {error!r}: {raw[:300]!r}") from error
        took.append(time.process_time() - began)
    if max(took) >= LONGEST_SECONDS:
        raise AssertionError(f"garbled answer {took.index(max(took))} took {max(took):.1f} s")
    return took


def understood(raw: bytes, now: datetime) -> None:
    """Every reader of ours, as the engine asks them; what they say lies within its bounds."""
    text = raw.decode("utf-8", "replace")
    meaning = understand(text, CHANNELS[len(raw) % len(CHANNELS)])
    intent_of(text, meaning=meaning, readings=read(text, now=now))
    asks_if_machine(text)
    _words(text, now)
    _calendar(raw, now.replace(tzinfo=UTC))


def _words(text: str, now: datetime) -> None:
    for one in moments(text, now=now):
        _holds(now < one.at <= now + FURTHEST and 0 <= one.start < one.end, one)
    read(text, now=now, asked=Asked("field", KINDS[len(text) % len(KINDS)], ("Buy", "Sell")))
    offer = choosing.offered(text, now=now) or (now + timedelta(days=1), now + timedelta(days=2, hours=3))
    taken, starts = choosing.chosen(text, offer, now=now), now + timedelta(days=1)
    _holds(taken is None or taken in offer, taken)
    moved = moving.moved_to(text, starts=starts, now=now)
    _holds(moved is None or (moved > now and moved != starts), moved)
    moving.confirms(text, starts=starts, now=now)
    back = returns_on(text, today=now.date())
    _holds(back is None or now.date() < back <= now.date() + LONGEST, back)


def _calendar(raw: bytes, at: datetime) -> None:
    answers.answer(raw)
    found = busy.busy(reading.read(raw), begins=at, ends=at + timedelta(days=60), zone="America/Denver")
    _each(found.spans, lambda span: span[0] <= span[1])


def _each(found: tuple[busy.Span, ...], holds: Callable[[busy.Span], bool]) -> None:
    for one in found:
        _holds(holds(one), one)


def _holds(truth: bool, what: object) -> None:
    if not truth:
        raise ValueError(f"out of its bounds: {what!r}")
