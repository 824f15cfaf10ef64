"""Regulation Z, 12 CFR 1026.24 (MO-01): a trigger term needs the full terms beside it; a rate is stated as an APR.

Triggers: the amount or percentage of a down payment, the number of payments or the period, the amount of a payment,
the amount of a finance charge. A down payment counts always, though the rule speaks of credit sales: the strict
reading. An annual percentage rate alone triggers nothing.
"""

import re
from collections.abc import Iterator, Mapping

from nextcall.consent.content.message import HOUSING, Field, Finding, Quote
from nextcall.consent.content.phrases import MOST_QUOTES, findings, quote
from nextcall.consent.content.plain import Plain, plain
from nextcall.consent.content.read import Read

FILE = "credit_terms"
SOURCE = "12 CFR 1026.24 (Regulation Z) https://compliancealliance.com/news-events/newsletter/may-2021-newsletters/you-say-theres-a-trigger-term/"
_PERCENT = r"\d{1,2}(?:[.,]\d{1,3})? ?(?:%|percent\b|per cent\b)"
_APR = r"(?:apr|annual percentage rate)"
_CREDIT = r"(?:rates?|interest|fixed|financing|refi(?:nance)?|mortgages?|loans?|arm)"
RATE = re.compile(rf"\b{_CREDIT}\b[^%.!?]{{0,28}}?({_PERCENT})|({_PERCENT}) ?{_CREDIT}\b")
APR = re.compile(
    rf"{_PERCENT}[ (,]{{0,3}}(?:fixed |variable )?{_APR}\b"
    rf"|\b{_APR}\)?(?: (?:of|is|from|at|as low as))?[ :]{{0,2}}{_PERCENT}"
)
# "the tax rate is 1 %", "rates fell 0.5 %": no rate of credit that is offered
NO_OFFER = re.compile(
    r"\b(?:tax|taxes|inflation|vacancy|unemployment|commission|occupancy|cap|homeownership|response|appreciation|growth"
    r"|success|fell|fallen|dropped|rose|risen|up|down by|increased|decreased|climbed|went|jumped|changed|moved)\b"
)
# "HOA $250/mo", "taxes are $400 a month": no payment on a loan
NO_LOAN = re.compile(
    r"\b(?:hoa|association|dues|tax|taxes|insurance|utilit(?:y|ies)|electric|rent|rents|rented|rental|parking|salary"
    r"|income|earn|make|storage)\b"
)
VARIABLE = re.compile(r"\b(?:arm|adjustable|variable|5/1|7/1|10/1|5/6|7/6)\b")
NEAR = 24  # characters


def triggers(text: str) -> tuple[Finding, ...]:
    """The trigger terms of a text, a finding each kind."""
    return _found({"body": plain(text)})


def check(read: Read) -> Iterator[Finding]:
    """For whoever advertises homes or credit for them."""
    if read.sender.trade not in HOUSING:
        return
    found = _found(read.plains)
    if found:
        quotes = [quote for one in found for quote in one.quotes]
        yield from _terms(read, sorted(quotes, key=lambda one: (one.where, one.start)), [one.says for one in found])
    bare = [one for where, words in read.plains.items() for one in _bare_rates(words, where)]
    if bare:
        says = (
            'a rate is stated as an annual percentage rate, at least as prominent: write "6.1 % APR" in the same place'
        )
        yield Finding("MO-01.apr", "block", says, SOURCE, tuple(bare[:MOST_QUOTES]))


def _found(plains: Mapping[Field, Plain]) -> tuple[Finding, ...]:
    return tuple(findings(FILE, plains, unless=lambda quote: bool(NO_LOAN.search(_around(quote, plains[quote.where])))))


def _around(quote: Quote, words: Plain) -> str:
    """What stands beside an amount that is paid again and again; "" for any other term."""
    if not (quote.text[0] == "$" or quote.text[0].isdigit()) or "down" in quote.text.lower():
        return ""
    before, after = words.raw[max(0, quote.start - NEAR) : quote.start], words.raw[quote.end : quote.end + NEAR]
    return f"{before} {after}".lower()


def _terms(read: Read, quotes: list[Quote], kinds: list[str]) -> Iterator[Finding]:
    """The full terms must stand in the message: down payment, repayment, annual percentage rate."""
    shown = tuple(quotes[:MOST_QUOTES])
    told = disclosures(read)
    text = read.everything
    if not told or told not in text:
        says = (
            f"{' and '.join(kinds)} may be advertised only with the full terms: down payment, repayment over the whole "
            "term, annual percentage rate. Leave it out, or write the terms of this offer in Settings"
        )
        yield Finding("MO-01.terms", "block", says, SOURCE, shown)
        return
    if not (re.search(r"\bapr\b|annual percentage rate", told) and re.search(r"payment|month|year|term", told)):
        says = (
            "the terms kept for this offer lack the annual percentage rate or the repayment; complete them in Settings"
        )
        yield Finding("MO-01.terms", "block", says, SOURCE, shown)
    if VARIABLE.search(text) and not re.search(r"may (?:increase|rise|change|go up)", text):
        says = 'a variable rate is advertised with the words "may increase"'
        yield Finding("MO-01.variable", "block", says, SOURCE, shown)


def disclosures(read: Read) -> str:
    """The terms of the offer, else of the account, in plain letters."""
    return plain(read.recipient.offer_disclosures or read.sender.disclosures).text.strip()


def _bare_rates(words: Plain, where: Field) -> Iterator[Quote]:
    """Rates of credit that are not stated as an APR, where no APR stands in the same field."""
    if APR.search(words.text):
        return
    for found in RATE.finditer(words.text):
        group = 1 if found[1] else 2
        before = words.text[max(0, found.start() - NEAR) : found.start(group)]
        if not NO_OFFER.search(before) and not words.text[found.end() : found.end() + 6].strip().startswith("down"):
            yield quote(words, where, found.start(group), found.end(group))
