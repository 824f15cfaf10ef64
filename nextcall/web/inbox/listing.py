"""The list: three states, filters, and rows in words. Pages are cut by key; nothing is counted beyond a bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations import inbox, presence, seen
from nextcall.conversations.models import InboxItem
from nextcall.engine import arriving, mailbox_watch
from nextcall.lib import phone
from nextcall.team.models import Connection, Member
from nextcall.web import watch
from nextcall.worklist import say

M = TypeVar("M", bound=Model)
PAGE, MOST = 50, 50
STATES = (("waiting", "Waiting on you"), ("them", "Waiting on them"), ("done", "Done"))
WHOSE = (
    ("all", "All"), ("mine", "Mine"), ("nobody", "Nobody\u2019s"), ("new", "New"), ("unseen", "Unseen"),
)  # fmt: skip
ICONS = {"call": "call", "text": "text", "email": "mail", "form": "form", "voicemail": "vm"}
CHANNELS = {"email": "Email", "text": "Text", "call": "Calls"}
EVERYTHING = {"call", "text", "email"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for."""

    state: str = "waiting"
    whose: str = "all"
    after: str = ""

    def query(self, **other: str) -> str:
        """As an address has it; "" for the plain list."""
        values = {"state": self.state, "whose": self.whose} | other
        plain = {"state": "waiting", "whose": "all"}
        kept = {name: value for name, value in values.items() if value and value != plain.get(name)}
        return f"?{urlencode(kept)}" if kept else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, in words."""

    id: int
    url: str
    name: str
    icon: str
    channel: str
    line: str
    ours: bool  # the first line is ours
    wait: str
    waits: bool
    unread: bool  # new to this member
    notes: tuple[str, ...]  # plan paused, whose it is
    stopped: str
    others: str
    here: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A state or a filter, with its count."""

    word: str
    url: str
    here: bool
    count: str = ""


def read(query: QueryDict) -> Wanted:
    state, whose = query.get("state", ""), query.get("whose", "")
    return Wanted(
        state if state in dict(STATES) else "waiting",
        whose if whose in dict(WHOSE) else "all",
        query.get("after", "")[:60],
    )


def found(member: Member, wanted: Wanted) -> QuerySet[InboxItem]:
    """The items of a state, newest first: who just wrote tops the list."""
    rows = _of_state(_whose(inbox.seen_by(member), member, wanted.whose), wanted.state)
    return rows.order_by("-waiting_since", "-pk") if wanted.state == "waiting" else rows.order_by("-latest_at", "-pk")


def _of_state(rows: QuerySet[InboxItem], state: str) -> QuerySet[InboxItem]:
    if state == "waiting":
        return rows.filter(waiting_since__isnull=False)
    return rows.filter(waiting_since__isnull=True, done_at__isnull=state == "them")


def _whose(rows: QuerySet[InboxItem], member: Member, whose: str) -> QuerySet[InboxItem]:
    if whose == "mine":
        return rows.filter(Q(assignee=member) | Q(assignee=None, lead__owner=member))
    if whose in ("new", "unseen"):
        return seen.new_to(rows, member) if whose == "new" else seen.new_to_all(rows)
    return rows.filter(Q(lead=None) | Q(lead__owner=None), assignee=None) if whose == "nobody" else rows


def page(member: Member, wanted: Wanted, *, here: int | None, at: datetime) -> tuple[list[Row], str]:
    """One page of rows and the address of the next one, in five queries. `here`: the item that is open."""
    column = "waiting_since" if wanted.state == "waiting" else "latest_at"
    rows = found(member, wanted).select_related("lead__person", "assignee", "contact_point")
    items, after = cut(rows, column, wanted.after)
    return lines(items, member, wanted, here=here, at=at), wanted.query(after=after) if after else ""


