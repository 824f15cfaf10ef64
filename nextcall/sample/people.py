"""Invented inquiries: who asks, from where, and how they can be reached. The same for the same generator."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nextcall.intake.parsers.new_lead import Address, Name, NewLead
from nextcall.lib import email_address, phone

FILE = Path(__file__).with_name("invented.toml")
MOST = 650  # as many people as there are numbers for


@cache
def words() -> Mapping[str, Any]:
    """Everything that is written in invented.toml."""
    return tomllib.loads(FILE.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Origin:
    """A source, and how people who come from it behave."""

    name: str
    share: int
    reachable: float
    readily: tuple[float, float]
    channels: tuple[str, ...]
    cadence: str
    offers: tuple[str, ...]


@cache
def origins() -> tuple[Origin, ...]:
    return tuple(
        Origin(
            one["name"],
            one["share"],
            one["reachable"],
            (one["readily"][0], one["readily"][1]),
            tuple(one["channels"]),
            one["cadence"],
            tuple(one["offers"]),
        )
        for one in words()["source"]
    )


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One invented person asking."""

    new: NewLead
    origin: Origin
    offer: str
    wrong_number: bool


class Inventor:
    """Makes people up, no two alike: each has a name, a number and an address of their own."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken = {one["number"] for one in words()["stranger"]}
        self._names: set[str] = set()

    def inquiry(self, origin: Origin | None = None, *, at_home_with: NewLead | None = None) -> Inquiry:
        """`at_home_with`: another adult of the same household, who gives the same number."""
        rng, said = self._rng, words()
        chosen = origin or rng.choices(origins(), [one.share for one in origins()])[0]
        given, family = self._name(at_home_with)
        city, region, postal, area = self._place()
        number = at_home_with.phones[0].e164 if at_home_with else self._number(area)
        written = phone.read(number, country="US")
        address = email_address.read(f"{given}.{family}@example.com".lower())
        if written is None or address is None:
            raise ValueError(f"{given} {family} cannot be reached; look at invented.toml")
        offer = rng.choice(chosen.offers)
        answers = said["answers"].get(offer)
        no_email = rng.random() < 0.06
        new = NewLead(
            raw_format="form",
            source=chosen.name,
            name=Name(f"{given} {family}", given, family),
            emails=() if no_email else (address,),
            phones=(written,),
            address=at_home_with.address
            if at_home_with
            else Address(f"{rng.randrange(12, 980)} {rng.choice(said['streets'])}", city, region, postal, "US"),
            message=rng.choice(said["asks"][offer]) or None,
            answers=dict(rng.choice(answers)) if answers and rng.random() < 0.6 else {},
        )
        return Inquiry(new, chosen, offer, rng.random() < 0.03)

    def _name(self, at_home_with: NewLead | None) -> tuple[str, str]:
        given, family = words()["given"].split(), words()["family"].split()
        while True:
            first = self._rng.choice(given)
            last = at_home_with.name.family or "" if at_home_with else self._rng.choice(family)
            if f"{first} {last}" not in self._names:
                self._names.add(f"{first} {last}")
                return first, last

    def _place(self) -> tuple[str, str, str, str]:
        places = words()["places"]
        city, region, postal, area, _ = self._rng.choices(places, [place[4] for place in places])[0]
        return city, region, postal, area

    def _number(self, area: str) -> str:
        """In its area while there are any left: the law of a place goes by the number too."""
        areas = [area, *dict.fromkeys(place[3] for place in words()["places"])]
        for code in areas:
            free = [number for last in range(100, 200) if (number := f"+1{code}5550{last}") not in self._taken]
            if free:
                number = self._rng.choice(free)
                self._taken.add(number)
                return number
        raise ValueError(f"there are invented numbers for {MOST} people")


def said(kind: str, which: str, rng: random.Random) -> str:
    """One of the sentences of that kind."""
    found: Sequence[str] = words()[kind][which]
    return rng.choice(found)
