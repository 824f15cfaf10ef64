"""What a reply suggests, stored beside it in the same transaction: a member takes it with a tap, or not.

Times are said by the lead's wall clock and kept as instants; a call is offered only when the gate would let it be made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nextcall.conversations.models import AskedQuestion, Message, Suggestion
from nextcall.conversations.said.answers import Asked
from nextcall.conversations.said.reading import Reading, read
from nextcall.engine import asking
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead
from nextcall.lib import hours

LONGEST_READ = 2000
TIMES = (Suggestion.Kind.PROMISE, Suggestion.Kind.PAUSE, Suggestion.Kind.APPOINTMENT)


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was read, and the rows it made, in the same order."""

    readings: tuple[Reading, ...]
    rows: tuple[Suggestion, ...]


def zone_of(lead: Lead) -> str:
    """The clock that their words are meant by."""
    return lead.person.zone or lead.account.zone


def suggest(*, message: Message, lead: Lead, asked: AskedQuestion | None, at: datetime) -> Suggested:
    """Read a reply and store what it suggests; older open suggestions of the same kind are closed by newer ones."""
    now = hours.local(at, zone_of(lead)).replace(tzinfo=None)
    question = Asked(asked.field, asked.kind, tuple(asked.choices)) if asked else None  # type: ignore[arg-type]
    readings = read(message.body[:LONGEST_READ], now=now, asked=question)
    kept = [(one, value) for one in readings if (value := _value(one, lead, at)) is not None]
    rows = [
        Suggestion(
            account_id=lead.account_id, lead=lead, message=message, kind=one.kind, value=value,
            quote=one.quote[:300], at=at,
        )
        for one, value in kept
    ]  # fmt: skip
    _close_older(lead, rows, at)
    for row in rows:
        row.save(force_insert=True)
    return Suggested(tuple(one for one, _ in kept), tuple(rows))


def open_of(lead: Lead) -> Iterable[Suggestion]:
    """The lead's suggestions that nobody took or dismissed, the oldest first."""
    rows = Suggestion.objects.filter(account_id=lead.account_id, lead=lead, taken_at=None, dismissed_at=None)
    return rows.order_by("at", "pk")


def close_times(lead: Lead, *, at: datetime) -> None:
    """Of the times they named, a newer one is read."""
    rows = Suggestion.objects.filter(account_id=lead.account_id, lead=lead, taken_at=None, dismissed_at=None)
    rows.filter(kind__in=TIMES).update(dismissed_at=at)


def instead(*, message: Message, value: dict[str, Any], quote: str, at: datetime) -> Suggestion:
    """An appointment, in the place of the times that were read from their words alone."""
    if message.lead is None:
        raise ValueError("a suggestion is about a lead")
    close_times(message.lead, at=at)
    forget_times(message)
    return Suggestion.objects.create(
        account_id=message.account_id,
        lead=message.lead,
        message=message,
        kind=Suggestion.Kind.APPOINTMENT,
        value=value,
        quote=" ".join(quote.split())[:300],
        at=at,
    )


def forget_times(message: Message) -> None:
    """The times read from this message ask for nothing after all."""
    Suggestion.objects.filter(account_id=message.account_id, message=message, kind__in=TIMES).delete()


def _close_older(lead: Lead, rows: Iterable[Suggestion], at: datetime) -> None:
    """One time they named counts, the latest; of answers, the latest to each question."""
    standing = Suggestion.objects.filter(account_id=lead.account_id, lead=lead, taken_at=None, dismissed_at=None)
    for row in rows:
        if row.kind in TIMES:
            close_times(lead, at=at)
            continue
        older = standing.filter(kind=row.kind)
        if row.kind == Suggestion.Kind.ANSWER:
            older = older.filter(value__field=row.value["field"])
        older.update(dismissed_at=at)


def _value(one: Reading, lead: Lead, at: datetime) -> dict[str, Any] | None:
    """As a row keeps it; None if nothing may come of it."""
    if one.kind in ("answer", "another_point"):
        return dict(one.value)
    if one.kind == "wrong_person":
        return {}
    if one.at is None:
        return None
    due = hours.instant(one.at, zone_of(lead))
    if one.kind == "pause":
        return {"until_at": due.isoformat()} if due > at else None
    until = hours.instant(one.until, zone_of(lead)) if one.until else None
    if one.kind == "appointment":
        return {"starts_at": due.isoformat(), "until_at": until.isoformat() if until else None} if due > at else None
    return _promised(one.channel, due, until, lead, at)


def _promised(channel: str, due: datetime, until: datetime | None, lead: Lead, at: datetime) -> dict[str, Any] | None:
    """The time they named, or the nearest at which the gate allows it, with why. None if it never does."""
    decision = asking.ask(lead=lead, channel=channel, at=max(due, at)).decision
    opens = decision.earliest
    if decision.verdict == "deny" or (decision.verdict == "wait" and opens is None):
        return None
    value: dict[str, Any] = {"kind": channel, "due_at": due.isoformat(), "until_at": until and until.isoformat()}
    if decision.verdict == "allow" or opens is None:
        return value
    wanted, rule = spoken(due, now=at, zone=zone_of(lead)), decision.deciding.id if decision.deciding else ""
    held = until.isoformat() if until and until > opens else None
    note = f"They said {wanted}, when no {channel} may go to them."
    return value | {"due_at": opens.isoformat(), "until_at": held, "note": note, "rule": rule}
