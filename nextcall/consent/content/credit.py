"""Regulation Z, 12 CFR 1026.24 (MO-01): a trigger term needs the full terms beside it; a rate is stated as an APR.

Triggers: the amount or percentage of a down payment, the number of payments or the period, the amount of a payment,
the amount of a finance charge. A down payment counts always, though the rule speaks of credit sales: the strict
reading. An annual percentage rate alone triggers nothing.
"""

import re
from collections.abc import Iterator

from nextcall.consent.content.message import HOUSING, Finding, Quote
from nextcall.consent.content.phrases import MOST_QUOTES, quote
from nextcall.consent.content.plain import Plain, plain
from nextcall.consent.content.read import Read

SOURCE = (
    "12 CFR 1026.24 (Regulation Z) https://compliancealliance.com/news-events/newsletter/may-2021-newsletters/"
    "you-say-theres-a-trigger-term/ ; https://www.bankersonline.com/forum/ubbthreads.php/ubb/printthread/Board/9/main/249110/type/thread"
)
_MONEY = r"(?:us ?)?\$ ?\d{1,3}(?:,?\d{3}){0,3}(?:\.\d{1,2})?(?: ?k)?"
_EACH = r" ?(?:/|per|a|an|each|every) ?(?:mo(?:nth)?|mth|week|wk|year|yr)\b"
_PERCENT = r"\d{1,2}(?:[.,]\d{1,3})? ?(?:%|percent\b|per cent\b)"
TRIGGERS = (
    ("the amount of a payment", re.compile(rf"{_MONEY}(?:{_EACH}| ?monthly\b|/mo\b| ?p\.?m\.?\b| ?mo\b)")),
    ("the amount of a payment", re.compile(rf"\b\d{{1,3}},?\d{{3}}(?: dollars?)?{_EACH}")),
    (
        "the amount of a payment",
        re.compile(
            rf"\b(?:payments?|installments?|instalments?)(?: (?:of|is|are|at|from|under|only|just|as low as|for|below|starting at)){{1,2}} ?{_MONEY}"
        ),
    ),
    (
        "a down payment",
        re.compile(
            rf"(?:{_PERCENT}|{_MONEY}|\b0|\bzero|\bno money|\bnothing|\bno cash|\blittle) ?down\b(?! ?(?:the|by|to|from|street|for maint))"
        ),
    ),
    (
        "a down payment",
        re.compile(
            rf"\b(?:down ?payments?|deposit)(?: (?:of|is|from|as low as|only|just|starting at|at|under)){{1,2}} ?(?:{_PERCENT}|{_MONEY}|zero\b)"
        ),
    ),
    (
        "a down payment",
        re.compile(
            rf"\b(?:no|zero|0|low|without an?y?|{_PERCENT}) ?(?:-)?(?:money )?down ?payments?\b|100 ?% financing\b"
        ),
    ),
    (
        "the period of repayment",
        re.compile(
            r"\b(?:10|15|20|25|30|40|50|ten|fifteen|twenty|thirty|forty)[ \-]{1,2}(?:year|yr)\b"
            r"(?![ \-]{0,2}(?:old|experience|warrant|anniversar|career|veteran|roof|shingle|history|friend|resident|reunion|guarantee on|flood|plan|lease|track|member))"
        ),
    ),
    (
        "the period of repayment",
        re.compile(
            r"\b(?:10|15|20|25|30|40|50)[ \-]{1,2}(?:years|yrs)[ \-](?:term|fixed|to (?:re)?pay|mortgage|loan|amorti[sz])"
        ),
    ),
    (
        "the number of payments",
        re.compile(r"\b\d{2,3} (?:equal )?(?:monthly |weekly )?(?:payments|installments|instalments)\b"),
    ),
    (
        "a finance charge",
        re.compile(
            r"\b(?:no|zero|0|free|\$ ?0)[ \-]{0,2}(?:closing|origination|lender|application|processing|underwriting|finance)(?:[ \-](?:costs?|fees?|charges?))?\b"
            rf"|{_MONEY} ?(?:in |of |for )?(?:closing costs?|origination|finance charges?|lender fees?|points?|loan fees?)\b"
            rf"|\b(?:closing costs?|origination(?: fees?)?|finance charges?|lender fees?)(?: (?:of|is|are|from|only|just|under)){{1,2}} ?(?:{_MONEY}|{_PERCENT})"
            r"|\b(?:one|two|three|\d(?:\.\d{1,3})?) (?:discount )?points?\b(?= (?:on|paid|discount|of the loan|buy))"
        ),
    ),
)
RATE = re.compile(
    rf"(?:\b(?:rates?|interest|fixed|financing|refi(?:nance)?|mortgages?|loans?|arm)\b[^%.!?]{{0,28}}?)({_PERCENT})"
    rf"|({_PERCENT}) ?(?:fixed|interest|rates?|mortgages?|loans?|arm|financing|refi)"
)
AFTER_APR = re.compile(r"[ (,]{0,3}(?:fixed |variable )?(?:apr|annual percentage rate)\b")
BEFORE_APR = re.compile(r"(?:apr|annual percentage rate)(?: (?:of|is|from|at|as low as|:))?[ :]{0,2}$")
APR = re.compile(
    rf"{_PERCENT}[ (,]{{0,3}}(?:fixed |variable )?(?:apr|annual percentage rate)\b|\b(?:apr|annual percentage rate)\)?(?: (?:of|is|from|at|as low as))?[ :]{{0,2}}{_PERCENT}"
)
# "the tax rate is 1 %", "rates fell 0.5 %": no rate of credit that is offered
NO_OFFER = re.compile(
    r"\b(?:tax|taxes|inflation|vacancy|unemployment|commission|occupancy|cap|homeownership|response|appreciation|turnout|growth|success"
    r"|fell|fallen|dropped|rose|risen|up|down by|increased|decreased|climbed|went|jumped|changed|moved)\b"
)
# "HOA $250/mo", "taxes are $400 a month": no payment on a loan
NO_LOAN = re.compile(
    r"\b(?:hoa|association|dues|tax|taxes|insurance|utilit(?:y|ies)|electric|rent|rents|rented|rental|parking|salary|income|earn|make|storage)\b"
)
VARIABLE = re.compile(r"\b(?:arm|adjustable|variable|5/1|7/1|10/1|5/6|7/6)\b")


