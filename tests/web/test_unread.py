"""Deliveries that could not be read become leads by a person's hand, and nothing of them is lost."""

import pytest
from django.utils import timezone

from nextcall.intake import captures
from nextcall.intake.models import Capture
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_account, make_lead_in_key, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
BODY = b"Hazel <b>Thorne</b> rang the front desk, 303 555 0142"


@pytest.fixture
def account() -> Account:
    return make_account()


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Ann Weaver")


@pytest.fixture
def capture(account: Account) -> Capture:
    key = make_lead_in_key(account, label="Old website", source_name="Website")
    kept, _ = captures.keep(
        key=key, format="json", content_type="application/json", body=BODY, at=timezone.now(), ip=None
    )
    captures.accept_capture(kept, at=timezone.now())
    kept.refresh_from_db()
    assert kept.state == "unreadable"
    return kept


def test_the_import_page_says_that_something_waits(owner: Member, capture: Capture) -> None:
    assert "1 delivery came in and could not be read" in signed(owner).get("/imports/").content.decode()
    listed = signed(owner).get("/imports/unread/").content.decode()
    assert "by way of Old website" in listed


def test_what_came_is_shown_and_never_run(owner: Member, capture: Capture) -> None:
    shown = signed(owner).get(f"/imports/unread/{capture.pk}/").content.decode()
    assert "Hazel &lt;b&gt;Thorne&lt;/b&gt; rang the front desk" in shown


def test_it_becomes_a_lead_of_the_source_it_came_by(owner: Member, capture: Capture) -> None:
    written = {"name": "Hazel Thorne", "phone": "303 555 0142", "message": "rang the front desk"}
    answer = signed(owner).post(f"/imports/unread/{capture.pk}/", written)
    lead = Lead.objects.get()
    assert answer["Location"] == f"/leads/{lead.pk}/"
    assert (str(lead.person), lead.source and lead.source.name, lead.message) == (
        "Hazel Thorne", "Website", "rang the front desk",
    )  # fmt: skip
    capture.refresh_from_db()
    assert (capture.state, capture.lead, bytes(capture.body)) == ("accepted", lead, BODY)
    assert "Everything that came in was understood" in signed(owner).get("/imports/unread/").content.decode()


def test_accepted_twice_it_is_one_lead(owner: Member, capture: Capture) -> None:
    browser, written = signed(owner), {"name": "Hazel Thorne", "phone": "303 555 0142"}
    browser.post(f"/imports/unread/{capture.pk}/", written)
    assert browser.post(f"/imports/unread/{capture.pk}/", written).status_code == 404
    assert Lead.objects.count() == 1


def test_without_a_way_to_reach_them_it_says_what_is_missing(owner: Member, capture: Capture) -> None:
    answer = signed(owner).post(f"/imports/unread/{capture.pk}/", {"name": "Hazel"})
    assert answer.status_code == 422
    assert "no way to reach them" in answer.content.decode()
    assert not Lead.objects.exists()


def test_reading_it_again_says_what_is_still_wrong(owner: Member, capture: Capture) -> None:
    answer = signed(owner).post(f"/imports/unread/{capture.pk}/again/", follow=True)
    assert "Still not understood" in answer.content.decode()


def test_a_rep_is_told_who_may_open_them(account: Account, capture: Capture) -> None:
    answer = signed(make_member(account, "rep", name="Ben")).get("/imports/unread/")
    assert answer.status_code == 403
