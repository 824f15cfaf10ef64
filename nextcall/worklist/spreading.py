"""What fits: carried-over work spread over the days after, and the welcome after time away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from nextcall.cadences.models import Touch
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.team.models import Member
from nextcall.worklist.ranking import CARRIED_SHARE, DAY

AWAY = timedelta(days=3)  # without a deed for so long, a member was away
MANY = 20  # came due meanwhile: fewer are simply worked
MOST_A_DAY = 500
LOOKED_AHEAD = 10  # working days
DISMISSED = "back_dismissed"  # of member.settings: the day on which the welcome was closed


@dataclass(frozen=True, slots=True)
class Back:
    """What a member finds after time away."""

    came_due: int
    fresh: int  # people who are new or wrote
    days: int  # over which the rest is spread


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One working day: what is planned for it, and how much carried over fits beside it."""

    date: date
    planned: int
    carried: int

    @property
    def total(self) -> int:
        return self.planned + self.carried


def day_size(member: Member) -> int:
    """How many people a member works in a day: their own choice, or 40."""
    chosen = member.settings.get("people_a_day")
    return chosen if isinstance(chosen, int) and 0 < chosen <= MOST_A_DAY else DAY


def share_of(size: int) -> int:
    """How many of a day may be carried over: a quarter, and one at least."""
    return max(size // CARRIED_SHARE, 1)


def away_since(member: Member, *, at: datetime, began: datetime) -> datetime | None:
    """The latest deed before time away that ends today: none for three days, or away until a time that has come.

    `began` is the member's midnight. None on any other day, and for who did nothing yet.
    """
    deeds = Action.objects.filter(account_id=member.account_id, member=member, at__lt=began)
    latest = deeds.order_by("-at").values_list("at", flat=True).first()
    if latest is None:
        return None
    was_away = member.away_until is not None and latest < member.away_until <= at
    return latest if was_away or began - latest >= AWAY else None


def back(member: Member, *, at: datetime, began: datetime, since: datetime | None) -> Back | None:
    """The welcome, if much came due meanwhile and the member has not closed it today. `since`: as `away_since`."""
    today = hours.local(began, member.zone).date()
    if since is None or member.settings.get(DISMISSED) == today.isoformat():
        return None
    touches = Touch.objects.filter(account_id=member.account_id, owner=member, state=Touch.State.OPEN, due_at__lte=at)
    came_due = touches.filter(due_at__gt=since).count()
    if came_due <= MANY:
        return None
    new = Q(arrived_at__gte=since, first_person_touch_at__isnull=True, import_id__isnull=True)
    leads = Lead.objects.filter(account_id=member.account_id, owner=member, removed_at__isnull=True)
    fresh = leads.filter(new | Q(waiting_since__isnull=False)).count()
    return Back(came_due, fresh, max(ceil(max(came_due - fresh, 0) / share_of(day_size(member))), 1))


def working_days(member: Member, *, after: date) -> Iterable[date]:
    """The member's next working days, at most the ten that are looked at."""
    found = 0
    for ahead in range(1, 31):
        day = after + timedelta(days=ahead)
        if found < LOOKED_AHEAD and hours.working_spans(member.working_hours, day):
            found += 1
            yield day


def next_working_day(member: Member, began: datetime) -> tuple[str, datetime]:
    """ "tomorrow" or "Monday", and the midnight after it; `began` is the midnight before today."""
    today = began.date()
    day = next(iter(working_days(member, after=today)), today + timedelta(days=1))
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), began.tzinfo)
    return ("tomorrow" if day == today + timedelta(days=1) else f"{day:%A}"), ends


def days_ahead(member: Member, *, at: datetime, carried: int, to_go: int) -> list[DayAhead]:
    """Today with what is to go, then the working days until all that is carried over has found its place."""
    zone, share = hours.zone(member.zone), share_of(day_size(member))
    today = at.astimezone(zone).date()
    planned = Touch.objects.filter(
        account_id=member.account_id, owner=member, state=Touch.State.PLANNED, by_machine=False, due_at__gt=at
    ).filter(due_at__lt=at + timedelta(days=31))
    by_day = dict(
        planned.annotate(day=TruncDate("due_at", tzinfo=zone))
        .values_list("day")
        .annotate(n=Count("person", distinct=True))
    )
    found = [DayAhead(today, to_go, 0)]
    for day in working_days(member, after=today):
        here = min(share, carried)
        carried -= here
        found.append(DayAhead(day, by_day.get(day, 0), here))
        if not carried and len(found) > 5:
            break
    return found


def fits_on(member: Member, *, carried: int, today: date) -> str:
    """ "They fit on Tuesday and Wednesday": the days on which so many carried-over people are worked."""
    days = ceil(carried / share_of(day_size(member)))
    named = [f"{day:%A}" for _, day in zip(range(days), working_days(member, after=today), strict=False)]
    if not named or days > 5:
        return f"They are spread over {days} days"
    return f"They fit on {', '.join(named[:-1])}{' and ' if named[1:] else ''}{named[-1]}"
