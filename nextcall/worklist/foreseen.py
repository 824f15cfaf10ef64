"""Contacts that people will have to make for some leads in the next two weeks, as the planner sees them."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from nextcall.cadences import versions
from nextcall.cadences.ahead import ahead, situations_of_many
from nextcall.cadences.definition import Planned
from nextcall.cadences.models import Enrollment, Touch
from nextcall.cadences.planner import plan
from nextcall.cadences.progress import Situation, situations
from nextcall.leads.models import Lead
from nextcall.lib import bulk, hours
from nextcall.team.models import Member

DAYS = 14
LONGEST = 60  # touches of one lead; no shipped cadence has more in two weeks
AHEAD = (Touch.State.PLANNED, Touch.State.OPEN)
Profile = Mapping[int, int]  # day from today -> contacts
NONE: Profile = {}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Of one lead: what falls away, and what comes instead."""

    lead: Lead
    gone: Profile
    come: Profile


def foresee(
    kind: str, choices: Mapping[str, Any], lead_ids: Sequence[int], *, member: Member, at: datetime, seconds: float
) -> Iterator[Foreseen]:
    """Lead by lead, until the time is over. A constant number of queries, but for paused leads one more each."""
    until = time.monotonic() + seconds
    leads = sorted(_leads(member).filter(pk__in=lead_ids), key=_shuffled)
    begins = _begins(kind, choices, member, at=at)
    now, new = _now(leads, at=at), _new(leads, begins, at=at) if begins else {}
    for lead in leads:
        if time.monotonic() > until:
            return
        known, standing = now.get(lead.pk, ([], []))
        runs = [one for one in known if kind != "stage" or choices["stage"] in one.cadence.stop_stages or begins]
        active = any(one.enrollment.state == Enrollment.State.ACTIVE for one in runs)
        touched = active if kind != "resume" else bool(runs)
        still = _contacts(
            ahead(lead, at=at, limit=LONGEST, until=at + timedelta(days=DAYS), known=runs, standing=standing),
            lead,
            member,
            at=at,
        )
        here = still if touched else NONE
        come = _contacts(_planned(new[lead.pk], at=at), lead, member, at=at) if lead.pk in new else NONE
        yield Foreseen(lead, NONE if kind == "resume" else here, here if kind in ("owner", "resume") else come)


def standing(owner: Member, *, at: datetime, most: int, seconds: float) -> dict[int, float]:
    """What the member's leads ask of them a day as things are: of some of them, counted up to all."""
    until, found, read = time.monotonic() + seconds, Counter[int](), 0
    running = Enrollment.objects.filter(
        account_id=owner.account_id, lead__owner=owner, lead__removed_at__isnull=True, state=Enrollment.State.ACTIVE
    )
    pks = list(running.order_by().values_list("lead_id", flat=True)[:5000])
    taken = pks[:: max(len(pks) // most, 1)][:most]
    leads = list(_leads(owner).filter(pk__in=taken))
    now = _now(leads, at=at)
    for lead in leads:
        if time.monotonic() > until:
            break
        read += 1
        known, touches = now.get(lead.pk, ([], []))
        found.update(
            _contacts(
                ahead(lead, at=at, limit=LONGEST, until=at + timedelta(days=DAYS), known=known, standing=touches),
                lead,
                owner,
                at=at,
            )
        )
    return {day: n * len(pks) / read for day, n in found.items()} if read else {}


def _leads(member: Member) -> QuerySet[Lead]:
    return Lead.objects.filter(account_id=member.account_id).select_related("account", "owner", "person").order_by("pk")


def _shuffled(lead: Lead) -> int:
    """The same every time, and no leaning to old or new ones where the time ends early."""
    return lead.pk * 2_654_435_761 % 2**32


def _begins(kind: str, choices: Mapping[str, Any], member: Member, *, at: datetime) -> str:
    """The cadence that starts with the change; "" if none does."""
    if kind == "cadence":
        return str(choices["cadence"])
    return versions.started_by(member.account, choices["stage"], at=at) if kind == "stage" else ""


def _now(leads: Sequence[Lead], *, at: datetime) -> dict[int, tuple[list[Situation], list[Touch]]]:
    """Where they stand on their cadences, and what is stored ahead of them."""
    known = situations_of_many(leads, at=at)
    found: dict[int, tuple[list[Situation], list[Touch]]] = {lead.pk: (known.get(lead.pk, []), []) for lead in leads}
    ids = list(found)
    for touch in Touch.objects.filter(account_id=leads[0].account_id, lead_id__in=ids, state__in=AHEAD) if ids else ():
        found[touch.lead_id][1].append(touch)
    return found


def _new(leads: Sequence[Lead], slug: str, *, at: datetime) -> dict[int, Situation]:
    """Where they would stand on a cadence that begins now; nothing is stored."""
    if not leads:
        return {}
    account = leads[0].account
    version = versions.latest(account, [slug], at=at)[slug]
    enrollments = [
        bulk.row(
            Enrollment,
            account_id=account.pk,
            lead=lead,
            person_id=lead.person_id,
            version=version,
            anchor_at=at,
            began_at=at,
        )
        for lead in leads
    ]
    found = situations(enrollments, account_id=account.pk, at=at, account=account, begun=True)
    return {situation.enrollment.lead_id: situation for situation in found}


def _planned(situation: Situation, *, at: datetime) -> Sequence[Planned]:
    return plan(
        situation.cadence,
        situation.progress,
        situation.facts,
        situation.policy,
        now=at,
        until=at + timedelta(days=DAYS),
        seed=situation.seed,
        working=situation.working,
        limit=LONGEST,
    )


def _contacts(touches: Sequence[Planned], lead: Lead, otherwise: Member, *, at: datetime) -> Profile:
    """Those that a person makes, by the day of whoever makes them."""
    zone = (lead.owner or otherwise).zone
    today = hours.local(at, zone).date()
    days = (
        (hours.local(one.due_at, zone).date() - today).days for one in touches if one.by == "person" and not one.blocked
    )
    return Counter(max(day, 0) for day in days if day < DAYS)
