"""The Leads page: find and group."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nextcall.cadences import enroll
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.worklist import finding
from tests.builders import MONDAY, make_lead, make_member
from tests.web.signed import signed


@pytest.fixture
def manager(account: Account) -> Member:
    return make_member(account, "manager", name="Mary Manager")


@pytest.fixture
def client(manager: Member) -> Client:
    return signed(manager)


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/leads/{query}")
    assert answer.status_code == 200
    return [line.name for line in answer.context["lines"]]


@pytest.fixture
def three(account: Account, manager: Member) -> list[Lead]:
    juniper = make_lead(
        account, name="Juniper Vale", phone="+15205550142", email="june@example.com", source="Zillow", owner=manager
    )
    rowan = make_lead(
        account, name="Rowan Ashby", arrived_at=MONDAY - timedelta(days=40), stage="talking", permission="none"
    )
    hazel = make_lead(account, name="Hazel Thorne", arrived_at=MONDAY - timedelta(days=1))
    enroll.begin(lead=hazel, slug="steady", by=None, at=MONDAY)
    return [juniper, rowan, hazel]


def test_newest_first_and_other_orders(client: Client, three: list[Lead]) -> None:
    assert listed(client) == ["Juniper Vale", "Hazel Thorne", "Rowan Ashby"]
    assert listed(client, "?sort=oldest") == ["Rowan Ashby", "Hazel Thorne", "Juniper Vale"]
    assert listed(client, "?sort=name") == ["Hazel Thorne", "Juniper Vale", "Rowan Ashby"]


@pytest.mark.parametrize("words", ["juniper", "VALE jun", "june@example", "(520) 555-0142", "555 0142", "5205550142"])
def test_search_by_name_email_or_digits_however_written(client: Client, three: list[Lead], words: str) -> None:
    answer = client.get("/leads/", {"q": words})
    assert [line.name for line in answer.context["lines"]] == ["Juniper Vale"]


def test_filters_read_as_a_sentence_and_combine(client: Client, manager: Member, three: list[Lead]) -> None:
    assert listed(client, f"?source={three[0].source_id}") == ["Juniper Vale"]
    assert listed(client, f"?owner={manager.pk}") == ["Juniper Vale"]
    assert listed(client, "?owner=0") == ["Hazel Thorne", "Rowan Ashby"]
    assert listed(client, "?stage=talking") == ["Rowan Ashby"]
    assert listed(client, "?cadence=active") == ["Hazel Thorne"]
    assert listed(client, "?cadence=none") == ["Juniper Vale", "Rowan Ashby"]
    assert listed(client, "?can=text") == ["Juniper Vale", "Hazel Thorne"]
    assert listed(client, "?can=call&stage=talking") == ["Rowan Ashby"]


def test_who_asked_to_stop_cannot_be_called(
    client: Client, account: Account, manager: Member, three: list[Lead]
) -> None:
    client.post(f"/leads/{three[0].pk}/received/", {"channel": "text", "text": "STOP"})
    assert "Juniper Vale" not in listed(client, "?can=text")


def test_nobody_fits_offers_to_drop_a_filter(client: Client, three: list[Lead]) -> None:
    html = client.get("/leads/?stage=won&q=zzz").content.decode()
    assert "Nobody fits" in html
    assert "?q=zzz" in html and "?stage=won" in html


@pytest.mark.parametrize("sort", finding.SORTS)
def test_pages_are_cut_by_key_without_gaps_or_repeats(
    client: Client, account: Account, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(7):
        make_lead(
            account,
            name=f"Person {n % 3}",
            arrived_at=MONDAY,
            latest_attempt_at=MONDAY + timedelta(hours=n % 2),
            email=None,
            phone=None,
        )
    monkeypatch.setattr(finding, "PAGE", 3)
    seen: list[int] = []
    url = f"?sort={sort}"
    while url:
        answer = client.get(f"/leads/{url}")
        seen += [line.id for line in answer.context["lines"]]
        url = answer.context["next_url"]
    assert sorted(seen) == sorted(Lead.objects.values_list("pk", flat=True))
    assert len(seen) == 7


def test_a_rep_finds_their_own_and_nobodys(account: Account, three: list[Lead]) -> None:
    rep = make_member(account, name="Rita Rep")
    make_lead(account, name="Ritas Own", owner=rep, arrived_at=MONDAY + timedelta(hours=1))
    assert listed(signed(rep)) == ["Ritas Own", "Hazel Thorne", "Rowan Ashby"]


@pytest.mark.parametrize(
    "query",
    [
        "?after=abc",
        "?source=x&owner=-1&stage=nope&sort=nope&untouched=1e9",
        "?q=%00%27%25_",
        "?after=99999999999999999999",
    ],
)
def test_nonsense_in_the_address_is_left_out(client: Client, three: list[Lead], query: str) -> None:
    assert client.get(f"/leads/{query}").status_code == 200


def test_an_empty_account_is_shown_where_to_begin(client: Client) -> None:
    assert "No leads yet" in client.get("/leads/").content.decode()


def test_the_list_costs_the_same_queries_however_many_rows(client: Client, account: Account) -> None:
    counts = []
    for _ in range(2):
        for n in range(10):
            make_lead(account, name=f"Person {n}")
        with CaptureQueriesContext(connection) as queries:
            listed(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]
