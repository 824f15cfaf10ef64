"""Who writes, from where, and the way out: seller, postal address, unsubscribe, the hint at STOP."""

import re
from collections.abc import Iterator

from nextcall.consent.content.message import Finding
from nextcall.consent.content.plain import plain
from nextcall.consent.content.read import Read

US_16 = "47 CFR 64.1200(d)(4) https://consumerprotection.uslegal.com/mail-order-purchases-telemarketing/telephone-solicitation/"
CTIA = "CTIA Messaging Principles https://support.colligso.com/helpdesk/en/blog/best_practices_optin_optout ; https://solutionsbytext.com/opt-out-policy/"
# Each country's own rule on what an email carries: (rule, source)
EMAIL = {
    "US": ("US-19", "15 U.S.C. 7704 (CAN-SPAM) https://thelegaldirection.com/single-post/can-spam"),
    "CA": ("CA-05", "CASL s. 6(2) https://crtc.gc.ca/eng/com500/guide.htm"),
    "AU": ("AU-03", "Spam Act 2003 ss. 17, 18 https://www.acma.gov.au/theACMA/spam-unsubscribe-ability-is-mandatory"),
    "GB": (
        "UK-02",
        "PECR reg. 23 https://ico.org.uk/for-organisations/guide-to-pecr/guidance-on-direct-marketing-using-electronic-mail/"
        "how-do-we-comply-with-the-rules-on-sending-marketing-by-electronic-mail/",
    ),
}
HINT_ALWAYS = frozenset({"CA", "AU", "GB"})  # every marketing text carries the way out there
STOP = re.compile(r"\bSTOP\b")  # as it is written in every hint, in capitals


def hints(body: str) -> bool:
    """Whether a text says how to end it."""
    return bool(STOP.search(body))


def hint_is_due(read: Read) -> bool:
    """On the first text, every 30 days, and in every marketing text where the country asks for it."""
    message = read.message
    everywhere = message.purpose == "marketing" and not HINT_ALWAYS.isdisjoint(read.recipient.countries)
    return message.channel == "text" and (message.first or message.hint_due or everywhere)


def names_seller(read: Read) -> bool:
    return plain(read.sender.seller).text.strip() in read.everything


def check(read: Read) -> Iterator[Finding]:
    """For whatever leaves but the confirmation of a stop."""
    message, sender = read.message, read.sender
    if not sender.seller.strip():
        yield Finding(
            "US-16.seller", "block", "your company has no name that leads know; Settings, Company has it", US_16
        )
    elif message.channel == "text" and (message.first or message.purpose == "marketing") and not names_seller(read):
        says = f"the first text and every marketing text names the seller: {sender.seller}"
        yield Finding("US-16.seller", "block", says, US_16)
    if hint_is_due(read) and not hints(message.body):
        says = 'the first text, and one every 30 days, says how to end it: "Reply STOP to end texts"'
        yield Finding("CX-01.stop_hint", "block", says, CTIA)
    if message.channel == "email" and message.purpose == "marketing":
        yield from _email(read)


def _email(read: Read) -> Iterator[Finding]:
    rules = [EMAIL[country] for country in sorted(read.recipient.countries) if country in EMAIL] or [EMAIL["US"]]
    for rule, source in rules:
        if not read.sender.postal_address.strip():
            says = "an email that markets carries your postal address; Settings, Company has it"
            yield Finding(f"{rule}.address", "block", says, source)
        if not read.message.unsubscribe:
            yield Finding(f"{rule}.unsubscribe", "block", "an email that markets carries a way to end it", source)
