"""What the ledger holds of one person, in words: permissions, stops, lists, answers, clocks, and where they may be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.consent import list_ages
from nextcall.consent.clocks import relationships
from nextcall.consent.known import names_us, read
from nextcall.consent.models import NumberCheck, Permission, PlaceClue, Withdrawal
from nextcall.consent.reading import Read
from nextcall.engine.repointing import shown as written
from nextcall.leads.models import ContactPoint, Lead
from nextcall.web.lead.facts import PROOF, TIERS

MOST = 200
CHANNELS = {"call": "Calls", "text": "Texts", "email": "Email", "voicemail": "Voicemail"}
ANSWERS = {"yes": "somebody else\u2019s now", "no": "still theirs", "no_data": "no data"}
SOURCES = {
    "form": "a form",
    "import": "a file",
    "hand": "a member, by hand",
    "voice": "a call",
    "purchase": "a purchase",
}
MORE_PROOF = {
    **PROOF,
    "file_hash": "Its SHA-256",
    "attested_at": "Attested on",
    "inquiry": "Inquiry of lead",
    "purchase": "Purchase of lead",
    "how": "Said",
    "recording": "Recording",
    "document": "Document",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A permission or a stop: its headline, what is known of it, and its words."""

    id: int
    title: str
    chip: str
    tone: str
    lines: tuple[tuple[str, str], ...]
    words: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Something with its dates."""

    title: str
    says: str
    chip: str = ""
    tone: str = ""


def ledger_of(lead: Lead, zone: str, *, at: datetime) -> dict[str, Any]:
    """Everything on the page; times by the clock of `zone`."""
    person = read([lead.person_id], account_id=lead.account_id, at=at).persons[lead.person_id]
    given = Permission.objects.filter(account_id=lead.account_id, person_id=lead.person_id)
    stops = Withdrawal.objects.filter(account_id=lead.account_id, person_id=lead.person_id)
    rows = given.select_related("recorded_by", "contact_point").order_by("-given_at", "-pk")[:MOST]
    permissions = [_permission(row, person, zone, at) for row in rows]
    withdrawn = [
        _stop(row, zone) for row in stops.select_related("by", "lifted_by", "contact_point").order_by("-at")[:MOST]
    ]
    return {
        "in_force": [one for one in permissions if one.in_force],
        "stops": [one for one in withdrawn if one.in_force],
        "ended": [one for one in (*permissions, *withdrawn) if not one.in_force],
        "clocks": list(_clocks(person, at)),
        "numbers": list(_numbers(lead, person, zone, at)),
        "clues": _places(lead, person, zone, at),
        "zones": ", ".join(person.place.zones),
    }


def on(instant: datetime, zone: str) -> str:
    """ "Nov 23, 2026, 10:00 am": as a record says it, with the year."""
    there = instant.astimezone(ZoneInfo(zone))
    return (
        f"{there:%b} {there.day}, {there.year}, {there.hour % 12 or 12}:{there:%M} {'am' if there.hour < 12 else 'pm'}"
    )


def _permission(row: Permission, person: Read, zone: str, at: datetime) -> Entry:
    over = row.expires_at is not None and row.expires_at <= at
    foreign = not names_us(json.dumps(row.sellers), person.names)
    chip, tone = ("in force", "pine")
    if row.ended_at:
        chip, tone = "ended", ""
    elif over:
        chip, tone = "run out", ""
    elif foreign:
        chip, tone = "names another seller", "gold"
    elif row.expires_at:
        left = (row.expires_at - at).days
        chip, tone = f"{left} day{'' if left == 1 else 's'} left", "gold" if left <= 30 else "pine"
    point = f", {written(row.contact_point)}" if row.contact_point else ""
    title = f"{CHANNELS.get(row.channel, row.channel)}, {TIERS.get(row.tier, row.tier)}{point}"
    return Entry(row.pk, title, chip, tone, tuple(_facts(row, zone)), row.wording, in_force=not (row.ended_at or over))


def _facts(row: Permission, zone: str) -> Iterator[tuple[str, str]]:
    yield "Given", f"{on(row.given_at, zone)}, by {SOURCES.get(row.source, row.source)}"
    yield "For", f"{row.purpose}{', also by machine' if row.automated else ', by a person alone'}"
    yield "Seller", ", ".join(map(str, row.sellers)) or "not named"
    if row.expires_at:
        yield "Until", on(row.expires_at, zone)
    proof = {key: value for key, value in row.proof.items() if key != "format" and isinstance(value, str | int)}
    for key, value in proof.items():
        yield MORE_PROOF.get(key, key.replace("_", " ").capitalize()), str(value)[:300]
    if not proof:
        yield "Proof", "none kept beside the words" if row.wording else "none"
    by = f", by {row.recorded_by.name}" if row.recorded_by else ", by the machine"
    yield "Written down", f"{on(row.recorded_at, zone)}{by}"
    if row.wording_version:
        yield "Wording", f"version {row.wording_version}"
    if row.ended_at:
        yield "Ended", f"{on(row.ended_at, zone)}: {row.ended_because.replace('_', ' ')}"


def _stop(row: Withdrawal, zone: str) -> Entry:
    channels = ", ".join(CHANNELS.get(name, "automated calls").lower() for name in row.channels)
    facts = [("Said", f"{on(row.at, zone)}, by {row.via}{f', logged by {row.by.name}' if row.by else ''}")]
    facts += [("Because", row.reason.replace("_", " ")), ("In force since", on(row.applied_at, zone))]
    if row.contact_point:
        facts.append(("On", written(row.contact_point)))
    if row.lifted_at:
        who = f" by {row.lifted_by.name}" if row.lifted_by else ""
        facts.append(("Lifted", f"{on(row.lifted_at, zone)}{who}: {row.lifted_because}"))
    chip, tone = ("lifted", "") if row.lifted_at else ("stop", "brick")
    return Entry(row.pk, f"No {channels}", chip, tone, tuple(facts), row.said, in_force=row.lifted_at is None)


def _clocks(person: Read, at: datetime) -> Iterator[Line]:
    place = person.place
    for one in relationships(place, inquired_at=person.inquired_at, bought_at=person.bought_at):
        today = at.astimezone(ZoneInfo(place.home_zone)).date()
        left, end = (one.last_day - today).days, f"{one.last_day:%b} {one.last_day.day}, {one.last_day.year}"
        verb = "Asked" if one.event == "inquiry" else "Bought"
        says = f"{verb} {on(one.since, place.home_zone)}; counts {one.months} months, through {end}."
        chip = f"{left} day{'' if left == 1 else 's'} left" if left >= 0 else "over"
        yield Line(f"{list_ages.place_name(one.country)}, {one.event}", says, chip, "pine" if left >= 0 else "")
    if person.refused_at:
        yield Line("Said no on the phone", f"{on(person.refused_at, place.home_zone)}.")


def _numbers(lead: Lead, person: Read, zone: str, at: datetime) -> Iterator[Line]:
    """Each number: what the lists say of it, and what the reassigned-numbers database answered."""
    phones = {pk: point for pk, point in person.points.items() if point.kind == ContactPoint.Kind.PHONE}
    checks = NumberCheck.objects.filter(account_id=lead.account_id, contact_point__in=phones).select_related("by")
    for pk, point in phones.items():
        for one in person.lists.get(pk, ()):
            stale = (at - one.obtained_at).days > (list_ages.max_age_days(one.place) or 31)
            chip = "listed" if one.listed else "too old" if stale else "not listed"
            says = f"{list_ages.list_name(one.place)}, list of {on(one.obtained_at, zone)}."
            yield Line(written(point), says, chip, "brick" if one.listed else "gold" if stale else "pine")
        if not person.lists.get(pk):
            yield Line(written(point), "No do-not-call list covers it.", "not checked", "gold")
        for check in [row for row in checks.order_by("-checked_at", "-pk")[:MOST] if row.contact_point_id == pk]:
            since = f" since {check.since_date:%b %-d, %Y}" if check.since_date else ""
            who = f", brought in by {check.by.name}" if check.by else ""
            says = (
                f"Reassigned-numbers database, asked {on(check.checked_at, zone)} whether it changed hands{since}{who}."
            )
            tone = {"no": "pine", "no_data": "gold"}.get(check.result, "brick")
            yield Line(written(point), says, ANSWERS[check.result], tone)


def _places(lead: Lead, person: Read, zone: str, at: datetime) -> list[Line]:
    """Which clues say where they may be; what they said themselves with its time and its end."""
    lines = [Line(says[:1].upper() + says[1:], "") for says in person.place.clues]
    rows = PlaceClue.objects.filter(account_id=lead.account_id, person_id=lead.person_id).order_by("-at")[:MOST]
    for row in rows:
        where = ", ".join(part for part in (row.region, row.country, row.zone) if part)
        over = row.expires_at is not None and row.expires_at <= at
        ends = f", counts until {on(row.expires_at, zone)}" if row.expires_at else ""
        lines.append(Line(f"{row.kind.capitalize()}: {where}", f"{on(row.at, zone)}{ends}.", "over" if over else ""))
    return lines
