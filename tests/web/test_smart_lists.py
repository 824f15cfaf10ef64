"""Smart lists: kept by name, counted up to a bound, shared or not, brought back after a slip."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nextcall.leads.models import Lead, SmartList
from nextcall.team.models import Account, Member
from nextcall.worklist import counting
from tests.builders import MONDAY, make_account, make_lead, make_member
from tests.web.signed import signed


@pytest.fixture
def mary(account: Account) -> Member:
    return make_member(account, "manager", name="Mary Manager")


@pytest.fixture
def client(mary: Member) -> Client:
    return signed(mary)


def kept(by: Member, name: str = "Won ones", query: str = "stage=won", *, shared: bool = False) -> SmartList:
    return SmartList.objects.create(account=by.account, by=by, name=name, query=query, shared=shared, created_at=MONDAY)


def counts(client: Client, query: str = "") -> dict[str, str]:
    found: dict[str, str] = json.loads(client.get(f"/leads/lists/counts/{query}").content)["counts"]
    return found


def test_a_filter_is_kept_by_its_name_in_its_own_order(client: Client, lead: Lead) -> None:
    client.post("/leads/lists/", {"name": " Hot ", "query": "can=call&bogus=1&stage=new&after=9"})
    row = SmartList.objects.get()
    assert (row.name, row.query, row.shared) == ("Hot", "stage=new&can=call", False)
    assert (
        '<a href="?stage=new&amp;can=call" aria-current="page">Hot'
        in client.get("/leads/?can=call&stage=new").content.decode()
    )


def test_counts_are_of_what_the_member_sees(client: Client, account: Account, mary: Member) -> None:
    rep = make_member(account, name="Rita Rep")
    make_lead(account, stage="won", owner=mary)
    make_lead(account, stage="won")
    make_lead(account, stage="won", owner=rep)
    row = kept(mary, shared=True)
    assert counts(client)[str(row.pk)] == "3"
    assert counts(signed(rep))[str(row.pk)] == "2"


def test_counts_stop_at_a_bound(
    client: Client, account: Account, mary: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST", 3)
    monkeypatch.setattr(counting.count_list, "__kwdefaults__", {"most": 3, "seconds": 5})
    for _ in range(5):
        make_lead(account, stage="won")
    row = kept(mary)
    with CaptureQueriesContext(connection) as queries:
        assert counts(client)[str(row.pk)] == "3+"
    counted = [one["sql"] for one in queries if "COUNT(" in one["sql"]]
    assert counted and all("LIMIT 4" in sql for sql in counted)


def test_a_new_account_has_lists_that_are_not_stored(client: Client, account: Account) -> None:
    lead = make_lead(account)
    page = client.get("/leads/?counts=1").content.decode()
    assert "Nobody tried yet" in page and not SmartList.objects.exists()
    assert counts(client)["untried"] == "1" and counts(client)["waiting"] == "0"
    assert f"/leads/{lead.pk}/" in client.get("/leads/?tries=0").content.decode()


def test_ready_made_lists_make_room_for_four_of_their_own(client: Client, mary: Member) -> None:
    for n in range(4):
        kept(mary, f"List {n}", f"untouched={n + 3}")
    assert "Nobody tried yet" not in client.get("/leads/").content.decode()


def test_the_same_name_takes_the_new_filter_and_undo_brings_the_old_one_back(client: Client, mary: Member) -> None:
    kept(mary, "Hot", "stage=won")
    client.post("/leads/lists/", {"name": "Hot", "query": "stage=lost"})
    assert SmartList.objects.get().query == "stage=lost"
    client.post("/leads/lists/restore/")
    assert SmartList.objects.get().query == "stage=won"
    client.post("/leads/lists/restore/")
    assert SmartList.objects.count() == 1


def test_a_deleted_list_comes_back_as_it_was(client: Client, mary: Member) -> None:
    row = kept(mary, "Hot", shared=True)
    client.post(f"/leads/lists/{row.pk}/delete/")
    assert not SmartList.objects.exists()
    assert "Undo" in client.get("/leads/").content.decode()
    client.post("/leads/lists/restore/")
    back = SmartList.objects.get()
    assert (back.name, back.query, back.shared, back.by_id) == ("Hot", "stage=won", True, mary.pk)


def test_renamed_and_shared(client: Client, account: Account, mary: Member) -> None:
    make_lead(account)
    row = kept(mary)
    rep = signed(make_member(account, name="Rita Rep"))
    assert "Won ones" not in rep.get("/leads/").content.decode()
    client.post(f"/leads/lists/{row.pk}/", {"name": "Won this year", "shared": "on"})
    assert "Won this year" in rep.get("/leads/").content.decode()
    assert rep.post(f"/leads/lists/{row.pk}/", {"name": "Mine now"}).status_code == 404
    assert rep.post(f"/leads/lists/{row.pk}/delete/").status_code == 404


def test_a_name_taken_or_missing_is_said(client: Client, mary: Member) -> None:
    kept(mary, "Other")
    row = kept(mary, "Hot", "stage=lost")
    client.post(f"/leads/lists/{row.pk}/", {"name": "Other"})
    assert "a list called “Other” already" in client.get("/leads/").content.decode()
    client.post("/leads/lists/", {"name": " ", "query": "stage=won"})
    assert "Give the list a name" in client.get("/leads/").content.decode()
    client.post("/leads/lists/", {"name": "Long", "query": "q=" + "%F0%9F%98%80" * 100})
    assert "too long to keep" in client.get("/leads/").content.decode()
    assert SmartList.objects.count() == 2


def test_another_accounts_lists_are_not_there(client: Client) -> None:
    eve = make_member(make_account("Other"), "owner", name="Eve Other")
    row = kept(eve, "Secret", shared=True)
    assert "Secret" not in client.get("/leads/").content.decode()
    assert str(row.pk) not in counts(client)
    assert client.post(f"/leads/lists/{row.pk}/", {"name": "x"}).status_code == 404
    session = client.session
    session["deleted_list"] = {"account": eve.account_id, "by": eve.pk, "name": "x", "query": "", "shared": True}
    session.save()
    client.post("/leads/lists/restore/")
    assert SmartList.objects.count() == 1


def test_lists_cost_the_page_one_query_however_many(client: Client, mary: Member, account: Account) -> None:
    make_lead(account)
    found = []
    for n in range(2):
        for m in range(8):
            kept(mary, f"List {n} {m}", f"untouched={8 * n + m}")
        with CaptureQueriesContext(connection) as queries:
            client.get("/leads/")
        found.append(len(queries))
    assert found[0] == found[1]


def test_how_many_fit_is_counted_on_its_own(client: Client, account: Account) -> None:
    for _ in range(3):
        make_lead(account)
    answer = json.loads(client.get("/leads/lists/counts/", {"fits": "stage=new"}).content)
    assert answer == {"fits": 3, "more": False}
