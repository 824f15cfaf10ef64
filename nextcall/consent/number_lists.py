"""Do-not-call lists: stored part by part, and in force only when whole.

A file of millions is kept as parts of some thousand lines. Each part is one transaction, so that a process that dies
loses nothing; the last one puts the list in force and the older one out, in the same instant for whoever reads.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from nextcall.consent import geography, list_files
from nextcall.consent.list_files import Form, Unreadable
from nextcall.consent.models import NumberList, NumberListPart
from nextcall.consent.told import countries_of
from nextcall.lib import wake
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

PART = 64 * 1024  # bytes: about six thousand numbers, a fifth of a second of the write lock
BITE = 20_000  # numbers of a list out of force that are removed at once
EXAMPLES = 5
MOST_BAD = 0.05  # a list of which more cannot be read is not used: who stands on those lines is unknown

_INSERT = {
    "postgresql": "INSERT INTO nextcall_listednumber (account_id, list_id, key, listed)"
    " SELECT %s, %s, x.key, x.listed FROM unnest(%s::text[], %s::boolean[]) AS x(key, listed)"
    " ON CONFLICT (list_id, key) DO UPDATE SET listed = excluded.listed OR nextcall_listednumber.listed"
    " WHERE NOT nextcall_listednumber.listed AND excluded.listed",
    "sqlite": "INSERT INTO nextcall_listednumber (account_id, list_id, key, listed)"
    " SELECT %s, %s, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(%s) WHERE true"
    " ON CONFLICT (list_id, key) DO UPDATE SET listed = 1 WHERE listed = 0 AND excluded.listed = 1",
}
_REMOVE = (
    "DELETE FROM nextcall_listednumber WHERE id IN (SELECT id FROM nextcall_listednumber WHERE list_id = %s LIMIT %s)"
)


class Refused(Exception):
    """The list cannot be taken; says why and what would be right."""


def start(
    *,
    account: Account,
    place: str,
    obtained_at: datetime,
    chunks: Iterable[bytes],
    by: Member | None,
    at: datetime,
    subscription: str = "",
    area_codes: Sequence[str] = (),
    file_name: str = "",
) -> NumberList:
    """Keep a file to be stored by `run`; it is not in force yet. Memory does not grow with the file. Raises Refused."""
    codes = sorted(set(area_codes))
    _check(place, codes, obtained_at, at)
    digest = hashlib.sha256()
    with transaction.atomic():
        row = NumberList.objects.create(
            account=account, place=place, subscription=subscription[:60], area_codes=codes, obtained_at=obtained_at,
            stored_at=at, by=by, file_name=file_name[:200],
        )  # fmt: skip
        for number, body in enumerate(_parts(chunks, digest)):
            if number == 0:
                try:
                    form = list_files.form_of(body, country=place[:2])
                except Unreadable as why:
                    raise Refused(str(why)) from why
                row.form, row.washed = form.to_json(), form.result >= 0
            NumberListPart.objects.create(account=account, list=row, number=number, body=body)
            row.parts_total = number + 1
        if not row.parts_total:
            raise Refused("the file is empty")
        row.file_hash = digest.hexdigest()
        row.save()
        _record("list.received", row, by=by, at=at)
        transaction.on_commit(wake.wake)
    return row


def noon(day: date, *, at: datetime) -> datetime:
    """The moment that stands for a list of that day: noon, by no clock in particular, and never ahead of its day."""
    midnight = datetime.combine(day, time(), UTC)
    return min(midnight + timedelta(hours=12), max(at, midnight))


def _check(place: str, codes: Sequence[str], obtained_at: datetime, at: datetime) -> None:
    country, _, state = place.partition("-")
    if not geography.is_country(country) or (state and not (state.isalpha() and state.isupper() and len(state) < 4)):
        raise Refused(f"there is no place {place!r}; a list is of US, US-FL, CA, GB, AU or another country")
    if obtained_at > at + timedelta(days=1):
        raise Refused(f"obtained on {obtained_at:%Y-%m-%d}, which is still ahead; its own date is expected")
    if codes and country not in ("US", "CA"):
        raise Refused("only lists of the United States and Canada are divided by area code")
    if wrong := [code for code in codes if not (code.isdecimal() and code.isascii() and len(code) == 3)]:
        raise Refused(f"area code {wrong[0]!r}: three digits are expected, like 212")
    if wrong := [code for code in codes if country not in countries_of(f"+1{code}")]:
        raise Refused(f"area code {wrong[0]} is not of {country}")


def _parts(chunks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    """The file in parts that end with a line."""
    rest = b""
    for chunk in chunks:
        digest.update(chunk)
        rest += chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        while len(rest) >= PART:
            cut = rest.rfind(b"\n", 0, PART) + 1 or len(rest)
            yield rest[:cut]
            rest = rest[cut:]
    if rest.strip():
        yield rest


def run_waiting(*, at: datetime) -> bool:
    """Store one part of a list that waits, or remove some numbers of one that is out of force. False: nothing to do.

    For the engine's worker, called again until False.
    """
    unfinished = NumberList.objects.filter(ready_at=None, dropped_at=None, problem="")
    waiting = unfinished.order_by("pk").values_list("pk", flat=True).first()
    return run(waiting, at=at) if waiting is not None else clear()


def run(list_id: int, *, at: datetime) -> bool:
    """The next part of this list; False when it is in force, or another process is at it."""
    with transaction.atomic():
        mine = NumberList.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account", "by")
        row = mine.filter(pk=list_id, ready_at=None, dropped_at=None, problem="").first()
        if row is None:
            return False
        part = row.parts.order_by("number").first()
        if part is not None:
            _store(row, part)
        if row.parts_done >= row.parts_total:
            _finish(row, at=at)
        row.save()
    return not (row.ready_at or row.problem)


def _store(row: NumberList, part: NumberListPart) -> None:
    keys: dict[str, bool] = {}
    lines = list_files.text(bytes(part.body)).split("\n")
    for line in list_files.read(lines, Form.from_json(row.form), first=part.number == 0):
        row.lines += 1
        if line.key is None:
            row.bad_lines += 1
            row.bad_examples = [*row.bad_examples, line.written][:EXAMPLES]
        else:
            keys[line.key] = keys.get(line.key, False) or line.listed
    many = connection.vendor == "postgresql"
    values = [list(keys), list(keys.values())] if many else [json.dumps(list(keys.items()))]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT[connection.vendor], [row.account_id, row.pk, *values])
        row.count += cursor.rowcount
    row.parts_done += 1
    part.delete()


def _finish(row: NumberList, *, at: datetime) -> None:
    """In force, and what it replaces out of force; or not used at all, where too much of it cannot be read."""
    if row.washed:  # its rows are also those that are not listed
        row.count = row.numbers.filter(listed=True).count()
    if row.bad_lines > row.lines * MOST_BAD:
        row.problem = (
            f"{row.bad_lines:,} of {row.lines:,} lines are no telephone numbers of {row.place[:2]}, such as"
            f" {row.bad_examples[0]!r}; the list is not used"
        )[:300]
        return _record("list.refused", row, by=row.by, at=at)
    row.ready_at = at
    others = NumberList.objects.select_for_update().filter(
        account_id=row.account_id, place=row.place, washed=False, replaced_at=None, dropped_at=None
    )
    for other in others.exclude(pk=row.pk).exclude(ready_at=None).order_by("pk"):
        if row.washed:
            break
        if other.obtained_at > row.obtained_at and _includes(other, row):
            row.replaced_at = at
        elif other.obtained_at <= row.obtained_at and _includes(row, other):
            NumberList.objects.filter(pk=other.pk).update(replaced_at=at)
    return _record("list.stored", row, by=row.by, at=at)


def _includes(one: NumberList, other: NumberList) -> bool:
    """Whether it covers everything that the other covers."""
    if not one.area_codes:
        return True
    return bool(other.area_codes) and set(other.area_codes) <= set(one.area_codes)


def drop(row: NumberList, *, by: Member | None, at: datetime) -> None:
    """Out of force at once; its numbers are removed by and by. The row stays, as a record. Repeating it is harmless."""
    with transaction.atomic():
        if NumberList.objects.filter(pk=row.pk, dropped_at=None).update(dropped_at=at):
            NumberListPart.objects.filter(list=row).delete()
            _record("list.dropped", row, by=by, at=at)
            transaction.on_commit(wake.wake)
    row.refresh_from_db()


def clear() -> bool:
    """Remove some numbers of a list that is out of force; False when there are none."""
    gone = NumberList.objects.exclude(replaced_at=None, dropped_at=None).filter(numbers__isnull=False)
    found = gone.values_list("pk", flat=True).first()
    if found is None:
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REMOVE, [found, BITE])
    return True


def _record(kind: str, row: NumberList, *, by: Member | None, at: datetime) -> None:
    data = {
        "list": row.pk,
        "place": row.place,
        "area_codes": row.area_codes,
        "obtained_at": row.obtained_at.isoformat(),
        "subscription": row.subscription,
        "file": row.file_name,
        "sha256": row.file_hash,
        "count": row.count,
    }
    record(
        account_id=row.account_id, kind=kind, at=at, by=by, data={key: value for key, value in data.items() if value}
    )
