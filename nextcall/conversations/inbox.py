"""The Inbox: how the messages with each person stand. Kept beside the messages, in the transaction that writes them.

An item is in one of three states: it waits on us (`waiting_since`), on them, or it is done (`done_at`). A lead's item
and `Lead.waiting_since` always say the same. Whoever changes the item of a lead holds the person's lock.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from nextcall.conversations import seen
from nextcall.conversations.models import InboxItem, Message
from nextcall.leads.models import Lead
from nextcall.lib import bulk, sql
from nextcall.team.models import Member
from nextcall.timeline.record import event, record_many

FIRST_LINE = 200
ANSWERABLE = ("reply", "hold")  # verdicts that wait for a person of ours; the rest is dealt with by the machine
FORM = "form"  # the channel of somebody who asked again on a form
KNOWN = "SELECT lead_id FROM nextcall_inboxitem WHERE lead_id IN {them}"
LEFT = (
    "UPDATE nextcall_inboxitem SET latest_at = %s, latest_outbound = %s, channel = %s, first_line = %s,"
    " done_at = CASE WHEN %s THEN NULL ELSE done_at END, done_by_id = CASE WHEN %s THEN NULL ELSE done_by_id END,"
    " until_reply = CASE WHEN %s THEN %s ELSE until_reply END"
    " WHERE lead_id = %s AND waiting_since IS NULL"
)


def arrived(*, message: Message, at: datetime, sender: str = "") -> None:
    """A message from outside is the latest of its item. From somebody we do not know, it waits for us at once.

    A wish to be left alone is done with as it comes, unless they wait for an answer besides.
    """
    latest: dict[str, Any] = {
        "latest_at": at,
        "latest_outbound": False,
        "heard_at": at,
        "channel": message.channel,
        "first_line": line_of(message),
    }
    rows = InboxItem.objects.filter(account_id=message.account_id)
    if message.lead_id is not None:
        item, _ = rows.update_or_create(account_id=message.account_id, lead_id=message.lead_id, defaults=latest)
    else:
        latest["contact_point"] = message.contact_point
        name = name_of_stranger(message, sender)
        item, _ = rows.update_or_create(account_id=message.account_id, unknown_sender=name, defaults=latest)
        if message.verdict in ANSWERABLE:
            _wait(rows.filter(pk=item.pk), at)
    if message.verdict == "opt_out":
        rows.filter(pk=item.pk, waiting_since=None).update(done_at=at, done_by=None, until_reply=False)


def name_of_stranger(message: Message, sender: str = "") -> str:
    """Under what a sender whom nobody knows has their item: the number or address, else as it was written."""
    return message.contact_point.value if message.contact_point else named(sender)


def named(sender: str) -> str:
    """A sender as written, or what stands for one who is not named."""
    return " ".join(sender.split())[:254] or "Unknown sender"


def waiting(*, lead: Lead, at: datetime) -> None:
    """The lead waits for an answer, since `at` unless they waited already."""
    Lead.objects.filter(account_id=lead.account_id, pk=lead.pk).update(waiting_since=Coalesce(F("waiting_since"), at))
    _wait(InboxItem.objects.filter(account_id=lead.account_id, lead=lead), at)


def asked_again(*, leads: Collection[Lead]) -> None:
    """They asked again on a form while we are talking: their words wait like a message. The leads are stored."""
    rows = [
        bulk.row(
            InboxItem,
            account_id=lead.account_id,
            lead_id=lead.pk,
            latest_at=lead.waiting_since,
            latest_outbound=False,
            heard_at=lead.waiting_since,
            channel=FORM,
            first_line=_first_line(lead.message),
            waiting_since=lead.waiting_since,
        )
        for lead in leads
        if lead.waiting_since is not None
    ]
    bulk.insert(rows, ignore_conflicts=True)


def answered(*, lead: Lead, at: datetime, by: Member | None = None) -> None:
    """Somebody of ours answered: the lead waits no more. Who answers what nobody has becomes its assignee."""
    _settle([lead.pk], account_id=lead.account_id, at=at)
    rows = InboxItem.objects.filter(account_id=lead.account_id, lead=lead)
    rows.filter(waiting_since__isnull=False).update(waiting_since=None)
    if by is not None:
        rows.filter(assignee=None).update(assignee=by)


def left(*, messages: Sequence[Message]) -> None:
    """Messages of ours that left, in two statements at most, however many.

    A lead has an item once they wrote, or once somebody wrote to them by hand: what the machine sends to thousands
    who never answered is no conversation.
    """
    ids = {message.lead_id for message in messages if message.lead_id is not None}
    known = {row[0] for row in sql.rows(KNOWN.format(them=sql.among(ids)), [])} if ids else set[int]()
    sql.execute_many(LEFT, [_left(message) for message in messages if message.lead_id in known])
    new = {one.lead_id: one for one in messages if one.by_id and one.lead_id and one.lead_id not in known}
    bulk.insert([_item(message) for message in new.values()], ignore_conflicts=True)


def _left(message: Message) -> tuple[object, ...]:
    by_hand = message.by_id is not None
    return (
        message.at, True, message.channel, line_of(message), by_hand, by_hand, by_hand, False, message.lead_id,
    )  # fmt: skip


def _item(message: Message) -> InboxItem:
    return bulk.row(
        InboxItem,
        account_id=message.account_id,
        lead_id=message.lead_id,
        latest_at=message.at,
        latest_outbound=True,
        channel=message.channel,
        first_line=line_of(message),
        assignee_id=message.by_id,
    )


def done(*, items: Sequence[InboxItem], by: Member | None, at: datetime) -> None:
    """Nothing more is to be said: no answer was needed, or all is said."""
    _of(items).update(waiting_since=None, until_reply=False, done_at=at, done_by=by)
    _settle_all(items, at)
    _record("inbox.done", items, by=by, at=at)


def until_reply(*, items: Sequence[InboxItem], by: Member | None, at: datetime) -> None:
    """Set aside until they write: it is for them to go on."""
    _of(items).update(waiting_since=None, until_reply=True, done_at=None, done_by=None)
    _settle_all(items, at)
    _record("inbox.until_reply", items, by=by, at=at)


def reopen(*, items: Sequence[InboxItem], by: Member | None, at: datetime) -> None:
    """It waits on us again."""
    _wait(_of(items), at)
    for account_id, lead_ids in _leads(items).items():
        rows = Lead.objects.filter(account_id=account_id, pk__in=lead_ids)
        rows.update(waiting_since=Coalesce(F("waiting_since"), at))
    _record("inbox.reopened", items, by=by, at=at)


def assign(*, items: Sequence[InboxItem], to: Member | None, by: Member | None, at: datetime) -> None:
    """Whose it is to answer; None: nobody's yet. The lead keeps its owner."""
    _of(items).update(assignee=to)
    _record("inbox.assigned", items, by=by, at=at, to=to.pk if to else None, to_name=to.name if to else "nobody")


