"""Fair Housing (FH-01): describe the home, not the people. Names of persons and of streets are no statement."""

import re
from collections.abc import Iterator
from dataclasses import replace

from nextcall.consent.content.message import Field, Finding, Quote
from nextcall.consent.content.phrases import findings
from nextcall.consent.content.plain import Plain
from nextcall.consent.content.read import Read

FILES = ("fair_housing", "fair_housing_spanish")
# "Church Road", "Christian Street": what stands before these, with a capital, is an address
STREETS = re.compile(
    r" {0,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Hill|Square|Drive|Dr|Way|Court|Ct|Boulevard|Blvd|Row|Terrace|Close"
    r"|Crescent|County|Creek|River|Lake)(?![a-z])"
)
# A name before one of these says whom it is for, not who is spoken to: "Hi Christian" and "for Christian families"
_KINDS = re.compile(
    r"[ \-]{0,3}(?:famil|people|person|folk|couple|men\b|women|man\b|woman|tenant|renter|buyer|owner|resident|neighb"
    r"|communit|area|town|building|home|household|values|church|school|only|preferred)"
)


def check(read: Read) -> Iterator[Finding]:
    """Findings of both tiers; a warning about words that are blocked already is left out."""
    plains: dict[Field, Plain] = {where: _without_names(one, read) for where, one in read.plains.items()}
    blocked: list[Quote] = []
    found = [one for file in FILES for one in findings(file, plains, unless=lambda quote: _is_street(quote, plains))]
    for one in sorted(found, key=lambda finding: finding.tier):
        kept = tuple(quote for quote in one.quotes if one.tier == "block" or not _within(quote, blocked))
        if one.tier == "block":
            blocked += kept
        if kept:
            yield replace(one, quotes=kept)


def _is_street(quote: Quote, plains: dict[Field, Plain]) -> bool:
    plain = plains[quote.where]
    return bool(STREETS.match(plain.raw[quote.end : quote.end + 40]))


def _within(quote: Quote, others: list[Quote]) -> bool:
    return any(one.where == quote.where and one.start < quote.end and quote.start < one.end for one in others)


def _without_names(plain: Plain, read: Read) -> Plain:
    """The words with the names of the lead, the member and the seller struck out, where they are used as names."""
    text = plain.text
    for name in read.names:
        if name not in text:
            continue
        text = re.sub(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", lambda found: _struck(found, plain), text)
    return plain if text == plain.text else Plain(plain.raw, text, plain.places)


def _struck(found: re.Match[str], plain: Plain) -> str:
    first, _ = plain.original(found.start(), found.end())
    capital = plain.raw[first].isupper()
    of_a_kind = " " not in found[0] and _KINDS.match(found.string[found.end() : found.end() + 24])
    return found[0] if of_a_kind or not capital else "\u00b7" * len(found[0])
