"""Add lead: one inquiry, typed in by a member."""

import pytest
from django.test import Client

from nextcall.cadences.models import Enrollment
from nextcall.consent.models import Permission
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Account, Member
from tests.builders import make_member
from tests.web.signed import signed

HAZEL = {
    "name": "Hazel Thorne",
    "phone": "(303) 555-0142",
    "email": "Hazel@Example.com",
    "postal_code": "80202",
    "source": "Open house",
    "offer": "Home value",
    "message": "What would our place sell for?",
}


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, "rep", name="Ann Weaver")


@pytest.fixture
def client(ann: Member) -> Client:
    return signed(ann)


def test_a_lead_is_stored_with_their_words_and_belongs_to_whoever_added_it(client: Client, ann: Member) -> None:
    answer = client.post("/add-lead/", HAZEL)
    lead = Lead.objects.get(account=ann.account)
    assert answer["Location"] == f"/leads/{lead.pk}/"
    assert (lead.person.name, lead.message, lead.owner) == ("Hazel Thorne", HAZEL["message"], ann)
    assert lead.source and lead.source.name == "Open house" and lead.offer and lead.offer.name == "Home value"
    assert set(ContactPoint.objects.values_list("value", flat=True)) == {"+13035550142", "Hazel@example.com"}
    assert Enrollment.objects.filter(lead=lead, version__cadence__slug=ann.account.default_cadence).exists()


def test_no_box_ticked_writes_no_permission_down(client: Client, ann: Member) -> None:
    client.post("/add-lead/", {**HAZEL, "wording": "I agree."})
    assert not Permission.objects.filter(account=ann.account).exists()


def test_permission_is_kept_with_the_words_it_was_given_with(client: Client, ann: Member) -> None:
    client.post(
        "/add-lead/", {**HAZEL, "channels": ["call", "text"], "wording": "I agree to calls and texts from Acme Homes."}
    )
    kept = Permission.objects.filter(account=ann.account)
    assert set(kept.values_list("channel", flat=True)) >= {"call", "text"}
    assert {row.wording for row in kept} == {"I agree to calls and texts from Acme Homes."}
    assert {row.recorded_by for row in kept} == {ann}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"phone": "12"}, "Write it like (303) 555-0142"),
        ({"email": "hazel@"}, "Write it like hazel@example.com"),
        ({"phone": "", "email": ""}, "there is no way to reach them"),
        ({"name": ""}, "This field is required"),
        ({"channels": ["text"]}, "Permission needs the words"),
    ],
)
def test_what_cannot_be_used_is_explained_beside_its_field(
    client: Client, ann: Member, change: dict[str, object], says: str
) -> None:
    answer = client.post("/add-lead/", {**HAZEL, **change})
    page = answer.content.decode()
    assert answer.status_code == 422 and says in page and 'aria-invalid="true"' in page
    assert "What would our place sell for?" in page  # nothing typed is lost
    assert not Lead.objects.filter(account=ann.account).exists()


def test_somebody_who_is_known_gets_a_new_enquiry(client: Client, ann: Member) -> None:
    client.post("/add-lead/", HAZEL)
    client.post("/add-lead/", {**HAZEL, "offer": "Equity calculator"})
    first, second = Lead.objects.filter(account=ann.account).order_by("pk")
    assert first.person_id == second.person_id
