"""What a message says: Liquid templates with limits, variants, and no gaps. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, groupby
from typing import Any

from liquid import BoundTemplate, Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError, UndefinedError

from nextcall.cadences.definition import BadCadence, Step

NAMES = frozenset(
    {
        "lead.first_name",
        "lead.name",
        "me.first_name",
        "me.name",
        "me.phone",
        "seller",
        "offer",
        "question",
        "city",
        "reason",
        "appointment",
    }
)
OURS = frozenset({"seller", "me.first_name", "me.name", "me.phone"})  # known of us; all else is about the lead
GREETS = frozenset({"lead.first_name", "lead.name"})
TAGS = frozenset({"if", "unless", "case"})
# What is asked first, one easy thing, by a word in what they asked for. Address before balance before time frame.
QUESTIONS = (
    (("equity", "home value", "valuation", "worth", "sell"), "What's the address of the home?"),
    (("refinanc", "rate", "loan", "mortgage"), "About how much is left on the loan?"),
    (("approv", "afford", "buy"), "Is this the first home you're buying?"),
    (("plan", "build", "lot", "new home"), "Which area are you hoping for?"),
)
ANY_QUESTION = "What made you look into it now?"


class Gap(Exception):
    """No variant can be said: a field is missing. `missing` names the fields of the first."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"missing: {', '.join(missing)}")
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Worded:
    """A message in plain text; `subject` is empty for a text."""

    subject: str
    body: str


class Limited(Environment):
    """Templates come from strangers' files: they may neither run long nor print much."""

    loop_iteration_limit = 100
    output_stream_limit = 10_000
    local_namespace_limit = 1_000
    block_nesting_limit = 5
    context_depth_limit = 5


_NAME = re.compile(r"\{\{ *([a-z_]+(?:\.[a-z_]+)?) *\}\}")
_LIQUID = Limited(undefined=FalsyStrictUndefined)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to say it, read once."""

    template: BoundTemplate
    needs: tuple[str, ...]
    # Text and names in turn, if it is made of nothing else (no tag, no filter): said without Liquid, ten times faster.
    parts: tuple[str, ...]

    def say(self, names: Mapping[str, Any]) -> str:
        if not self.parts:
            return self.template.render(names).strip()
        known = (_value(part, names) if odd else part for odd, part in zip(cycle((False, True)), self.parts))
        return "".join(known).strip()

    @property
    def rank(self) -> tuple[bool, int, bool]:
        """How much it makes of what is known: it greets by name, speaks of their matter, is signed by a person."""
        about = [name for name in self.needs if name not in OURS and name != "question"]  # a question is always known
        return not GREETS.isdisjoint(self.needs), len(about), any(name.startswith("me.") for name in self.needs)


def render(step: Step, variant_seed: int, names: Mapping[str, Any]) -> Worded:
    """Word a step for one lead, about 20 µs each.

    Of the variants whose names are all known, those that make the most of them go first: nobody whose name is known
    is greeted without it. `variant_seed` (the touch's id) chooses among equals, the same one each time. Raises Gap if
    none can be said, or if the step goes only with a reason and there is none.
    """
    if step.needs_reason and not names.get("reason"):
        raise Gap(["reason"])
    subject = " ".join(_say(step.subject, variant_seed, names).split()) if step.subject else ""
    return Worded(subject, _say(step.wording, variant_seed, names) if step.wording else "")


def say(text: str, names: Mapping[str, Any]) -> str:
    """One text, such as what a call is for; "" where a name is missing."""
    try:
        return _say((text,), 0, names) if text else ""
    except Gap:
        return ""


def names_for(
    *,
    first_name: str = "",
    name: str = "",
    my_name: str = "",
    my_phone: str = "",
    seller: str,
    offer: str = "",
    question: str = "",
    city: str = "",
    reason: str = "",
    appointment: str = "",
    answers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The names that wording may use. What is unknown is left out, so that a variant without it is chosen.

    Where nobody in person writes, `my_name` is the seller's, and no variant speaks as a person.
    """
    my_name = "" if my_name == seller else my_name
    lead = {"first_name": first_name, "name": name}
    me = {"first_name": my_name.partition(" ")[0], "name": my_name, "phone": my_phone}
    found = {
        "lead": {key: value for key, value in lead.items() if value},
        "me": {key: value for key, value in me.items() if value},
        "seller": seller,
        "offer": in_a_sentence(offer),
        "question": question or question_for(offer),
        "city": city,
        "reason": reason,
        "appointment": appointment,
        "answers": dict(answers or {}),
    }
    return {key: value for key, value in found.items() if value or key in ("lead", "me", "answers")}


def question_for(offer: str) -> str:
    """The one easy question that fits what they asked for."""
    asked = offer.lower()
    return next((question for words, question in QUESTIONS if any(word in asked for word in words)), ANY_QUESTION)


def verify(step: Step) -> tuple[str, ...]:
    """The names a step's wording uses. Raises BadCadence: which name, tag or line is wrong."""
    used: set[str] = set()
    for text in (*step.subject, *step.wording, step.says):
        try:
            variant = _variant(text)
        except LiquidError as wrong:
            line = str(wrong).splitlines()[0]
            raise BadCadence(f"step {step.key}: {line}, in {text[:60]!r}") from None
        for name in variant.needs:
            if name not in NAMES and not name.startswith("answers"):
                raise BadCadence(f"step {step.key}: {{{{ {name} }}}} is unknown; there are {', '.join(sorted(NAMES))}")
        if unknown := sorted(set(variant.template.analyze().tags) - TAGS):
            raise BadCadence(f"step {step.key}: {{% {unknown[0]} %}} is not allowed; only {', '.join(sorted(TAGS))}")
        used.update(variant.needs)
    return tuple(sorted(used))


def _say(texts: Sequence[str], seed: int, names: Mapping[str, Any]) -> str:
    groups = _ranked(tuple(texts))
    for group in groups:
        usable = [one for one in group if not one.parts or all(_value(need, names) for need in one.needs)]
        for turn in range(len(usable)):
            try:
                return usable[(seed + turn) % len(usable)].say(names)
            except UndefinedError:
                continue  # a name inside a tag: another variant may do without
            except LiquidError as wrong:
                raise BadCadence(str(wrong).splitlines()[0]) from None
    raise Gap([need for need in _variant(texts[0]).needs if not _value(need, names)])


def _value(need: str, names: Mapping[str, Any]) -> str:
    head, _, field = need.partition(".")
    value = names.get(head, "")
    return str(value.get(field, "") if field and isinstance(value, Mapping) else value)


@lru_cache(maxsize=2048)
def _ranked(texts: tuple[str, ...]) -> tuple[tuple[Variant, ...], ...]:
    """The variants in groups of equal rank, the best first."""
    variants = sorted((_variant(text) for text in texts), key=lambda one: one.rank, reverse=True)
    return tuple(tuple(group) for _, group in groupby(variants, key=lambda one: one.rank))


@lru_cache(maxsize=4096)
def _variant(text: str) -> Variant:
    template = _LIQUID.from_string(text)
    found = template.analyze()
    needs = {".".join(str(part) for part in name.segments) for uses in found.globals.values() for name in uses}
    parts = tuple(_NAME.split(text))
    simple = not any("{{" in part or "{%" in part for part in parts[::2])
    return Variant(template, tuple(sorted(needs)), parts if simple else ())


def in_a_sentence(offer: str) -> str:
    """ "Home Value Calculator" becomes "home value calculator"; "FHA loan" and "401k" stay."""
    return " ".join(word.lower() if word.istitle() else word for word in offer.split())
