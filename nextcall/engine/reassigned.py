"""What the reassigned-numbers database answered (US-18): it is kept, and who has a number no more is left alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from nextcall.cadences import enroll
from nextcall.consent import check_files, ledger
from nextcall.consent.check_files import Said
from nextcall.consent.models import NumberCheck
from nextcall.consent.told import countries_of
from nextcall.leads.models import ContactPoint, Person
from nextcall.lib import bulk, wake
from nextcall.team.models import Account, Member
from nextcall.timeline.record import record

CHUNK = 500  # answers in one transaction
EXAMPLES = 5
GOOD_FOR = timedelta(days=31)  # after that a number is asked about again (our own choice; the law names none)
GONE = ("wrong", "reassigned", "disconnected")


@dataclass(slots=True)
class Summary:
    """What became of a file of answers."""

    lines: int = 0
    yes: int = 0
    no: int = 0
    no_data: int = 0
    strangers: int = 0  # numbers that no lead has
    repeated: int = 0
    bad_lines: int = 0
    bad_examples: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        parts = [
            f"{self.no:,} still theirs",
            f"{self.yes:,} somebody else\u2019s now",
            f"{self.no_data:,} without data",
        ]
        more = {"not among your leads": self.strangers, "known already": self.repeated, "not readable": self.bad_lines}
        return ", ".join(parts + [f"{count:,} {words}" for words, count in more.items() if count])


def take_in(
    text: str, *, account: Account, checked_at: datetime, reference: str, by: Member | None, at: datetime
) -> Summary:
    """Keep every answer. "yes" ends what was permitted on the number and takes back what is queued to it.

    `checked_at`: when the database was asked. Taking the same file in twice is harmless. Raises Unreadable.
    """
    answers = list(check_files.read(text))
    summary = Summary()
    for chunk in _chunks(answers):
        with transaction.atomic():
            _take(chunk, account, summary, checked_at=checked_at, reference=reference, by=by, at=at)
    record(
        account_id=account.pk,
        kind="numbers.checked",
        at=at,
        by=by,
        data={"says": summary.sentence(), "reference": reference[:120], "checked_at": checked_at.isoformat()},
    )
    wake.wake()
    return summary


def _chunks(answers: Sequence[Said]) -> Iterator[Sequence[Said]]:
    return (answers[start : start + CHUNK] for start in range(0, len(answers), CHUNK))


def _take(
    chunk: Sequence[Said], account: Account, summary: Summary, *, checked_at: datetime, by: Member | None, **more: Any
) -> None:
    keys = {said.key for said in chunk if said.key}
    points = {one.key: one for one in ContactPoint.objects.filter(account=account, kind="phone", key__in=keys)}
    known = NumberCheck.objects.filter(account=account, contact_point__in=points.values(), checked_at=checked_at)
    there = set(known.values_list("contact_point_id", "result", "since_date"))
    rows, gone = [], []
    for said in chunk:
        summary.lines += 1
        if said.key is None or said.result is None:
            summary.bad_lines += 1
            summary.bad_examples = [*summary.bad_examples, said.written][:EXAMPLES]
            continue
        point = points.get(said.key)
        if point is None:
            summary.strangers += 1
            continue
        if (point.pk, said.result, said.since) in there:
            summary.repeated += 1
            continue
        there.add((point.pk, said.result, said.since))
        setattr(summary, said.result, getattr(summary, said.result) + 1)
        rows.append(_check(said, point, account, checked_at, more["reference"], by))
        if said.result == NumberCheck.Result.YES:
            gone.append((point, said))
    bulk.insert(rows)
    for point, said in gone:
        _leave_alone(point, said, account, by=by, at=more["at"])


def _check(
    said: Said, point: ContactPoint, account: Account, checked_at: datetime, reference: str, by: Member | None
) -> NumberCheck:
    return bulk.row(
        NumberCheck,
        account_id=account.pk,
        contact_point_id=point.pk,
        result=said.result,
        since_date=said.since,
        checked_at=checked_at,
        reference=reference[:120],
        by_id=by.pk if by else None,
    )


def _leave_alone(point: ContactPoint, said: Said, account: Account, *, by: Member | None, at: datetime) -> None:
    asked = f" since {said.since:%-d %B %Y}" if said.since else ""
    rows = ledger.withdraw(
        account=account,
        contact_point=point,
        scope=(),
        reason="reassigned",
        said=f"The reassigned-numbers database: disconnected{asked}",
        via="check",
        at=at,
        by=by,
    )
    channels = sorted({channel for row in rows for channel in row.channels})
    for person in Person.objects.filter(account=account, reaches__contact_point=point).order_by("pk"):
        enroll.cancel_ahead(person=person, because="reassigned (check)", by=by, at=at, channels=channels)


def due(account: Account, *, at: datetime) -> "QuerySet[ContactPoint, Any]":
    """The numbers to be asked about: in use, and without a "no" of the last 31 days. With the day to ask about:

    that of the earliest permission in force, or of the latest inquiry where there is none.
    """
    in_force = Q(permissions__ended_at=None) & (Q(permissions__expires_at=None) | Q(permissions__expires_at__gt=at))
    alive = Q(reaches__person__leads__removed_at=None)
    newest = NumberCheck.objects.filter(contact_point=OuterRef("pk")).order_by("-checked_at", "-pk")
    found = ContactPoint.objects.filter(account=account, kind="phone", key__startswith="+1").exclude(problem__in=GONE)
    asked = found.annotate(
        permitted=Min("permissions__given_at", filter=in_force),
        inquired=Max("reaches__person__leads__arrived_at", filter=alive),
        result=Subquery(newest.values("result")[:1]),
        checked_at=Subquery(newest.values("checked_at")[:1]),
    )
    old = Q(result=None) | ~Q(result=NumberCheck.Result.NO) | Q(checked_at__lte=at - GOOD_FOR)
    return asked.filter(old, inquired__isnull=False).order_by("key").values("key", "permitted", "inquired")


def lines_to_ask(account: Account, *, at: datetime) -> Iterator[str]:
    """The file for the database, line by line: American numbers and their days."""
    for row in due(account, at=at).iterator(chunk_size=2000):
        if "US" in countries_of(row["key"][:5]):
            since: date = (row["permitted"] or row["inquired"]).date()
            yield check_files.to_ask(row["key"], since)
