"""Settings, Who you are to leads: what is written there is what the checks of words ask."""

import pytest
from django.test import Client

from nextcall.leads.models import Offer, Source
from nextcall.team.models import Account, Member
from tests.builders import make_account, make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
HERE = "/settings/identity/"


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner")


@pytest.fixture
def client(owner: Member) -> Client:
    return signed(owner)


def company(**fields: str) -> dict[str, str]:
    return {"trade": "mortgage", "nmls_id": "", "broker_name": "", "licences": "", "disclosures": "", **fields}


def test_an_owner_writes_who_the_company_is(client: Client, account: Account) -> None:
    written = company(nmls_id="NMLS #123456", licences="colorado: 100\nFL 200-A\n", disclosures="6.3% APR.")
    answer = client.post(f"{HERE}company/", written, follow=True)
    assert "Saved." in answer.content.decode()
    account.refresh_from_db()
    assert (account.trade, account.nmls_id, account.licences) == ("mortgage", "123456", {"CO": "100", "FL": "200-A"})
    assert "CO 100" in client.get(HERE).content.decode()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"nmls_id": "12"}, "3 to 12 digits"),
        ({"nmls_id": "abc"}, "3 to 12 digits"),
        ({"licences": "Colorado"}, "is not a state and a number"),
        ({"licences": "XX 100"}, "is not a state and a number"),
        ({"licences": "CO 1\nColorado 2"}, "CO is there twice"),
        ({"licences": "CA 123", "trade": "real_estate"}, "eight digits"),
        ({"licences": "\n".join(f"CO {n}" for n in range(80))}, "at most 60"),
        ({"trade": "piracy"}, "not one of the available"),
    ],
)
def test_what_cannot_be_is_said_with_what_would_be_right(
    client: Client, account: Account, fields: dict[str, str], says: str
) -> None:
    answer = client.post(f"{HERE}company/", company(**fields))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    account.refresh_from_db()
    assert account.trade == ""


def test_a_mortgage_licence_of_california_is_no_number_of_eight(client: Client, account: Account) -> None:
    client.post(f"{HERE}company/", company(licences="CA 60DBO-12345"))
    account.refresh_from_db()
    assert account.licences == {"CA": "60DBO-12345"}


def test_a_rep_writes_their_own_licences_and_nothing_else(account: Account, owner: Member, member: Member) -> None:
    rep = signed(member)
    page = rep.get(HERE).content.decode()
    assert member.name in page
    assert owner.name not in page
    assert "Terms of credit" not in page
    own = {"nmls_id": "765432", "licences": "CO 7"}
    assert rep.post(f"{HERE}members/{member.pk}/", own).status_code == 302
    member.refresh_from_db()
    assert (member.nmls_id, member.licences) == ("765432", {"CO": "7"})
    assert rep.post(f"{HERE}members/{owner.pk}/", own).status_code == 403
    assert rep.post(f"{HERE}company/", company()).status_code in (302, 403)
    owner.refresh_from_db()
    account.refresh_from_db()
    assert (owner.nmls_id, account.trade) == ("", "")


def test_a_source_and_an_offer_get_what_the_checks_ask(client: Client, account: Account) -> None:
    make_lead(account, source="Bureau", offer="Refinance")
    source, offer = Source.objects.get(name="Bureau"), Offer.objects.get(name="Refinance")
    client.post(f"{HERE}sources/{source.pk}/", {"kind": "credit_trigger", "basis": " We service\ntheir loan "})
    client.post(f"{HERE}offers/{offer.pk}/", {"disclosures": "6.3% APR, 360 payments."})
    source.refresh_from_db()
    offer.refresh_from_db()
    assert (source.kind, source.basis) == ("credit_trigger", "We service their loan")
    assert offer.disclosures == "6.3% APR, 360 payments."
    assert client.post(f"{HERE}sources/{source.pk}/", {"kind": "stolen"}).status_code == 422
    assert client.post(f"{HERE}sources/{source.pk}/", {"kind": "own", "basis": "x" * 400}).status_code == 422


def test_another_accounts_rows_are_not_there(client: Client) -> None:
    other = make_account("Birch Lending")
    make_lead(other, source="Theirs", offer="Theirs too")
    stranger = make_member(other, "owner", name="Bo Birch")
    source, offer = Source.objects.get(name="Theirs"), Offer.objects.get(name="Theirs too")
    for path in (f"members/{stranger.pk}", f"sources/{source.pk}", f"offers/{offer.pk}"):
        assert client.post(f"{HERE}{path}/", {"kind": "own", "nmls_id": "123456"}).status_code == 404
    page = client.get(HERE).content.decode()
    assert "Theirs" not in page
    assert stranger.name not in page
