"""Permissions and withdrawals as rows: who, when, why. Nothing here is ever deleted.

A withdrawal's channels are call, voicemail, text, email, and "automated" (calls that software dials or speaks).
"""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from nextcall.consent.granting import end, grant, grant_many, inquired_anew, lift
from nextcall.consent.known import OF_THE_POINT, Wanted, facts_for, place_of_person, points_for
from nextcall.consent.models import Permission, Withdrawal
from nextcall.consent.reserving import Reservation, mark_made, release, reserve
from nextcall.leads.models import ContactPoint, Person
from nextcall.lib.hashing import point_hash
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

__all__ = [
    "Reservation",
    "Wanted",
    "end",
    "end_permissions",
    "facts_for",
    "grant",
    "grant_many",
    "inquired_anew",
    "lift",
    "lock_everyone_concerned",
    "lock_persons",
    "mark_made",
    "place_of_person",
    "points_for",
    "release",
    "reserve",
    "withdraw",
]

# What a wish covers, read strictly (compliance notes (a), stop_scope): a STOP by text ends automated calls too.
SCOPES: dict[str, tuple[str, ...]] = {
    "text": ("text", "automated"),
    "call": ("call", "voicemail", "automated"),
    "voicemail": ("voicemail",),
    "email": ("email",),
}
EVERYTHING = ("text", "call", "email")
_PHONE = ("call", "voicemail", "text", "automated")


def lock_persons(person_ids: Iterable[int]) -> None:
    """Takes the row lock that a claim and a withdrawal share. Inside a transaction; held until its end.

    Rows that point to the person may still be written meanwhile (NO KEY): an arriving lead, which holds its numbers.
    """
    ids = sorted(set(person_ids))
    if connection.vendor == "postgresql":  # in order, so that two who lock the same persons cannot block each other
        rows = Person.objects.select_for_update(no_key=True).filter(pk__in=ids)
        list(rows.order_by("pk").values_list("pk", flat=True))
    Person.objects.filter(pk__in=ids).update(revision=F("revision") + 1)


def lock_everyone_concerned(person: Person, point: ContactPoint | None) -> None:
    """The locks of everything that a wish of this person may come to, at once and in order; before any other lock.

    The numbers first, as an arriving lead takes them: two who write from one household must not block each other.
    """
    own = ContactPoint.objects.filter(Q(reaches__person=person) | Q(pk=point.pk if point else None))
    ids = sorted(set(own.values_list("pk", flat=True)))
    if connection.vendor == "postgresql":
        rows = ContactPoint.objects.select_for_update(no_key=True).filter(pk__in=ids)
        list(rows.order_by("pk").values_list("pk", flat=True))
    sharing = Person.objects.filter(account_id=person.account_id, reaches__contact_point__in=ids)
    lock_persons({person.pk, *sharing.values_list("pk", flat=True)})


def withdraw(
    *,
    account: Account,
    person: Person | None = None,
    contact_point: ContactPoint | None = None,
    scope: Sequence[str],
    reason: str,
    said: str,
    via: str,
    at: datetime,
    by: Member | None = None,
    import_id: int | None = None,
    value_hash: str = "",
    reference: str = "",
    lead_id: int | None = None,
) -> list[Withdrawal]:
    """Store the wish not to be contacted. Takes effect with the transaction; the caller takes back what is queued.

    `scope`: of text, call, voicemail, email; empty means everything. It holds for the person on all their numbers and
    addresses, and for everyone else on the one it came from. `wrong_number` and `reassigned` hold for the number alone:
    no calls or texts to it for anybody, and nobody's email is touched. Repeating it is harmless: the standing row is
    returned; only with a `reference`, the sender's own id of the wish, it is written down again.
    `value_hash`: of a number or address that we hold for nobody, which is not stored for this.
    """
    with transaction.atomic():
        points = _points(account, person, contact_point, reason)
        lock_persons({*_sharing(points), *([person.pk] if person else [])})
        channels = _channels(scope, reason, contact_point)
        wish = Withdrawal(
            account=account,
            person=None if reason in OF_THE_POINT else person,
            channels=channels,
            reason=reason[:20],
            via=via[:20],
            at=at,
            applied_at=at,
            by=by,
            said=said[:2000],
            import_id=import_id,
            value_hash=value_hash,
            reference=reference[:120],
        )
        rows = [_stand(copy(wish), point) for point in points]
        if reason in OF_THE_POINT and contact_point is not None:
            _mark_point(contact_point, "wrong" if reason == "wrong_number" else "reassigned", at)
        record(
            account_id=account.pk,
            kind="permission.withdrawn",
            at=at,
            by=by,
            person_id=person.pk if person else None,
            lead_id=lead_id,
            data={"channels": channels, "reason": reason, "via": via, "withdrawals": [row.pk for row in rows]},
        )
    return rows


