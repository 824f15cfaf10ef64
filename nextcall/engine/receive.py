"""A message from outside, and what it sets in motion: the plan stops or pauses, the Inbox has an item."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.channels.contract import InboundMessage
from nextcall.consent import ledger
from nextcall.consent.keywords import OWN_PAGE, Meaning, classify
from nextcall.consent.models import Withdrawal
from nextcall.consent.second_reader import understand
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message, Promise
from nextcall.conversations.out_of_office import returns_on
from nextcall.conversations.said.reading import is_reaction
from nextcall.conversations.whose import Whose, lead_of, whose
from nextcall.engine import (
    appointments,
    coming_along,
    countering,
    going_on,
    offering,
    releasing,
    responding,
    stopping,
    strangers,
    suggesting,
    tally,
    their_page,
)
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.lib import email_address, hours, phone, wake
from nextcall.team.models import Account, Member

BACK_AT = time(9, 30)
_ANSWERS = re.compile(r"\s*(?:re|fw|fwd|aw|sv|antw)\s*:", re.I)  # its words are ours


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message. `lead` None: nobody we know wrote. `repeated`: this very event came before."""

    message: Message
    verdict: str
    because: str
    lead: Lead | None = None
    withdrawals: list[Withdrawal] = field(default_factory=list)
    paused: int = 0
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Arrived:
    account: Account
    lead: Lead
    point: ContactPoint | None
    channel: str
    text: str
    at: datetime
    via: str
    by: Member | None
    meaning: Meaning
    carried: InboundMessage

    @property
    def wrong_number(self) -> bool:
        return "wrong number" in self.meaning.because


def receive(
    *,
    account: Account,
    channel: str,
    sender: str,
    text: str,
    at: datetime,
    via: str,
    person: Person | None = None,
    lead: Lead | None = None,
    dedupe_key: str = "",
    by: Member | None = None,
    subject: str = "",
    message_id: str = "",
    carried: InboundMessage | None = None,
) -> Received:
    """Take in one message: `text` holds the new words only. `via`: text, email, call, link, hand, hook.

    `dedupe_key` is the provider's id of the event: the same one again changes nothing. `by`: who logged it by hand.
    `carried`: the message as a provider brought it, with what it answers, what it quotes and what came along.
    """
    seen = Message.objects.filter(account=account, dedupe_key=dedupe_key).first() if dedupe_key else None
    if seen:
        return Received(seen, seen.verdict, "came before", seen.lead, repeated=True)
    carried = carried or InboundMessage(channel, sender, "", text, "")
    meaning = _meaning(carried, channel)  # may wait for a plugged-in model: before any lock is taken
    point = _point(account, channel, sender)
    found = Whose(lead) if lead else whose(account=account, point=point, person=person, answers=carried.answers, at=at)
    lead = found.lead
    with transaction.atomic():
        if lead is None:
            point = point or strangers.meet(account, channel, sender)
        else:
            ledger.lock_everyone_concerned(lead.person, point)
        message = conversation.received(
            account=account,
            lead=lead,
            contact_point=point,
            channel=channel,
            body=text,
            at=at,
            subject=subject,
            verdict=meaning.verdict,
            message_id=message_id,
            dedupe_key=dedupe_key,
            by=by,
            sender=sender,
            quoted=carried.quoted,
            our_point=carried.to,
            answers=found.answers,
            unsure=found.unsure,
        )
        coming_along.keep(message, carried, point)
        tally.count("received", channel)
        if lead is None:
            wishes = strangers.obey(account, meaning, point, text=text, channel=channel, via=via, by=by, at=at)
            return Received(message, meaning.verdict, meaning.because, withdrawals=wishes)
        arrived = _Arrived(account, lead, point, channel, text, at, via, by, meaning, carried)
        received = _act(arrived, message)
        transaction.on_commit(wake.wake)
    return received


def _meaning(carried: InboundMessage, channel: str) -> Meaning:
    """By its words, by an email's subject where that is a wish, by what shows that a machine wrote it."""
    said = understand(carried.text, channel)
    if said.verdict in ("reply", "auto_reply") and carried.subject and not _ANSWERS.match(carried.subject):
        subject = classify(carried.subject, channel)
        if subject.verdict == "opt_out":
            return subject
    if is_reaction(carried.text) and said.verdict == "reply":
        return Meaning("auto_reply", (), "a tap on a message of ours")
    if carried.by_machine and said.verdict == "reply":
        return Meaning("auto_reply", (), carried.by_machine)
    return said


