"""The answer to a question that we asked: an address, an amount, a time frame, a choice. Pure; in doubt no answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nextcall.conversations.said.patterns import any_of, frames, patterns, plain

QuestionKind = Literal["address", "amount", "time_frame", "choice", "text"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of ours that waits for its answer. `field` is where the answer belongs."""

    field: str
    kind: QuestionKind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """`quote` holds their words; `value` what was read from them, with "says" in words."""

    quote: str
    value: Mapping[str, Any] = field(default_factory=dict)
    sure: bool = True  # sure enough to be noted before a person has read it


_SCALES = {"k": 1_000, "thousand": 1_000, "grand": 1_000, "mil": 1_000, "mils": 1_000, "m": 1_000_000, "mm": 1_000_000,
           "million": 1_000_000, "millions": 1_000_000, "millones": 1_000_000, "hundred thousand": 100_000}  # fmt: skip


def answer(text: str, asked: Asked) -> Answer | None:
    """What the words answer; None if they do not."""
    line = plain(text)
    if not line.strip() or (len(line) > 600 and asked.kind != "text"):
        return None
    return _READERS[asked.kind](text, line, asked)


def _amount(text: str, line: str, _asked: Asked) -> Answer | None:
    best: tuple[int, re.Match[str], int] | None = None
    for match in patterns("answers")["amount"].finditer(line):
        low = _number(match["number"], match["scale"] or match["scale2"])
        if low is None:
            continue
        marked = bool(match["currency"]) or bool(match["scale"] or match["scale2"])
        if not marked and (low < 1000 or 1900 <= low <= 2100):  # a street number, a year
            continue
        near = patterns("answers")["owed"].search(line[max(0, match.start() - 25) : match.start()]) or patterns(
            "answers"
        )["left"].match(line[match.end() :])
        weight = 1 + 2 * marked + 4 * bool(near)
        if best is None or weight > best[0]:
            best = (weight, match, low)
    if best:
        _, match, low = best
        high = _number(match["number2"], match["scale2"] or match["scale"]) if match["number2"] else None
        quote = text[match.start() : match.end()].strip()
        value: dict[str, Any] = {"amount": low, "says": quote}
        sure = bool(match["currency"] or match["scale"] or match["scale2"]) or low >= 10_000
        return Answer(quote, value | ({"up_to": high} if high and high > low else {}), sure)
    nothing = patterns("answers")["nothing"].search(line)
    if nothing:
        quote = text[nothing.start() : nothing.end()]
        return Answer(quote, {"amount": 0, "says": quote})
    return None


def _number(written: str | None, scale: str | None) -> int | None:
    if not written:
        return None
    digits = re.sub(r"[,\s]", "", written)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits):  # 240.000, as much of the world writes it
        digits = digits.replace(".", "")
    found = int(float(digits) * _SCALES.get(scale or "", 1))
    return found if found <= 10**10 else None


def _address(text: str, line: str, _asked: Asked) -> Answer | None:
    match = patterns("answers")["address"].search(line)
    if match:
        quote = text[match.start("line") : match.end("line")].strip(" ,.")
        postal = patterns("answers")["zip"].search(quote)
        street = quote.split(",")[0] if "," in quote else quote
        value = {"says": quote, "street": street, "postal_code": postal[0] if postal else None}
        return Answer(quote, value | _town(quote, postal), sure=bool(postal or "," in quote))
    postal = patterns("answers")["zip"].search(line)
    if postal and len(line) < 60:
        return Answer(postal[0], {"says": postal[0], "street": None, "postal_code": postal[0]}, sure=False)
    return None


def _town(quote: str, postal: re.Match[str] | None) -> dict[str, str]:
    """City and state behind the street, where a comma shows them: "Main St, Denver CO 80202"."""
    rest = quote.partition(",")[2].replace(postal[0] if postal else ",", " ").replace(",", " ").split()
    region = rest.pop().upper() if rest and re.fullmatch(r"[A-Za-z]{2}", rest[-1]) else ""
    city = " ".join(rest)
    return {name: value for name, value in (("city", city), ("region", region)) if value}


def _time_frame(text: str, line: str, _asked: Asked) -> Answer | None:
    span = patterns("answers")["span"].search(line)
    if span:
        count = int(span["more"] or span["count"])
        unit = span["unit"]
        months = count / 30 if unit in ("day", "dia") else count / 4.3 if unit.startswith(("w", "sem")) else count
        months = months * 12 if unit in ("year", "ano", "an") else months
        quote = text[span.start() : span.end()]
        end = re.match(r"\w*", text[span.end() :])
        quote += end[0] if end else ""
        return Answer(quote, {"says": quote, "months": round(months, 1)})
    for pattern, months in frames():
        match = pattern.search(line)
        if match:
            quote = text[match.start() : match.end()]
            return Answer(quote, {"says": quote, "months": months})
    for name, table in (("season", "seasons"), ("month", "months")):
        match = re.search(rf"\b(?:{any_of(table)})\b", line)
        if match and (name == "season" or len(match[0]) > 3):
            quote = text[match.start() : match.end()]
            return Answer(quote, {"says": quote, "months": None})
    return None


def _choice(text: str, line: str, asked: Asked) -> Answer | None:
    found = [one for one in asked.choices if re.search(rf"(?<!\w){re.escape(plain(one))}(?!\w)", line)]
    return Answer(found[0], {"says": found[0], "choice": found[0]}) if len(found) == 1 else None


def _text(text: str, line: str, _asked: Asked) -> Answer | None:
    words = " ".join(text.split())
    if patterns("answers")["unsure"].search(line) or words.endswith("?") or len(words) < 2:
        return None
    return Answer(words[:300], {"says": words[:300]}, sure=False)  # any words would do: a person judges them


_READERS = {"amount": _amount, "address": _address, "time_frame": _time_frame, "choice": _choice, "text": _text}
