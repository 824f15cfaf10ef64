"""What has happened within ten minutes that a member may want to hear at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from nextcall.conversations.models import Message, Promise, Suggestion
from nextcall.engine import mailbox_watch
from nextcall.engine.when import spoken
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.models import Event

WITHIN = timedelta(minutes=10)  # later it is no news
ANSWERED = {
    "accepted": "{} accepted",
    "declined": "{} declined",
    "tentative": "{} may come",
    "counter": "{} asks for another time",
    "cancelled": "{} called it off",
}
PROMISED = {"call": "Call {}, as promised", "send": "Answer {}, as promised", "appointment": "Appointment with {}"}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, and whose it is; `to` None: everybody's who may see it, without a lead the managers'."""

    account_id: int
    kind: str
    about: str
    lead: Lead | None
    to: Member | None
    at: datetime
    title: str
    body: str
    by: int | None = None  # whoever did it needs no notice
    url: str = "/inbox/"  # where there is no lead


def since(accounts: Iterable[int], *, at: datetime) -> Iterator[Fact]:
    """The news of those accounts; of two about one message, the one that says more comes first."""
    for facts in (_new_leads, _answers, _replies, _promises, _mailboxes):
        yield from facts(accounts, at)


def _new_leads(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    """Those that came by themselves, or that a colleague added; a file of four hundred is no news."""
    events = Event.objects.filter(
        account_id__in=accounts, kind="lead.arrived", at__gt=at - WITHIN, at__lte=at, lead__removed_at=None
    ).exclude(data__has_key="import")
    for event in events.select_related("lead__person", "lead__owner", "lead__offer", "lead__source"):
        lead = event.lead
        if lead is None or lead.person.sample:
            continue
        asked = lead.offer or lead.source
        title = f"New lead: {_first(lead)}"
        yield Fact(
            lead.account_id,
            "new_lead",
            f"lead:{lead.pk}",
            lead,
            lead.owner,
            event.at,
            title,
            asked.name if asked else "",
            event.by_id,
        )


def _answers(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    """What a lead's calendar answered to an invitation: news of the message it came with, so that it is told once."""
    events = Event.objects.filter(
        account_id__in=accounts, kind="appointment.answered", at__gt=at - WITHIN, at__lte=at, lead__removed_at=None
    )
    found = list(events.select_related("lead__person", "lead__owner"))
    held = Promise.objects.filter(pk__in=[one.data["promise"] for one in found]).select_related("owner")
    owners = {one.pk: one.owner for one in held}
    for event in found:
        lead, response = event.lead, str(event.data["response"])
        to = owners.get(event.data["promise"]) or (lead.owner if lead else None)
        if lead is None or lead.person.sample or to is None or response not in ANSWERED:
            continue
        starts, wished = (
            spoken(datetime.fromisoformat(written), now=at, zone=to.zone) if written else ""
            for written in (event.data.get("starts_at"), event.data.get("wishes"))
        )
        body = f"{wished} instead of {starts}." if wished else f"{starts}." if starts else ""
        title = ANSWERED[response].format(_first(lead))
        yield Fact(lead.account_id, "reply", f"message:{event.data.get('message')}", lead, to, event.at, title, body)


def _replies(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    """What people wrote; automatic answers are none. A number that nobody knows is the managers'."""
    rows = Message.objects.filter(account_id__in=accounts, outbound=False, at__gt=at - WITHIN, at__lte=at)
    rows = rows.filter(answered_at=None).exclude(verdict="auto_reply")
    moves = Suggestion.objects.filter(message=OuterRef("pk"), kind="appointment", value__has_key="moves")
    for one in rows.annotate(moves=Exists(moves)).select_related(
        "lead__person", "lead__owner", "lead__inbox_item__assignee"
    ):
        lead = one.lead
        if lead is None:
            if one.person_id is None:
                yield Fact(
                    one.account_id,
                    "reply",
                    f"message:{one.pk}",
                    None,
                    None,
                    one.at,
                    "A number nobody knows wrote",
                    "",
                    one.by_id,
                )
        elif not lead.person.sample and lead.removed_at is None:
            item = getattr(lead, "inbox_item", None)
            to = (item.assignee if item else None) or lead.owner
            title = f"{_first(lead)} asks for another time" if one.moves else f"{_first(lead)} wrote"
            yield Fact(
                one.account_id, "reply", f"message:{one.pk}", lead, to, one.at, title, f"By {one.channel}.", one.by_id
            )


def _promises(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    rows = Promise.objects.filter(account_id__in=accounts, closed_at=None, due_at__gt=at - WITHIN, due_at__lte=at)
    rows = rows.filter(kind__in=PROMISED, lead__removed_at=None, owner__isnull=False)
    for one in rows.select_related("lead__person", "owner"):
        if not one.lead.person.sample:
            title = PROMISED[one.kind].format(_first(one.lead))
            about = f"promise:{one.pk}:{one.due_at:%m%d%H%M}"  # snoozed, it falls due again
            yield Fact(one.account_id, "promise", about, one.lead, one.owner, one.due_at, title, "")


def _mailboxes(accounts: Iterable[int], at: datetime) -> Iterable[Fact]:
    for row in mailbox_watch.unread(accounts, at=at):
        since = mailbox_watch.unread_since(row)
        if since > at - WITHIN:
            about, url = f"mailbox:{row.pk}:{since:%m%d%H%M}", f"/settings/email/mailbox/{row.pk}/"
            title, body = "A mailbox is not read", "Nobody sees the replies in it until it is mended."
            yield Fact(row.account_id, "mailbox", about, None, None, since, title, body, url=url)


def _first(lead: Lead) -> str:
    return lead.person.given_name or "someone"
