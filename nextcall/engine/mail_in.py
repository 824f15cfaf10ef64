"""One mail of a mailbox: whose it is, what it is, and what it sets in motion.

A mailbox is full of private mail. Only what answers us, comes from somebody we know, or is a report about mail of ours
is taken in; of anything else nothing is kept, but for a wish to be left alone, which is obeyed whoever writes it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nextcall.channels.contract import File, InboundMessage
from nextcall.channels.email import plus
from nextcall.channels.inbound.mail import Mail
from nextcall.channels.inbound.understanding import Understood, understand
from nextcall.consent.keywords import Meaning, classify
from nextcall.conversations import inbox
from nextcall.conversations.models import InboxItem, Message
from nextcall.engine import bouncing, hearing, receive, revoking
from nextcall.leads.models import Reach
from nextcall.lib import email_address
from nextcall.team.models import Account, Connection, Mailbox, Member

Became = Literal["taken", "repeated", "bounce", "complaint", "withdrawal", "own", "private"]
TOO_LARGE = "the mail was too large: look in the mailbox"
_TO_US = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


@dataclass(frozen=True, slots=True)
class Brought:
    """One mail as it lay in the mailbox. `whole` False: only its beginning."""

    raw: bytes
    received_at: datetime | None = None
    whole: bool = True


def take_in(mailbox: Mailbox, brought: Brought, *, at: datetime) -> Became:
    """Act on one mail; the same one again changes nothing, from whichever mailbox."""
    said, account = understand(brought.raw), mailbox.account
    if said.kind == "complaint":
        return (
            "complaint"
            if bouncing.complained(account, said, reference=_reference(said.mail, brought), at=at)
            else "private"
        )
    if said.kind == "bounce":
        return "bounce" if bouncing.came_back(account, said, at=at) else "private"
    if _is_own(mailbox, said.mail):
        return "own"
    answers = _answers(mailbox, said)
    if not _concerns_us(account, said.mail.sender, answers):
        return _wish(account, said, reference=_reference(said.mail, brought), at=at)
    heard = _heard(mailbox, said, brought, answers)
    received = hearing.take_in(account, heard, provider="mail", at=at)
    if received.lead is None and mailbox.member is not None and mailbox.member.is_active:
        _give(received.message, mailbox.member, at=at)
    return "repeated" if received.repeated else "taken"


def _give(message: Message, to: Member, *, at: datetime) -> None:
    """Nobody knows who wrote it: whose mailbox it came to answers it, unless somebody has it already."""
    rows = InboxItem.objects.filter(account_id=message.account_id, lead=None, assignee=None)
    item = rows.filter(unknown_sender=inbox.name_of_stranger(message)).first()
    if item is not None and item.waiting_since is not None:
        inbox.assign(items=[item], to=to, by=None, at=at)


def _heard(mailbox: Mailbox, said: Understood, brought: Brought, answers: tuple[str, ...]) -> InboundMessage:
    mail = said.mail
    files = tuple(
        File(one.name, one.content_type, one.content if brought.whole else b"", "" if brought.whole else TOO_LARGE)
        for one in mail.attachments
    )
    return InboundMessage(
        channel="email",
        sender=mail.sender,
        to=mailbox.address,
        text=said.new,
        reference=_reference(mail, brought),
        at=brought.received_at,  # by the mailbox's clock: the sender's own may say anything
        sender_name=mail.sender_name,
        subject=mail.subject,
        quoted=said.quoted,
        message_id=mail.message_id,
        answers=answers,
        by_machine=said.signal,
        files=files,
    )


def _reference(mail: Mail, brought: Brought) -> str:
    """The same for one mail in two mailboxes; Message-IDs alone are reused by careless programs, and can be long."""
    known = "\n".join((mail.message_id, mail.sender.lower(), mail.header("date")))
    return hashlib.sha256(known.encode() if mail.message_id else brought.raw).hexdigest()[:48]


def _answers(mailbox: Mailbox, said: Understood) -> tuple[str, ...]:
    """The ids of our messages that it answers, those of the reply address first."""
    mail = said.mail
    written = [*mail.to, *mail.cc, *(value for name, value in mail.headers if name in _TO_US)]
    ours = Mailbox.objects.filter(account=mailbox.account).values_list("address", flat=True)
    references = [one for address in ours for one in plus.references(_addresses(written), address)]
    named = Message.objects.filter(account=mailbox.account, outbound=True, touch__reference__in=references)
    return tuple(dict.fromkeys((*named.values_list("message_id", flat=True), *said.answers)))


def _addresses(written: Iterable[str]) -> list[str]:
    return [one.strip(" <>") for value in written for one in value.split(",")][:200]


def _is_own(mailbox: Mailbox, mail: Mail) -> bool:
    """What we sent ourselves, a copy of it that came back, or a member's own mail."""
    account, sender = mailbox.account, email_address.read(mail.sender)
    if mail.message_id and Message.objects.filter(account=account, outbound=True, message_id=mail.message_id).exists():
        return True
    if sender is None:
        return False
    ours = [
        mailbox.address,
        *Mailbox.objects.filter(account=account).values_list("address", flat=True),
        *Connection.objects.filter(account=account, channel="email").values_list("from_address", flat=True),
        *Member.objects.filter(account=account, email__iexact=mail.sender).values_list("email", flat=True),
    ]
    return sender.key in {read.key for one in ours if (read := email_address.read(one))}


def _concerns_us(account: Account, sender: str, answers: Sequence[str]) -> bool:
    """Whether it answers a message of ours, or comes from an address of somebody we know or wrote to."""
    ours = Message.objects.filter(account=account, outbound=True)
    if answers and ours.filter(message_id__in=[one[:300] for one in answers]).exists():
        return True
    point = receive.point_at(account, "email", sender)
    if point is None:
        return False
    return (
        Reach.objects.filter(account=account, contact_point=point).exists() or ours.filter(contact_point=point).exists()
    )


def _wish(account: Account, said: Understood, *, reference: str, at: datetime) -> Became:
    """Nobody we know: only "stop" counts, and only if a person wrote it. Newsletters speak of unsubscribing too."""
    if said.kind != "reply":
        return "private"
    meaning = _meaning(said)
    if meaning.verdict != "opt_out":
        return "private"
    try:
        revoking.revoke(
            account=account,
            sender=said.mail.sender,
            scope=meaning.scope,
            reason="opt_out",
            said=(said.new or said.mail.subject)[:2000],
            via="email",
            at=at,
            reference=f"mail:{reference}",
        )
    except revoking.NoPoint:
        return "private"
    return "withdrawal"


def _meaning(said: Understood) -> Meaning:
    words = classify(said.new, "email")
    if words.verdict == "opt_out" or not said.mail.subject:
        return words
    subject = classify(said.mail.subject, "email")
    return subject if subject.verdict == "opt_out" else words
