"""What a forecast rests on: how many leads arrive, who is on the cadence, and what members set aside."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nextcall.cadences import forecast
from nextcall.cadences.forecast import Hands
from nextcall.cadences.models import Cadence, Enrollment
from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.team.models import Account, Member

LOOKED_BACK = timedelta(days=28)
MOST = 5_000  # leads on it that are looked at: the newest, on whom most is still to be done


@dataclass(frozen=True, slots=True)
class Load:
    """The ground of a forecast."""

    today: date
    arrived: int  # leads in the last 28 days that nobody imported
    on_it: Mapping[int, int]  # how many, by the days since their first
    capacity: tuple[int, ...]
    members: int

    @property
    def a_day(self) -> float:
        """New leads a day: those of the last 28 days, at least one."""
        return max(self.arrived / LOOKED_BACK.days, 1)

    @property
    def assumed(self) -> bool:
        return self.arrived < LOOKED_BACK.days


def read(account: Account, cadence: Cadence, *, at: datetime) -> Load:
    """In four queries, however many leads there are."""
    today = hours.local(at, account.zone).date()
    came = Lead.objects.filter(account=account, arrived_at__gt=at - LOOKED_BACK, import_id__isnull=True)
    version_ids = list(cadence.versions.values_list("pk", flat=True))
    running = Enrollment.objects.filter(
        account=account, version__in=version_ids, state=Enrollment.State.ACTIVE, ended_at__isnull=True
    )
    anchors = running.order_by("-pk").values_list("anchor_at", flat=True)[:MOST]
    members = [_hands(one) for one in Member.objects.filter(account=account, is_active=True)]
    return Load(
        today=today,
        arrived=came.filter(removed_at__isnull=True, arrived_at__lte=at).count(),
        on_it=Counter(max((today - hours.local(anchor, account.zone).date()).days, 0) for anchor in anchors),
        capacity=tuple(forecast.capacity(members, today=today)),
        members=len(members),
    )


def _hands(member: Member) -> Hands:
    chosen = member.settings.get("people_a_day")
    people = chosen if isinstance(chosen, int) and 0 < chosen <= 500 else forecast.PEOPLE_A_DAY
    away = hours.local(member.away_until, member.zone).date() if member.away_until else None
    return Hands(people, member.working_hours, away)
