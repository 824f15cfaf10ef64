"""Which leads fit a filter. Each part of it is one condition; who is asked about comes from the caller's account."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from nextcall.cadences.models import Enrollment
from nextcall.consent.models import Permission, Withdrawal
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.team.models import Member

MATCHES = 2000  # of a search; who has more hits narrows it
CADENCE_STATES = ("active", "paused", "none")
REACHABLE = ("call", "text", "email")
ME, NOBODY = "me", "0"  # of an owner: whoever asks; nobody yet
ARRIVED_DAYS: Mapping[str, int] = {"30": 30, "180": 180}  # and "week": since Monday, by the member's own clock

# sort -> (column, descending). Every one has an index that starts with the account.
SORTS: Mapping[str, tuple[str, bool]] = {
    "newest": ("arrived_at", True),
    "oldest": ("arrived_at", False),
    "name": ("search", False),
    "name_back": ("search", True),
    "touched": ("latest_attempt_at", True),
    "untouched": ("latest_attempt_at", False),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; every field empty means everyone."""

    search: str = ""
    source_id: int | None = None
    offer_id: int | None = None
    owner: str = ""  # "me", "0" for nobody's, or a member's number
    stage: str = ""
    arrived: str = ""  # week, 30, 180
    tries: str = ""  # "0", "0-2", "6-": from and to, both counted
    cadence: str = ""  # active, paused, none
    untouched_days: int | None = None
    can: str = ""  # call, text, email: permission not withdrawn, and a working number or address
    waiting: str = ""  # "yes": they wrote, and nobody has answered
    sort: str = "newest"


def span_of(tries: str) -> tuple[int, int | None] | None:
    """ "0" is (0, 0), "0-5" is (0, 5), "6-" is (6, None); None for anything else."""
    found = re.fullmatch(r"(\d{1,3})(-)?(\d{1,3})?", tries, re.ASCII)
    if not found:
        return None
    least, dash, most = int(found[1]), found[2], found[3]
    if dash is None:
        return (least, least) if most is None else None
    return (least, int(most) if most else None) if not most or int(most) >= least else None


def fitting(seen: QuerySet[Lead], member: Member, wanted: Filter, *, at: datetime) -> QuerySet[Lead]:
    """Of the leads `seen` by the member those that fit, in no order."""
    leads = _plain(seen, member, wanted)
    if wanted.arrived:
        leads = leads.filter(arrived_at__gte=_since(wanted.arrived, member, at))
    if wanted.untouched_days is not None:
        since = at - timedelta(days=wanted.untouched_days)
        quiet = Q(latest_attempt_at__isnull=True) | Q(latest_attempt_at__lt=since)
        leads = leads.filter(quiet, arrived_at__lt=since)
    if wanted.cadence in CADENCE_STATES:
        leads = _on_cadence(leads, member, wanted.cadence)
    if wanted.can in REACHABLE:
        leads = _reachable(leads, member, wanted.can)
    if SORTS.get(wanted.sort, SORTS["newest"])[0] == "latest_attempt_at":
        leads = leads.filter(latest_attempt_at__isnull=False)
    return _searched(leads, member, wanted.search)


def _plain(leads: QuerySet[Lead], member: Member, wanted: Filter) -> QuerySet[Lead]:
    """What the lead's own row says."""
    if wanted.source_id is not None:
        leads = leads.filter(source_id=wanted.source_id)
    if wanted.offer_id is not None:
        leads = leads.filter(offer_id=wanted.offer_id)
    if wanted.owner == NOBODY:
        leads = leads.filter(owner__isnull=True)
    elif wanted.owner:
        leads = leads.filter(owner_id=member.pk if wanted.owner == ME else int(wanted.owner))
    if wanted.stage:
        leads = leads.filter(stage=wanted.stage)
    if wanted.waiting:
        leads = leads.filter(waiting_since__isnull=False)
    span = span_of(wanted.tries)
    if span:
        least, most = span
        leads = leads.filter(attempts=least) if most == least else leads.filter(attempts__gte=least)
        leads = leads.filter(attempts__lte=most) if most is not None and most != least else leads
    return leads


def _since(arrived: str, member: Member, at: datetime) -> datetime:
    if arrived in ARRIVED_DAYS:
        return at - timedelta(days=ARRIVED_DAYS[arrived])
    here = at.astimezone(ZoneInfo(member.zone))
    return (here - timedelta(days=here.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


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
