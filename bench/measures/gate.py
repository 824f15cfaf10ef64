"""One decision of the gate in pure code, by country, beside the bare cost of the answer it gives."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bench.figures import Figure
from nextcall.consent.facts import Ask, Checked, Decision, Facts, Rule
from nextcall.consent.places import place_of
from nextcall.consent.policy import Policy, shipped
from nextcall.consent.rules import decide
from nextcall.lib.hours import local

AIM = "100 µs"
ROUNDS = 5  # the fastest of them: others share the machine
START = datetime(2026, 11, 23, tzinfo=UTC)  # a week of instants, open and closed
CHANNELS = (Ask("text"), Ask("call", automated=False), Ask("email"), Ask("call"))
PLACES = {
    "US, Florida": {"phones": ["+13055550142"], "postal_code": "33101"},
    "US, state unknown": {"phones": ["+18005550142"]},
    "CA, Vancouver": {"phones": ["+16045550142"]},
    "GB": {"phones": ["+442079460958"], "postal_code": "SW1A 1AA"},
    "AU, a mobile": {"phones": ["+61412345678"]},
    "FR": {"phones": ["+33612345678"]},
    "GB and US": {"phones": ["+442079460958", "+12125550142"]},
}


def measure(size: int) -> list[Figure]:
    """`size` decisions a place: every channel, around the clock, with a history of attempts and dated lists."""
    return [_of(name, facts_in(clues), size) for name, clues in PLACES.items()]


def facts_in(clues: dict[str, object]) -> Facts:
    """Facts with something for every rule to look at."""
    place = place_of(**clues)  # type: ignore[arg-type]
    return Facts(
        place=place,
        tier="written",
        permission_until=START + timedelta(days=300),
        lists=tuple(Checked(one, False, START - timedelta(days=5)) for one in ("US", "US-FL", "CA", "GB", "AU")),
        attempts=tuple((("call", "text")[n % 2], START - timedelta(days=n)) for n in range(1, 13)),
        inquired_at=START - timedelta(days=20),
    )


def _of(name: str, facts: Facts, size: int) -> Figure:
    policy = shipped()
    asked = [
        [(CHANNELS[n % 4], START + timedelta(minutes=(n * 37) % (7 * 1440), seconds=late)) for n in range(size)]
        for late in range(ROUNDS + 1)  # no instant twice
    ]
    answers = [decide(ask, facts, policy, at) for ask, at in asked.pop()]  # also computes the week's windows
    taken = min(_microseconds(_decide_all, facts, policy, questions) for questions in asked)
    floor = min(_microseconds(_build_all, answers) for _ in range(ROUNDS))
    return Figure(
        f"gate: {name}, {taken / floor:.1f} times the floor", taken, "µs", floor, "building the same answer", AIM
    )


def _bare(answer: Decision) -> Decision:
    """The answer put together again from its parts, without asking any rule."""
    return Decision(
        verdict=answer.verdict,
        at=answer.at,
        rules=tuple(Rule(rule.id, rule.effect, rule.says, rule.source) for rule in answer.rules),
        earliest=answer.earliest,
        until=answer.until,
        local_times={zone: local(answer.at, zone).isoformat(timespec="seconds") for zone in answer.local_times},
        jurisdictions=answer.jurisdictions,
        policy_version=answer.policy_version,
    )


def _decide_all(facts: Facts, policy: Policy, questions: Sequence[tuple[Ask, datetime]]) -> int:
    for ask, at in questions:
        decide(ask, facts, policy, at)
    return len(questions)


def _build_all(answers: Sequence[Decision]) -> int:
    for answer in answers:
        _bare(answer)
    return len(answers)


def _microseconds(work: Callable[..., int], *given: object) -> float:
    """A share of the work, in our own processor time: others use the machine too."""
    began = time.process_time()
    count = work(*given)
    return (time.process_time() - began) / count * 1e6
