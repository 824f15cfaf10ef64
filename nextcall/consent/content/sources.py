"""Where the lead comes from: bought leads (CX-05), and those that a credit bureau sold (MO-04)."""

from collections.abc import Iterator

from nextcall.consent.content.message import Finding
from nextcall.consent.content.read import Read

CARRIERS = "T-Mobile code of conduct https://support.plivo.com/hc/en-us/articles/26692320041369-Messaging-Content-Guidelines-and-Non-Compliance-Fines"
PRIVACY = (
    "Homebuyers Privacy Protection Act https://www.mondaq.com/unitedstates/privacy-protection/1756158/"
    "unveiling-the-homebuyers-privacy-protection-act-safeguarding-consumer-data-in-mortgage-transactions"
)


def check(read: Read) -> Iterator[Finding]:
    kind = read.recipient.source_kind
    if kind == "credit_trigger" and not read.recipient.source_basis.strip():
        says = "a lead that a credit bureau sold is left alone until Settings says why it may be contacted"
        yield Finding("MO-04.basis", "block", says, PRIVACY)
    if kind in ("purchased", "credit_trigger") and read.sender.trade == "mortgage" and read.message.channel == "text":
        says = "carriers forbid mortgage texts to leads that were bought; write an email or call"
        yield Finding("CX-05.bought", "block", says, CARRIERS)
