"""An offer's questions, one small one at a time: which comes next, and what makes a question small. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

from nextcall.cadences.checker import CLICHES
from nextcall.consent.content.checks import check_words
from nextcall.consent.content.message import Message, Recipient, Sender
from nextcall.conversations.said.answers import QuestionKind

KINDS: Mapping[str, str] = {
    "address": "An address", "amount": "An amount", "time_frame": "A time frame", "choice": "One of these",
    "text": "Their own words",
}  # fmt: skip
MOST, MOST_VARIANTS, LONGEST, MOST_WORDS = 12, 5, 160, 22  # of an offer; of a question; of a text; of one to like
ENOUGH = 0.7  # of a question's words, to know it again in what was sent
LATELY = timedelta(days=14)  # the same thing is not asked again within
_STIFF = re.compile(
    r"\b(?:please (?:provide|specify|confirm|enter|indicate|select)|kindly|dear (?:sir|madam|customer)|in order to"
    r"|valued customer|questionnaire|survey|reply with|respond with|press \d|option \d|as an ai|virtual assistant)\b",
    re.I,
)


class Wrong(ValueError):
    """A list of questions that cannot be kept; says which line, why, and what would be right."""


@dataclass(frozen=True, slots=True)
class Question:
    """`ask`: ways to say it; `field` is where its answer belongs, a plain word like "balance"."""

    field: str
    kind: QuestionKind
    ask: tuple[str, ...]
    choices: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return label_of(self.field)

    @property
    def stored(self) -> dict[str, Any]:
        """As an offer keeps it."""
        return {"field": self.field, "kind": self.kind, "ask": list(self.ask), "choices": list(self.choices)}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one lead. `asked`: field and time of what was asked, the latest first."""

    answered: AbstractSet[str] = frozenset()
    asked: Sequence[tuple[str, datetime]] = ()
    open_field: str = ""  # asked last, and not answered yet
    they_ask: bool = False  # a question of their own waits for its answer
    stopped: bool = False  # an opt-out or a hold


@dataclass(frozen=True, slots=True)
class Next:
    """The question that comes next and in which words; None with `why` in words."""

    question: Question | None = None
    words: str = ""
    why: str = ""


def label_of(field: str) -> str:
    """ "time_frame" is "Time frame"."""
    return field.replace("_", " ").strip().capitalize()


def key_of(field: str) -> str:
    """What two spellings of a field share."""
    return re.sub(r"[^a-z0-9]+", "_", field.casefold()).strip("_")


def read_all(stored: object) -> tuple[Question, ...]:
    """The questions as an offer keeps them; what cannot be read is left out."""
    rows = stored if isinstance(stored, list) else []
    return tuple(_read(row) for row in rows[:MOST] if _is_one(row))


def _is_one(row: object) -> bool:
    if not isinstance(row, dict) or not row.get("field") or row.get("kind") not in KINDS:
        return False
    return isinstance(row.get("ask"), list) and bool(row["ask"])


def _read(row: Mapping[str, Any]) -> Question:
    choices = tuple(str(one) for one in row.get("choices") or ())
    return Question(str(row["field"])[:60], row["kind"], tuple(str(one) for one in row["ask"]), choices)


def next_question(questions: Sequence[Question], standing: Standing, *, seed: int, at: datetime) -> Next:
    """The first that is neither answered nor asked lately. `seed` chooses among its wordings, the same one each time.

    Nothing is asked of who asked us to stop, and a question of their own is answered first. What was asked last is
    not asked twice in a row: who lets it pass has the next one, or none.
    """
    if standing.stopped:
        return Next(why="They asked us to stop, or an unclear message waits to be read.")
    if standing.they_ask:
        return Next(why="Answer their question first.")
    lately = {key_of(field) for field, when in standing.asked if when > at - LATELY} | {key_of(standing.open_field)}
    for one in questions:
        if key_of(one.field) in standing.answered or key_of(one.field) in lately:
            continue
        times = sum(key_of(field) == key_of(one.field) for field, _ in standing.asked)
        return Next(one, one.ask[(seed + times) % len(one.ask)])
    return Next(why="Everything is answered." if questions else "This offer has no questions.")


def asked_in(body: str, questions: Sequence[Question]) -> Question | None:
    """Which question a message of ours asks, though its writer changed some words; None if it asks none."""
    if "?" not in body:
        return None
    words = _words(body)
    shares = [(max(_share(way, words) for way in one.ask), one) for one in questions]
    share, likeliest = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return likeliest if share >= ENOUGH else None


def _share(way: str, words: set[str]) -> float:
    asked = _words(way)
    return len(words & asked) / len(asked) if asked else 0.0


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def made(field: str, kind: str, ask: Sequence[str], choices: Sequence[str]) -> Question:
    """One question as it was written down. Raises Wrong."""
    name = key_of(field)[:60]
    ways = tuple(dict.fromkeys(" ".join(one.split()) for one in ask if one.strip()))
    listed = tuple(dict.fromkeys(" ".join(one.split())[:60] for one in choices if one.strip()))[:12]
    if not name:
        raise Wrong("Name the field that the answer fills, like balance.")
    if kind not in get_args(QuestionKind):
        raise Wrong(f"{label_of(name)}: choose what kind of answer it has, like an amount.")
    if not ways or len(ways) > MOST_VARIANTS:
        raise Wrong(f"{label_of(name)}: write one to {MOST_VARIANTS} ways to ask it, one a line.")
    if kind == "choice" and len(listed) < 2:
        raise Wrong(f"{label_of(name)}: a choice needs at least two answers, one a line.")
    for way in ways:
        wrong = fault(way)
        if wrong:
            raise Wrong(f"{label_of(name)}: \u201c{way[:80]}\u201d {wrong}")
    return Question(name, kind, ways, listed if kind == "choice" else ())  # type: ignore[arg-type]


def fault(way: str) -> str:
    """Why this is not one small question that a person would text; "" if it is."""
    if way.count("?") != 1:
        return "asks more than one thing; ask one." if way.count("?") > 1 else "is no question; end it with ?"
    if len(way) > LONGEST or len(way.split()) > MOST_WORDS:
        return f"is long; say it in {MOST_WORDS} words or fewer, like \u201cAbout how much is left on your loan?\u201d"
    if "!" in way:
        return "has an exclamation mark, which sounds like an advert; leave it out."
    if _STIFF.search(way) or any(cliche in way.lower() for cliche in CLICHES):
        return "sounds like a form or a robot; say it as you would to a neighbour."
    if "{{" in way or "{%" in way or "[[" in way:
        return "has a placeholder; a question is sent exactly as it stands here."
    found = check_words(Message("text", way, purpose="reply"), Sender(""), Recipient())
    return next((f"may not be said: {one.shown}" for one in found if one.tier == "block"), "")


@dataclass(frozen=True, slots=True)
class Example:
    """Shipped questions for a common offer; `offers` are words in the name of an offer that they fit."""

    name: str
    offers: tuple[str, ...]
    questions: tuple[Question, ...]


@cache
def examples() -> tuple[Example, ...]:
    """The shipped lists of questions.toml."""
    listed = tomllib.loads((Path(__file__).parent / "questions.toml").read_text())["example"]
    return tuple(
        Example(one["name"], tuple(one["offers"]), tuple(
            made(row["field"], row["kind"], row["ask"], row.get("choices", ())) for row in one["question"]
        ))
        for one in listed
    )  # fmt: skip


def example_for(offer: str) -> Example | None:
    """The shipped list that fits an offer by its name."""
    name = offer.casefold()
    return next((one for one in examples() if any(word in name for word in one.offers)), None)
