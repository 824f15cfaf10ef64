"""Whose message it is, and what it answers: by the mail it names, then by the number or address it came from.

Two leads of one household may share a number. Then the one we wrote to last is meant, unless we wrote to several
lately: what cannot be told is said, and a member decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Message
from nextcall.leads.models import ContactPoint, Lead, Person
from nextcall.team.models import Account

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Whose:
    """`lead` None: nobody we know. `unsure`: several leads of that number could be meant."""

    lead: Lead | None = None
    answers: Touch | None = None
    unsure: bool = False


def whose(
    *, account: Account, point: ContactPoint | None, person: Person | None, answers: Sequence[str], at: datetime
) -> Whose:
    """The lead, and the touch that the message answers. `answers`: ids of our messages, the likeliest first."""
    named = _named(account, answers)
    if named is not None and named.lead is not None and (person is None or named.person_id == person.pk):
        return Whose(named.lead, named.touch)
    leads = _leads(account)
    if person is not None:
        return with_touch(leads.filter(person=person).order_by("-arrived_at", "-pk").first(), point)
    if point is None:
        return Whose()
    written = _written(account, point)
    if written:
        (latest, latest_at), *others = written
        lately = [lead_id for lead_id, when in others if when > at - LATELY]
        found = with_touch(leads.filter(pk=latest).first(), point)
        apart = leads.filter(pk__in=lately)
        apart = apart.exclude(person_id=found.lead.person_id) if found.lead else apart
        return Whose(found.lead, found.answers, unsure=latest_at > at - LATELY and apart.exists())
    reached = list(leads.filter(person__reaches__contact_point=point).order_by("-arrived_at", "-pk")[:20])
    return Whose(next(iter(reached), None), unsure=len({one.person_id for one in reached}) > 1)


def could_be(*, account: Account, point: ContactPoint | None) -> list[Lead]:
    """Whose a message from that number or address could be: one lead a person, whom we wrote to last first."""
    if point is None:
        return []
    order = {lead_id: place for place, (lead_id, _) in enumerate(_written(account, point))}
    rows = _leads(account).filter(person__reaches__contact_point=point) | _leads(account).filter(pk__in=order)
    found = sorted(rows.distinct().order_by("-arrived_at", "-pk")[:40], key=lambda one: order.get(one.pk, len(order)))
    first: dict[int, Lead] = {}
    for lead in found:
        first.setdefault(lead.person_id, lead)
    return list(first.values())


def lead_of(*, account: Account, point: ContactPoint | None, person: Person | None) -> Lead | None:
    """The lead whom a number or address belongs to: the one we wrote to last there, else the newest."""
    if person is not None:
        return _leads(account).filter(person=person).order_by("-arrived_at", "-pk").first()
    if point is None:
        return None
    written = _written(account, point)
    leads = _leads(account)
    if written:
        return leads.filter(pk=written[0][0]).first()
    return leads.filter(person__reaches__contact_point=point).order_by("-arrived_at", "-pk").first()


def _leads(account: Account) -> QuerySet[Lead]:
    return Lead.objects.filter(account=account, removed_at=None).select_related("person", "owner", "account")


def _named(account: Account, answers: Sequence[str]) -> Message | None:
    """The message of ours that it names, if the account has one."""
    wanted = [one[:300] for one in answers[:20] if one and "\0" not in one]  # no id of ours, and PostgreSQL refuses it
    if not wanted:
        return None
    sent = Message.objects.filter(account=account, outbound=True, message_id__in=wanted, lead__removed_at=None)
    found = {
        row.message_id: row for row in sent.select_related("lead__person", "lead__owner", "lead__account", "touch")
    }
    return next((found[one] for one in wanted if one in found), None)


def _written(account: Account, point: ContactPoint) -> list[tuple[int, datetime]]:
    """To whom we wrote at that number or address, and when last, the latest first."""
    sent = Message.objects.filter(account=account, contact_point=point, outbound=True, lead__removed_at=None)
    return list(sent.values_list("lead_id").annotate(latest=Max("at")).order_by("-latest", "-lead_id")[:20])


def with_touch(lead: Lead | None, point: ContactPoint | None) -> Whose:
    """The lead, and the latest touch that reached them there."""
    if lead is None:
        return Whose()
    sent = Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=True, touch__isnull=False)
    latest = sent.filter(contact_point=point).select_related("touch").order_by("-at").first() if point else None
    return Whose(lead, latest.touch if latest else None)
