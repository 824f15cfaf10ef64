"""What persons asked for short of a stop, as rows: the hours they like, and not before a day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from nextcall.consent import preferred
from nextcall.consent.models import Preference
from nextcall.leads.models import Person
from nextcall.lib import hours as clocks
from nextcall.team.models import Account, Member

CHANNELS = ("call", "text", "email")
_SINGLE = {"call": "calls", "text": "texts", "email": "email"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one person now: hours as `preferred` has them, and no contact before an instant."""

    hours: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None


def standing(person_ids: Collection[int], *, account_id: int, at: datetime) -> dict[int, Standing]:
    """Of each person who asked for something; one query."""
    found: dict[int, Standing] = {}
    for row in _in_force(account_id, at).filter(person__in=person_ids).order_by("pk"):
        before = found.get(row.person_id, Standing())
        if row.kind == Preference.Kind.HOURS:
            found[row.person_id] = Standing(row.value, before.not_before)
        else:
            found[row.person_id] = Standing(before.hours, row.until_at)
    return found


def _in_force(account_id: int, at: datetime) -> QuerySet[Preference]:
    over = Q(kind=Preference.Kind.NOT_BEFORE, until_at__lte=at)
    return Preference.objects.filter(account_id=account_id, ended_at=None).exclude(over)


def prefer(
    *,
    account: Account,
    person: Person,
    kind: str,
    at: datetime,
    via: str,
    by: Member | None,
    hours: Mapping[str, str] | None = None,
    until: datetime | None = None,
    said: str = "",
) -> Preference | None:
    """Write one down in place of what stood of its kind; without hours and without `until` the wish ends.

    Inside the transaction of the deed, under the person's lock. `via`: link, or hand for what they told a member.
    """
    rows = Preference.objects.filter(account=account, person=person, kind=kind, ended_at=None)
    because = "changed" if hours or until else "taken back"
    rows.update(ended_at=at, ended_because=because)
    if not hours and until is None:
        return None
    return Preference.objects.create(
        account=account,
        person=person,
        kind=kind,
        value=dict(hours or {}),
        until_at=until,
        said=said[:2000],
        via=via[:20],
        at=at,
        by=by,
    )


def in_words(closed: Sequence[str], wish: Standing, *, zone: str, at: datetime, whose: str = "their") -> str:
    """ "no calls, after 5 pm their time"; "" when nothing was asked for."""
    parts = []
    left = [channel for channel in CHANNELS if channel not in closed]
    if len(closed) == len(CHANNELS):
        parts.append("no contact")
    elif len(left) == 1:
        parts.append(f"{_SINGLE[left[0]]} only")
    elif closed:
        parts.append(f"no {_SINGLE[closed[0]]}")
    if said := preferred.words(wish.hours):
        parts.append(f"{said} {whose} time")
    if wish.not_before is not None and wish.not_before > at:
        there = clocks.local(wish.not_before, zone)
        parts.append(f"not before {there:%B} {there.day}" + (f", {there.year}" if there.year != at.year else ""))
    return ", ".join(parts)
