"""Giving an inquiry its place: source, offer, owner, answers; and filling the gaps of one that is here already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment
from nextcall.intake.parsers.new_lead import NewLead, when
from nextcall.leads.models import Lead, Offer, Source
from nextcall.team.models import Account, Member


@dataclass(frozen=True, slots=True)
class Named:
    """The sources and offers of an account by name, those of the batch among them."""

    sources: dict[str, Source]
    offers: dict[str, Offer]

    def source(self, name: str | None) -> Source | None:
        return self.sources.get((name or "")[:80])

    def offer(self, name: str | None) -> Offer | None:
        return self.offers.get((name or "")[:80])


def names(account: Account, arrivals: Iterable[NewLead], source: str, offer: str) -> Named:
    """Make what is missing; a few statements for any number of arrivals."""
    arrivals = list(arrivals)
    wanted_sources = {(new.source or source)[:80] for new in arrivals} - {""}
    wanted_offers = {(offer or new.offer or "")[:80] for new in arrivals} - {""}
    return Named(_sources(account, wanted_sources), _offers(account, wanted_offers))


def _sources(account: Account, wanted: set[str]) -> dict[str, Source]:
    if not wanted:
        return {}
    found = {row.name: row for row in Source.objects.filter(account=account, name__in=wanted)}
    if missing := sorted(wanted - found.keys()):
        Source.objects.bulk_create([Source(account=account, name=name) for name in missing], ignore_conflicts=True)
        found = {row.name: row for row in Source.objects.filter(account=account, name__in=wanted)}
    return found


def _offers(account: Account, wanted: set[str]) -> dict[str, Offer]:
    if not wanted:
        return {}
    found = {row.name: row for row in Offer.objects.filter(account=account, name__in=wanted)}
    if missing := sorted(wanted - found.keys()):
        Offer.objects.bulk_create([Offer(account=account, name=name) for name in missing], ignore_conflicts=True)
        found = {row.name: row for row in Offer.objects.filter(account=account, name__in=wanted)}
    return found


def members(account: Account, arrivals: Iterable[NewLead]) -> dict[str, Member]:
    """Members whom a file names as owners, by name or address in lower case; others are nobody of ours."""
    if not any(new.owner for new in arrivals):
        return {}
    ours: dict[str, Member] = {}
    for member in Member.objects.filter(account=account, is_active=True).order_by("pk"):
        ours.setdefault(member.name.lower(), member)
        ours.setdefault(member.email.lower(), member)
    return ours


def answers(new: NewLead) -> dict[str, Any]:
    """The lead's answers, with what the record says beyond our fields under plain names."""
    more = {
        "Company": new.company,
        "Owner elsewhere": new.owner,
        "Attempts elsewhere": new.attempts,
        "Latest activity elsewhere": when(new.latest_activity_at),
        "Bought": when(new.bought_at),
    }
    return {**new.answers, **{label: value for label, value in more.items() if value is not None}}


def bought(new: NewLead, zone: str, at: datetime) -> datetime | None:
    """When the record says that they bought: only where it is won, and the day is not ahead.

    Other systems keep the date they hope for under the same name while a deal is open.
    """
    said = new.bought_at
    if said is None or new.stage != Lead.Stage.WON:
        return None
    if not isinstance(said, datetime):
        said = datetime.combine(said, time(12), ZoneInfo(zone))
    said = said.astimezone(UTC)
    return said if said <= at else None


def fill(lead: Lead, new: NewLead) -> dict[str, object]:
    """Fill what a lead lacks from the same person's row; what was there before, by field, for undo."""
    before: dict[str, object] = {}
    if new.message and new.message not in lead.message:
        before["message"] = lead.message
        lead.message = f"{lead.message}\n\n{new.message}".strip()
    if new.external_id and not lead.external_id:
        before["external_id"] = ""
        lead.external_id = new.external_id[:120]
    for name, said in (("interest", dict(new.interest)), ("answers", answers(new))):
        have: dict[str, object] = getattr(lead, name)
        if said.keys() - have.keys():
            before[name] = have
            setattr(lead, name, {**said, **have})
    return before


def known_points(lead: Lead) -> list[str]:
    """Addresses and numbers that a stored lead's search column holds already."""
    return [word for word in lead.search.split() if "@" in word or word.startswith("+")]


def end_earlier(account: Account, person_ids: Sequence[int], *, by: Member | None, at: datetime) -> None:
    """End the cadences that run for earlier enquiries of these persons: the new one starts anew."""
    if not person_ids:
        return
    running = Enrollment.objects.filter(account=account, person__in=person_ids, ended_at__isnull=True, beside=False)
    for enrollment in running.select_related("version__cadence"):
        enroll.finish(enrollment=enrollment, by=by, at=at, because="asked again")


def on_a_cadence(account: Account, person_ids: Sequence[int]) -> set[int]:
    """Which of these persons a cadence runs for already."""
    found: set[int] = set()
    for start in range(0, len(person_ids), 400):
        running = Enrollment.objects.filter(
            account=account, person__in=person_ids[start : start + 400], ended_at__isnull=True, beside=False
        )
        found |= set(running.values_list("person_id", flat=True))
    return found
