"""How a touch would read, said to somebody who does not exist. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nextcall.cadences import wording
from nextcall.cadences.definition import BadCadence, Step
from nextcall.channels.sms.segments import segments


@dataclass(frozen=True, slots=True)
class Preview:
    """One variant as it would leave; `problem` says why it cannot be said."""

    text: str
    parts: str = ""  # "1 part, 18 left", of a text
    problem: str = ""


def names(*, seller: str, my_name: str, my_phone: str) -> dict[str, Any]:
    """An invented lead."""
    return wording.names_for(
        first_name="Hazel",
        name="Hazel Thorne",
        my_name=my_name,
        my_phone=my_phone,
        seller=seller,
        offer="Home value",
        city="Denver",
        reason="Two homes on your street sold this month.",
        appointment="Tuesday at 10:00 am",
        answers={"goal": "sell within a year"},
    )


def previews(step: Step, texts: Sequence[str], known: Mapping[str, Any]) -> list[Preview]:
    """Each variant by itself."""
    return [_one(replace(step, subject=(), wording=(text,), says="", needs_reason=False), known) for text in texts]


def _one(step: Step, known: Mapping[str, Any]) -> Preview:
    if not step.wording[0].strip():
        return Preview("", problem="There are no words yet.")
    try:
        wording.verify(step)
        said = wording.render(step, 0, known).body
    except BadCadence as wrong:
        return Preview("", problem=str(wrong).removeprefix(f"step {step.key}: "))
    except wording.Gap as gap:
        return Preview("", problem=f"Nothing is known for {', '.join(gap.missing)}; another variant is said then.")
    return Preview(said, segments(said).says if step.channel == "text" else "")
