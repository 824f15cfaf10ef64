"""A lead arrives: who it is, what they asked, what they permit, whose it is, and what happens next. One transaction."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.db import transaction

from nextcall.cadences import enroll
from nextcall.consent.newcomers import knowledge_of
from nextcall.consent.places import place_of
from nextcall.conversations import inbox
from nextcall.intake import permitting, settling
from nextcall.intake.models import Capture
from nextcall.intake.parsers.new_lead import NewLead
from nextcall.intake.placing import Accepted, Placing
from nextcall.intake.rights import Wording
from nextcall.leads import names, people
from nextcall.leads.models import Lead
from nextcall.leads.people import Arriving, Directory
from nextcall.lib import bulk, wake
from nextcall.team.models import Account, LeadInKey, Member
from nextcall.timeline.models import Event
from nextcall.timeline.record import event, record_many

ENDED = (Lead.Stage.WON, Lead.Stage.LOST)
# In these a person of ours is at work with them: another form from them is theirs to answer, not the machine's.
IN_HANDS = (Lead.Stage.TALKING, Lead.Stage.QUALIFIED, Lead.Stage.APPOINTMENT, Lead.Stage.APPLICATION)
CLOSED = {"call", "text", "email"}  # who wants none of these is on no cadence
OLDEST = timedelta(days=365 * 30)


class NoWayToReach(Exception):
    """The inquiry names no telephone number and no email address that can be used."""


def accept(
    *,
    account: Account,
    new_lead: NewLead,
    key: LeadInKey | None = None,
    by: Member | None = None,
    at: datetime,
    capture: Capture | None = None,
    import_id: int | None = None,
    sample: bool = False,
) -> Lead:
    """Store one inquiry and set everything in motion. A person who is known already gets a new enquiry, never an error.

    Raises NoWayToReach.
    """
    if not (new_lead.emails or new_lead.phones):
        raise NoWayToReach("no phone number and no email address that can be used; add one and accept it again")
    placing = Placing(
        source=key.source_name if key else "",
        offer=key.offer_name if key else "",
        owner=key.owner if key else by,
        cadence=(key.cadence_slug if key else "") or account.default_cadence,
        shown=Wording.from_json(key.permission if key else {}),
        via="form" if key else "hand",
        import_id=import_id,
        sample=sample,
    )
    captures = [capture.pk] if capture else ()
    [accepted] = accept_many([new_lead], placing, account=account, by=by, at=at, captures=captures)
    return cast(Lead, accepted.lead)  # repeats="enquiry" always makes one


def accept_many(
    arrivals: Sequence[NewLead],
    placing: Placing,
    *,
    account: Account,
    by: Member | None,
    at: datetime,
    captures: Sequence[int] = (),
) -> list[Accepted]:
    """The same for many at once, in a number of statements that hardly grows. Each has a way to be reached.

    `captures`: the id of the delivery that each came in, where they came so.
    """
    with transaction.atomic(savepoint=False):  # an error undoes it all, in whatever transaction it came
        arriving = [arriving_of(new) for new in arrivals]
        directory = Directory(account.pk, arriving, at=at, sample=placing.sample)
        found = [_person(directory, one, placing, account=account) for one in arriving]
        for one, capture_id in zip(found, captures, strict=False):
            one.capture_id = capture_id
        directory.save()
        latest = people.latest_leads(account.pk, {one.person.pk for one in found if one.how != "new"})
        named = settling.names(account, arrivals, placing.source, placing.offer)
        members = settling.members(account, arrivals) if placing.via == "import" else {}
        for new, one in zip(arrivals, found, strict=True):
            before = latest.get(one.person.pk)
            _settle(one, new, placing, before, named=named, members=members, account=account, at=at)
            if one.lead is not None:
                latest[one.person.pk] = one.lead
        _store(found, arriving)
        permissions = permitting.wishes(found, arrivals, directory, placing, account=account, by=by, at=at)
        record_many(
            [
                _event(one, new, placing, by=by, at=at)
                for one, new in zip(found, arrivals, strict=True)
                if one.how != "skipped"
            ]
        )
        closed = {one.person.pk for one, new in zip(found, arrivals, strict=True) if set(new.opt_outs) >= CLOSED}
        to_enroll = _to_enroll([one for one in found if one.person.pk not in closed], placing, account, by=by, at=at)
        if to_enroll:
            known = knowledge_of(
                directory.made,
                reaches=[reach for _, reach in directory.new_reaches],
                permissions=permissions,
                leads=[one.lead for one in found if one.lead is not None],
                account=account,
                at=at,
            )
            with_cadence = [(lead, placing.cadence) for lead in to_enroll]
            enroll.begin_many(with_cadence, account=account, by=by, at=at, known=known)
        transaction.on_commit(wake.wake)
    return found


def arriving_of(new: NewLead) -> Arriving:
    place, name = new.address, new.name
    full, given, family = name.full, name.given, name.family
    if full and not given and not family:
        read = names.read(full)
        full, given, family = read.full, read.given, read.family
    values = {
        "name": (full or new.company or "")[:200],
        "given_name": (given or "")[:100],
        "family_name": (family or "")[:100],
        "street": (place.street or "")[:200],
        "city": (place.city or "")[:100],
        "region": (place.region or "")[:40],
        "postal_code": (place.postal_code or "")[:20],
        "country": (place.country or "")[:2],
    }
    return Arriving(
        {key: value for key, value in values.items() if value}, new.emails, new.phones, dict(new.phone_labels)
    )


def _person(directory: Directory, one: Arriving, placing: Placing, *, account: Account) -> Accepted:
    match = directory.find(one)
    if match.key is None:
        values = one.values
        place = place_of(
            phones=[phone.e164 for phone in one.phones],
            postal_code=values.get("postal_code", ""),
            region=values.get("region", ""),
            country=values.get("country", ""),
            default_country=account.country,
        )
        return Accepted("new", directory.make(one, zone=place.home_zone), None, household=len(match.household))
    if placing.repeats == "skip":
        return Accepted("skipped", directory.person(match.key), None)
    return Accepted("enquiry", directory.person(match.key), None, change=directory.meet_again(match.key, one))


def _settle(
    one: Accepted,
    new: NewLead,
    placing: Placing,
    before: Lead | None,
    *,
    named: settling.Named,
    members: dict[str, Member],
    account: Account,
    at: datetime,
) -> None:
    """The lead of this inquiry: a new one, or the latest one of a known person with its gaps filled."""
    if one.how == "skipped":
        return
    if one.how == "enquiry" and placing.repeats == "merge" and before is not None:
        one.how, one.lead = "merged", before
        one.lead_before = settling.fill(before, new)
        return
    if one.how == "enquiry" and before is None and placing.repeats == "merge":
        one.how = "new"
    owner = (before.owner if before else None) or placing.owner or members.get((new.owner or "").lower())
    one.lead = bulk.row(
        Lead,
        account=account,
        person=one.person,
        owner=owner,
        source=named.source(new.source or placing.source),
        offer=named.offer(placing.offer or new.offer),
        stage=new.stage or Lead.Stage.NEW,
        external_id=(new.external_id or "")[:120],
        message=new.message or "",
        interest=dict(new.interest),
        answers=settling.answers(new),
        arrived_at=_arrived(new.received_at, account.zone, at),
        bought_at=settling.bought(new, account.zone, at),
        created_at=at,
        import_id=placing.import_id,
        waiting_since=at if before is not None and before.stage in IN_HANDS and placing.via != "import" else None,
    )


def _arrived(received: datetime | date | None, zone: str, at: datetime) -> datetime:
    """What they did, by their clock; never later than now. Noon stands for a day without a time."""
    if received is None:
        return at
    if not isinstance(received, datetime):
        if received >= at.astimezone(ZoneInfo(zone)).date():
            return at
        received = datetime.combine(received, time(12), ZoneInfo(zone))
    received = received.astimezone(UTC)
    return received if at - OLDEST < received < at else at


def _store(found: Sequence[Accepted], arriving: Sequence[Arriving]) -> None:
    fresh: dict[int, Lead] = {}
    changed: dict[int, Lead] = {}
    for one, new in zip(found, arriving, strict=True):
        if one.lead is None:
            continue
        if one.lead._state.adding:
            fresh[id(one.lead)] = one.lead
        elif one.lead_before or (one.change and one.change.reaches):
            changed[one.lead.pk] = one.lead
        points = [email.value.lower() for email in new.emails] + [phone.e164 for phone in new.phones]
        one.lead.search = people.search_text(one.person, dict.fromkeys([*points, *settling.known_points(one.lead)]))
    bulk.insert(list(fresh.values()))
    inbox.asked_again(leads=fresh.values())
    bulk.update(list(changed.values()), ["message", "external_id", "interest", "answers", "search"])


def _event(one: Accepted, new: NewLead, placing: Placing, *, by: Member | None, at: datetime) -> Event:
    lead = cast(Lead, one.lead)  # only skipped ones have none
    data = {
        "format": new.raw_format,
        "how": one.how,
        "source": lead.source.name if lead.source else None,
        "offer": lead.offer.name if lead.offer else None,
        "capture": one.capture_id,
        "import": placing.import_id,
        "household": one.household,
        "attempts_elsewhere": new.attempts,
    }
    kind = "lead.merged" if one.how == "merged" else "lead.arrived"
    return event(
        account_id=lead.account_id,
        kind=kind,
        at=at,
        by=by,
        person_id=one.person.pk,
        lead_id=lead.pk,
        data={key: value for key, value in data.items() if value},
    )


def _to_enroll(
    found: Sequence[Accepted], placing: Placing, account: Account, *, by: Member | None, at: datetime
) -> list[Lead]:
    """Whose cadence begins. Who asks again leaves the one of the earlier enquiry; a file's row is no new question."""
    if not placing.cadence:
        return []
    fresh = [
        one
        for one in found
        if one.lead is not None
        and one.how in ("new", "enquiry")
        and one.lead.stage not in ENDED
        and one.lead.waiting_since is None
    ]
    again = [one.person.pk for one in fresh if one.how == "enquiry"]
    if placing.via == "import":
        busy = settling.on_a_cadence(account, again)
        fresh = [one for one in fresh if one.person.pk not in busy]
    else:
        settling.end_earlier(account, again, by=by, at=at)
    return list({one.person.pk: one.lead for one in fresh if one.lead is not None}.values())
