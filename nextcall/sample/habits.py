"""How the invented members work, and how likely somebody picks up or writes back. Pure."""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from nextcall.sample.people import words

HOURS = {8: 0.9, 9: 0.95, 10: 0.97, 11: 0.94, 12: 0.98, 13: 0.94, 14: 0.96, 15: 1.0, 16: 1.06, 17: 1.1, 18: 1.12}
DAYS = (0.92, 1.0, 1.02, 1.05, 0.98, 1.04, 0.95)  # Monday first
FADES = 0.22  # how fast a picked-up call becomes unlikely after the inquiry
LATER = 0.97  # each further call
VOICEMAILS = 2  # nobody leaves more
WRITES_BACK = {"text": 0.11, "email": 0.06}
TIRES = {"text": 0.7, "email": 0.75}  # each further message


@dataclass(frozen=True, slots=True)
class Habit:
    """How one member goes about it."""

    sittings: tuple[tuple[time, int], ...]
    first_minutes: tuple[int, int]
    answer_minutes: tuple[int, int]
    most_tries: int
    answers: float

    def first_call_in(self, rng: random.Random) -> timedelta:
        return timedelta(seconds=rng.randint(self.first_minutes[0] * 60, self.first_minutes[1] * 60))

    def answers_in(self, rng: random.Random) -> timedelta:
        return timedelta(seconds=rng.randint(self.answer_minutes[0] * 60, self.answer_minutes[1] * 60))


def habit(name: str) -> Habit:
    one = words()["habits"][name]
    return Habit(
        tuple((time.fromisoformat(at), most) for at, most in one["sittings"]),
        (one["first_minutes"][0], one["first_minutes"][1]),
        (one["answer_minutes"][0], one["answer_minutes"][1]),
        one["most_tries"],
        one["answers"],
    )


@dataclass(slots=True)
class Traits:
    """What an invented lead is like, and what happened to them so far."""

    readily: float  # 0: never answers
    wrong_number: bool
    voicemails: int = 0
    calls: int = 0
    wrote: int = 0
    out_of_it: bool = False  # stopped, lost or won: nothing more happens
    spoken: bool = False


def picks_up(traits: Traits, *, arrived_at: datetime, at: datetime, local: datetime, rng: random.Random) -> bool:
    minutes = max((at - arrived_at).total_seconds() / 60, 0)
    likely: float = traits.readily * (1 + minutes / 5) ** -FADES * HOURS.get(local.hour, 1.0) * DAYS[local.weekday()]
    return rng.random() < min(0.95, likely * LATER**traits.calls)


def outcome(traits: Traits, *, live: bool, rng: random.Random) -> str:
    """What comes of a call, by the account's words for it."""
    if not live:
        leaves = traits.voicemails < VOICEMAILS and rng.random() < 0.5
        return "left_voicemail" if leaves else "no_answer"
    if traits.wrong_number:
        return "wrong_number"
    words_for = ("talked", "call_back", "not_now", "not_interested", "asked_to_stop")
    return rng.choices(words_for, (65, 18, 7, 8, 2))[0]


def writes_back(traits: Traits, channel: str, *, nth: int, rng: random.Random) -> str:
    """What they mean by what they write: question, busy, time, later, stop, away; "" for nothing."""
    if channel == "email" and nth == 0 and rng.random() < 0.03:
        return "away"
    likely = WRITES_BACK[channel] * TIRES[channel] ** nth * (1.6 if traits.readily else 0.15)
    if traits.out_of_it or rng.random() >= likely:
        return ""
    kinds = ("question", "busy", "time", "later", "stop")
    return rng.choices(kinds, (46, 18, 16, 14, 6 if channel == "text" else 2))[0]


def writes_back_in(rng: random.Random) -> timedelta:
    """Half within the hour, some the day after."""
    return timedelta(minutes=min(rng.lognormvariate(3.6, 1.3), 2000))


def arrivals(count: int, *, begins: datetime, ends: datetime, rng: random.Random) -> list[datetime]:
    """More of them lately, most by day; in order."""
    length = (ends - begins).total_seconds()
    found: list[datetime] = []
    while len(found) < count:
        at = begins + timedelta(seconds=length * rng.random() ** 0.45)
        if rng.random() < (1.0 if at.hour >= 14 or at.hour < 5 else 0.2):  # UTC: from early morning in Denver
            found.append(at)
    return sorted(found)