def join(*, item: InboxItem, lead: Lead, by: Member | None, at: datetime) -> list[int]:
    """What a sender whom nobody knew wrote belongs to this lead; the ids of the messages that moved."""
    rows = from_stranger(item)
    moved = list(rows.values_list("pk", flat=True))
    rows.update(lead=lead, person_id=lead.person_id)
    since = item.waiting_since
    item.delete()
    relaid(lead=lead)
    if since is not None:
        waiting(lead=lead, at=since)
    record_many(
        [
            event(
                account_id=lead.account_id, kind="inbox.joined", at=at, by=by, lead_id=lead.pk,
                person_id=lead.person_id, data={"messages": moved},
            )
        ]
    )  # fmt: skip
    return moved


def relaid(*, lead: Lead) -> None:
    """Messages came to the lead from elsewhere, or left it: its item shows the latest; without any it goes."""
    rows, items = Message.objects.filter(account_id=lead.account_id, lead=lead), InboxItem.objects.filter(lead=lead)
    latest = rows.order_by("-at", "-pk").first()
    if latest is None or not rows.filter(Q(outbound=False) | Q(by__isnull=False)).exists():
        items.filter(account_id=lead.account_id).delete()
        return
    heard_at = rows.filter(outbound=False).order_by("-at").values_list("at", flat=True).first()
    line = {"latest_at": latest.at, "latest_outbound": latest.outbound, "channel": latest.channel, "heard_at": heard_at}
    items.update_or_create(account_id=lead.account_id, lead=lead, defaults={**line, "first_line": line_of(latest)})