def triggers(text: str) -> tuple[str, ...]:
    """The trigger terms of a text, as written."""
    return tuple(one.text for _, one in _triggers(plain(text), "body"))


def check(read: Read) -> Iterator[Finding]:
    """For whoever advertises homes or credit for them."""
    if read.sender.trade not in HOUSING:
        return
    found = [one for where, words in read.plains.items() for one in _triggers(words, where)]
    if found:
        yield from _terms(read, [one for _, one in found], sorted({what for what, _ in found}))
    bare = [one for where, words in read.plains.items() for one in _bare_rates(words, where)]
    if bare:
        says = (
            'a rate is stated as an annual percentage rate, at least as prominent: write "6.1 % APR" in the same place'
        )
        yield Finding("MO-01.apr", "block", says, SOURCE, tuple(bare[:MOST_QUOTES]))


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


def _triggers(words: Plain, where: str) -> Iterator[tuple[str, Quote]]:
    if not any(letter.isdigit() for letter in words.text) and not re.search(
        r"down|closing|fee|year|deposit", words.text
    ):
        return
    taken: list[tuple[int, int]] = []
    for kind, pattern in TRIGGERS:
        for count, found in enumerate(pattern.finditer(words.text)):
            if count == MOST_QUOTES:
                break
            around = (
                words.text[max(0, found.start() - 24) : found.start()]
                + " "
                + words.text[found.end() : found.end() + 16]
            )
            if kind == "the amount of a payment" and NO_LOAN.search(around):
                continue
            if all(found.end() <= start or end <= found.start() for start, end in taken):
                taken.append(found.span())
                yield kind, quote(words, "subject" if where == "subject" else "body", *found.span())


def _bare_rates(words: Plain, where: str) -> Iterator[Quote]:
    """Rates of credit that are not stated as an APR, where no APR stands in the same field."""
    if APR.search(words.text):
        return
    for found in RATE.finditer(words.text):
        group = 1 if found[1] else 2
        before = words.text[max(0, found.start() - 24) : found.start(group)]
        if NO_OFFER.search(before) or words.text[found.end() : found.end() + 6].startswith((" down", "down")):
            continue
        yield quote(words, "subject" if where == "subject" else "body", found.start(group), found.end(group))
