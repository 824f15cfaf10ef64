"""What whoever calls must say and do, as data of each jurisdiction; of several places the strictest of each. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MUST_SAY = ("name", "seller", "purpose", "phone")  # in the order in which they are said
SAY = {"name": "your name", "seller": "the seller's", "purpose": "why you call", "phone": "a number to reach you"}
EVERYWHERE = 30  # seconds, where no place that they may be in is stricter: the longest that any state allows (US-16)


@dataclass(frozen=True, slots=True)
class Caller:
    """The table [caller] of a jurisdiction. Shown to whoever calls, not decided on by the gate."""

    must_say: tuple[str, ...]
    source: str
    confidence: str
    identify_within_seconds: int = EVERYWHERE
    end_within_seconds: int | None = None  # of being asked to
    ask: str = ""  # "whether to go on, end, or take them off the list"
    offer_dnc: bool = False  # offer to put them on the do-not-call list
    also: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """As a person reads them."""
        say = [SAY[one] for one in MUST_SAY if one in self.must_say]
        first = f"Say {listed(say)} within {self.identify_within_seconds} seconds"
        return (first, *self.beyond())

    def beyond(self) -> tuple[str, ...]:
        """What comes after saying who calls."""
        found = [f"Ask {self.ask}"] if self.ask else []
        found += ["Offer to put them on the do-not-call list"] if self.offer_dnc else []
        if self.end_within_seconds is not None:
            found.append(f"End the call within {self.end_within_seconds} seconds of being asked")
        return (*found, *self.also)


@dataclass(frozen=True, slots=True)
class Duties:
    """What one call asks for, wherever the person may be."""

    within_seconds: int
    within_of: str  # whose law sets it; "" where no place does
    must_say: tuple[str, ...]
    end_within_seconds: int | None
    beyond: tuple[tuple[str, str], ...]  # (place, sentence)


def strictest(places: Iterable[tuple[str, Caller | None]]) -> Duties:
    """Of all places (by name) the earliest deadline, everything that any of them wants said, every further duty."""
    known: Sequence[tuple[str, Caller]] = [(name, one) for name, one in places if one is not None]
    within = min(((one.identify_within_seconds, name) for name, one in known), default=(EVERYWHERE, ""))
    ends = [one.end_within_seconds for _, one in known if one.end_within_seconds is not None]
    wanted = {word for _, one in known for word in one.must_say} or set(MUST_SAY)
    return Duties(
        within_seconds=within[0],
        within_of=within[1],
        must_say=tuple(one for one in MUST_SAY if one in wanted),
        end_within_seconds=min(ends, default=None),
        beyond=tuple((name, sentence) for name, one in known for sentence in one.beyond()),
    )


def listed(words: Sequence[str]) -> str:
    """Words as a sentence has them: "a, b and c"."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