def end_permissions(*, person: Person, channels: Sequence[str], because: str, at: datetime) -> int:
    """What they permitted before has ended on these channels, though they asked for no stop; how many permissions."""
    standing = Permission.objects.filter(
        account_id=person.account_id, person=person, channel__in=channels, ended_at=None, given_at__lt=at
    )
    ended = standing.update(ended_at=at, ended_because=because[:120])
    if ended:
        data = {"channels": list(channels), "because": because, "count": ended}
        record(account_id=person.account_id, kind="permission.ended", at=at, person_id=person.pk, data=data)
    return ended


def _points(
    account: Account, person: Person | None, point: ContactPoint | None, reason: str
) -> list[ContactPoint | None]:
    """One row a contact point, so that each is met again by its hash; a person without any is stopped by name."""
    if point is not None and (reason in OF_THE_POINT or person is None):
        return [point]
    own = ContactPoint.objects.filter(account=account, reaches__person=person).order_by("pk") if person else ()
    found = {one.pk: one for one in (*([point] if point else []), *own)}
    return list(found.values()) or [None]


def _channels(scope: Sequence[str], reason: str, point: ContactPoint | None) -> list[str]:
    if reason in OF_THE_POINT:
        return ["email"] if point is not None and point.kind == ContactPoint.Kind.EMAIL else list(_PHONE)
    return list(dict.fromkeys(channel for name in scope or EVERYTHING for channel in SCOPES[name]))


def _sharing(points: Sequence[ContactPoint | None]) -> list[int]:
    ids = [point.pk for point in points if point is not None]
    return list(Person.objects.filter(reaches__contact_point__in=ids).values_list("pk", flat=True)) if ids else []


def _stand(wish: Withdrawal, point: ContactPoint | None) -> Withdrawal:
    """The wish for one contact point; the row that stands already if it says as much.

    What a member logged never stands for what the lead said: the member's may be undone.
    """
    if point is not None:
        wish.contact_point, wish.value_hash = point, point_hash(point.kind, point.key)
    standing = Withdrawal.objects.filter(
        account=wish.account,
        value_hash=wish.value_hash,
        person=wish.person,
        reason=wish.reason,
        by=wish.by,  # what a member logged, and may undo, never stands in for what the lead said
        lifted_at=None,
    )
    for row in standing.filter(by__isnull=wish.by is None) if not wish.reference else ():
        if set(wish.channels) <= set(row.channels):
            return row
    wish.save(force_insert=True)
    return wish


def _mark_point(point: ContactPoint, problem: str, at: datetime) -> None:
    """The number is somebody else's: it is marked, and the consent that was given for it has ended (US-18)."""
    ContactPoint.objects.filter(account_id=point.account_id, pk=point.pk).update(problem=problem, problem_at=at)
    point.problem, point.problem_at = problem, at
    Permission.objects.filter(account_id=point.account_id, contact_point=point, ended_at=None).update(
        ended_at=at, ended_because=problem
    )
