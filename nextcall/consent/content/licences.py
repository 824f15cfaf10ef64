"""Ids and licences: NMLS (MO-03), the licensed-state list, and what each state wants displayed (RE-01)."""

import re
from collections.abc import Iterator

from nextcall.consent.content.message import Finding
from nextcall.consent.content.plain import plain
from nextcall.consent.content.read import Read

SAFE = "12 CFR 1007.103, 1007.105 (SAFE Act) https://www.nafcu.org/compliance-blog/disclosing-nmls-unique-identifiers ; https://dev.gotoiba.com/?p=7577"
DRE = "Cal. Bus. & Prof. Code 10140.6 https://codes.findlaw.com/ca/business-and-professions-code/bpc-sect-10140-6/"
EIGHT_DIGITS = re.compile(r"\d{8}")


def ids(read: Read) -> tuple[str, ...]:
    """The NMLS ids that a mortgage message shows: the member's and the company's, as far as they are known."""
    return tuple(one for one in (read.sender.own_nmls_id, read.sender.nmls_id) if one)


def is_shown(read: Read) -> bool:
    """Every email, and the first text."""
    return read.message.channel == "email" or read.message.first


def california_number(read: Read) -> str:
    """The eight digits that California wants shown; the member's before the company's; "" if there are none."""
    sender = read.sender
    for licences in (sender.own_licences, sender.licences):
        digits = re.sub(r"\D", "", licences.get("CA", ""))
        if EIGHT_DIGITS.fullmatch(digits):
            return digits
    return ""


def check(read: Read) -> Iterator[Finding]:
    if read.sender.trade == "mortgage":
        yield from _profile(read)
        yield from _states(read)
    elif read.sender.trade == "real_estate" and is_shown(read):
        yield from _brokerage(read)


def _profile(read: Read) -> Iterator[Finding]:
    """A profile without an id writes no mortgage message; with one it stands in every email and the first text."""
    sender = read.sender
    if not sender.nmls_id:
        says = "your company has no NMLS id in Settings; nothing about mortgages leaves without it"
        yield Finding("MO-03.profile", "block", says, SAFE)
    if sender.name and not sender.own_nmls_id:
        says = f"{sender.name} has no NMLS id in Settings; a mortgage message is signed by somebody who has one"
        yield Finding("MO-03.profile", "block", says, SAFE)
    if is_shown(read) and (missing := [one for one in ids(read) if one not in read.everything]):
        says = f"every mortgage email and the first text show the NMLS id {', '.join(missing)}"
        yield Finding("MO-03.nmls", "block", says, SAFE)


def _states(read: Read) -> Iterator[Finding]:
    """Company and originator are licensed in every state that the person may be in."""
    states = read.recipient.states
    if "" in states:
        says = "it is not known which state they are in, so no licence can cover it; ask them, and note it on the lead"
        yield Finding("MO-03.state", "block", says, SAFE)
    named = sorted({state for state in states if state})
    for who, licences in (("your company", read.sender.licences), (read.sender.name, read.sender.own_licences)):
        missing = [state for state in named if not licences.get(state)]
        if who and missing:
            says = f"they may be in {', '.join(missing)}, where {who} has no mortgage licence in Settings"
            yield Finding("MO-03.state", "block", says, SAFE)
            return


def _brokerage(read: Read) -> Iterator[Finding]:
    """The brokerage's name, and in California the member's name and eight-digit number too."""
    if plain(read.sender.broker).text.strip() not in read.everything:
        says = f"a first contact names the brokerage: {read.sender.broker}"
        yield Finding("RE-01.broker", "block", says, DRE)
    if "CA" not in read.recipient.states:
        return
    number = california_number(read)
    if not number:
        says = "California wants the eight-digit licence number on a first contact; write it in Settings"
        yield Finding("RE-01.california", "block", says, DRE)
    elif number not in re.sub(r"[^a-z0-9]", "", read.everything):
        says = f"California wants the licence number on a first contact: CA DRE {number}"
        yield Finding("RE-01.california", "block", says, DRE)
    if read.sender.name and plain(read.sender.name).text.strip() not in read.everything:
        says = f"California wants the name of the licensee on a first contact: {read.sender.name}"
        yield Finding("RE-01.california", "block", says, DRE)
