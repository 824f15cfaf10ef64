"""Two engines and three members at once over one account, and a judge who believes only what left and who said what.

    python -m tests.engine.attack --rounds 300 [--postgresql]

The judge knows nothing of permits, caps or withdrawals as the engine reads them: the caps stand here as the law's
figures, and a wish counts from the moment its transaction had ended. What the engine promises is read strictly: a turn
of an engine that began after a stop was committed must not let anything leave that the stop covers.
"""

import argparse
import importlib
import itertools
import os
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nextcall.channels.contract import Outgoing

DAY = timedelta(hours=24)
PHONE = frozenset({"call", "voicemail", "text"})
# (where, channels, at most, in): Florida's statute, the Canadian policy, and the account's own as shipped
CAPS: tuple[tuple[str, frozenset[str], int, timedelta], ...] = (
    ("FL", PHONE, 3, DAY),
    ("ON", PHONE, 2, DAY),
    ("", PHONE, 6, DAY),
    ("", frozenset({"text"}), 3, DAY),
    ("", frozenset({"email"}), 3, DAY),
)
ENGINE = ("turn", "turn", "turn", "turn", "crash")
MEMBER = (
    "write text", "write text", "write email", "answer text", "call", "call", "talked", "asked to stop", "undo", "undo",
    "STOP by text", "stop by email", "link", "START", "import again", "reply",
)  # fmt: skip


@dataclass(frozen=True)
class Op:
    """One deed of one thread: the clock moves by so many minutes first."""

    deed: str
    minutes: int
    lead: int
    luck: int


Schedule = Sequence[Sequence[Op]]  # one list a thread: the engines' first


@dataclass
class Wish:
    """Somebody asked us to stop on a channel: said at `said`, committed at `since` (places in the order of events)."""

    said: int
    since: int
    person: int
    channel: str
    point: str
    by: str
    until: int | None = None


@dataclass(frozen=True)
class Start:
    """START from a number: ends what was said before against texts to it."""

    said: int
    committed: int
    number: str
    persons: frozenset[int]

    def ends(self, wish: Wish) -> bool:
        about = wish.point == self.number or wish.person in self.persons
        return wish.channel == "text" and about and wish.said < self.committed


@dataclass(frozen=True)
class Left:
    """What the provider really got."""

    order: int
    turn_began: int
    reference: str
    channel: str
    to: str
    body: str


@dataclass
class Made:
    """A call that a member logged."""

    order: int
    at: datetime
    person: int
    undone: int | None = None


@dataclass
class Seen:
    """Everything that happened, each with its place in one order that all threads share."""

    left: list[Left] = field(default_factory=list)
    calls: list[Made] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    broke: list[str] = field(default_factory=list)


def schedule(chance: random.Random, *, length: int = 9, engines: int = 2, members: int = 3) -> list[list[Op]]:
    """Any deeds in any order; the clock moves by minutes, sometimes by hours."""

    def op(deeds: Sequence[str]) -> Op:
        return Op(
            chance.choice(deeds), chance.choice((0, 0, 1, 2, 7, 40, 300)), chance.randrange(4), chance.random() < 0.3
        )

    return [[op(ENGINE if n < engines else MEMBER) for _ in range(length)] for n in range(engines + members)]