def cut(rows: QuerySet[M], column: str, after: str) -> tuple[list[M], str]:
    """One page of rows that stand newest first by that column, and what the next one is `after`; "" at the end."""
    then, pk = _cursor(after)
    if then is not None:
        same = Q(**{column: then}, pk__lt=pk)
        rows = rows.filter(Q(**{f"{column}__lt": then}) | same, **{f"{column}__lte": then})
    found = list(rows[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return found, f"{getattr(found[-1], column).isoformat()}~{found[-1].pk}" if more else ""


def _cursor(written: str) -> tuple[datetime | None, int]:
    then, _, pk = written.partition("~")
    try:
        instant = datetime.fromisoformat(then)
    except ValueError:
        return None, 0
    return (instant, int(pk)) if instant.tzinfo and pk.isdecimal() and len(pk) < 19 else (None, 0)


def lines(items: Sequence[InboxItem], member: Member, wanted: Wanted, *, here: int | None, at: datetime) -> list[Row]:
    """The rows of these items, in four queries."""
    leads = [item.lead_id for item in items if item.lead_id]
    paused = Enrollment.objects.filter(
        account_id=member.account_id, lead__in=leads, state=Enrollment.State.PAUSED, ended_at=None
    )
    new, unseen = seen.of(items, member)
    known = _Known(
        paused=set(paused.values_list("lead_id", flat=True)),
        stopped=stops(items, member),
        others=presence.says(leads, to=member, at=at),
        new=new,
        unseen=unseen if member.manages else set(),
    )
    return [_row(item, member, wanted, known, here=here, at=at) for item in items]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the items of a page."""

    paused: set[int | None]
    stopped: dict[int, str]
    others: dict[int, str]
    new: set[int]
    unseen: set[int]  # by anybody


def _row(item: InboxItem, member: Member, wanted: Wanted, known: _Known, *, here: int | None, at: datetime) -> Row:
    since = item.waiting_since
    return Row(
        id=item.pk,
        url=url_of(item) + wanted.query(),
        name=name_of(item),
        icon=ICONS.get(item.channel, "text"),
        channel=item.channel,
        line=item.first_line,
        ours=item.latest_outbound,
        wait=say.span(at - since) if since else say.when(item.latest_at, member.zone, at=at),
        waits=since is not None,
        unread=item.pk in known.new,
        notes=_notes(item, member, known),
        stopped=known.stopped.get(item.pk, ""),
        others=known.others.get(item.lead_id or 0, ""),
        here=item.pk == here,
    )


def _notes(item: InboxItem, member: Member, known: _Known) -> tuple[str, ...]:
    notes = ["nobody has seen it"] if item.pk in known.unseen else []
    notes += ["plan paused"] if item.lead_id in known.paused else []
    notes += ["until they reply"] if item.until_reply else []
    if item.assignee is not None:
        notes.append("yours" if item.assignee_id == member.pk else f"{item.assignee.name.split()[0]}\u2019s")
    return tuple(notes)


def stops(items: Sequence[InboxItem], member: Member) -> dict[int, str]:
    """What those who asked us to stop stopped, by item."""
    persons = {item.lead.person_id: item for item in items if item.lead}
    points = {item.contact_point_id: item for item in items if item.contact_point_id}
    standing = Withdrawal.objects.filter(
        Q(person__in=persons) | Q(contact_point__in=points, person=None),
        account_id=member.account_id,
        reason="opt_out",
        lifted_at=None,
    )
    channels: dict[int, set[str]] = {}
    for person, point, stopped in standing.values_list("person_id", "contact_point_id", "channels"):
        item = persons.get(person) or points.get(point)
        if item is not None:
            channels.setdefault(item.pk, set()).update(stopped)
    return {pk: stop_line(stopped) for pk, stopped in channels.items()}


def stop_line(channels: set[str]) -> str:
    """ "Asked us to stop. Nothing more goes to them.", or what of it they stopped."""
    if channels >= EVERYTHING:
        return "Asked us to stop. Nothing more goes to them."
    words = [f"{channel}s" for channel in ("text", "email", "call") if channel in channels]
    return f"Asked us to stop. No more {' or '.join(words)} go to them."


def name_of(item: InboxItem) -> str:
    if item.lead is not None:
        return str(item.lead.person)
    point = item.contact_point
    return phone.show(point.value) if point and point.kind == "phone" else item.unknown_sender


def url_of(item: InboxItem) -> str:
    return reverse("inbox_lead", args=[item.lead_id]) if item.lead_id else reverse("inbox_stranger", args=[item.pk])


def states(member: Member, wanted: Wanted, *, at: datetime) -> list[Link]:
    """The three states and what did not arrive, each with a count that stops at 50."""
    mine = _whose(inbox.seen_by(member), member, wanted.whose)
    lost = counted(lost_seen_by(member, at=at))
    return [
        *(
            Link(
                word, reverse("inbox") + wanted.query(state=name), name == wanted.state, counted(_of_state(mine, name))
            )
            for name, word in STATES
        ),
        Link("Did not arrive", reverse("inbox_undelivered"), wanted.state == "lost", lost),
    ]


def lost_seen_by(member: Member, *, at: datetime) -> QuerySet[Touch]:
    """As the people: managers see all; a rep those of their leads, nobody's, and what is theirs to answer."""
    rows = arriving.lost(account_id=member.account_id, at=at)
    if member.manages:
        return rows
    return rows.filter(Q(lead__owner=member) | Q(lead__owner=None) | Q(lead__inbox_item__assignee=member))


def counted(rows: QuerySet[Any]) -> str:
    count = rows.order_by()[: MOST + 1].count()
    return f"{MOST}+" if count > MOST else str(count)


def whose(wanted: Wanted) -> list[Link]:
    return [Link(word, reverse("inbox") + wanted.query(whose=name), name == wanted.whose) for name, word in WHOSE]


def problems(member: Member, *, at: datetime) -> list[str]:
    """Connections that are broken and mailboxes that are not read: nobody hears from leads through them."""
    rows = Connection.objects.filter(account_id=member.account_id, enabled=True).exclude(problem="").order_by("channel")
    stopped = [f"{CHANNELS.get(row.channel, row.channel)} stopped: {row.problem.rstrip('.')}." for row in rows]
    return stopped + [watch.unread(row, at=at) for row in mailbox_watch.unread([member.account_id], at=at)]
