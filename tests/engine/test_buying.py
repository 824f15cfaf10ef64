"""A purchase starts the clocks that count from it; a refusal by phone is kept."""

from datetime import timedelta

from nextcall.consent import ledger
from nextcall.consent.facts import Facts
from nextcall.consent.models import Permission
from nextcall.engine import outcome, stopping
from nextcall.engine.undo import undo
from nextcall.leads.models import Lead, Person
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, T, make_lead

LATER = MONDAY + timedelta(hours=1)
TORONTO = {"phone": "+14165550142", "postal_code": "M5V 2T6", "region": "ON", "zone": "America/Toronto"}


def facts(lead: Lead, channel: str = "email") -> Facts:
    point = ledger.points_for([lead.person_id], account_id=lead.account_id)[lead.person_id][channel]
    wanted = ledger.Wanted(lead.person_id, point.pk, channel)  # type: ignore[arg-type]
    return ledger.facts_for([wanted], account_id=lead.account_id, at=LATER)[0]


def stage(lead: Lead, name: str) -> None:
    stopping.set_stage(lead=lead, stage=name, by=None, at=MONDAY)


def test_won_is_a_purchase_and_no_longer_won_is_none(lead: Lead) -> None:
    assert facts(lead).bought_at is None
    stage(lead, "won")
    assert facts(lead).bought_at == MONDAY
    stage(lead, "talking")
    assert facts(lead).bought_at is None
    assert not Permission.objects.filter(source="purchase").exists()  # nothing is implied in the United States


def test_a_purchase_in_canada_implies_consent_for_two_years_and_taking_it_back_ends_it(account: Account) -> None:
    lead = make_lead(account, permission="none", **TORONTO)  # type: ignore[arg-type]
    Person.objects.update(country="CA")
    stage(lead, "won")
    assert facts(lead).tier == "implied"
    assert facts(lead).permission_until == T("2028-11-23 00:00", "America/Toronto")
    stage(lead, "working")
    assert (facts(lead).tier, facts(lead).permission_until) == ("none", None)
    assert {one.ended_because for one in Permission.objects.all()} == {"no longer won, now working"}


def test_not_interested_on_the_phone_is_a_refusal_until_it_is_undone(lead: Lead, member: Member) -> None:
    action = outcome.log(lead=lead, outcome="not_interested", by=member, at=MONDAY)
    assert facts(lead).refused_at == MONDAY
    undo(action=action, by=member, at=MONDAY + timedelta(minutes=1))
    assert facts(lead).refused_at is None


def test_no_answer_is_no_refusal(lead: Lead, member: Member) -> None:
    outcome.log(lead=lead, outcome="no_answer", by=member, at=MONDAY)
    assert facts(lead).refused_at is None
