"""Claims: Regulation N on mortgages (MO-02), urgency in subjects (WA email), a machine about itself (AI-01)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from nextcall.consent.content.message import HOUSING, Finding, Quote, Tier
from nextcall.consent.content.phrases import findings, phrases
from nextcall.consent.content.read import Read

_AI = r"(?:ai|artificial intelligence|virtual|automated|chatbot|bot)"
_WRITES = r"(?:assistant|agent|wrote|written|writes|writing|message|reply|replies|drafted|here)"
AI_NOTICE = re.compile(
    rf"\b{_AI}\b.{{0,40}}\b{_WRITES}\b|\b(?:written|drafted|sent|generated) (?:by|with) (?:an? )?{_AI}\b"
)
NOTICE_WITHIN = 160  # characters: it starts the message


def check(read: Read) -> Iterator[Finding]:
    """Phrases of the trade, of the subject, and of the machine."""
    if read.sender.trade in HOUSING:
        yield from _without_doubles(findings("mortgage_claims", read.plains))
    yield from _urgency(read)
    yield from _robots(read)


def _without_doubles(found: Iterator[Finding]) -> Iterator[Finding]:
    """A warning about words that are blocked already says nothing new."""
    blocked: list[Quote] = []
    for one in sorted(found, key=lambda finding: finding.tier):
        kept = tuple(
            q
            for q in one.quotes
            if not any(b.where == q.where and b.start < q.end and q.start < b.end for b in blocked)
        )
        if one.tier == "block":
            blocked += one.quotes
            kept = one.quotes
        if kept:
            yield replace(one, quotes=kept)


def _urgency(read: Read) -> Iterator[Finding]:
    subject = read.plains.get("subject")
    if read.message.channel != "email" or subject is None or read.message.purpose not in ("marketing", "reply"):
        return
    tier: Tier = "block" if "WA" in read.recipient.states and read.message.automated else "warn"
    for one in findings("urgency", {"subject": subject}):
        says = one.says if tier == "warn" else f"{one.says}. To somebody who may be in Washington no machine claims it"
        yield replace(one, tier=tier, says=says)
    if read.message.purpose == "marketing" and re.match(r"(?:re|fwd?|aw) ?:", subject.text):
        says = 'the subject looks like an answer or a forward, and is none; leave out "Re:"'
        source = phrases("urgency")[0].source + " ; 15 U.S.C. 7704(a)(2)"
        yield Finding("US-19.subject", "block" if read.message.automated else "warn", says, source)


def _robots(read: Read) -> Iterator[Finding]:
    if read.message.automated or read.message.unread_ai:
        yield from findings("robots", read.plains)
    if read.message.unread_ai and not AI_NOTICE.search(read.plains["body"].text[:NOTICE_WITHIN]):
        says = 'an AI wrote this and no person has read it: begin with "This is an automated assistant of …"'
        yield Finding("AI-01.notice", "block", says, phrases("robots")[0].source)
