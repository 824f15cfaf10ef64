"""What is attacked: the rows of one account, and each deed of its engines and members through the real code."""

import itertools
import random
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connections

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.channels.contract import Outgoing, SendError
from nextcall.channels.memory import Memory
from nextcall.engine import answering, outcome, receive, undo, unsubscribing, write
from nextcall.engine.due import Claims
from nextcall.engine.models import Action
from nextcall.engine.senders import Senders
from nextcall.engine.worker import Worker
from nextcall.intake.accept import accept
from nextcall.intake.parsers.new_lead import NewLead
from nextcall.leads.models import Lead, Reach
from nextcall.lib import email_address
from nextcall.lib import phone as phones
from tests.builders import MONDAY, make_account, make_lead, make_member, make_permission, make_person, make_touch

if TYPE_CHECKING:
    from tests.engine.attack import Attack, Left, Op

numbers = itertools.count(100)
NO_SURPRISE = (write.Refused, write.Unfinished, answering.Crossed, outcome.AlreadyClosed)
PLACES = (("FL", "33101", "America/New_York", "305"), ("ON", "M5H 2N2", "America/Toronto", "416"))
EVERYTHING = ("text", "email")


class Ground:
    """An account in which much is due: two people share a number in Florida, others live in Ontario and Colorado."""

    def __init__(self) -> None:
        self.begins_at = MONDAY
        self.account = make_account(undo_seconds=0)
        self.members = [make_member(self.account, name=name) for name in ("Ann Weaver", "Ben Cole", "Cleo Park")]
        self.leads = [*self._household(), self._lead("ON"), self._lead("CO")]
        self.persons = [lead.person_id for lead in self.leads]
        self.region = {lead.person_id: lead.person.region for lead in self.leads}
        for lead in self.leads:
            enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
            for n, channel in enumerate(("text", "email", "text", "email", "text")):
                make_touch(lead, channel, body=f"Queued {n}", due_at=MONDAY + timedelta(minutes=7 * n))

    def _lead(self, region: str) -> Lead:
        n = next(numbers)
        zip_code, zone, area = {one[0]: one[1:] for one in PLACES}.get(region, ("80202", "America/Denver", "303"))
        return make_lead(
            self.account,
            name=f"Lead {n}",
            phone=f"+1{area}5550{n % 900 + 100}",
            email=f"lead{n}@example.com",
            region=region,
            postal_code=zip_code,
            zone=zone,
        )

    def _household(self) -> list[Lead]:
        first = self._lead("FL")
        number = first.person.reaches.get(contact_point__kind="phone").contact_point
        other = make_person(
            self.account, name="Owen Park", phone=None, region="FL", postal_code="33101", zone="America/New_York"
        )
        Reach.objects.create(account=self.account, person=other, contact_point=number)
        for channel in ("call", "text", "email", "voicemail"):
            make_permission(other, channel)
        return [first, make_lead(self.account, person=other)]

    def point(self, lead: Lead, kind: str) -> str:
        return str(lead.person.reaches.get(contact_point__kind=kind).contact_point.value)

    def confirms(self, one: "Left") -> bool:
        return "unsubscribed" in one.body

    def person_of(self, one: "Left") -> int:
        return self._touches[one.reference][0]

    def decided_at(self, one: "Left") -> datetime:
        return self._touches[one.reference][1]

    def answers(self, one: "Left") -> bool:
        """A person's answer within half an hour of what they wrote is under no cap; it counts for what follows."""
        return self._touches[one.reference][2]

    def remember(self) -> None:
        """Whose each message was, and when the gate let it leave."""
        rows = Touch.objects.filter(account=self.account).exclude(decision=None)
        self._touches = {
            str(touch.reference): (
                touch.person_id,
                datetime.fromisoformat(touch.decision["at"]),
                not touch.by_machine and any(rule[0] == "reply.within_30_minutes" for rule in touch.decision["rules"]),
            )
            for touch in rows
        }

    def unexplained(self) -> list[str]:
        """Whoever pressed send sees that it left, or why not and when."""
        mine = Touch.objects.filter(account=self.account, by_machine=False, channel__in=("text", "email"))
        waits = mine.exclude(state="sent").filter(rule="", because="")
        return [f"a message by hand is {touch.state}, and nothing says why" for touch in waits]

    def clear(self) -> None:
        """Nothing of this account is due any more."""
        Touch.objects.filter(account=self.account).delete()


def act(attack: "Attack", number: int, ops: "Sequence[Op]", start: threading.Barrier) -> None:
    """One thread: an engine, or a member."""
    try:
        chance = random.Random(number)
        worker = Worker(everything=provider(attack, chance), threads=0, clock=attack.clock) if number < 2 else None
        start.wait(30)
        for op in ops:
            at = attack.forward(op.minutes)
            if worker is None:
                _member(attack, number - 2, op, at)
            elif op.deed == "turn":
                with attack.turning():
                    attack.here.began = next(attack.order)
                    worker.turn(at)
            else:  # an engine that dies after its claim: reservations and permits are left behind
                Claims(f"dead-{number}", Senders(worker._senders._everything.provider)).claim(at=at)  # type: ignore[union-attr]
    except Exception as error:
        attack.seen.broke.append(f"thread {number}: {type(error).__name__}: {error}"[:1500])
    finally:
        connections.close_all()


