"""Try the sample, and take it away again."""

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.conversations.models import InboxItem
from nextcall.engine import receive
from nextcall.leads.models import Lead, Person
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, "owner", name="Ann Weaver")


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_forty_invented_leads_come_once_lead_back_and_are_labelled_everywhere(ann: Member) -> None:
    client = signed(ann)
    assert "Try the sample" in text(client, "/sample/")
    assert client.post("/sample/", {"next": "https://elsewhere.example"})["Location"] == "/now/"
    assert client.post("/sample/", {"next": "/welcome/cadence/"})["Location"] == "/welcome/cadence/"
    assert Lead.objects.count() == 40
    assert set(Person.objects.values_list("sample", flat=True)) == {True}
    assert set(Lead.objects.values_list("owner", flat=True)) == {ann.pk}
    lead = Lead.objects.order_by("-arrived_at")[0]
    for path in ("/now/", f"/leads/{lead.pk}/", "/more/", "/inbox/", "/leads/"):
        assert ">Sample<" in text(client, path), path
    html = text(client, f"/now/?lead={lead.pk}") + text(client, f"/leads/{lead.pk}/")
    assert "tel:" not in html and "sms:" not in html and "mailto:" not in html
    assert 'href="#sample"' in html
    asked = text(client, "/sample/remove/")
    assert "40 invented leads" in asked
    client.post("/sample/remove/")
    assert not Person.objects.exists() and ">Sample<" not in text(client, "/more/")


def test_only_an_owner_takes_it_away(ann: Member, account: Account) -> None:
    rep = signed(make_member(account, "rep"))
    assert rep.get("/sample/remove/").status_code == 403
    assert rep.post("/sample/remove/").status_code == 403


def test_without_a_sample_there_is_nothing_to_remove(ann: Member, account: Account) -> None:
    make_lead(account)
    client = signed(ann)
    assert "There is no sample here" in text(client, "/sample/remove/")
    client.post("/sample/remove/")
    assert Lead.objects.count() == 1


def test_a_lead_made_of_an_invented_stranger_is_invented_too(ann: Member) -> None:
    """Or a text to them would be tried for real."""
    client = signed(ann)
    account, at = ann.account, timezone.now()
    account.sample_at = at
    account.save(update_fields=["sample_at"])
    for sender in ("+13035550187", "+13034440187"):
        receive.receive(account=account, channel="text", sender=sender, text="Who is this?", at=at, via="text")
    for item in InboxItem.objects.filter(lead=None, unknown_sender__contains="0187"):
        client.post(f"/inbox/from/{item.pk}/lead/", {"name": item.unknown_sender})
    made = dict(Person.objects.filter(name__contains="0187").values_list("name", "sample"))
    assert made == {"+13035550187": True, "+13034440187": False}
