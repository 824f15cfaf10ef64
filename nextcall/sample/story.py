"""Months of an invented team's work, done by the same verbs as real work, at times that are given."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from nextcall.cadences.models import Touch
from nextcall.engine.jumping import Jumping
from nextcall.engine.undo import for_good
from nextcall.intake.accept import accept_many
from nextcall.intake.placing import Placing
from nextcall.intake.rights import Wording
from nextcall.leads.models import Lead
from nextcall.sample import calls, replies
from nextcall.sample.habits import Traits
from nextcall.sample.people import Inquiry
from nextcall.sample.stage import Stage, Worker
from nextcall.team.models import Member

WORDING = (
    "I agree that {seller} may call, text and email me about my request, also by automated means. "
    "Consent is no condition of a purchase."
)
STEP, SELDOM = timedelta(minutes=15), timedelta(minutes=150)  # one turn of the engine is for many touches
LATELY = timedelta(days=1)  # what was done since then can be undone, as by real work


@dataclass
class Story(Stage):
    """What happens, in order. `follow` is told how far it is, from 0 to 1."""

    follow: Callable[[float], None] = lambda part: None

    def __post_init__(self) -> None:
        self._engine = Jumping(self.account.pk)
        self._worked_at = self.begins

    def tell(self) -> None:
        """Everything, from the beginning to the end."""
        length = (self.ends - self.begins).total_seconds()
        while following := self.next():
            at, deed = following
            with for_good() if at < self.ends - LATELY else nullcontext():
                self.work(at)
                deed(at)
            self.follow((at - self.begins).total_seconds() / length)
        self.work(self.ends)

    def work(self, until: datetime) -> None:
        """What the engine does until then: long ago a few times a day, lately nearly when it is due."""
        if until < self.ends - LATELY and until - self._worked_at < SELDOM:
            return
        self._worked_at = until
        while (due := self._engine.next_at()) is not None and due <= until:
            step = until if until < self.ends - LATELY else min(due + STEP, until)
            for ready in self._engine.turn(step, doubtful=self.doubtful):
                replies.after_sending(self, ready, step)

    def arrive(self, inquiry: Inquiry, owner: Member, at: datetime, *, cadence: str = "", called: bool = True) -> Lead:
        """Somebody asks; the owner calls as soon as they use to."""
        lead = self.accept([inquiry], owner, at, cadence=cadence)[0]
        self._engine.turn(at + timedelta(seconds=self.rng.randint(3, 20)))
        worker = self.workers[owner.pk]
        soon = at + worker.habit.first_call_in(self.rng)
        if called and self.works(worker, soon):
            self.at(soon, partial(calls.first, self, lead.pk))
        return lead

    def accept(self, inquiries: Sequence[Inquiry], owner: Member, at: datetime, *, cadence: str = "") -> list[Lead]:
        """At the door, with the permission that the form of their source asks for."""
        seller = self.account.seller_name or self.account.name
        first = inquiries[0]
        placing = Placing(
            source=first.origin.name,
            offer=first.offer,
            owner=owner,
            cadence=cadence or first.origin.cadence,
            shown=Wording(first.origin.channels, WORDING.format(seller=seller), (seller,)),
            sample=True,
        )
        found = accept_many([one.new for one in inquiries], placing, account=self.account, by=None, at=at)
        for one, accepted in zip(inquiries, found, strict=True):
            if accepted.lead is not None:
                readily = self.rng.betavariate(*one.origin.readily)
                reached = self.rng.random() < one.origin.reachable
                self.traits[accepted.lead.pk] = Traits(readily if reached else 0.0, one.wrong_number)
        return [accepted.lead for accepted in found if accepted.lead is not None]

    def sit_down(self, worker: Worker, most: int, at: datetime) -> None:
        """Some of what is open, one after the other, a few minutes each: promises first, then the newest."""
        if not self.works(worker, at):
            return
        rows = Touch.objects.filter(
            account_id=self.account.pk, owner=worker.member, state=Touch.State.OPEN, person__sample=True
        )
        if not rows.exists():
            return
        touches = list(rows.select_related("lead__person", "lead__account").order_by("-due_at", "pk")[:most])
        now = at
        for touch in touches:
            calls.make(self, touch, worker, now)
            now += timedelta(seconds=self.rng.randint(90, 260))

    def sittings(self, worker: Worker) -> None:
        """Their days, from the first to the last."""
        day = self.begins.astimezone(self.zone).date()
        last = self.ends.astimezone(self.zone).date()
        while day <= last:
            for clock, most in worker.habit.sittings:
                when = datetime.combine(day, clock, self.zone) + timedelta(minutes=self.rng.randint(0, 12))
                self.at(when, partial(self.sit_down, worker, most))
            day += timedelta(days=1)