class Attack:
    """The rows of one attack, and its threads."""

    def __init__(self) -> None:
        from tests.engine.attacked import Ground

        self.order = itertools.count(1)
        self.seen = Seen()
        self.ground = Ground()
        self._quiet = threading.Condition()
        self._turning = 0
        self._at = self.ground.begins_at
        self.here = threading.local()
        self.sent: list[Outgoing] = []  # what the engines' providers share
        self.logged: dict[int, tuple[Made, Sequence[Wish]]] = {}  # by action

    def clock(self) -> datetime:
        return self._at

    def forward(self, minutes: int) -> datetime:
        """Hours pass between two turns, never within one: an engine that takes so long has lost its lease."""
        with self._quiet:
            self._quiet.wait_for(lambda: minutes < 2 or not self._turning)
            self._at += timedelta(minutes=minutes, seconds=1)
            return self._at

    @contextmanager
    def turning(self) -> Iterator[None]:
        """While an engine holds what it claimed."""
        with self._quiet:
            self._turning += 1
        try:
            yield
        finally:
            with self._quiet:
                self._turning -= 1
                self._quiet.notify_all()

    def run(self, plan: Schedule) -> Seen:
        """All threads at once; then one engine in peace for two days."""
        from tests.engine import attacked

        start = threading.Barrier(len(plan))
        threads = [
            threading.Thread(target=attacked.act, args=(self, number, ops, start)) for number, ops in enumerate(plan)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        if any(thread.is_alive() for thread in threads):
            self.seen.broke.append("a thread hangs: two wait for each other")
        attacked.finish(self)
        return self.seen


def judge(attack: Attack) -> list[str]:
    """What was broken, in words; [] if nothing was."""
    seen, ground = attack.seen, attack.ground
    ground.remember()
    twice = [reference for reference, n in Counter(one.reference for one in seen.left).items() if n > 1]
    return [
        *seen.broke,
        *(f"{reference} left twice" for reference in twice),
        *(said for one in seen.left for said in _against_a_wish(one, seen, ground)),
        *(said for person in ground.persons for said in _over_a_cap(person, seen, ground)),
        *ground.unexplained(),
    ]


def _against_a_wish(one: Left, seen: Seen, ground: Any) -> list[str]:
    if ground.confirms(one):
        return []
    person = ground.person_of(one)
    return [
        f"{one.channel} to {one.to} in a turn that began at {one.turn_began}; {wish.by} said stop by {wish.since}"
        for wish in seen.wishes
        if wish.since < one.turn_began
        and (wish.until is None or wish.until > one.order)
        and not any(start.ends(wish) and start.said < one.order for start in seen.starts)
        and one.channel == wish.channel
        and (wish.person == person or wish.point == one.to)
    ]


def _over_a_cap(person: int, seen: Seen, ground: Any) -> list[str]:
    """What left makes no window too full, alone or with the calls that were known when it was decided."""
    left = [one for one in seen.left if ground.person_of(one) == person and not ground.confirms(one)]
    said = []
    for where, channels, most, length in CAPS:
        if where not in ("", ground.region[person]):
            continue
        sent = [one for one in left if one.channel in channels]
        for one in sent:
            known = [
                ground.decided_at(two)
                for two in sent
                if two is not one and (not ground.answers(two) or two.order < one.turn_began)
            ]
            if "call" in channels:
                known += [
                    call.at
                    for call in seen.calls
                    if call.person == person and call.order < one.turn_began and call.undone is None
                ]
            if not ground.answers(one) and _fullest(known, ground.decided_at(one), length) > most:
                when = ground.decided_at(one)
                said.append(f"{where or 'account'}: over {most} by {'/'.join(sorted(channels))} to {person}, {when}")
    return said


def _fullest(known: Sequence[datetime], at: datetime, length: timedelta) -> int:
    """The most that any window of this length that holds `at` holds, with `at` itself."""
    moments = sorted([*known, at])
    return max(
        sum(1 for moment in moments if start <= moment <= start + length)
        for start in moments
        if start <= at <= start + length
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    chosen = parser.parse_args()
    os.environ["NEXTCALL_TEST_DATABASE"] = "postgresql" if chosen.postgresql else "sqlite"
    importlib.import_module("tests.conftest")  # a throw-away home and database
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    chance, sent, broken = random.Random(chosen.seed), 0, 0
    for number in range(chosen.rounds):
        attack = Attack()
        attack.run(schedule(chance))
        sent += len(attack.seen.left)
        for said in judge(attack):
            broken += 1
            print(f"round {number}: {said}", flush=True)
        attack.ground.clear()
    print(f"{chosen.rounds} rounds, {sent} messages left, {broken} promises broken")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
