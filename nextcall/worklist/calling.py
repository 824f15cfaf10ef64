"""Calling a list from its top: who is dealt next, who is held and until when, and what came of it.

Nobody is dealt a card that another member holds, somebody called in the last four hours, or somebody outside their
local hours. However long the list, the same number of queries.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from nextcall.cadences.outcomes import table
from nextcall.consent.known import Knowledge, read
from nextcall.conversations.models import Call, Promise
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.worklist import finding, gathering, gating, items, say
from nextcall.worklist.card import Card, cards
from nextcall.worklist.ranking import Candidate, Group, Ranked
from nextcall.worklist.reading import leads_of
from nextcall.worklist.sifting import Filter

RESTS = timedelta(hours=4)  # after a call, whoever made it
LOOKED_AT, ROUNDS = 40, 4  # leads whose hours are asked about at once, and how often
MOST_COUNTED = 99
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Held:
    """Who is not dealt now, in words."""

    says: str
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Dealt:
    """The card in hand, if there is one, and why others are not."""

    card: Card | None
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of calling so far."""

    calls: int
    conversations: int
    appointments: int
    windows: int

    @property
    def says(self) -> str:
        """ "24 calls, 5 conversations, 2 appointments, 3 windows open." """
        parts = [
            (self.calls, "call"),
            (self.conversations, "conversation"),
            (self.appointments, "appointment"),
            (self.windows, "window"),
        ]
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in parts) + " open."


@dataclass(frozen=True, slots=True)
class _List:
    """One list as one member calls it at one moment."""

    member: Member
    seen: QuerySet[Lead]
    wanted: Filter
    at: datetime

    @property
    def _called(self) -> QuerySet[Call]:
        since = Q(account_id=self.member.account_id, outbound=True, undone_at__isnull=True)
        return Call.objects.filter(since, at__gt=self.at - RESTS)

    @property
    def _elsewhere(self) -> Q:
        return Q(held_until__gt=self.at) & ~Q(held_by=self.member) & Q(held_by__isnull=False)

    @property
    def free(self) -> QuerySet[Lead]:
        return self.seen.exclude(person__in=self._called.values("person_id")).exclude(self._elsewhere)

    def first(self, leads: QuerySet[Lead], most: int, after: int | None = None) -> list[int]:
        return finding.ids(leads, self.member, self.wanted, at=self.at, most=most, after=after)

    def rested(self) -> list[int]:
        return self.first(self.seen.filter(person__in=self._called.values("person_id")), MOST_COUNTED + 1)

    def in_other_hands(self) -> list[tuple[str, str]]:
        found = self.first(self.seen.filter(self._elsewhere), MOST_NAMED)
        rows = Lead.objects.filter(account_id=self.member.account_id, pk__in=found)
        named = rows.values_list("person__name", "person__given_name", "held_by__name")
        return [(name or given or "Somebody", holder) for name, given, holder in named]


def deal(
    seen: QuerySet[Lead],
    member: Member,
    wanted: Filter,
    *,
    at: datetime,
    skipped: Collection[int] = (),
    in_hand: int | None = None,
) -> Dealt:
    """The card of the lead `in_hand` while it may still be called, else the next of the list; it is held from now."""
    called = _List(member, seen, wanted if wanted.can else replace(wanted, can="call"), at)
    opens: Counter[str] = Counter()
    card = _dealt(called, _in_order(called, in_hand), skipped, opens)
    return Dealt(card, tuple(_held(called, opens)))


def _in_order(called: _List, in_hand: int | None) -> list[list[int]]:
    """What is looked at first: the one in hand. The rest of the list is found when it is wanted."""
    return [called.first(called.free.filter(pk=in_hand), 1)] if in_hand else []


def _dealt(called: _List, first: list[list[int]], skipped: Collection[int], opens: Counter[str]) -> Card | None:
    after: int | None = None
    for n in range(ROUNDS + len(first)):
        if n < len(first):
            found = first[n]
        else:
            found = called.first(called.free.exclude(pk__in=list(skipped)[-500:]), LOOKED_AT, after)
            after = found[-1] if found else None
        open_now, known = _judged(called, found, opens)
        for one in open_now:
            leads = leads_of([one.lead_id], called.member)
            if leads and items.hold(leads[one.lead_id], member=called.member, at=called.at):
                return _card(called, one, leads, known)
        if not found and n >= len(first):
            break
    return None


def _judged(called: _List, found: list[int], opens: Counter[str]) -> tuple[list[Candidate], Knowledge]:
    """Those who may be called now, in order; `opens` counts the others by the time they open."""
    persons = dict(Lead.objects.filter(pk__in=found).values_list("pk", "person_id"))
    known = read(set(persons.values()), account_id=called.member.account_id, at=called.at)
    asked = [Candidate(pk, persons[pk], called.at) for pk in found if pk in persons]
    judged = gating.judge(asked, known, member=called.member, at=called.at)
    opens.update(say.when(one.opens_at, called.member.zone, at=called.at) for one in judged if one.opens_at)
    return [one for one in judged if not one.denied and one.opens_at is None], known


def _card(called: _List, one: Candidate, leads: dict[int, Lead], known: Knowledge) -> Card | None:
    standing = gathering.promises(called.member, at=called.at)
    made = cards([Ranked(Group.TODAY, one)], leads, standing, member=called.member, at=called.at, known=known)
    return replace(made[0], why="next on the list you are calling", chip="Call list", tint="") if made else None


def _held(called: _List, opens: Counter[str]) -> list[Held]:
    found = [Held(f"{name} is with {holder} now.") for name, holder in called.in_other_hands()]
    rested = len(called.rested())
    if rested:
        many = f"{MOST_COUNTED}+" if rested > MOST_COUNTED else str(rested)
        found.append(
            Held(f"{many} called in the last 4 hours.", say.when(called.at + RESTS, called.member.zone, at=called.at))
        )
    found += [Held(f"{many} outside their local hours, open {when}.", when) for when, many in opens.most_common(3)]
    return found


def give_back(member: Member, lead_id: int) -> None:
    """The card is free for whoever is next."""
    rows = Lead.objects.filter(account_id=member.account_id, pk=lead_id, held_by=member)
    rows.update(held_by=None, held_until=None)


def tally(member: Member, *, since: datetime) -> Tally:
    """What this member did since: calls made, conversations among them, appointments booked, windows still open."""
    made = Call.objects.filter(account_id=member.account_id, by=member, outbound=True, at__gte=since, undone_at=None)
    outcomes = list(made.values_list("outcome", flat=True))
    spoken = {key for key, one in table(member.account.outcomes).items() if one.conversation}
    promises = Promise.objects.filter(account_id=member.account_id, by=member, made_at__gte=since)
    kinds = Counter(
        promises.filter(Q(kind=Promise.Kind.APPOINTMENT) | Q(kind=Promise.Kind.WINDOW, closed_at=None)).values_list(
            "kind", flat=True
        )
    )
    return Tally(
        len(outcomes),
        sum(one in spoken for one in outcomes),
        kinds[Promise.Kind.APPOINTMENT],
        kinds[Promise.Kind.WINDOW],
    )
