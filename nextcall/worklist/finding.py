"""Leads by filter, in keyset pages: never a count over everything, never a query a row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from nextcall.cadences.models import Enrollment, Touch
from nextcall.leads.models import Lead, Reach
from nextcall.team.models import Member
from nextcall.worklist.sifting import SORTS, Filter, fitting

PAGE = 50
# the same order, read from its other end
TURNED: Mapping[str, str] = {
    "newest": "oldest",
    "oldest": "newest",
    "name": "name_back",
    "name_back": "name",
    "touched": "untouched",
    "untouched": "touched",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: int
    name: str
    phone: str
    email: str
    source: str
    offer: str
    stage: str
    owner_id: int | None
    owner: str
    arrived_at: datetime
    attempts: int
    latest_attempt_at: datetime | None
    waiting_since: datetime | None
    cadence: str
    cadence_state: str
    next_channel: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows, and the id of its last one if more follow."""

    rows: tuple[Row, ...]
    after: int | None


COLUMNS = (
    "id",
    "person_id",
    "person__name",
    "person__given_name",
    "source__name",
    "offer__name",
    "stage",
    "owner_id",
    "owner__name",
    "arrived_at",
    "attempts",
    "latest_attempt_at",
    "waiting_since",
)


def find(
    seen: QuerySet[Lead],
    member: Member,
    wanted: Filter,
    *,
    at: datetime,
    after: int | None = None,
    size: int | None = None,
) -> Found:
    """One page of the leads `seen` by the member that fit `wanted`; `after` as given by the page before."""
    size = size or PAGE
    found = ids(seen, member, wanted, at=at, after=after, most=size + 1)
    # Names are joined to these few alone: joined to the search, they may lead the database to sort everything.
    stored = Lead.objects.filter(account_id=member.account_id, pk__in=found[:size]).values(*COLUMNS)
    rows = {row["id"]: row for row in stored}
    page = [rows[pk] for pk in found[:size] if pk in rows]
    return Found(_rows(page, member), found[size - 1] if len(found) > size else None)


def ids(
    seen: QuerySet[Lead], member: Member, wanted: Filter, *, at: datetime, most: int, after: int | None = None
) -> list[int]:
    """The first leads that fit, in the order of the list; those behind `after`, if that has a place in it."""
    column, descending = SORTS.get(wanted.sort, SORTS["newest"])
    mark = _mark(member, column, after) if after else None
    # Of one owner's leads: the index of owners, never a walk through everybody's in the wanted order.
    key = F("id") + 0 if wanted.owner or not member.manages else F("id")
    order = [F(column).desc(), key.desc()] if descending else [F(column).asc(), key.asc()]
    found: list[tuple[Any, int]] = []
    for part in _parts(seen, member, wanted):
        leads = fitting(part, member, wanted, at=at)
        if mark is not None:
            leads = _beyond(leads, column, descending, mark, after)
        found += leads.order_by(*order).values_list(column, "pk")[:most]
    return [pk for _, pk in sorted(found, reverse=descending)][:most]


def neighbours(
    seen: QuerySet[Lead], member: Member, wanted: Filter, lead_id: int, *, at: datetime
) -> tuple[int | None, int | None]:
    """The leads before and after this one in the list, for whoever came from there; None where it has no place."""
    column, _ = SORTS.get(wanted.sort, SORTS["newest"])
    if _mark(member, column, lead_id) is None:
        return None, None
    back = replace(wanted, sort=TURNED.get(wanted.sort, "oldest"))
    before, following = (ids(seen, member, one, at=at, after=lead_id, most=1) for one in (back, wanted))
    return next(iter(before), None), next(iter(following), None)


def _parts(seen: QuerySet[Lead], member: Member, wanted: Filter) -> list[QuerySet[Lead]]:
    """A rep sees their own and nobody's: two walks along an index, where one would read and sort all of both."""
    if member.manages or wanted.owner:
        return [seen]
    return [seen.filter(owner=member), seen.filter(owner__isnull=True)]


def _mark(member: Member, column: str, lead_id: int) -> Any:
    """Where the lead stands in that order."""
    own = Lead.objects.filter(account_id=member.account_id, pk=lead_id)
    return own.values_list(column, flat=True).first()


def _beyond(leads: QuerySet[Lead], column: str, descending: bool, mark: Any, after: int | None) -> QuerySet[Lead]:
    """The leads behind the one with the id `after`, in the order of `column`."""
    beyond = "lt" if descending else "gt"
    # The first condition alone lets the index seek; the second splits ties.
    return leads.filter(**{f"{column}__{beyond}e": mark}).filter(
        Q(**{f"{column}__{beyond}": mark}) | Q(**{column: mark, f"id__{beyond}": after})
    )


def _rows(rows: list[dict[str, Any]], member: Member) -> tuple[Row, ...]:
    leads, people = [row["id"] for row in rows], [row["person_id"] for row in rows]
    points = _points(people, member)
    cadences = {
        lead: (name, state)
        for lead, name, state in Enrollment.objects.filter(
            account_id=member.account_id, lead_id__in=leads, ended_at__isnull=True
        )
        .order_by("-beside")
        .values_list("lead_id", "version__cadence__name", "state")
    }
    ahead = {
        lead: (channel, due_at)
        for lead, channel, due_at in Touch.objects.filter(
            account_id=member.account_id, lead_id__in=leads, state__in=(Touch.State.PLANNED, Touch.State.OPEN)
        )
        .order_by("-due_at")
        .values_list("lead_id", "channel", "due_at")
    }
    return tuple(
        Row(
            id=row["id"],
            name=row["person__name"] or row["person__given_name"] or "No name yet",
            phone=points.get((row["person_id"], "phone"), ""),
            email=points.get((row["person_id"], "email"), ""),
            source=row["source__name"] or "",
            offer=row["offer__name"] or "",
            stage=row["stage"],
            owner_id=row["owner_id"],
            owner=row["owner__name"] or "",
            arrived_at=row["arrived_at"],
            attempts=row["attempts"],
            latest_attempt_at=row["latest_attempt_at"],
            waiting_since=row["waiting_since"],
            cadence=cadences.get(row["id"], ("", ""))[0],
            cadence_state=cadences.get(row["id"], ("", ""))[1],
            next_channel=ahead.get(row["id"], ("", None))[0],
            next_at=ahead.get(row["id"], ("", None))[1],
        )
        for row in rows
    )


def _points(people: list[int], member: Member) -> dict[tuple[int, str], str]:
    rows = Reach.objects.filter(account_id=member.account_id, person_id__in=people).order_by("-rank", "-pk")
    return {
        (person, kind): value
        for person, kind, value in rows.values_list("person_id", "contact_point__kind", "contact_point__value")
    }
