"""A new lead that nobody called inside the goal: to whom it is offered. Pure, but for reading the account's setting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nextcall.leads.models import Lead
from nextcall.lib import hours
from nextcall.team.models import Account, Member
from nextcall.worklist.ranking import SPEED_GOAL

OFFERED_FOR = timedelta(hours=1)  # after that it is no new inquiry any more
HELD_FOR = timedelta(minutes=15)  # a card is its member's


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of the account, as far as offering goes."""

    id: int
    name: str
    zone: str
    working_hours: Any
    away_until: datetime | None

    def is_free(self, at: datetime) -> bool:
        """At work, and not away."""
        away = self.away_until is not None and self.away_until > at
        return not away and hours.is_working(self.working_hours, at, self.zone)


def goal_of(account: Account) -> timedelta:
    """How soon a new lead is to be called: the account's own goal (`policy["speed_goal_minutes"]`), or 5 minutes."""
    chosen = account.policy.get("speed_goal_minutes")
    return timedelta(minutes=chosen) if isinstance(chosen, int) and 0 < chosen <= 24 * 60 else SPEED_GOAL


def next_free(
    team: Sequence[Colleague], *, owner_id: int, arrived_at: datetime, at: datetime, goal: timedelta
) -> Colleague | None:
    """Whose turn it is: at the goal the first free one after the owner, after each further goal the one after them."""
    free = sorted((one for one in team if one.id != owner_id and one.is_free(at)), key=lambda one: one.id)
    if not free or at - arrived_at <= goal:
        return None
    after_owner = [one for one in free if one.id > owner_id] + [one for one in free if one.id < owner_id]
    turn = int((at - arrived_at - goal) / goal)
    return after_owner[turn % len(after_owner)]


def is_offer(lead: Lead, member: Member, *, at: datetime) -> bool:
    """Whether a lead that the member holds is another's new one, past the goal and untried: theirs to take."""
    untried = lead.first_person_touch_at is None and lead.import_id is None
    late = goal_of(member.account) < at - lead.arrived_at < OFFERED_FOR + HELD_FOR
    return untried and late and lead.owner_id not in (None, member.pk) and lead.held_by_id == member.pk
