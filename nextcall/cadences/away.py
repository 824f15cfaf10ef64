"""The owner is away: the plans of their leads are held until the first day back."""

from datetime import datetime

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Pause
from nextcall.team.models import Member

AWAY = "away"


def hold(*, owner: Member, until: datetime, by: Member | None, at: datetime) -> int:
    """Pause every running plan of the owner's leads until then; how many. Those held already follow the new day."""
    Pause.objects.filter(
        account_id=owner.account_id, because=AWAY, ended_at__isnull=True, enrollment__lead__owner=owner
    ).update(until_at=until)
    running = Enrollment.objects.filter(account_id=owner.account_id, lead__owner=owner, state=Enrollment.State.ACTIVE)
    enrollments = list(running.order_by("pk"))
    for enrollment in enrollments:
        enroll.pause(enrollment=enrollment, by=by, at=at, because=AWAY, until=until)
    return len(enrollments)


def release(*, owner: Member, by: Member | None, at: datetime) -> int:
    """Back early: the plans that were held for it go on; what was paused for another reason stays paused."""
    held = Enrollment.objects.filter(
        account_id=owner.account_id,
        lead__owner=owner,
        state=Enrollment.State.PAUSED,
        pauses__because=AWAY,
        pauses__ended_at__isnull=True,
    )
    enrollments = list(held.distinct().order_by("pk"))
    for enrollment in enrollments:
        enroll.resume(enrollment=enrollment, by=by, at=at)
    return len(enrollments)
