"""Who belongs with a person, so that nobody is called twice a day unknowingly."""

import pytest

from nextcall.leads import household
from nextcall.leads.models import Lead, Reach
from nextcall.team.models import Account
from tests.builders import make_account, make_lead, make_point

pytestmark = pytest.mark.django_db


def at(lead: Lead, street: str) -> None:
    lead.person.street = street
    lead.person.save()


def test_who_shares_a_number_is_shown_with_their_newest_lead(account: Account) -> None:
    hazel, tom = make_lead(account, name="Hazel Thorne", phone="+13035550142"), make_lead(account, name="Tom Reed")
    Reach.objects.create(account=account, person=tom.person, contact_point=make_point(account, "phone", "+13035550142"))
    (one,) = household.household(hazel.person)
    assert (str(one.person), one.because, one.lead) == ("Tom Reed", "same phone", tom)


def test_one_family_name_at_one_address_is_a_household(account: Account) -> None:
    hazel, tom = make_lead(account, name="Hazel Thorne"), make_lead(account, name="Tom Thorne")
    at(hazel, "12 Larkspur Ln.")
    at(tom, "12 LARKSPUR LN")
    (one,) = household.household(hazel.person)
    assert one.because == "same address"
    at(tom, "14 Larkspur Ln")
    assert household.household(hazel.person) == []


def test_a_family_name_without_a_street_makes_no_household(account: Account) -> None:
    hazel = make_lead(account, name="Hazel Thorne")
    make_lead(account, name="Tom Thorne")
    assert household.household(hazel.person) == []


def test_another_accounts_people_are_never_of_the_household(account: Account) -> None:
    hazel = make_lead(account, name="Hazel Thorne", phone="+13035550142")
    make_lead(make_account("Other"), name="Hazel Thorne", phone="+13035550142")
    assert household.household(hazel.person) == []


def test_what_else_the_person_asked_is_listed_and_removed_leads_are_not(account: Account) -> None:
    hazel = make_lead(account)
    again = make_lead(account, person=hazel.person, offer="Equity calculator")
    gone = make_lead(account, person=hazel.person)
    Lead.objects.filter(pk=gone.pk).update(removed_at=gone.arrived_at)
    assert household.other_leads(hazel) == [again]
