"""The words of one message before it may leave: completed with what the law wants beside them, and checked. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nextcall.consent.content.checks import blocking, check
from nextcall.consent.content.completing import completed
from nextcall.consent.content.message import Finding, Message, Recipient, Sender
from nextcall.consent.facts import Decision, Rule
from nextcall.engine.lately import Texted
from nextcall.leads.models import Offer, Source
from nextcall.team.models import Account, Member


@dataclass(frozen=True, slots=True)
class Checked:
    """A message as it would leave, and what is to be said about it."""

    message: Message
    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> tuple[Finding, ...]:
        return blocking(self.findings)

    @property
    def warns(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.tier == "warn")


def sender_of(account: Account, member: Member | None = None) -> Sender:
    """The account, and the member who signs."""
    return Sender(
        seller=account.seller_name or account.name,
        postal_address=account.postal_address,
        name=member.name if member else "",
        trade=account.trade,
        nmls_id=account.nmls_id,
        own_nmls_id=member.nmls_id if member else "",
        licences=_licences(account.licences),
        own_licences=_licences(member.licences) if member else {},
        broker_name=account.broker_name,
        disclosures=account.disclosures,
    )


def recipient_of(name: str, jurisdictions: Sequence[str], *, offer: Offer | None, source: Source | None) -> Recipient:
    """Whoever reads it, and where they may be."""
    return Recipient(
        jurisdictions=tuple(jurisdictions),
        name=name,
        offer_disclosures=offer.disclosures if offer else "",
        source_kind=source.kind if source else "",
        source_basis=source.basis if source else "",
    )


def checked(message: Message, sender: Sender, recipient: Recipient) -> Checked:
    """Completed first, so that only what cannot be added is found."""
    whole = completed(message, sender, recipient)
    return Checked(whole, check(whole, sender, recipient))


def written(
    channel: str, body: str, *, subject: str, purpose: str, lately: Texted, at: datetime, automated: bool
) -> Message:
    """The message itself. `lately`: what was texted to the person before."""
    text = channel == "text"
    return Message(
        channel=channel,
        body=body,
        subject=subject,
        purpose=purpose,
        # a person's own answer to a message is a conversation that they began; everything else may be the first
        first=text and lately.latest is None and (automated or purpose != "reply"),
        hint_due=text and lately.hint_is_due(at) and (automated or purpose != "reply"),
        automated=automated,
    )


def judged(decision: Decision, findings: Sequence[Finding]) -> Decision:
    """The gate's decision with the findings among its rules: a block denies, a warning is kept as asked and allowed."""
    if not findings:
        return decision
    rules = tuple(
        Rule(one.rule, "deny" if one.tier == "block" else "allow", one.shown[:400], one.source) for one in findings
    )
    if not blocking(findings):
        return replace(decision, rules=(*decision.rules, *rules))
    return replace(decision, verdict="deny", earliest=None, until=None, rules=(*decision.rules, *rules))


def why(findings: Sequence[Finding], longest: int = 200) -> str:
    """The first reason in full, and how many more there are."""
    first, *rest = findings
    more = f" And {len(rest)} more: {', '.join(dict.fromkeys(one.rule for one in rest))}." if rest else ""
    says = first.shown.rstrip(".")
    room = longest - len(more) - 2
    return f"{says if len(says) <= room else says[: room - 1] + chr(0x2026)}.{more}"[:longest]


def _licences(kept: object) -> dict[str, str]:
    return {str(state): str(number) for state, number in kept.items()} if isinstance(kept, dict) else {}
