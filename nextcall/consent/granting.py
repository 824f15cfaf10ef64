"""Writing permissions down with their proof; what a lead gives with their own hands ends an earlier stop."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from nextcall.consent.models import Permission, Withdrawal
from nextcall.consent.wordings import version_of
from nextcall.leads.models import ContactPoint, Person
from nextcall.lib import bulk, sql
from nextcall.lib.hashing import point_hash
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from nextcall.timeline.record import event, record, record_many

_FROM_THE_LEAD = ("form", "text", "voice", "email")  # sources of a permission that the lead gave with their own hands
_SAID = ("written", "express")  # what is implied was said by nobody, and takes back no stop
_LIFTABLE = ("opt_out", "link", "erased")
_ANY = (
    "SELECT 1 FROM nextcall_withdrawal WHERE account_id = %s AND lifted_at IS NULL"
    " AND (person_id IN {them} OR value_hash IN ({hashes})) LIMIT 1"
)


def grant(
    *,
    account: Account,
    person: Person,
    channel: str,
    tier: str,
    source: str,
    given_at: datetime,
    at: datetime,
    contact_point: ContactPoint | None = None,
    purpose: str = "marketing",
    automated: bool = True,
    wording: str = "",
    wording_version: str = "",
    sellers: Sequence[str] = (),
    proof: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
    by: Member | None = None,
    import_id: int | None = None,
) -> Permission:
    """Store a permission with its proof. `given_at` is when they gave it, `at` when it was written down.

    The words get their version (wordings.version_of) unless the caller names one.

    One that the lead gave with their own hands (form, text, voice, email) after a stop ends that stop on its channel.
    An import never does, nor does anything dated before the stop; a complaint and a wrong number stand.
    """
    row = Permission(
        account=account,
        person=person,
        contact_point=contact_point,
        channel=channel,
        automated=automated,
        purpose=purpose,
        tier=tier,
        sellers=list(sellers),
        wording=wording[:10_000],
        wording_version=wording_version[:40],
        source=source[:20],
        proof=dict(proof or {}),
        given_at=given_at,
        expires_at=expires_at,
        recorded_at=at,
        recorded_by=by,
        import_id=import_id,
    )
    grant_many([row], account=account, by=by, at=at)
    return row


def grant_many(rows: Sequence[Permission], *, account: Account, by: Member | None, at: datetime) -> None:
    """As `grant` for many rows that are not stored yet, all of one account, in a constant number of statements."""
    for row in rows:
        row.wording_version = row.wording_version or version_of(row.wording)
    with transaction.atomic(savepoint=False):
        bulk.insert(rows)
        given = [row for row in rows if row.source in _FROM_THE_LEAD and row.import_id is None and row.tier in _SAID]
        if given and _any_stops(given, account):
            for row in given:
                _end_stops(row, account, by=by, at=at)
        record_many(_events(rows, account, by=by, at=at))


def end(permission: Permission, *, because: str, at: datetime, by: Member | None = None) -> None:
    """It permits nothing any more; the row stays, with its proof. Repeating it is harmless."""
    with transaction.atomic():
        standing = Permission.objects.filter(account_id=permission.account_id, pk=permission.pk, ended_at=None)
        if standing.update(ended_at=at, ended_because=because[:120]):
            record(
                account_id=permission.account_id,
                kind="permission.ended",
                at=at,
                by=by,
                person_id=permission.person_id,
                data={"permission": permission.pk, "channel": permission.channel, "because": because[:120]},
            )
    permission.refresh_from_db()


def _any_stops(rows: Sequence[Permission], account: Account) -> bool:
    """Whether anything stands that these could end: nearly always not, and then nothing is looked up one by one."""
    persons = {row.person_id for row in rows}
    points = {row.contact_point for row in rows if row.contact_point is not None}
    if any(row.contact_point_id is None for row in rows):
        points |= set(ContactPoint.objects.filter(account=account, reaches__person__in=persons))
    hashes = [point_hash(point.kind, point.key) for point in points]
    statement = _ANY.format(them=sql.among(persons), hashes=", ".join(["%s"] * len(hashes)) or "NULL")
    return bool(sql.rows(statement, [account.pk, *hashes]))


def _end_stops(row: Permission, account: Account, *, by: Member | None, at: datetime) -> None:
    for standing in _stops(account, row.person, row.contact_point).filter(at__lt=row.given_at, reason__in=_LIFTABLE):
        if row.channel in standing.channels:
            ended = [row.channel, "automated"] if row.automated and row.channel != "email" else [row.channel]
            lift(standing, because="they gave permission again", at=at, by=by, channels=ended)


def _stops(account: Account, person: Person, point: ContactPoint | None) -> QuerySet[Withdrawal]:
    points = [point] if point else list(ContactPoint.objects.filter(account=account, reaches__person=person))
    hashes = [point_hash(one.kind, one.key) for one in points]
    own = Q(person=person) | Q(value_hash__in=hashes, person=None)
    return Withdrawal.objects.select_for_update().filter(own, account=account, lifted_at=None).order_by("pk")


def inquired_anew(points: Iterable[ContactPoint], *, account: Account, at: datetime) -> int:
    """Who was erased asks us something again: what erasure itself had closed is open again, and nothing else; how many.

    A stop that they had given before they were erased stands until they give permission again.
    """
    hashes = [point_hash(point.kind, point.key) for point in points]
    rows = Withdrawal.objects.filter(
        account=account, value_hash__in=hashes, reason="erased", lifted_at=None, at__lte=at
    )
    standing = list(rows) if hashes else []
    for row in standing:
        lift(row, because="they asked us something anew", at=at)
    return len(standing)


def _events(rows: Sequence[Permission], account: Account, *, by: Member | None, at: datetime) -> Iterable[Event]:
    """One for each permission; for a file one for each person, who has nothing to say to it."""
    of_files: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in rows:
        given: dict[str, Any] = {"channel": row.channel, "tier": row.tier, "permission": row.pk}
        if row.import_id is not None:
            of_files.setdefault((row.person_id, row.import_id), []).append(given)
            continue
        yield event(
            account_id=account.pk,
            kind="permission.given",
            at=at,
            by=by,
            person_id=row.person_id,
            data={**given, "purpose": row.purpose, "source": row.source},
        )
    for (person_id, import_id), several in of_files.items():
        yield event(
            account_id=account.pk,
            kind="permission.given",
            at=at,
            by=by,
            person_id=person_id,
            data={"source": "import", "import": import_id, "given": several},
        )


def lift(
    withdrawal: Withdrawal,
    *,
    because: str,
    at: datetime,
    by: Member | None = None,
    channels: Sequence[str] | None = None,
) -> Withdrawal:
    """End a withdrawal, or with `channels` only that part of it. The row stays; what remains stands in a new one."""
    lifted = set(withdrawal.channels if channels is None else channels)
    remains = [channel for channel in withdrawal.channels if channel not in lifted]
    with transaction.atomic():
        if remains:
            Withdrawal.objects.create(
                account_id=withdrawal.account_id,
                value_hash=withdrawal.value_hash,
                person_id=withdrawal.person_id,
                contact_point_id=withdrawal.contact_point_id,
                channels=remains,
                reason=withdrawal.reason,
                said=withdrawal.said,
                via=withdrawal.via,
                at=withdrawal.at,
                applied_at=at,
                by_id=withdrawal.by_id,
                import_id=withdrawal.import_id,
            )
        withdrawal.lifted_at, withdrawal.lifted_by, withdrawal.lifted_because = at, by, because[:300]
        withdrawal.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
        record(
            account_id=withdrawal.account_id,
            kind="permission.restored",
            at=at,
            by=by,
            person_id=withdrawal.person_id,
            data={
                "channels": sorted(lifted & set(withdrawal.channels)),
                "because": because[:300],
                "withdrawal": withdrawal.pk,
            },
        )
    return withdrawal
