"""Writing down what was said, in the transaction in which it was said or sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nextcall.cadences.models import Touch
from nextcall.conversations import inbox
from nextcall.conversations.models import Call, Message, Note
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import bulk
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

REFUSALS = frozenset({"not_interested", "asked_to_stop"})  # outcomes by which they said no on the phone
LONGEST_BODY = 50_000  # characters of one message that are kept


def sent(messages: Iterable[Message]) -> None:
    """Store messages that left, with few statements. The engine alone calls this; it makes their events itself.

    What is tried again after it did not arrive is the same message, left anew.
    """
    left = list(messages)
    touches = [one.touch_id for one in left if one.touch_id is not None]
    before = dict(Message.objects.filter(touch__in=touches).values_list("touch_id", "pk"))
    for one in left:
        if one.touch_id in before:
            again = Message.objects.filter(account_id=one.account_id, pk=before[one.touch_id])
            again.update(at=one.at, message_id=one.message_id, our_point=one.our_point, body=one.body)
    bulk.insert([one for one in left if one.touch_id not in before])
    inbox.left(messages=left)


def received(
    *,
    account: Account,
    lead: Lead | None,
    contact_point: ContactPoint | None,
    channel: str,
    body: str,
    at: datetime,
    verdict: str,
    subject: str = "",
    message_id: str = "",
    dedupe_key: str = "",
    by: Member | None = None,
    sender: str = "",
    quoted: str = "",
    our_point: str = "",
    answers: Touch | None = None,
    unsure: bool = False,
) -> Message:
    """A message from outside. `lead` None: nobody we know. `dedupe_key` is the provider's own id of the event.

    `sender`: whom it came from, as written; a stranger who is no contact point either is told apart by it.
    """
    if lead is None and contact_point is None:
        subject = inbox.named(sender)
    message = Message.objects.create(
        account=account,
        person_id=lead.person_id if lead else None,
        lead=lead,
        contact_point=contact_point,
        channel=channel,
        outbound=False,
        subject=clean(subject)[:300],
        body=clean(body)[:LONGEST_BODY],
        at=at,
        verdict=verdict,
        message_id=message_id[:300],
        dedupe_key=dedupe_key[:120],
        by=by,
        quoted=clean(quoted)[:LONGEST_BODY],
        our_point=our_point[:254],
        answers=answers,
        unsure=unsure,
    )
    if contact_point:
        ContactPoint.objects.filter(account=account, pk=contact_point.pk).update(latest_inbound_at=at)
    inbox.arrived(message=message, at=at, sender=sender)
    record(
        account_id=account.pk,
        kind="message.received",
        at=at,
        by=by,
        lead_id=lead.pk if lead else None,
        person_id=message.person_id,
        data={"channel": channel, "verdict": verdict, "message": message.pk},
    )
    return message


def called(
    *,
    lead: Lead,
    outcome: str,
    at: datetime,
    by: Member | None,
    touch: Touch | None = None,
    contact_point: ContactPoint | None = None,
    seconds: int | None = None,
    note: str = "",
    outbound: bool = True,
    dedupe_key: str = "",
) -> Call:
    """A call that was made, or came in; `seconds` is how long it was connected."""
    call = Call.objects.create(
        account_id=lead.account_id,
        person_id=lead.person_id,
        lead=lead,
        touch=touch,
        contact_point=contact_point,
        outbound=outbound,
        outcome=outcome,
        seconds=seconds,
        at=at,
        by=by,
        note=clean(note)[:LONGEST_BODY],
        dedupe_key=dedupe_key,
    )
    if outcome in REFUSALS:
        Lead.objects.filter(account_id=lead.account_id, pk=lead.pk).update(refused_at=at)
        lead.refused_at = at
    record(
        account_id=lead.account_id,
        kind="call.made" if outbound else "call.received",
        at=at,
        by=by,
        lead_id=lead.pk,
        person_id=lead.person_id,
        touch_id=touch.pk if touch else None,
        data={"outcome": outcome, "call": call.pk},
    )
    return call


def noted(*, lead: Lead, body: str, by: Member | None, at: datetime) -> Note:
    """A note; it is never an attempt."""
    note = Note.objects.create(account_id=lead.account_id, lead=lead, body=clean(body)[:LONGEST_BODY], at=at, by=by)
    record(
        account_id=lead.account_id,
        kind="note.written",
        at=at,
        by=by,
        lead_id=lead.pk,
        person_id=lead.person_id,
        data={"note": note.pk},
    )
    return note


def waiting(*, lead: Lead, at: datetime) -> None:
    """The lead wrote and waits for an answer, since `at` unless they waited already."""
    inbox.waiting(lead=lead, at=at)


def answered(*, lead: Lead, at: datetime, by: Member | None = None) -> None:
    """Somebody of ours answered, or saw that no answer is needed: the lead waits no more. `by`: who wrote to them."""
    inbox.answered(lead=lead, at=at, by=by)


def clean(text: Any) -> str:
    """Without control characters, which databases refuse (NUL) and pages trip over."""
    return "".join(_kept(letter) for letter in str(text))


def _kept(letter: str) -> str:
    if letter.isprintable() or letter in "\n\t\u200d":  # the last joins emoji
        return letter
    return " " if letter.isspace() and letter != "\r" else ""
