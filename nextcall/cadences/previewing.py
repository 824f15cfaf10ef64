"""How a touch would read, said to somebody who does not exist. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nextcall.cadences import wording
from nextcall.cadences.definition import BadCadence, Step

# the characters of one part of a text, alone and in a row of several; and when any character is beyond plain Latin
PLAIN, PLAIN_ROW, WIDE, WIDE_ROW = 160, 153, 70, 67
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class Preview:
    """One variant as it would leave; `problem` says why it cannot be said."""

    text: str
    parts: str = ""  # "1 part, 142 characters", of a text
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
        appointment="Tuesday at 10:00",
        answers={"goal": "sell within a year"},
    )


def previews(step: Step, texts: Sequence[str], known: Mapping[str, Any]) -> list[Preview]:
    """Each variant by itself."""
    return [_one(replace(step, subject=(), wording=(text,), says="", needs_reason=False), known) for text in texts]


def parts_of(text: str) -> str:
    """How many parts a text leaves in, as carriers count: "1 part, 142 characters"."""
    if set(text) <= GSM | GSM_TWICE:
        length, one, row = len(text) + sum(sign in GSM_TWICE for sign in text), PLAIN, PLAIN_ROW
    else:
        length, one, row = sum(1 + (ord(sign) > 0xFFFF) for sign in text), WIDE, WIDE_ROW
    count = 1 if length <= one else -(-length // row)
    return f"{count} part{'s' if count != 1 else ''}, {length} characters"


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
    return Preview(said, parts_of(said) if step.channel == "text" else "")
