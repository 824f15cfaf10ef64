"""The pool's numbers as they stand, and taking a share of their rates and days: rows that all engines share."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import F

from nextcall.engine.models import NumberPace
from nextcall.engine.numbers import Number, Pool, left
from nextcall.lib import hours, sql
from nextcall.team.models import SenderNumber

FIELDS = (
    "id", "number", "kind", "registration", "registration_says", "per_minute", "per_day", "ramp_from", "paused_until",
    "paused_because", "enabled",
)  # fmt: skip
STANDING = (
    "SELECT p.number_id, p.next_at, p.day, p.sent FROM nextcall_numberpace p WHERE p.number_id IN {them} ORDER BY 1"
)
TAKE = "UPDATE nextcall_numberpace SET next_at = %s, day = %s, sent = %s WHERE number_id = %s"


def pools(account_ids: Iterable[int], zones: Mapping[int, str], *, at: datetime) -> dict[int, Pool]:
    """By connection, in one query; a connection without numbers has none."""
    rows = SenderNumber.objects.filter(account__in=set(account_ids)).order_by("id")
    wanted = ("account_id", "connection_id", *FIELDS)
    found: dict[int, list[Number]] = {}
    zone_of: dict[int, str] = {}
    paced = rows.annotate(next_at=F("numberpace__next_at"), day=F("numberpace__day"), sent=F("numberpace__sent"))
    for row in paced.values(*wanted, "next_at", "day", "sent"):
        zone = zone_of[row["connection_id"]] = zones.get(row["account_id"], "UTC")
        today = hours.local(at, zone).date()
        sent = row["sent"] if row["day"] == today else 0
        number = Number(**{name: row[name] for name in FIELDS}, next_at=row["next_at"], sent=sent or 0)
        found.setdefault(row["connection_id"], []).append(number)
    return {key: Pool(numbers, at, zone_of[key]) for key, numbers in found.items()}


def take(wanted: Mapping[Number, int], zones: Mapping[int, str], *, at: datetime) -> dict[int, int]:
    """Reserve up to so many texts of each number, in the caller's transaction; how many were had, by the number's id.

    `zones`: by the number's id, whose midnight ends its day. Three statements, however many numbers.
    """
    numbers = {one.id: one for one in wanted}
    if not numbers:
        return {}
    fresh = [
        NumberPace(number_id=one.id, next_at=at, day=hours.local(at, zones[one.id]).date())
        for one in numbers.values()
        if one.next_at is None
    ]
    NumberPace.objects.bulk_create(fresh, ignore_conflicts=True)
    had, rows = dict[int, int](), []
    for key, next_at, day, sent in sql.rows(f"{STANDING.format(them=sql.among(numbers))}{sql.locked('p')}", []):
        one, today = numbers[key], hours.local(at, zones[key]).date()
        start = max(sql.instant(next_at), at)
        stood = replace(one, next_at=start, sent=sent if str(day) == today.isoformat() else 0)
        had[key] = min(wanted[one], left(stood, at, today))
        interval = timedelta(seconds=60 / one.per_minute if one.per_minute else 0)
        rows.append((start + had[key] * interval, today.isoformat(), stood.sent + had[key], key))
    sql.execute_many(TAKE, rows)
    return had
