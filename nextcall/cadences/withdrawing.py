"""A wish not to be contacted, and in the same transaction the end of everything queued against it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment
from nextcall.cadences.recalls import want_back
from nextcall.consent import ledger
from nextcall.consent.models import Withdrawal
from nextcall.leads.models import ContactPoint, Person
from nextcall.lib import wake
from nextcall.team.models import Account, Member

EVERY_CHANNEL = frozenset({"call", "text", "email", "voicemail"})


def withdraw(
    *,
    account: Account,
    person: Person,
    contact_point: ContactPoint | None,
    scope: Sequence[str],
    reason: str,
    said: str,
    via: str,
    by: Member | None,
    at: datetime,
    reference: str = "",
    lead_id: int | None = None,
    import_id: int | None = None,
    fresh: bool = False,
) -> list[Withdrawal]:
    """Store the wish and take back everything queued against it, for everyone whom it protects.

    `scope`, `reason` and `reference` as ledger.withdraw has them; `person` is who said it, or who has the number.
    `fresh`: they were stored a moment ago, and nothing is queued towards them.
    """
    with transaction.atomic():
        ledger.lock_everyone_concerned(person, contact_point)
        rows = ledger.withdraw(
            account=account,
            person=None if reason == "wrong_number" else person,
            contact_point=contact_point,
            scope=scope,
            reason=reason,
            said=said,
            via=via,
            at=at,
            by=by,
            reference=reference,
            lead_id=lead_id,
            import_id=import_id,
        )
        channels = sorted({channel for row in rows for channel in row.channels})
        told = [] if fresh else [(one, channels) for one in sharing(contact_point, person)]
        for concerned, ended in [*told, *_reached_there(rows, contact_point, person)]:
            want_back(account_id=concerned.account_id, person_id=concerned.pk, channels=ended, at=at)
            enroll.cancel_ahead(person=concerned, because=f"{reason} ({via})", by=by, at=at, channels=ended)
            if set(ended) >= EVERY_CHANNEL:
                for enrollment in running(concerned):
                    enroll.finish(enrollment=enrollment, by=by, at=at, because=reason)
        transaction.on_commit(wake.wake)  # what waits for a thread is recalled at once
    return rows


def _reached_there(
    rows: Sequence[Withdrawal], said_at: ContactPoint | None, person: Person
) -> list[tuple[Person, list[str]]]:
    """Others whom we would reach at a number or address closed now, though nothing was said from it; on what."""
    closed = {row.contact_point_id: row.channels for row in rows if row.contact_point_id}
    closed.pop(said_at.pk if said_at else 0, None)
    if not closed:
        return []
    others = Person.objects.filter(
        account_id=person.account_id, reaches__contact_point__in=closed, sample=person.sample
    )
    found = {one.pk: one for one in others.exclude(pk=person.pk).order_by("pk")}
    best = ledger.points_for(found, account_id=person.account_id) if found else {}
    ended = ((one, _closed(best.get(pk, {}), closed)) for pk, one in found.items())
    return [(one, channels) for one, channels in ended if channels]


def _closed(best: Mapping[str, ContactPoint], closed: Mapping[int, Sequence[str]]) -> list[str]:
    return [channel for channel, point in best.items() if channel in closed.get(point.pk, ())]


def sharing(contact_point: ContactPoint | None, person: Person) -> list[Person]:
    """Everyone who is reached at this number or address, the person first; nobody invented for a real one."""
    if contact_point is None:
        return [person]
    others = Person.objects.filter(
        account_id=person.account_id, reaches__contact_point=contact_point, sample=person.sample
    ).exclude(pk=person.pk)
    return [person, *others.order_by("pk")]


def running(person: Person) -> QuerySet[Enrollment]:
    """The person's enrollments that have not ended, on all their leads."""
    return Enrollment.objects.filter(account_id=person.account_id, person=person, ended_at=None)
