"""Places under the caps: taken at claim, made or released when it is known whether the touch has left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from nextcall.consent.models import Attempt
from nextcall.lib import bulk


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place under the caps, taken at claim for a touch that is about to leave."""

    account_id: int
    person_id: int
    channel: str
    touch_id: int
    lead_id: int | None = None


def reserve(reservations: Sequence[Reservation], *, at: datetime) -> None:
    """Take a place under the caps for each touch, in the transaction that decided on it. Repeating it is harmless."""
    bulk.insert(
        [
            bulk.row(
                Attempt,
                account_id=one.account_id,
                person_id=one.person_id,
                lead_id=one.lead_id,
                channel=one.channel,
                touch_id=one.touch_id,
                at=at,
                state=Attempt.State.RESERVED,
            )
            for one in reservations
        ],
        ignore_conflicts=True,
    )


def mark_made(touch_ids: Collection[int], *, at: datetime | None = None) -> int:
    """The reserved attempts were really made (at `at`, if given); how many."""
    made = {"state": Attempt.State.MADE} | ({"at": at} if at else {})
    return Attempt.objects.filter(touch_id__in=touch_ids).update(**made)


def release(touch_ids: Collection[int]) -> int:
    """The reserved touches have certainly not left: their places are free again; how many."""
    return Attempt.objects.filter(touch_id__in=touch_ids, state=Attempt.State.RESERVED).delete()[0]
