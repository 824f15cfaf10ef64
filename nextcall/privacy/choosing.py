"""What a lead chooses on their own page, or tells a member: by which channels, at what hours, not before a day.

Each choice is absolute, so that the same one twice changes nothing, and takes effect at once on everything queued.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Pause, Touch
from nextcall.consent import ledger, preferred, preferring
from nextcall.consent.models import Preference, Withdrawal
from nextcall.conversations import log as conversation
from nextcall.engine import stopping
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import hours as clocks
from nextcall.lib import wake
from nextcall.lib.hashing import point_hash
from nextcall.team.models import Member
from nextcall.timeline.record import record

PAGE = "page"  # the channel of what they did on their own page
ASKED_FOR = "they asked for later"  # why a cadence waits
OPENS_AT = time(9)  # of the day they named
FARTHEST = timedelta(days=2 * 366)
WORDS = {"call": "Calls", "text": "Texts", "email": "Email"}
LIFTS = {"call": ("call", "voicemail"), "text": ("text", "automated"), "email": ("email",)}
LIFTABLE = ("opt_out", "link", "erased")


class CannotChoose(ValueError):
    """What is wrong with the choice, and what would be right."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One channel as their page shows it. `stays`: why it cannot be turned on here."""

    name: str
    word: str
    on: bool
    stays: bool = False


def channels_of(lead: Lead, *, at: datetime) -> list[Offered]:
    """The channels on which we hold a way to reach them."""
    points = list(ContactPoint.objects.filter(account_id=lead.account_id, reaches__person_id=lead.person_id))
    kinds = {point.kind for point in points}
    own = [row.channels for row in _own_stops(lead, points)]
    there = ("call", "text") if ContactPoint.Kind.PHONE in kinds else ()
    found = []
    for name in (*there, *(("email",) if ContactPoint.Kind.EMAIL in kinds else ())):
        closed = _closed(lead, points, name, at=at)
        theirs = any(name in channels for channels in own)
        found.append(Offered(name, WORDS[name], not closed, stays=closed and not theirs))
    return found


def _closed(lead: Lead, points: Sequence[ContactPoint], channel: str, *, at: datetime) -> bool:
    kind = ContactPoint.Kind.EMAIL if channel == "email" else ContactPoint.Kind.PHONE
    mine = [point for point in points if point.kind == kind]
    wanted = [ledger.Wanted(lead.person_id, point.pk, channel) for point in mine]  # type: ignore[arg-type]
    facts = ledger.facts_for(wanted, account_id=lead.account_id, at=at)
    return all(one.withdrawn for one in facts)


def _own_stops(lead: Lead, points: Sequence[ContactPoint]) -> QuerySet[Withdrawal]:
    """What they may take back themselves: their own wishes, and those of nobody for their numbers and addresses."""
    hashes = [point_hash(point.kind, point.key) for point in points]
    own = Q(person_id=lead.person_id) | Q(value_hash__in=hashes, person=None)
    rows = Withdrawal.objects.filter(own, account_id=lead.account_id, lifted_at=None, reason__in=LIFTABLE)
    return rows.order_by("pk")


def set_channels(
    *, lead: Lead, wanted: Mapping[str, bool], shown_at: datetime, at: datetime, said: str = ""
) -> list[str]:
    """Turn channels on or off by their own hand; what changed, in words.

    Off is a stop. On lifts a stop of their own, as a permission given anew would, but none that came after
    `shown_at`, when they were shown the page: a form that lay open never takes back what they said since.
    """
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        now = {one.name: one for one in channels_of(lead, at=at)}
        off = [name for name, one in now.items() if one.on and wanted.get(name) is False]
        on = [name for name, one in now.items() if not one.on and not one.stays and wanted.get(name)]
        if off:
            stopping.withdraw(
                lead=lead, contact_point=None, scope=off, reason="link", said=said, via="link", by=None, at=at
            )
        changed = [name for name in on if _lift(lead, name, shown_at=min(shown_at, at), at=at)]
        says = [f"no more {WORDS[name].lower()}" for name in off] + [f"{WORDS[name].lower()} again" for name in changed]
        if says:
            _tell(lead, says, verdict="opt_out" if off and not _any_left(lead, at) else "choice", at=at)
    return says


def _any_left(lead: Lead, at: datetime) -> bool:
    return any(one.on for one in channels_of(lead, at=at))


def _lift(lead: Lead, channel: str, *, shown_at: datetime, at: datetime) -> bool:
    points = list(ContactPoint.objects.filter(account_id=lead.account_id, reaches__person_id=lead.person_id))
    standing = [row for row in _own_stops(lead, points).filter(at__lte=shown_at) if channel in row.channels]
    for row in standing:
        ledger.lift(row, because="turned on again on their own page", at=at, channels=LIFTS[channel])
    return bool(standing)


