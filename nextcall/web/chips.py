"""What messages suggest, as chips below them and on top of Inbox and Now: the words, the quote, one tap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from nextcall.conversations.models import Suggestion
from nextcall.conversations.questions import label_of
from nextcall.engine import clashing, taking
from nextcall.engine.filling import is_address, words_of
from nextcall.leads.models import Lead
from nextcall.lib import hours, phone
from nextcall.team.models import Member
from nextcall.web.access import leads_seen_by
from nextcall.worklist import say

MOST_PINNED = 5
KEPT_FOR = timedelta(days=1)  # after its time, a promise that nobody decided on is no longer on top
BE_TRUTHFUL = "Asks whether a machine writes. Answer truthfully: the plan sends messages by itself, you write this one."
DOES = {"call": "Call", "text": "Text", "email": "Email"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One suggestion. `take` is the word on its button, "" for one that the machine took by itself."""

    says: str
    quote: str
    take: str
    take_url: str
    not_url: str
    note: str = ""
    anyway: bool = False  # something else stands there, and the chip says so
    key: bool = False  # the one that the key takes
    name: str = ""  # of the lead, where several stand together
    lead_url: str = ""


def of_messages(lead: Lead, member: Member, *, at: datetime) -> dict[int, tuple[Chip, ...]]:
    """By message, in one query: what is open, and what the machine noted by itself."""
    rows = Suggestion.objects.filter(account_id=lead.account_id, lead=lead, dismissed_at=None)
    standing = list(rows.filter(Q(taken_at=None) | Q(by=None)).order_by("at", "pk"))
    newest = next((one.pk for one in reversed(standing) if one.taken_at is None), None)
    found: dict[int, tuple[Chip, ...]] = {}
    for one in standing:
        chip = _chip(one, lead, member, key=one.pk == newest, at=at)
        found[one.message_id] = (*found.get(one.message_id, ()), chip)
    return found


def pinned(member: Member, *, at: datetime) -> list[Chip]:
    """What leads asked us to do at a time, until somebody decides: the next first. Nothing, if the account says so."""
    if not member.account.pin_promises:
        return []
    rows = _undecided(member).filter(kind=Suggestion.Kind.PROMISE).select_related("lead__person", "lead__account")
    standing = [one for one in rows[:50] if datetime.fromisoformat(one.value["due_at"]) > at - KEPT_FOR]
    standing.sort(key=lambda one: (str(one.value["due_at"]), one.pk))
    return [_chip(one, one.lead, member, at=at, named=True) for one in standing[:MOST_PINNED]]


def appointments_of(leads: Iterable[int], member: Member, *, at: datetime) -> dict[int, list[Chip]]:
    """By lead: to meet at a time that they named, or to move the appointment there; for their cards."""
    rows = _undecided(member).filter(kind=Suggestion.Kind.APPOINTMENT, lead__in=list(leads))
    found: dict[int, list[Chip]] = {}
    for one in rows.select_related("lead__person", "lead__account", "lead__owner"):
        if datetime.fromisoformat(one.value["starts_at"]) > at:
            found.setdefault(one.lead_id, []).append(_chip(one, one.lead, member, at=at))
    return found


def _undecided(member: Member) -> QuerySet[Suggestion]:
    rows = Suggestion.objects.filter(account_id=member.account_id, taken_at=None, dismissed_at=None)
    return rows.filter(lead__in=leads_seen_by(member)).order_by("-at", "-pk")


def _chip(one: Suggestion, lead: Lead, member: Member, *, at: datetime, key: bool = False, named: bool = False) -> Chip:
    says, take = _words(one, lead, at, named=named)
    clashes = _clashes(one, lead, member, at=at)
    urls = {deed: reverse("suggestion", args=[lead.pk, one.pk, deed]) for deed in ("take", "not-so")}
    return Chip(
        says=says,
        quote=one.quote,
        take="" if one.taken_at else f"{take.partition(' ')[0]} it anyway" if clashes else take,
        take_url=urls["take"],
        not_url=urls["not-so"],
        note="Read by machine." if one.taken_at else clashes or str(one.value.get("note", "")),
        anyway=bool(clashes),
        key=key,
        name=str(lead.person) if named else "",
        lead_url=reverse("inbox_lead", args=[lead.pk]) if named else "",
    )


def _clashes(one: Suggestion, lead: Lead, member: Member, *, at: datetime) -> str:
    """What else stands at the time of an appointment that is not made yet."""
    if one.kind != Suggestion.Kind.APPOINTMENT or one.taken_at:
        return ""
    starts_at = datetime.fromisoformat(one.value["starts_at"])
    return clashing.clash(lead=lead, starts_at=starts_at, moves=taking.moved_by(one), by=member, at=at)


def _words(one: Suggestion, lead: Lead, at: datetime, *, named: bool) -> tuple[str, str]:
    """What it suggests, and the word on its button."""
    value, zone = one.value, lead.person.zone or lead.account.zone
    who = lead.person.given_name or str(lead.person)
    if one.kind == Suggestion.Kind.PROMISE:
        due, does = datetime.fromisoformat(value["due_at"]), DOES.get(value.get("kind", ""), "Call")
        passed = ", which has passed" if due <= at else ""
        return f"{does}{'' if named else f' {who}'} {say.when(due, zone, at=at)} their time{passed}", "Promise it"
    if one.kind == Suggestion.Kind.PAUSE:
        until = hours.local(datetime.fromisoformat(value["until_at"]), zone)
        then = f"in {until:%B}" if until.day == 1 else f"on {until:%b} {until.day}"
        return f"Ask again {then}", f"Pause until {until:%b} {until.day}"
    if one.kind == Suggestion.Kind.APPOINTMENT:
        starts = datetime.fromisoformat(value["starts_at"])
        if "moves" in value:
            return f"Move to {say.when(starts, zone, at=at)} their time", "Move it"
        return f"Meet {who} {say.when(starts, zone, at=at)} their time", "Book it"
    if one.kind == Suggestion.Kind.WRONG_PERSON:
        return "Says it is the wrong person", "Mark the number wrong"
    if one.kind == Suggestion.Kind.ANOTHER_POINT:
        return _point(value, lead), "Add"
    return f"{'Address' if is_address(value) else label_of(str(value.get('field', '')))}: {_answer(value)}", "Fill in"


def _point(value: dict[str, str], lead: Lead) -> str:
    if value.get("kind") == "email":
        return f"New address {value['value']}"
    number = phone.read(value["value"], country=lead.account.country)
    return f"New number {phone.show(number.e164) if number else value['value']}"


def _answer(value: dict[str, object]) -> str:
    return str(value.get("says", "")) if is_address(value) else words_of(value)