def _act(arrived: _Arrived, message: Message) -> Received:
    lead, verdict, because = arrived.lead, arrived.meaning.verdict, arrived.meaning.because
    withdrawals: list[Withdrawal] = []
    paused, waited = 0, lead.waiting_since is not None
    heard = responding.read(lead=lead, files=arrived.carried.files)  # its words are a calendar program's
    if verdict != "auto_reply":
        going_on.withdraw(lead, at=arrived.at)
    if verdict == "opt_out":
        withdrawals = _opt_out(arrived)
    elif verdict == "opt_in":
        stopping.start_again(
            contact_point=arrived.point, said=arrived.text, channel=arrived.channel, by=arrived.by, at=arrived.at
        )
    elif verdict == "help" and arrived.channel == "text" and not arrived.carried.answered_by_provider:
        _say_back(arrived, f"{_seller(arrived)}: {_help(arrived)} Reply STOP to end texts.", purpose="reply")
    elif verdict == "auto_reply":
        if heard is None:
            _away(arrived)
    else:
        pauses_on = "hold" if verdict == "hold" else "reply"
        for one in stopping.sharing(arrived.point, lead.person) if verdict == "hold" else [lead.person]:
            paused += stopping.pause_all(person=one, because=pauses_on, by=arrived.by, at=arrived.at)
        conversation.waiting(lead=lead, at=arrived.at)
        releasing.on_reply(lead=lead, at=arrived.at)
        if heard is None:
            going_on.heard(message=message, lead=lead, meaning=arrived.meaning, at=arrived.at)
        if verdict == "reply" and lead.stage in stopping.REACHED:
            stopping.set_stage(lead=lead, stage="talking", by=arrived.by, at=arrived.at)
    if verdict == "reply" or heard:
        taken = offering.hear(message, zone=suggesting.zone_of(lead), at=arrived.at) if heard is None else None
        countering.hear(message=message, lead=lead, heard=heard, taken=taken, at=arrived.at)
    if heard:
        responding.take(heard, message=message, waited=waited, at=arrived.at)
    return Received(message, verdict, because, lead, withdrawals, paused)


def _opt_out(arrived: _Arrived) -> list[Withdrawal]:
    rows = stopping.withdraw(
        lead=arrived.lead,
        contact_point=arrived.point,
        scope=arrived.meaning.scope or ("text", "call", "email"),
        reason="wrong_number" if arrived.wrong_number else "opt_out",
        said=arrived.text[:2000],
        via=arrived.via,
        by=arrived.by,
        at=arrived.at,
    )
    confirmed = arrived.carried.answered_by_provider or any(row.confirmation_touch_id for row in rows)
    if arrived.channel == "text" and not arrived.wrong_number and rows and not confirmed:
        said = f"You are unsubscribed from {_seller(arrived)} and will get no more messages from us."
        touch = _say_back(arrived, said, purpose="confirmation")
        Withdrawal.objects.filter(pk__in=[row.pk for row in rows]).update(confirmation_touch_id=touch.pk)
    return rows


def _away(arrived: _Arrived) -> None:
    """An automatic reply does not pause; the day it names moves what is planned on that channel behind it."""
    zone = arrived.lead.person.zone or arrived.account.zone
    back = returns_on(arrived.text, today=hours.local(arrived.at, zone).date())
    if back is None:
        return
    local_at = datetime.combine(back, BACK_AT)
    due = hours.instant(local_at, zone)
    planned = Touch.objects.filter(
        account=arrived.account,
        person=arrived.lead.person,
        channel=arrived.channel,
        by_machine=True,
        state=Touch.State.PLANNED,
        due_at__lt=due,
    )
    planned.update(
        due_at=due,
        local_at=local_at.replace(tzinfo=hours.zone("UTC")),
        zone=zone,
        rule="person.away",
        because=f"They are away until {back:%b} {back.day}.",
    )


def _say_back(arrived: _Arrived, body: str, *, purpose: str) -> Touch:
    """A short answer by machine, at once; the gate refuses it when it would be late or a second one."""
    return Touch.objects.create(
        account=arrived.account,
        lead=arrived.lead,
        person=arrived.lead.person,
        owner=arrived.lead.owner,
        channel="text",
        by_machine=True,
        purpose=purpose,
        due_at=arrived.at,
        intended_at=arrived.at,
        priority=0,
        body=body,
        contact_point=arrived.point,
        created_at=arrived.at,
    )


def _seller(arrived: _Arrived) -> str:
    return arrived.account.seller_name or arrived.account.name


def _help(arrived: _Arrived) -> str:
    if arrived.meaning.because == OWN_PAGE and arrived.point is not None:
        link = their_page.url(
            account_id=arrived.account.pk, person_id=arrived.lead.person_id, contact_point_id=arrived.point.pk
        )
        return f"choose how we reach you, and see what we hold about you: {link}"
    return (
        f"call us at {phone.show(arrived.account.phone)}."
        if arrived.account.phone
        else "reply here and a person will answer."
    )


def _point(account: Account, channel: str, sender: str) -> ContactPoint | None:
    if channel == "email":
        address = email_address.read(sender)
        found = ContactPoint.objects.filter(account=account, kind="email", key=address.key) if address else None
    else:
        number = phone.read(sender, country=account.country)
        found = ContactPoint.objects.filter(account=account, kind="phone", key=number.e164) if number else None
    return found.first() if found is not None else None


def lead_at(account: Account, channel: str, sender: str) -> Lead | None:
    """The lead whom a number or address belongs to: the one we wrote to last there, else the newest."""
    return lead_of(account=account, point=_point(account, channel, sender), person=None)


def point_at(account: Account, channel: str, sender: str) -> ContactPoint | None:
    """The number or address, if we know it."""
    return _point(account, channel, sender)


def appointment(*, lead: Lead, starts_at: datetime, what: str, by: Member | None, at: datetime) -> Promise:
    """An appointment that was made elsewhere is taken down: nobody is invited. Harmless when repeated."""
    return appointments.book(lead=lead, starts_at=starts_at, what=what, by=by, at=at, invites=False)
