"""A message from outside, and what it sets in motion: the plan stops or pauses, the Inbox has an item."""

from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction

from nextcall.cadences.models import Touch
from nextcall.consent import ledger
from nextcall.consent.keywords import OWN_PAGE, Meaning
from nextcall.consent.models import Withdrawal
from nextcall.consent.second_reader import understand
from nextcall.conversations import log as conversation
from nextcall.conversations.models import Message, Promise
from nextcall.conversations.out_of_office import returns_on
from nextcall.engine import releasing, stopping, strangers, tally, their_page
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.lib import email_address, hours, phone, wake
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

BACK_AT = time(9, 30)


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
    wrong_number: bool


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
) -> Received:
    """Take in one message: `text` holds the new words only. `via`: text, email, call, link, hand, hook.

    `dedupe_key` is the provider's id of the event: the same one again changes nothing. `by`: who logged it by hand.
    """
    seen = Message.objects.filter(account=account, dedupe_key=dedupe_key).first() if dedupe_key else None
    if seen:
        return Received(seen, seen.verdict, "came before", seen.lead, repeated=True)
    meaning = understand(text, channel)  # may wait for a plugged-in model: before any lock is taken
    point = _point(account, channel, sender)
    lead = lead or _latest(account, point, person)
    with transaction.atomic():
        if lead is None:
            point = point or strangers.meet(account, channel, sender)
        else:
            ledger.lock_persons([one.pk for one in stopping.sharing(point, lead.person)])
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
        )
        tally.count("received", channel)
        if lead is None:
            wishes = strangers.obey(account, meaning, point, text=text, channel=channel, via=via, by=by, at=at)
            return Received(message, meaning.verdict, meaning.because, withdrawals=wishes)
        arrived = _Arrived(account, lead, point, channel, text, at, via, by, meaning, "wrong number" in meaning.because)
        received = _act(arrived, message)
        transaction.on_commit(wake.wake)
    return received


def _act(arrived: _Arrived, message: Message) -> Received:
    lead, verdict, because = arrived.lead, arrived.meaning.verdict, arrived.meaning.because
    withdrawals: list[Withdrawal] = []
    paused = 0
    if verdict == "opt_out":
        withdrawals = _opt_out(arrived)
    elif verdict == "opt_in":
        stopping.start_again(
            contact_point=arrived.point, said=arrived.text, channel=arrived.channel, by=arrived.by, at=arrived.at
        )
    elif verdict == "help" and arrived.channel == "text":
        _say_back(arrived, f"{_seller(arrived)}: {_help(arrived)} Reply STOP to end texts.", purpose="reply")
    elif verdict == "auto_reply":
        _away(arrived)
    else:
        pauses_on = "hold" if verdict == "hold" else "reply"
        for one in stopping.sharing(arrived.point, lead.person) if verdict == "hold" else [lead.person]:
            paused += stopping.pause_all(person=one, because=pauses_on, by=arrived.by, at=arrived.at)
        conversation.waiting(lead=lead, at=arrived.at)
        releasing.on_reply(lead=lead, at=arrived.at)
        if verdict == "reply" and lead.stage in stopping.REACHED:
            stopping.set_stage(lead=lead, stage="talking", by=arrived.by, at=arrived.at)
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
    confirmed = any(row.confirmation_touch_id for row in rows)
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
    return _latest(account, _point(account, channel, sender), None)


def point_at(account: Account, channel: str, sender: str) -> ContactPoint | None:
    """The number or address, if we know it."""
    return _point(account, channel, sender)


def _latest(account: Account, point: ContactPoint | None, person: Person | None) -> Lead | None:
    leads = Lead.objects.filter(account=account, removed_at=None).select_related("person", "owner", "account")
    if person is not None:
        leads = leads.filter(person=person)
    elif point is not None:
        written = Message.objects.filter(account=account, contact_point=point, outbound=True, lead__removed_at=None)
        latest = written.order_by("-at").values_list("lead_id", flat=True).first()
        if latest:
            return leads.filter(pk=latest).first()
        leads = leads.filter(person__reaches__contact_point=point)
    else:
        return None
    return leads.order_by("-arrived_at", "-pk").first()


def appointment(*, lead: Lead, starts_at: datetime, what: str, by: Member | None, at: datetime) -> Promise:
    """An appointment was booked: cadences that pause on it pause, the lead's stage follows. Harmless when repeated."""
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        booked = Promise.objects.filter(
            account_id=lead.account_id, lead=lead, kind=Promise.Kind.APPOINTMENT, closed_at=None
        )
        same = booked.filter(due_at=starts_at).first()
        if same is not None:
            return same
        promise = Promise.objects.create(
            account_id=lead.account_id,
            lead=lead,
            owner=lead.owner,
            kind=Promise.Kind.APPOINTMENT,
            what=what[:300],
            due_at=starts_at,
            made_at=at,
            by=by,
        )
        record(
            account_id=lead.account_id,
            kind="appointment.booked",
            at=at,
            by=by,
            lead_id=lead.pk,
            person_id=lead.person_id,
            data={"starts_at": starts_at.isoformat(), "promise": promise.pk},
        )
        stopping.pause_all(person=lead.person, because="appointment", by=by, at=at)
        stopping.set_stage(lead=lead, stage="appointment", by=by, at=at)
        conversation.answered(lead=lead, at=at)
        transaction.on_commit(wake.wake)
    return promise
