"""Whether the words of a cadence may be said, by an account of this trade, before anybody is put on it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nextcall.cadences.definition import BadCadence, Cadence, Step
from nextcall.consent.content.checks import check_words
from nextcall.consent.content.completing import completed
from nextcall.consent.content.message import Finding, Message, Recipient, Sender

NAME = re.compile(r"\{\{[^{}]{0,80}\}\}")
TAG = re.compile(r"\{%[^{}%]{0,80}%\}")


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said about a step: one finding of one of its variants."""

    step: str
    finding: Finding

    def __str__(self) -> str:
        return f"{self.step}: {self.finding.shown} (rule {self.finding.rule})"


@dataclass(frozen=True, slots=True)
class Ours:
    """What of the account decides about words."""

    seller: str = "the seller"
    trade: str = ""
    disclosures: str = ""


@lru_cache(maxsize=256)
def said_of(cadence: Cadence, ours: Ours) -> tuple[Said, ...]:
    """Every variant of every step, each rule once a step; blocks first."""
    found: dict[tuple[str, str, str], Said] = {}
    for step in cadence.steps:
        for finding in _of_step(step, ours):
            found.setdefault((step.key, finding.rule, finding.tier), Said(step.key, finding))
    return tuple(sorted(found.values(), key=lambda one: one.finding.tier != "block"))


def require(cadence: Cadence, ours: Ours) -> None:
    """Raises BadCadence with the words and the rules that keep it from being switched on."""
    blocks = [one for one in said_of(cadence, ours) if one.finding.tier == "block"]
    if blocks:
        more = f" And {len(blocks) - 3} more." if len(blocks) > 3 else ""
        raise BadCadence(f"{'. '.join(str(one) for one in blocks[:3])}.{more}")


def _of_step(step: Step, ours: Ours) -> Iterator[Finding]:
    sender = Sender(ours.seller, trade=ours.trade, disclosures=ours.disclosures)
    by_machine, nobody = step.by == "machine", Recipient()
    subjects = step.subject if step.channel == "email" else ()
    for subject in subjects:
        message = Message(step.channel, "", _plain(subject, ours), step.purpose, automated=by_machine)
        yield from check_words(message, sender, nobody)
    for body in (*step.wording, *([step.says] if step.says else [])):
        message = Message(step.channel, _plain(body, ours), "", step.purpose, automated=by_machine)
        yield from check_words(completed(message, sender, nobody), sender, nobody)


def _plain(words: str, ours: Ours) -> str:
    """The words with something in each gap: the seller's name, or a sign that is none."""
    named = NAME.sub(lambda gap: ours.seller if "seller" in gap[0] else "\u2026", words)
    return TAG.sub(" ", named)