def stop_everything(*, lead: Lead, at: datetime) -> list[str]:
    """No calls, no texts, no email, for good."""
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        if not _any_left(lead, at):
            return []
        stopping.withdraw(lead=lead, contact_point=None, scope=(), reason="link", said="", via="link", by=None, at=at)
        _tell(lead, ["no contact at all"], verdict="opt_out", at=at)
    return ["no contact at all"]


def set_hours(*, lead: Lead, hours: Mapping[str, str], by: Member | None, at: datetime, said: str = "") -> list[str]:
    """Contact at these hours only, by their clock; none: any hour that is lawful. Raises preferred.BadHours."""
    wanted = preferred.read(hours)
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        if dict(standing_of(lead, at=at).hours) == wanted:
            return []
        _prefer(lead, Preference.Kind.HOURS, by, at, said, hours=wanted)
        enroll.plan_anew(person=lead.person, at=at)
        says = [f"{preferred.words(wanted)} their time" if wanted else "any hour"]
        _tell(lead, says, verdict="choice", at=at, by=by)
        transaction.on_commit(wake.wake)
    return says


def set_later(*, lead: Lead, day: date | None, by: Member | None, at: datetime, said: str = "") -> list[str]:
    """Nothing before that day, by their clock; None takes it back. Raises CannotChoose."""
    zone = lead.person.zone or lead.account.zone
    until = clocks.instant(datetime.combine(day, OPENS_AT), zone) if day else None
    if until is not None and not at < until < at + FARTHEST:
        raise CannotChoose("Pick a day that is still to come, within two years.")
    with transaction.atomic():
        ledger.lock_persons([lead.person_id])
        if standing_of(lead, at=at).not_before == until:
            return []
        _prefer(lead, Preference.Kind.NOT_BEFORE, by, at, said, until=until)
        if until is None:
            _go_on(lead, by, at)
            says = ["any day again"]
        else:
            _wait(lead, until, zone, by, at)
            says = [f"not before {day:%B} {day.day}, {day.year}" if day else ""]
        _tell(lead, says, verdict="choice", at=at, by=by)
        transaction.on_commit(wake.wake)
    return says


def standing_of(lead: Lead, *, at: datetime) -> preferring.Standing:
    """What holds for them now."""
    found = preferring.standing([lead.person_id], account_id=lead.account_id, at=at)
    return found.get(lead.person_id, preferring.Standing())


def _prefer(
    lead: Lead,
    kind: str,
    by: Member | None,
    at: datetime,
    said: str,
    *,
    hours: Mapping[str, str] | None = None,
    until: datetime | None = None,
) -> None:
    preferring.prefer(
        account=lead.account,
        person=lead.person,
        kind=kind,
        at=at,
        via="hand" if by else "link",
        by=by,
        hours=hours,
        until=until,
        said=said,
    )


def _wait(lead: Lead, until: datetime, zone: str, by: Member | None, at: datetime) -> None:
    """What runs waits until then, with its rest of the plan; what was written by hand leaves then."""
    for enrollment in stopping.running(lead.person):
        forever = Pause.objects.filter(enrollment=enrollment, ended_at=None, until_at=None)
        if not forever.exists():  # what waits for a person of ours goes on waiting for them
            enroll.pause(enrollment=enrollment, by=by, at=at, because=ASKED_FOR, until=until)
    written = Touch.objects.filter(
        account_id=lead.account_id, person=lead.person, enrollment=None, state=Touch.State.PLANNED, due_at__lt=until
    ).exclude(purpose="confirmation")
    local_at = clocks.local(until, zone).replace(tzinfo=UTC)
    written.update(due_at=until, local_at=local_at, zone=zone, rule="person.not_before", because=ASKED_FOR.capitalize())


def _go_on(lead: Lead, by: Member | None, at: datetime) -> None:
    waiting = stopping.running(lead.person).filter(state=Enrollment.State.PAUSED)
    for enrollment in waiting.filter(pauses__ended_at=None, pauses__because=ASKED_FOR):
        enroll.resume(enrollment=enrollment, by=by, at=at)


def _tell(lead: Lead, says: Sequence[str], *, verdict: str, at: datetime, by: Member | None = None) -> None:
    """On the line of time; and in the Inbox, where the lead chose themselves."""
    words = ", ".join(says)
    if by is None:
        conversation.received(
            account=lead.account,
            lead=lead,
            contact_point=None,
            channel=PAGE,
            body=f"{lead.person.given_name or lead.person} chose: {words}.",
            at=at,
            verdict=verdict,
        )
    record(
        account_id=lead.account_id,
        kind="preference.chosen",
        at=at,
        by=by,
        lead_id=lead.pk,
        person_id=lead.person_id,
        data={"says": words, "via": "hand" if by else "link"},
    )
