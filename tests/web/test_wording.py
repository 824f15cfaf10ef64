"""The composers of Lead and Inbox: what may not be said is refused with every reason, a doubt is asked about once."""

from typing import Any

import pytest
from django.test import Client

from nextcall.cadences.models import Touch
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_account, make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
UNLAWFUL = "Own it for $1,899/mo, 3 % down. Great for Christian families."


@pytest.fixture
def lender(account: Account) -> Account:
    account.trade, account.nmls_id, account.licences = "mortgage", "123456", {"CO": "100"}
    account.save()
    return account


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, "owner", name="Ann Weaver", nmls_id="765432", licences={"CO": "200"})


@pytest.fixture
def signed_in(ann: Member) -> Client:
    return signed(ann)


def florida(account: Account, ann: Member) -> Lead:
    return make_lead(
        account, name="Rowan Birch", phone="+13055550142", postal_code="33101", region="FL", zone="America/New_York",
        owner=ann,
    )  # fmt: skip


def send(client: Client, lead: Lead, body: str, *, page: str = "leads", **more: str) -> dict[str, Any]:
    data = {"channel": "email", "body": body, **more}
    answer: dict[str, Any] = client.post(
        f"/{page}/{lead.pk}/send/", data, headers={"Accept": "application/json"}
    ).json()
    return answer


@pytest.mark.parametrize("page", ["leads", "inbox"])
def test_three_reasons_are_all_listed_and_nothing_leaves(
    signed_in: Client, lender: Account, ann: Member, page: str
) -> None:
    lead = florida(lender, ann)
    problem = send(signed_in, lead, UNLAWFUL, page=page)["problem"]
    assert "3 reasons" in problem
    for words in ("$1,899/mo", "3 % down", "Christian", "FL", "MO-01.terms", "MO-03.state", "FH-01.religion"):
        assert words in problem
    assert not Touch.objects.filter(lead=lead).exists()


@pytest.mark.parametrize("page", ["leads", "inbox"])
def test_a_doubt_is_asked_about_once_and_the_same_words_go_the_second_time(
    signed_in: Client, account: Account, ann: Member, page: str
) -> None:
    lead = make_lead(account, owner=ann)
    first = send(signed_in, lead, "The master bedroom faces east.", page=page)
    assert "Not sent yet" in first["problem"]
    assert "master bedroom" in first["problem"]
    assert "Send again" in first["problem"]
    assert not Touch.objects.filter(lead=lead).exists()
    assert send(signed_in, lead, "The master bedroom faces east.", page=page)["problem"] == ""
    assert Touch.objects.get(lead=lead).body == "The master bedroom faces east."


def test_other_words_are_asked_about_again(signed_in: Client, account: Account, ann: Member) -> None:
    lead = make_lead(account, owner=ann)
    for words in ("The master bedroom faces east.", "The master bath is new."):
        assert "Not sent yet" in send(signed_in, lead, words)["problem"]


def test_the_findings_are_shown_while_writing_with_rule_source_and_what_is_added(
    signed_in: Client, lender: Account, ann: Member
) -> None:
    lead = florida(lender, ann)
    page = signed_in.post(f"/leads/{lead.pk}/words/", {"channel": "text", "body": UNLAWFUL}).content.decode()
    for words in ("Cannot be sent", "$1,899/mo", "MO-01.terms", "compliancealliance.com", "Reply STOP to end texts"):
        assert words in page
    assert "Send anyway" not in page
    assert not Touch.objects.filter(lead=lead).exists()


def test_send_anyway_beside_the_words_sends_at_once(signed_in: Client, account: Account, ann: Member) -> None:
    lead, body = make_lead(account, owner=ann), "The master bedroom faces east."
    page = signed_in.post(f"/inbox/{lead.pk}/words/", {"channel": "email", "body": body}).content.decode()
    said = page.split('name="anyway_words" value="')[1].split('"')[0]
    assert send(signed_in, lead, body, page="inbox", anyway_words=said)["problem"] == ""
    assert Touch.objects.filter(lead=lead).count() == 1


def test_without_a_script_the_words_and_the_reasons_are_on_the_page(
    signed_in: Client, account: Account, ann: Member
) -> None:
    lead = make_lead(account, owner=ann)
    page = signed_in.post(
        f"/leads/{lead.pk}/send/", {"channel": "email", "body": "No kids."}, follow=True
    ).content.decode()
    assert "Not sent" in page
    assert "\u201cNo kids\u201d" in page
    assert ">No kids.</textarea>" in page


@pytest.mark.parametrize("body", ["", " ", "x" * 60_000, "\0"])
def test_nothing_is_said_about_nothing_and_about_far_too_much(
    signed_in: Client, account: Account, ann: Member, body: str
) -> None:
    lead = make_lead(account, owner=ann)
    answer = signed_in.post(f"/leads/{lead.pk}/words/", {"channel": "email", "body": body})
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_words_to_a_lead_of_another_account_are_nobodys_business(signed_in: Client) -> None:
    stranger = make_lead(make_account("Birch Lending"))
    for page in ("leads", "inbox"):
        assert (
            signed_in.post(f"/{page}/{stranger.pk}/words/", {"channel": "email", "body": "No kids"}).status_code == 404
        )
