"""The first three minutes: each step remembers, can be left and resumed, and asks nothing twice."""

import pytest
from django.test import Client

from nextcall.channels import registry
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Member
from nextcall.web import welcome
from tests.builders import MONDAY, make_lead, make_member
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
HOURS = {"name": "Ann Weaver", "zone": "America/Denver", "opens": "08:30", "closes": "17:00", "works_0": "1"}


@pytest.fixture
def new(account: Account) -> Member:
    return make_member(account, "owner", name="Owner", working_hours=[])


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_four_steps_in_order_end_at_the_first_card(new: Member) -> None:
    client = signed(new)
    places = ["/welcome/people/", "/welcome/cadence/", "/welcome/reach/", "/now/"]
    posts = [("/welcome/", HOURS), ("/welcome/people/", {}), ("/welcome/cadence/", {"cadence": "steady"})]
    for (path, said), following in zip([*posts, ("/welcome/later/", {})], places, strict=True):
        assert client.post(path, said)["Location"] == following
    new.account.refresh_from_db()
    assert new.account.default_cadence == "steady"


def test_a_zone_is_guessed_until_somebody_said_one(new: Member) -> None:
    client = signed(new)
    assert "data-guess-zone" in text(client, "/welcome/")
    refused = client.post("/welcome/", {**HOURS, "name": "", "zone": "America/Chicago"}).content.decode()
    assert "data-guess-zone" not in refused
    assert '<option value="America/Chicago" selected>' in refused


def test_who_left_goes_on_where_they_left(new: Member) -> None:
    client = signed(new)
    client.post("/welcome/", HOURS)
    client.post("/welcome/people/")
    assert client.get("/welcome/")["Location"] == "/welcome/cadence/"
    assert "Go on with setting up" in text(client, "/more/")
    client.post("/welcome/cadence/", {"cadence": "gentle"})
    client.post("/welcome/later/")
    assert "Go on with setting up" not in text(client, "/more/")


def test_a_rep_says_when_they_work_and_begins(account: Account) -> None:
    rep = make_member(account, "rep", working_hours=[])
    client = signed(rep)
    assert client.post("/welcome/", HOURS)["Location"] == "/now/"
    assert client.get("/welcome/people/").status_code == 403


def test_each_cadence_says_what_it_asks_of_a_day_for_the_leads_there_are(new: Member, account: Account) -> None:
    client = signed(new)
    client.post("/welcome/", HOURS)
    assert "minutes a day for 10 leads" in text(client, "/welcome/cadence/")
    for number in range(3):
        make_lead(account, name=f"Lead {number}")
    html = text(client, "/welcome/cadence/")
    assert "minutes a day for your 3 leads" in html
    assert html.count('type="radio"') == len(welcome.OFFERED)


def test_a_cadence_nobody_offers_is_not_taken(new: Member) -> None:
    client = signed(new)
    client.post("/welcome/", HOURS)
    client.post("/welcome/cadence/", {"cadence": "nonsense"})
    new.account.refresh_from_db()
    assert new.account.default_cadence == "fast-start-light"


def test_later_is_remembered_for_each_channel_and_what_is_connected_says_so(new: Member, account: Account) -> None:
    client = signed(new)
    client.post("/welcome/", HOURS)
    assert text(client, "/welcome/reach/").count("Later<") == 2
    assert client.post("/welcome/later/", {"channel": "text"})["Location"] == "/welcome/reach/"
    assert text(client, "/welcome/reach/").count("Later<span") == 1
    Connection.objects.create(
        account=account, channel="email", provider=registry.HANDSET, sealed=sealing.seal({}), created_at=MONDAY
    )
    html = text(client, "/welcome/reach/")
    assert "Connected" in html and "Later<span" not in html


def test_the_pointer_stands_until_the_first_outcome_and_never_again(new: Member, account: Account) -> None:
    client = signed(new)
    client.post("/welcome/", HOURS)
    client.post("/welcome/later/")
    lead = make_lead(account, owner=new)
    assert "Call, then tap how it went." in text(client, f"/now/?lead={lead.pk}")
    client.post(f"/now/{lead.pk}/outcome/", {"outcome": "no_answer"})
    assert "Call, then tap how it went." not in text(client, "/now/")
    new.refresh_from_db()
    assert "welcome" not in new.settings