def waits_anew(*, lead: Lead) -> None:
    """As its messages say: since the first that nobody answered, or no more."""
    unanswered = Message.objects.filter(account_id=lead.account_id, lead=lead, outbound=False, answered_at=None)
    since = unanswered.filter(verdict__in=ANSWERABLE).order_by("at").values_list("at", flat=True).first()
    Lead.objects.filter(account_id=lead.account_id, pk=lead.pk).update(waiting_since=since)
    InboxItem.objects.filter(account_id=lead.account_id, lead=lead).update(waiting_since=since)


def taken_back(*, account_id: int, ids: Collection[int]) -> None:
    """The deed that made these items is undone: each goes, or shows what is left of the messages."""
    for item in InboxItem.objects.filter(account_id=account_id, pk__in=ids):
        said = Message.objects.filter(Q(outbound=False) | Q(by__isnull=False), account_id=account_id, lead=item.lead_id)
        latest = said.order_by("-at", "-pk").first() if item.lead_id else None
        if latest is None:
            item.delete()
            continue
        item.latest_at, item.latest_outbound = latest.at, latest.outbound
        item.channel, item.first_line = latest.channel, line_of(latest)
        item.heard_at = said.filter(outbound=False).order_by("-at").values_list("at", flat=True).first()
        item.save(update_fields=["latest_at", "latest_outbound", "heard_at", "channel", "first_line"])


def from_stranger(item: InboxItem) -> QuerySet[Message]:
    """Everything that a sender whom nobody knows wrote."""
    rows = Message.objects.filter(account_id=item.account_id, lead=None, outbound=False)
    if item.contact_point_id is not None:
        return rows.filter(contact_point=item.contact_point_id)
    return rows.filter(contact_point=None, subject=item.unknown_sender)  # log.received puts it there


def seen_by(member: Member) -> QuerySet[InboxItem]:
    """Owners and managers see every item of the account; a rep those of their leads, nobody's, and what is theirs."""
    rows = InboxItem.objects.filter(Q(lead=None) | Q(lead__removed_at=None), account_id=member.account_id)
    if member.manages:
        return rows
    return rows.filter(Q(lead=None) | Q(lead__owner=member) | Q(lead__owner=None) | Q(assignee=member))


def waiting_counts(member: Member, most: int = 50) -> tuple[int, int]:
    """How many wait on this member's side, and how many of them are new to them; at most one more than `most` each."""
    waiting = seen_by(member).filter(waiting_since__isnull=False)
    return waiting[: most + 1].count(), seen.new_to(waiting, member)[: most + 1].count()


def line_of(message: Message) -> str:
    """The first line that says something."""
    return _first_line(message.body) or message.subject[:FIRST_LINE]


def _first_line(body: str) -> str:
    lines = (" ".join(line.split()) for line in body[:2000].splitlines())
    return next((line for line in lines if line), "")[:FIRST_LINE]


def _of(items: Sequence[InboxItem]) -> QuerySet[InboxItem]:
    return InboxItem.objects.filter(pk__in=[item.pk for item in items])


def _wait(rows: QuerySet[InboxItem], at: datetime) -> None:
    rows.update(waiting_since=Coalesce(F("waiting_since"), at), until_reply=False, done_at=None, done_by=None)


def _leads(items: Sequence[InboxItem]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for item in items:
        if item.lead_id is not None:
            found.setdefault(item.account_id, []).append(item.lead_id)
    return found


def _settle_all(items: Sequence[InboxItem], at: datetime) -> None:
    for account_id, lead_ids in _leads(items).items():
        _settle(lead_ids, account_id=account_id, at=at)


def _settle(lead_ids: Collection[int], *, account_id: int, at: datetime) -> None:
    """What these leads wrote has been seen to."""
    unanswered = Message.objects.filter(account_id=account_id, lead__in=lead_ids, outbound=False, answered_at=None)
    unanswered.update(answered_at=at)
    Lead.objects.filter(account_id=account_id, pk__in=lead_ids).update(waiting_since=None)


def _record(kind: str, items: Sequence[InboxItem], *, by: Member | None, at: datetime, **data: object) -> None:
    record_many(
        event(account_id=item.account_id, kind=kind, at=at, by=by, lead_id=item.lead_id, data=data) for item in items
    )
