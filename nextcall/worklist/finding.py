"""Leads by filter, in keyset pages: never a count over everything, never a query a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Permission, Withdrawal
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.team.models import Member

PAGE = 50
MATCHES = 2000  # of a search; who has more hits narrows it

# sort -> (column, descending). Every one has an index that starts with the account.
SORTS: Mapping[str, tuple[str, bool]] = {
    "newest": ("arrived_at", True),
    "oldest": ("arrived_at", False),
    "name": ("search", False),
    "name_back": ("search", True),
    "touched": ("latest_attempt_at", True),
    "untouched": ("latest_attempt_at", False),
}
CADENCE_STATES = ("active", "paused", "none")
REACHABLE = ("call", "text", "email")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; every field empty means everyone."""

    search: str = ""
    source_id: int | None = None
    owner_id: int | None = None  # 0: nobody's
    stage: str = ""
    cadence: str = ""  # active, paused, none
    untouched_days: int | None = None
    can: str = ""  # call, text, email: permission not withdrawn, and a working number or address
    sort: str = "newest"


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


def find(seen: QuerySet[Lead], member: Member, wanted: Filter, *, at: datetime, after: int | None = None) -> Found:
    """One page of the leads `seen` by the member that fit `wanted`; `after` as given by the page before."""
    column, descending = SORTS.get(wanted.sort, SORTS["newest"])
    leads = _filtered(seen, member, wanted, at=at)
    if column == "latest_attempt_at":
        leads = leads.filter(latest_attempt_at__isnull=False)
    leads = _from(leads, column, descending, after)
    order = ("-" if descending else "") + column, ("-" if descending else "") + "id"
    columns = (
        "id",
        "person_id",
        "person__name",
        "person__given_name",
        "source__name",
        "offer__name",
        "stage",
        "owner__name",
        "arrived_at",
        "attempts",
        "latest_attempt_at",
        "waiting_since",
    )
    rows = list(leads.order_by(*order).values(*columns)[: PAGE + 1])
    return Found(_rows(rows[:PAGE], member), rows[PAGE - 1]["id"] if len(rows) > PAGE else None)


def _filtered(leads: QuerySet[Lead], member: Member, wanted: Filter, *, at: datetime) -> QuerySet[Lead]:
    if wanted.source_id is not None:
        leads = leads.filter(source_id=wanted.source_id)
    if wanted.owner_id is not None:
        leads = leads.filter(owner_id=wanted.owner_id) if wanted.owner_id else leads.filter(owner__isnull=True)
    if wanted.stage:
        leads = leads.filter(stage=wanted.stage)
    if wanted.untouched_days is not None:
        since = at - timedelta(days=wanted.untouched_days)
        leads = leads.annotate(touched_at=Coalesce("latest_attempt_at", "arrived_at")).filter(touched_at__lt=since)
    if wanted.cadence in CADENCE_STATES:
        leads = _on_cadence(leads, member, wanted.cadence)
    if wanted.can in REACHABLE:
        leads = _reachable(leads, member, wanted.can)
    return _searched(leads, member, wanted.search)


def _on_cadence(leads: QuerySet[Lead], member: Member, state: str) -> QuerySet[Lead]:
    running = Enrollment.objects.filter(account_id=member.account_id, ended_at__isnull=True, beside=False)
    if state == "none" and connection.vendor == "sqlite":
        # Asked once for all leads, not once a lead; PostgreSQL finds such a join by itself.
        return leads.exclude(pk__in=running.values("lead"))
    theirs = running.filter(lead=OuterRef("pk"))
    return leads.filter(~Exists(theirs) if state == "none" else Exists(theirs.filter(state=state)))


def _searched(leads: QuerySet[Lead], member: Member, search: str) -> QuerySet[Lead]:
    """Name, email, or the digits of a phone however they are written."""
    words = search.lower().split()
    digits = "".join(character for character in search if character.isdigit())
    if len(digits) >= 3 and not any(character.isalpha() or character == "@" for character in search):
        words = [digits]
    if not words:
        return leads
    hits = Lead.objects.filter(account_id=member.account_id)
    for word in words[:5]:
        hits = hits.filter(search__contains=word[:60])
    return leads.filter(pk__in=Subquery(hits.order_by().values("pk")[:MATCHES]))


def _reachable(leads: QuerySet[Lead], member: Member, channel: str) -> QuerySet[Lead]:
    kind = ContactPoint.Kind.EMAIL if channel == "email" else ContactPoint.Kind.PHONE
    stopped = (
        Withdrawal.objects.filter(account_id=member.account_id, lifted_at__isnull=True)
        .annotate(named=Cast("channels", TextField()))
        .filter(named__contains=f'"{channel}"')
    )
    points = Reach.objects.filter(person=OuterRef("person"), contact_point__kind=kind, contact_point__problem="")
    points = points.filter(~Exists(stopped.filter(contact_point=OuterRef("contact_point"))))
    leads = leads.filter(Exists(points)).filter(
        ~Exists(stopped.filter(person=OuterRef("person"), contact_point__isnull=True))
    )
    if channel == "text":  # a text needs a permission on record; a call by hand and an email do not
        given = Permission.objects.filter(
            account_id=member.account_id, person=OuterRef("person"), channel="text", ended_at__isnull=True
        )
        leads = leads.filter(Exists(given))
    return leads


def _from(leads: QuerySet[Lead], column: str, descending: bool, after: int | None) -> QuerySet[Lead]:
    """The leads behind the one with the id `after`, in the order of `column`."""
    mark = leads.model.objects.filter(pk=after).values_list(column, flat=True).first() if after else None
    if mark is None:
        return leads
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
