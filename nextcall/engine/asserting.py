"""A permission that a member heard or holds on paper, and the end of one. Each is written down and undoable."""

from dataclasses import dataclass
from datetime import datetime

from nextcall.cadences.store import plan_next
from nextcall.consent import ledger
from nextcall.consent.models import Permission
from nextcall.engine import stopping
from nextcall.engine.editing import Wrong
from nextcall.engine.models import Action
from nextcall.engine.undo import undoable
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Member

HOW = {"call": "on the phone", "person": "face to face", "paper": "on paper", "message": "in a message"}
SHORTEST = 10  # characters: "yes" alone is no words of a permission
KINDS = {"email": "email", "call": "phone", "text": "phone", "voicemail": "phone"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a member says that they were told: on which channel, in which words, when, how, and what proves it."""

    channel: str
    point: ContactPoint
    tier: str  # express, or written
    words: str
    given_at: datetime
    how: str  # a key of HOW
    reference: str = ""  # of the recording or the document
    automated: bool = False  # the words say that software may choose, dial or send


def permit(*, lead: Lead, heard: Heard, by: Member, at: datetime) -> Action:
    """Write it down. It ends no stop: that needs the lead's own hand. Raises Wrong."""
    _check(lead, heard, at)
    says = f"{heard.channel.capitalize()} permitted, said {HOW[heard.how]}, {lead.person}."
    proof = {"how": HOW[heard.how], ("document" if heard.how == "paper" else "recording"): heard.reference.strip()}
    with undoable(lead=lead, kind="permission", by=by, at=at, says=says) as deed:
        ledger.grant(
            account=lead.account,
            person=lead.person,
            channel=heard.channel,
            tier=heard.tier,
            source="hand",
            given_at=heard.given_at,
            at=at,
            contact_point=heard.point,
            automated=heard.automated and heard.tier == Permission.Tier.WRITTEN,
            wording=heard.words.strip(),
            sellers=[lead.account.seller_name or lead.account.name],
            proof={key: value for key, value in proof.items() if value},
            by=by,
        )
        _plan(lead, at)
    return deed.action


def _check(lead: Lead, heard: Heard, at: datetime) -> None:
    if heard.channel not in KINDS or heard.how not in HOW:
        raise Wrong("Choose a channel, and how they said it.")
    if heard.point.kind != KINDS[heard.channel]:
        raise Wrong(f"Choose {'an address' if heard.channel == 'email' else 'a number'} for {heard.channel}.")
    if len(heard.words.strip()) < SHORTEST:
        raise Wrong("Write what they said or signed, in their words: it is the proof.")
    if heard.given_at > at:
        raise Wrong("They cannot have said it later than now.")
    if heard.tier == Permission.Tier.WRITTEN and not heard.reference.strip():
        raise Wrong("Permission in writing needs the document: where it is kept, or its number.")
    if heard.tier == Permission.Tier.WRITTEN and heard.how in ("call", "person"):
        raise Wrong("What was spoken is not in writing. Choose how it was signed, or take it down as spoken.")


def end(*, lead: Lead, permission: Permission, because: str, by: Member, at: datetime) -> Action:
    """It permits nothing any more. Raises Wrong."""
    if permission.person_id != lead.person_id or permission.ended_at is not None:
        raise Wrong("This permission has ended already.")
    if not because.strip():
        raise Wrong("Write why it ends.")
    says = f"Permission for {permission.channel} ended, {lead.person}."
    with undoable(lead=lead, kind="permission", by=by, at=at, says=says) as deed:
        ledger.end(permission, because=because.strip(), at=at, by=by)
        _plan(lead, at)
    return deed.action


def _plan(lead: Lead, at: datetime) -> None:
    """What was planned counts with what is permitted now."""
    running = list(stopping.running(lead.person).values_list("pk", flat=True))
    if running:
        plan_next(running, account_id=lead.account_id, at=at)
