"""Rows for tests, in a word each. Plain rows: no rule, no planner, no ledger takes part.

account = make_account()
ann = make_member(account, "rep", name="Ann")
hazel = make_lead(account, name="Hazel Thorne", region="FL", postal_code="33101", phone="+13055550142")
"""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nextcall.cadences.models import Cadence, CadenceVersion, Enrollment, Touch
from nextcall.consent.models import Permission
from nextcall.leads.models import ContactPoint, Lead, Offer, Person, Reach, Source
from nextcall.team.models import Account, LeadInKey, Member

numbers = itertools.count(1)
WORDING = (
    "I agree to calls, texts and emails from Acme Homes, also by automated means."
    " Consent is no condition of a purchase."
)
WEEK = [["09:00", "18:00"]] * 5 + [None, None]
TOKEN = "tests-only-"


def T(written: str, zone: str = "America/Denver") -> datetime:
    """T("2026-11-23 10:00") is ten in the morning in Denver, as an aware UTC datetime."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


MONDAY = T("2026-11-23 10:00")  # an ordinary working day in every state


def make_account(name: str = "Acme Homes", **fields: Any) -> Account:
    fields = {
        "seller_name": name,
        "postal_address": "1 Main Street, Denver, CO 80202",
        "phone": "+13035550100",
        "zone": "America/Denver",
        "created_at": MONDAY,
        **fields,
    }
    return Account.objects.create(name=name, **fields)


def make_member(
    account: Account, role: str = "rep", *, name: str = "Ann Weaver", password: str = "", **fields: Any
) -> Member:
    fields = {
        "email": f"{name.split()[0].lower()}{next(numbers)}@example.com",
        "zone": account.zone,
        "working_hours": WEEK,
        "created_at": MONDAY,
        **fields,
    }
    member = Member(account=account, role=role, name=name, **fields)
    if password:
        member.set_password(password)
    else:
        member.set_unusable_password()
    member.save()
    return member


def make_point(account: Account, kind: str, value: str, **fields: Any) -> ContactPoint:
    fields = {"line_type": "mobile" if kind == "phone" else "", **fields}
    return ContactPoint.objects.get_or_create(
        account=account, kind=kind, key=value.lower(), defaults={"value": value, **fields}
    )[0]


def make_person(
    account: Account,
    *,
    name: str = "Hazel Thorne",
    phone: str | None = "",
    email: str | None = "",
    at: datetime = MONDAY,
    **fields: Any,
) -> Person:
    """`phone` and `email`: "" invents a fresh one, None leaves it out."""
    given, _, family = name.partition(" ")
    fields = {
        "postal_code": "80202",
        "region": "CO",
        "country": "US",
        "city": "Denver",
        "zone": "America/Denver",
        **fields,
    }
    person = Person.objects.create(
        account=account, name=name, given_name=given, family_name=family, created_at=at, **fields
    )
    n = next(numbers)
    wanted = {
        "phone": phone if phone != "" else f"+1303555{1000 + n % 9000:04d}",
        "email": email if email != "" else f"{given.lower() or 'lead'}{n}@example.com",
    }
    for kind, value in wanted.items():
        if value:
            point = make_point(account, kind, value)
            Reach.objects.create(account=account, person=person, contact_point=point)
    return person


def make_permission(
    person: Person, channel: str, *, tier: str = "written", at: datetime = MONDAY, **fields: Any
) -> Permission:
    kind = "email" if channel == "email" else "phone"
    reach = person.reaches.filter(contact_point__kind=kind).first()
    fields = {
        "contact_point": reach.contact_point if reach else None,
        "automated": tier == "written",
        "wording": WORDING,
        "sellers": [person.account.seller_name],
        "source": "form",
        "given_at": at,
        "recorded_at": at,
        **fields,
    }
    return Permission.objects.create(account=person.account, person=person, channel=channel, tier=tier, **fields)


def make_lead(
    account: Account,
    *,
    name: str = "Hazel Thorne",
    phone: str | None = "",
    email: str | None = "",
    postal_code: str = "80202",
    region: str = "CO",
    zone: str = "America/Denver",
    arrived_at: datetime = MONDAY,
    permission: str = "written",
    person: Person | None = None,
    owner: Member | None = None,
    source: str = "Website",
    offer: str = "Home value",
    **fields: Any,
) -> Lead:
    """A lead with a person, contact points, and the permission tier for every channel ("none": no row)."""
    if person is None:
        person = make_person(
            account,
            name=name,
            phone=phone,
            email=email,
            at=arrived_at,
            postal_code=postal_code,
            region=region,
            zone=zone,
        )
        for channel in ("call", "text", "email", "voicemail") if permission != "none" else ():
            make_permission(person, channel, tier=permission, at=arrived_at)
    points = [reach.contact_point.value for reach in person.reaches.select_related("contact_point")]
    fields = {"created_at": arrived_at, "search": " ".join([person.name, *points]).lower()[:400], **fields}
    return Lead.objects.create(
        account=account,
        person=person,
        owner=owner,
        arrived_at=arrived_at,
        source=Source.objects.get_or_create(account=account, name=source)[0] if source else None,
        offer=Offer.objects.get_or_create(account=account, name=offer)[0] if offer else None,
        **fields,
    )


def make_version(account: Account, slug: str = "steady", source: str = "") -> CadenceVersion:
    cadence = Cadence.objects.get_or_create(account=account, slug=slug, defaults={"name": slug})[0]
    return CadenceVersion.objects.get_or_create(
        account=account, cadence=cadence, number=1, defaults={"source": source, "created_at": MONDAY}
    )[0]


def make_enrollment(lead: Lead, *, slug: str = "steady", source: str = "", **fields: Any) -> Enrollment:
    fields = {"anchor_at": lead.arrived_at, "began_at": lead.arrived_at, **fields}
    return Enrollment.objects.create(
        account=lead.account, lead=lead, person=lead.person, version=make_version(lead.account, slug, source), **fields
    )


def make_touch(lead: Lead, channel: str = "email", *, due_at: datetime | None = None, **fields: Any) -> Touch:
    """A planned machine touch, due ten minutes after the lead arrived unless said otherwise."""
    due = due_at or lead.arrived_at + timedelta(minutes=10)
    zone = lead.person.zone or "UTC"
    fields = {
        "by_machine": channel in ("text", "email"),
        "zone": zone,
        "intended_at": due,
        "owner": lead.owner,
        "local_at": due.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC),
        "created_at": lead.arrived_at,
        "step_key": f"step-{next(numbers)}" if fields.get("enrollment") else "",
        **fields,
    }
    return Touch.objects.create(
        account=lead.account, lead=lead, person=lead.person, channel=channel, due_at=due, **fields
    )


def make_lead_in_key(account: Account, **fields: Any) -> LeadInKey:
    fields = {
        "key": f"{TOKEN}{next(numbers):032d}",
        "label": "Website",
        "source_name": "Website",
        "created_at": MONDAY,
        **fields,
    }
    return LeadInKey.objects.create(account=account, **fields)
