"""A change of many leads, as a member makes it: select, look, confirm, undo. And the list as a file."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.engine import bulk_changes
from nextcall.engine.models import Action, BulkChange
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_account, make_lead, make_member
from tests.web.signed import signed


@pytest.fixture
def mary(account: Account) -> Member:
    return make_member(account, "manager", name="Mary Manager")


@pytest.fixture
def ben(account: Account) -> Member:
    return make_member(account, name="Ben Ito")


@pytest.fixture
def client(mary: Member) -> Client:
    return signed(mary)


@pytest.fixture
def five(account: Account, mary: Member) -> list[Lead]:
    return [
        make_lead(account, name=f"Person {n}", owner=mary, arrived_at=MONDAY - timedelta(hours=n)) for n in range(5)
    ]


@pytest.fixture
def monday(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors read a working day: who may be called, and when, must not depend on when the tests run."""
    monkeypatch.setattr(timezone, "now", lambda: MONDAY)


def propose(client: Client, kind: str, leads: list[Lead], **more: str) -> str:
    """The page of the change."""
    answer = client.post("/leads/changes/", {"kind": kind, "lead": [lead.pk for lead in leads], **more})
    assert answer.status_code == 303
    return answer["Location"]


def html(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def test_looked_at_confirmed_and_undone(client: Client, mary: Member, ben: Member, five: list[Lead]) -> None:
    url = propose(client, "owner", five[:3], query="stage=new")
    assert "Choose who gets them." in html(client.get(url))
    client.post(f"{url}choices/", {"owner": ben.pk})
    page = html(client.get(url))
    assert "3 change" in page and "Give 3 leads to Ben Ito" in page and "Nothing has happened yet" in page
    assert not Lead.objects.filter(owner=ben).exists()
    answer = client.post(f"{url}confirmation/", {"owner": ben.pk})
    assert answer["Location"] == "/leads/?stage=new"
    assert Lead.objects.filter(owner=ben).count() == 3
    page = html(client.get("/leads/?stage=new"))
    assert "3 leads given to Ben Ito." in page and f"{url}undo/" in page
    client.post(f"{url}undo/")
    assert Lead.objects.filter(owner=mary).count() == 5
    assert "Undone: 3 leads given to Ben Ito." in html(client.get("/leads/"))


def test_confirmed_twice_is_one_change(client: Client, ben: Member, five: list[Lead]) -> None:
    url = propose(client, "owner", five)
    for _ in range(2):
        client.post(f"{url}confirmation/", {"owner": ben.pk})
    assert Action.objects.count() == 5 and BulkChange.objects.get().done == 5
    client.post(f"{url}choices/", {"owner": []})
    assert BulkChange.objects.get().choices["owners"] == [ben.pk]


def test_all_that_fit_are_frozen_when_they_are_chosen(
    client: Client, account: Account, ben: Member, five: list[Lead]
) -> None:
    url = propose(client, "owner", [], all="1", query="stage=new")
    make_lead(account, name="Late Comer")
    client.post(f"{url}confirmation/", {"owner": ben.pk})
    assert Lead.objects.filter(owner=ben).count() == 5


def test_a_large_one_is_left_to_the_engine(
    client: Client, ben: Member, five: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nextcall.web.leads.change.AT_ONCE", 3)
    url = propose(client, "owner", five)
    client.post(f"{url}confirmation/", {"owner": ben.pk})
    assert not Action.objects.exists()
    page = html(client.get(url))
    assert "Under way" in page and "0 of 5 leads looked at" in page and "data-poll" in page
    assert bulk_changes.run_some(at=MONDAY, bite=2)
    assert "2 of 5" in html(client.get(f"{url}?part=progress"))
    while bulk_changes.run_some(at=MONDAY):
        pass
    assert client.get(f"{url}?part=progress").status_code == 204
    assert "5 leads given to Ben Ito." in html(client.get(url))
    client.post(f"{url}undo/")
    assert "Being undone" in html(client.get(url))


def test_who_is_left_out_is_said_before_and_after(client: Client, ben: Member, five: list[Lead]) -> None:
    Lead.objects.filter(pk=five[0].pk).update(owner=ben)
    url = propose(client, "owner", five)
    client.post(f"{url}choices/", {"owner": ben.pk})
    page = html(client.get(url))
    assert "4 change, 1 is left out" in page and "<b>1</b> with them already" in page and "Person 0" in page
    answer = client.post(f"{url}confirmation/", {"owner": ben.pk})
    assert answer["Location"] == url
    assert "4 leads given to Ben Ito. 1 left out." in html(client.get(url))


def test_the_effect_on_the_days_is_shown_beside_what_was_set_aside(
    client: Client, monday: None, mary: Member, five: list[Lead]
) -> None:
    mary.settings = {"people_a_day": 2}
    mary.save()
    url = propose(client, "cadence", five)
    client.post(f"{url}choices/", {"cadence": "fast-start"})
    page = html(client.get(url))
    assert "a day for Mary Manager, who set aside 2" in page
    assert "5 change" in page and "set aside" in page and "<svg" in page and "<table" in page
    for lead in five:
        enroll.begin(lead=lead, slug="steady", by=None, at=MONDAY)
    url = propose(client, "finish", five)
    client.post(f"{url}choices/", {"because": "bought elsewhere"})
    assert "End it for 5 leads" in html(client.get(url))


def test_a_start_that_is_too_much_is_offered_a_slower_one(
    client: Client, monday: None, mary: Member, five: list[Lead]
) -> None:
    mary.settings = {"people_a_day": 3}
    mary.save()
    url = propose(client, "cadence", five)
    client.post(f"{url}choices/", {"cadence": "letter-first"})
    before = client.get(url).context["effect"]
    assert before.over and before.spread
    client.post(f"{url}choices/", {"cadence": "letter-first", "days": str(before.spread)})
    after = client.get(url).context["effect"]
    assert not after.over


def test_nothing_selected_is_said(client: Client, five: list[Lead]) -> None:
    answer = client.post("/leads/changes/", {"kind": "owner"})
    assert answer["Location"] == "/leads/?"
    assert "Select at least one lead first." in html(client.get("/leads/"))
    client.post("/leads/changes/", {"kind": "bogus", "lead": [five[0].pk]})
    assert "There is no such change." in html(client.get("/leads/"))


def test_a_rep_changes_their_own_alone_and_sees_no_others_change(
    client: Client, account: Account, ben: Member, five: list[Lead]
) -> None:
    rep = signed(ben)
    own = make_lead(account, name="Ben's Own", owner=ben)
    nobodys = make_lead(account, name="Nobody Yet")
    url = propose(rep, "stage", [own, nobodys, five[0]])
    assert BulkChange.objects.get().lead_ids == [own.pk, nobodys.pk]  # the manager's is not seen at all
    rep.post(f"{url}confirmation/", {"stage": "won"})
    assert set(Lead.objects.filter(stage="won")) == {own}
    theirs = propose(client, "pause", five)
    assert rep.get(theirs).status_code == 404 and rep.post(f"{theirs}confirmation/").status_code == 404
    assert client.get(url).status_code == 200  # a manager sees what was done
    assert rep.get("/leads/export.csv").status_code == 403


def test_other_accounts_leads_and_changes_are_not_there(client: Client, five: list[Lead]) -> None:
    other = make_account("Other")
    eve = signed(make_member(other, "owner", name="Eve Other"))
    answer = eve.post("/leads/changes/", {"kind": "stage", "lead": [five[0].pk]})
    assert answer["Location"] == "/leads/?" and not BulkChange.objects.exists()
    url = propose(client, "stage", five)
    for path in (url, f"{url}undo/", f"{url}confirmation/", f"{url}choices/"):
        assert eve.post(path, {"stage": "won"}).status_code in (404, 405)
        assert eve.get(path).status_code in (404, 405)
    assert not Lead.objects.filter(stage="won").exists()


def test_the_page_of_all_changes(client: Client, ben: Member, five: list[Lead]) -> None:
    url = propose(client, "owner", five)
    assert "Nothing yet" in html(client.get("/leads/changes/"))
    client.post(f"{url}confirmation/", {"owner": ben.pk})
    assert "5 leads given to Ben Ito." in html(client.get("/leads/changes/"))


def test_a_change_is_looked_at_in_the_same_queries_however_many(
    client: Client, account: Account, ben: Member, mary: Member
) -> None:
    found = []
    for n in (5, 50):
        leads = [make_lead(account, owner=mary) for _ in range(n)]
        url = propose(client, "owner", leads)
        client.post(f"{url}choices/", {"owner": ben.pk})
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        found.append(len(queries))
    assert found[0] == found[1]


def test_the_file_holds_what_fits_and_no_formula(client: Client, account: Account) -> None:
    for name in ("=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", "\tTab", "Plain"):
        make_lead(account, name=name, stage="won")
    make_lead(account, name="Not this one")
    answer = client.get("/leads/export.csv?stage=won")
    assert "attachment" in answer["Content-Disposition"]
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(body)))
    assert sorted(row["Name"] for row in rows) == sorted(
        ["'=HYPERLINK(1)", "'+1", "'-2", "'@SUM(A1)", "'\tTab", "Plain"]
    )
    assert all(row["Phone"].startswith("'+1303") for row in rows)
    assert Event.objects.get(kind="leads.exported").data == {"query": "stage=won"}
