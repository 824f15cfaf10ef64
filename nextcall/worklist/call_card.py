"""What a member says on this very call and by when, what the law adds, and what is on record about calling them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import OuterRef, Subquery

from nextcall.cadences import wording
from nextcall.consent import caller, do_not_call, policy
from nextcall.consent.facts import Facts, Place
from nextcall.consent.law import Pack
from nextcall.conversations.models import Call, Message
from nextcall.leads.models import Lead, Person
from nextcall.lib import phone
from nextcall.lib.hours import add_months, local
from nextcall.team.models import Member
from nextcall.worklist import say
from nextcall.worklist.gating import Reachable

ZONES = {
    "E": "Eastern",
    "C": "Central",
    "M": "Mountain",
    "P": "Pacific",
    "AK": "Alaska",
    "H": "Hawaii",
    "A": "Atlantic",
}
MISSING = {
    "seller": "The company's name is not set: Settings, Company.",
    "phone": "No number to say is set: Settings, Company.",
}
TIERS = {
    "written": "in writing",
    "express": "said so",
    "implied": "implied",
    "soft": "soft opt-in",
    "none": "none recorded",
}


@dataclass(frozen=True, slots=True)
class CallCard:
    """The calling card: what to say within how many seconds, and what stands on record about calling them."""

    says: str  # one sentence that has everything that must be said
    wants: str  # "your name, the seller's, why you call and a number to reach you"
    missing: tuple[str, ...]
    seconds: int
    because: str  # whose law sets the seconds
    beyond: tuple[tuple[str, str], ...]  # (place, sentence)
    closes: str  # "Closes for them in 34 min, by Eastern time"
    status: tuple[tuple[str, str], ...]  # word and sentence: lists, relationship, consent, last contact


Latest = tuple[datetime, str, str]  # when, channel, who ("" the machine)


def latest_contacts(person_ids: Collection[int], *, account_id: int) -> dict[int, Latest]:
    """The latest contact made towards each person, by anybody and on any of their leads; one query."""
    calls = Call.objects.filter(account_id=account_id, person=OuterRef("pk"), outbound=True, undone_at=None)
    sent = Message.objects.filter(account_id=account_id, person=OuterRef("pk"), outbound=True)
    called, wrote = calls.order_by("-at", "-pk"), sent.order_by("-at", "-pk")
    rows = Person.objects.filter(account_id=account_id, pk__in=person_ids).annotate(
        called_at=Subquery(called.values("at")[:1]),
        called_by=Subquery(called.values("by__name")[:1]),
        wrote_at=Subquery(wrote.values("at")[:1]),
        wrote_by=Subquery(wrote.values("by__name")[:1]),
        wrote_on=Subquery(wrote.values("channel")[:1]),
    )
    latest: dict[int, Latest] = {}
    for pk, called_at, called_by, wrote_at, wrote_by, wrote_on in rows.values_list(
        "pk", "called_at", "called_by", "wrote_at", "wrote_by", "wrote_on"
    ):
        both = [(called_at, "call", called_by or ""), (wrote_at, wrote_on, wrote_by or "")]
        made = [one for one in both if one[0] is not None]
        if made:
            latest[pk] = max(made)
    return latest


def call_card(lead: Lead, there: Reachable, *, member: Member, at: datetime, latest: Latest | None = None) -> CallCard:
    """No query. `there` is what the gate says of a call by hand; `latest` as `latest_contacts` has it."""
    packs = policy.for_account(lead.account.policy, at=at).packs
    places = [packs[name] for name in there.facts.place.jurisdictions if name in packs]
    duties = caller.strictest((pack.name, pack.caller) for pack in places)
    seller = lead.account.seller_name or lead.account.name
    number = lead.account.phone or member.phone  # the account's is the one that is said
    absent = [word for word, value in (("seller", seller), ("phone", number)) if word in duties.must_say and not value]
    return CallCard(
        says=_says(lead, member, seller, number),
        wants=caller.listed([caller.SAY[one] for one in duties.must_say]),
        missing=tuple(MISSING[one] for one in absent),
        seconds=duties.within_seconds,
        because=duties.within_of,
        beyond=duties.beyond,
        closes=_closes(there, at),
        status=(
            ("Do-not-call", _lists(there.facts, places, at)),
            ("Relationship", _relationship(there.facts, places, at)),
            ("Consent to calls", _consent(there.facts)),
            ("Last contact", _latest(latest, member, at)),
        ),
    )


def _says(lead: Lead, member: Member, seller: str, number: str) -> str:
    about = f"your {wording.in_a_sentence(lead.offer.name)} request" if lead.offer else "your request"
    reach = f" You can reach us at {phone.show(number)}." if number else ""
    return f"This is {member.name} of {seller}. I am calling about {about}.{reach}"


def _closes(there: Reachable, at: datetime) -> str:
    until = there.decision.until
    if there.decision.verdict != "allow" or until is None:
        return ""
    minutes = max(int((until - at).total_seconds() // 60), 0)
    left = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
    zones = there.facts.place.zones
    by = f", by {_zone(_tightest(there.facts.place, until), until)} time" if len(zones) > 1 else ""
    return f"Closes for them in {left}{by}"


def _tightest(place: Place, until: datetime) -> str:
    """The zone whose clock is farthest ahead: evening comes there first."""
    return max(place.zones, key=lambda zone: local(until, zone).utcoffset() or timedelta())


def _zone(zone: str, at: datetime) -> str:
    short = local(at, zone).tzname() or ""
    known = ZONES.get(short[:-2]) if zone.startswith(("America/", "Pacific/Honolulu")) and short.isalpha() else None
    return known or zone.rpartition("/")[2].replace("_", " ")


def _lists(facts: Facts, places: Collection[Pack], at: datetime) -> str:
    lists = [(pack.place, pack.do_not_call) for pack in places if pack.do_not_call]
    says = do_not_call.said(facts, lists, at)
    ends = [
        one.obtained_at + timedelta(days=law.max_age_days)
        for one in facts.lists
        for place, law in lists
        if place == one.place and not one.listed and at <= one.obtained_at + timedelta(days=law.max_age_days)
    ]
    return f"{says}; good until {_day(min(ends))}" if ends else says


def _relationship(facts: Facts, places: Collection[Pack], at: datetime) -> str:
    """Until when a purchase and an inquiry count, by the shortest of the countries they may be in."""
    countries: Mapping[str, Pack] = {pack.place: pack for pack in places if "-" not in pack.place}
    found = []
    for word, since, months in (
        ("purchase", facts.bought_at, min((one.bought_months for one in countries.values()), default=0)),
        ("inquiry", facts.inquired_at, min((one.inquired_months for one in countries.values()), default=0)),
    ):
        if since is None or not months:
            continue
        last = add_months(local(since, facts.place.home_zone).date(), months)
        over = local(at, facts.place.home_zone).date() > last
        found.append(f"by {word}, {'ended' if over else 'until'} {last:%b} {last.day}, {last.year}")
    return "; ".join(found) or "none on record"


def _consent(facts: Facts) -> str:
    if facts.withdrawn:
        return "withdrawn"
    until = f", until {_day(facts.permission_until)}" if facts.permission_until else ""
    return f"{TIERS[facts.tier]}{until}"


def _latest(latest: Latest | None, member: Member, at: datetime) -> str:
    if latest is None:
        return "nobody yet"
    made_at, channel, who = latest
    by = "you" if who == member.name else who or "the machine"
    return f"{channel} by {by}, {say.when(made_at, member.zone, at=at)}"


def _day(moment: datetime) -> str:
    day = moment.astimezone(UTC)
    return f"{day:%b} {day.day}, {day.year}"