def provider(attack: "Attack", chance: random.Random) -> Memory:
    """Remembers everything in one list, whichever engine sends; now and then it is busy."""

    def before(message: Outgoing) -> None:
        if chance.random() < 0.1:
            raise SendError("busy", permanent=False)

    def after(message: Outgoing) -> None:
        from tests.engine.attack import Left

        here = attack.here
        words = (message.reference, message.channel, message.to, message.body)
        attack.seen.left.append(Left(next(attack.order), here.began, *words))

    memory = Memory(before=before, after=after)
    memory.sent = attack.sent  # what either engine sent, both can tell
    return memory


def finish(attack: "Attack") -> None:
    """One engine in peace, for two days."""
    worker = Worker(everything=provider(attack, random.Random(9)), threads=0, clock=attack.clock)
    attack.here.began = next(attack.order)
    at = attack.forward(6)
    worker.run_until(at + timedelta(days=2), start=at, moved=lambda now: None)


def _member(attack: "Attack", who: int, op: "Op", at: datetime) -> None:
    try:
        _deed(attack, who, op, at)
    except NO_SURPRISE:
        pass


def _deed(attack: "Attack", who: int, op: "Op", at: datetime) -> None:
    by = attack.ground.members[who]
    lead = Lead.objects.select_related("person", "account", "owner").get(pk=attack.ground.leads[op.lead].pk)
    match op.deed:
        case "write text" | "write email":
            channel = op.deed.split()[1]
            write.write(lead=lead, channel=channel, body=f"From {by}", subject="Hi", by=by, at=at)
        case "answer text":
            answering.answer(lead=lead, channel="text", body="An answer", by=by, at=at, seen=answering.seen_of(lead))
        case "call" | "talked" | "asked to stop":
            _call(attack, lead, op, who, at)
        case "undo":
            _undo(attack, who, at)
        case "import again":
            _import(attack, lead, at)
        case _:
            _says(attack, lead, op, at)


def _call(attack: "Attack", lead: Lead, op: "Op", who: int, at: datetime) -> None:
    from tests.engine.attack import Made, Wish

    if write.may(lead=lead, channel="call", at=at).verdict != "allow":
        return
    key = {"call": "no_answer", "talked": "talked", "asked to stop": "asked_to_stop"}[op.deed]
    said = next(attack.order)
    action = outcome.log(lead=lead, outcome=key, by=attack.ground.members[who], at=at)
    order = next(attack.order)
    call = Made(order, at, lead.person_id)
    attack.seen.calls.append(call)
    stops = EVERYTHING if key == "asked_to_stop" else ()
    wishes = [
        Wish(said, order, lead.person_id, channel, "", f"member {who}'s one key {action.pk}") for channel in stops
    ]
    attack.seen.wishes += wishes
    attack.logged[action.pk] = (call, wishes)


def _undo(attack: "Attack", who: int, at: datetime) -> None:
    mine = Action.objects.filter(account=attack.ground.account, member=attack.ground.members[who], undone_at=None)
    action = mine.select_related("lead").order_by("-pk").first()
    if action is None:
        return
    order = next(attack.order)
    call, wishes = attack.logged.get(action.pk, (None, ()))
    if isinstance(undo.undo(action=action, by=action.member, at=at), undo.Undone):
        if call:
            call.undone = order
        for wish in wishes:
            wish.until = order


def _says(attack: "Attack", lead: Lead, op: "Op", at: datetime) -> None:
    """Something comes from outside."""
    from tests.engine.attack import Start, Wish

    ground, seen, person, said = attack.ground, attack.seen, lead.person_id, next(attack.order)
    number = ground.point(lead, "phone")
    if op.deed == "link":
        point = lead.person.reaches.get(contact_point__kind="email").contact_point
        unsubscribing.end_emails(unsubscribing.Link(lead.account_id, person, point.pk), at=at)
        seen.wishes.append(Wish(said, next(attack.order), person, "email", point.value, "the link"))
        return
    channel = "email" if op.deed == "stop by email" else "text"
    words = {"STOP by text": "STOP", "stop by email": "stop all calls, texts and emails", "START": "START"}
    receive.receive(
        account=lead.account,
        channel=channel,
        sender=ground.point(lead, "email") if channel == "email" else number,
        text=words.get(op.deed, "Can you tell me more?"),
        at=at,
        via=channel,
        person=lead.person,
    )
    committed = next(attack.order)
    if op.deed == "START":
        reached = Reach.objects.filter(contact_point__key=number, account=ground.account)
        seen.starts.append(Start(said, committed, number, frozenset(reached.values_list("person_id", flat=True))))
    elif channel == "email":
        point = ground.point(lead, "email")
        seen.wishes += [Wish(said, committed, person, one, point, "an email") for one in EVERYTHING]
    elif op.deed == "STOP by text":
        seen.wishes.append(Wish(said, committed, person, "text", number, "STOP"))


def _import(attack: "Attack", lead: Lead, at: datetime) -> None:
    number = phones.read(attack.ground.point(lead, "phone"), country="US")
    address = email_address.read(attack.ground.point(lead, "email"))
    if number and address:
        accept(account=lead.account, new_lead=NewLead(raw_format="form", phones=(number,), emails=(address,)), at=at)
