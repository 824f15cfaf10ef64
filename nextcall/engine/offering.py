"""Times that a member offers to a lead, and the answer that takes one: a suggestion, which a tap books."""

from collections.abc import Callable
from datetime import datetime, timedelta

from nextcall.channels.calendar.busy import from_rows
from nextcall.consent.facts import Ask, Facts
from nextcall.consent.policy import Policy
from nextcall.consent.rules import decide
from nextcall.conversations import free_times
from nextcall.conversations.free_times import Wanted
from nextcall.conversations.models import Message, Promise, Suggestion
from nextcall.conversations.said import choosing
from nextcall.engine import suggesting
from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.team import meeting
from nextcall.team.models import CalendarSource, Member

STANDS = timedelta(days=14)  # an offer is older than that: whoever answers means something else
LATEST = 5  # messages of ours that an answer may be about


def times(lead: Lead, member: Member, *, zone: str, facts: Facts, policy: Policy, at: datetime) -> list[datetime]:
    """The next three that suit the lead's owner (else `member`) and the lead. `zone`: the lead's."""
    host = lead.owner or member
    how = meeting.of(host)
    wanted = Wanted(
        host.zone, host.working_hours, zone, busy_of(host, at=at), minutes=how.minutes, room=how.room, notice=how.notice
    )
    return free_times.free_times(wanted, at=at, suits=_suits(facts, policy))


def busy_of(member: Member, *, at: datetime, but: Promise | None = None) -> list[tuple[datetime, datetime]]:
    """From their calendars as read last, their appointments (`but` one), and the days that they are away."""
    rows = CalendarSource.objects.filter(account_id=member.account_id, member=member).values_list("busy", flat=True)
    found = [span for busy in rows for span in from_rows(busy)]
    promises = Promise.objects.filter(
        account_id=member.account_id, owner=member, closed_at=None, kind__in=("appointment", "window"), due_at__gt=at
    )
    promises = promises.exclude(pk=but.pk) if but else promises
    found += [
        (begins, ends or begins + timedelta(hours=1)) for begins, ends in promises.values_list("due_at", "until_at")
    ]
    return [*found, (at, member.away_until)] if member.away_until and member.away_until > at else found


def _suits(facts: Facts, policy: Policy) -> Callable[[datetime], bool]:
    """The hours in which the law and their wishes let us call; where nobody may call them, any of their day."""
    ask = Ask("call", "informational", automated=False)

    def suits(one: datetime) -> bool:
        return decide(ask, facts, policy, one).verdict != "wait"

    return suits


def hear(message: Message, *, zone: str, at: datetime) -> Suggestion | None:
    """In the transaction that took their message in: does it take a time that we offered?

    That says more of the time they named than their words alone, so it stands in the place of that reading.
    """
    if message.lead is None:
        return None
    taken = chosen(message.lead, message.body, zone=zone, at=at)
    if taken is None:
        return None
    value = {"starts_at": taken.isoformat()}
    return suggesting.instead(message=message, value=value, quote=message.body, at=at)


def chosen(lead: Lead, text: str, *, zone: str, at: datetime) -> datetime | None:
    """The time of our latest offer that these words take; None if they take none."""
    ours = Message.objects.filter(
        account_id=lead.account_id,
        lead=lead,
        outbound=True,
        at__gt=at - STANDS,
        at__lte=at,
        channel__in=("text", "email"),
    )
    for body, sent_at in ours.order_by("-at", "-pk").values_list("body", "at")[:LATEST]:
        offer = choosing.offered(body[:4000], now=hours.local(sent_at, zone).replace(tzinfo=None))
        if offer:
            taken = choosing.chosen(text, offer, now=hours.local(at, zone).replace(tzinfo=None))
            return hours.instant(taken, zone) if taken else None
    return None
