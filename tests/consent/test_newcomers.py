"""What is at hand of new persons is what would be read of them."""

from datetime import timedelta

import pytest

from nextcall.consent import ledger
from nextcall.consent.facts import Facts
from nextcall.consent.known import Knowledge, Wanted, read
from nextcall.consent.models import Permission
from nextcall.consent.newcomers import knowledge_of
from nextcall.leads.models import Lead, Person, Reach
from nextcall.team.models import Account
from tests import builders

MONDAY = builders.MONDAY
CHANNELS = ("call", "voicemail", "text", "email")


def answers(known: Knowledge, lead: Lead) -> list[tuple[object, Facts]]:
    points = known.points(lead.person_id)
    wanted = [
        Wanted(lead.person_id, point_id, channel, purpose, lead.pk)  # type: ignore[arg-type]
        for channel in CHANNELS
        for purpose in ("marketing", "reply")
        for point_id in (points[channel].pk if channel in points else None, None)
    ]
    return [(one, known.facts(one)) for one in wanted]


@pytest.fixture
def leads(account: Account) -> list[Lead]:
    """Permitted or not, imported with a date or without, stopped on a shared number, lifted, without a phone."""
    make = builders.make_lead
    shared, stopped = {"phone": "+13035550150"}, {"phone": "+13035550160"}
    made = [
        make(account, email="a@example.com", **shared),
        make(account, name="Rosa Lind", email="b@example.com", permission="none", **shared),
        make(account, email="c@example.com", postal_code="33101", region="FL", **stopped),
        make(account, name="Other Person", email="d@example.com", **stopped),
        make(account, email="e@example.com", phone=None),
    ]
    Lead.objects.filter(pk=made[1].pk).update(import_id=1)
    Lead.objects.filter(pk=made[3].pk).update(import_id=1, arrived_at=MONDAY - timedelta(days=30))
    ledger.withdraw(
        account=account, person=made[0].person, scope=["text"], reason="opt_out", said="STOP", via="text", at=MONDAY
    )
    [*_, row] = ledger.withdraw(
        account=account, person=made[2].person, scope=[], reason="link", said="", via="link", at=MONDAY
    )
    ledger.lift(row, because="they wrote START", at=MONDAY, channels=["text"])
    return made


def test_it_is_what_would_be_read(account: Account, leads: list[Lead]) -> None:
    at = MONDAY + timedelta(hours=1)
    persons = Person.objects.all()
    made = knowledge_of(
        persons,
        reaches=Reach.objects.select_related("contact_point"),
        permissions=Permission.objects.all(),
        leads=Lead.objects.all(),
        account=account,
        at=at,
    )
    found = read([person.pk for person in persons], account_id=account.pk, at=at)
    for lead in leads:
        assert answers(made, lead) == answers(found, lead)
    assert any(facts.withdrawn for lead in leads for _, facts in answers(made, lead))
    assert {facts.inquired_at is None for lead in leads for _, facts in answers(made, lead)} == {True, False}
