"""The ground: an account with a team and 100,000 leads, written in bulk. Invented, the same every time."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from bench import history
from bench.multiplying import multiply
from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.consent.models import Permission
from nextcall.leads.models import ContactPoint, Lead, Offer, Person, Reach, Source
from nextcall.lib import bulk, sealing
from nextcall.team.models import Account, Connection, LeadInKey, Member

GIVEN = (
    "Hazel Otis Priya Mateo Ingrid Dev Lucia Walt Noor Felix Amara Jonas Ruth Silas Mei Theo Vera Kofi Ada Emil".split()
)
FAMILY = (
    "Thorne Bell Rao Alvarez Holm Patel Conti Greer Haddad Stone Diallo Krause Okafor Webb Lin Marsh Novak Ames".split()
)
STAGES = ["working"] * 12 + ["new"] * 3 + ["talking", "qualified", "appointment", "won", "lost", "resting"]
WORDING = "I agree to calls, texts and emails from Bench Homes, also by automated means. No condition of a purchase."
KEY = "bench-key-000000000000000000000000"
CHUNK = 2000
LAID = 50_000  # leads that are laid one by one; a multiple of it is copied inside the database


def lay(leads: int, *, at: datetime) -> None:
    """`leads` leads of the last 60 days, each with permission and planned touches that are due in ten days or later."""
    times, leads = (leads // LAID, LAID) if leads > LAID and leads % LAID == 0 else (1, leads)
    account, members = team(at)
    rng = random.Random(7)
    source = Source.objects.create(account=account, name="Website")
    offer = Offer.objects.create(account=account, name="Home value")
    for start in range(0, leads, CHUNK):
        with transaction.atomic():
            made = chunk(account, members, source, offer, range(start, min(leads, start + CHUNK)), rng, at)
            enroll.begin_many([(lead, account.default_cadence) for lead in made], account=account, by=None, at=at)
            history.write(account, made, at=at)
    later = at + timedelta(days=10)
    Touch.objects.filter(state="planned").update(due_at=later, intended_at=later)
    multiply(times)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def team(at: datetime) -> tuple[Account, list[Member]]:
    account = Account.objects.create(
        name="Bench Homes",
        seller_name="Bench Homes",
        postal_address="1 Main Street, Denver, CO 80202",
        phone="+13035550100",
        zone="America/Denver",
        created_at=at,
    )
    week = [["08:00", "20:00"]] * 7
    members = [
        Member.objects.create(
            account=account,
            email=f"rep{n}@example.com",
            name=f"Rep {n}",
            role="owner" if n == 0 else "rep",
            zone="America/Denver",
            working_hours=week,
            created_at=at,
        )
        for n in range(8)
    ]
    for channel in ("email", "text"):
        Connection.objects.create(
            account=account,
            channel=channel,
            provider="memory",
            per_minute=0,
            from_address="team@example.com",
            sealed=sealing.seal({}),
            created_at=at,
        )
    LeadInKey.objects.create(
        account=account,
        key=KEY,
        label="Form",
        source_name="Website",
        offer_name="Home value",
        created_at=at,
        permission={
            "channels": ["call", "text", "email"],
            "wording": WORDING,
            "sellers": ["Bench Homes"],
            "automated": True,
        },
    )
    return account, members


def chunk(
    account: Account,
    members: list[Member],
    source: Source,
    offer: Offer,
    numbers: range,
    rng: random.Random,
    at: datetime,
) -> list[Lead]:
    people = bulk.insert([person(account, n, rng, at) for n in numbers])
    points = bulk.insert(
        [
            ContactPoint(
                account=account, kind=kind, value=value, key=value, line_type="mobile" if kind == "phone" else ""
            )
            for n in numbers
            for kind, value in (("phone", phone(n)), ("email", f"lead{n}@example.com"))
        ]
    )
    bulk.insert([Reach(account=account, person=people[i // 2], contact_point=point) for i, point in enumerate(points)])
    bulk.insert(
        [
            permission(account, one, points[2 * i + (channel == "email")], channel, at)
            for i, one in enumerate(people)
            for channel in ("call", "text", "email")
        ]
    )
    return list(
        bulk.insert(
            [
                Lead(
                    account=account,
                    person=one,
                    source=source,
                    offer=offer,
                    owner=rng.choice(members),
                    stage=rng.choice(STAGES),
                    arrived_at=(arrived := at - timedelta(minutes=rng.randrange(1, 60 * 24 * 60))),
                    created_at=arrived,
                    search=f"{one.name.lower()} {phone(n)} lead{n}@example.com",
                )
                for n, one in zip(numbers, people, strict=True)
            ]
        )
    )


def person(account: Account, n: int, rng: random.Random, at: datetime) -> Person:
    given, family = rng.choice(GIVEN), f"{rng.choice(FAMILY)}"
    return Person(
        account=account,
        name=f"{given} {family}",
        given_name=given,
        family_name=family,
        postal_code="80202",
        region="CO",
        city="Denver",
        country="US",
        zone="America/Denver",
        created_at=at,
    )


def phone(n: int) -> str:
    """Numbers of Denver's area codes; 9 million would fit."""
    return f"+1{('303', '720')[n % 2]}{2_000_000 + n // 2:07d}"


def permission(account: Account, one: Person, point: ContactPoint, channel: str, at: datetime) -> Permission:
    return Permission(
        account=account,
        person=one,
        contact_point=point,
        channel=channel,
        tier="written",
        automated=True,
        sellers=["Bench Homes"],
        wording=WORDING,
        source="form",
        given_at=at,
        recorded_at=at,
    )


def form(n: int) -> dict[str, Any]:
    """What lead number `n` types into the form."""
    return {
        "full_name": f"{GIVEN[n % 20]} {FAMILY[n % 18]}",
        "phone": phone(n),
        "email": f"lead{n}@example.com",
        "zip": "80202",
        "state": "CO",
        "message": "What is my home worth",
    }
