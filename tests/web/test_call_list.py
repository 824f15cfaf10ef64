"""Calling a list: who is dealt, who is held and why, and what came of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nextcall.conversations.models import Call
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, make_lead, make_member
from tests.web.signed import signed


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: MONDAY)


def lay(account: Account, owner: Member | None, many: int) -> list[Lead]:
    return [
        make_lead(account, name=f"Lead {n:02d}", owner=owner, arrived_at=MONDAY - timedelta(days=9, minutes=n))
        for n in range(many)
    ]


def page(client: Client, query: str = "") -> str:
    return client.get(f"/call-list/{query}").content.decode()


def said(client: Client, lead: Lead, outcome: str) -> None:
    client.post(f"/now/{lead.pk}/outcome/", {"outcome": outcome, "next": "/call-list/"})


def test_two_members_are_never_dealt_the_same_lead_and_the_second_reads_whose_it_is(account: Account) -> None:
    ann, ben = make_member(account, "owner", name="Ann Weaver"), make_member(account, "manager", name="Ben Cole")
    lay(account, None, 2)
    first, second = signed(ann), signed(ben)
    assert 'data-name="Lead 00"' in page(first)
    shown = page(second)
    assert 'data-name="Lead 01"' in shown and "Lead 00 is with Ann Weaver now." in shown
    first.post("/call-list/leave/")
    assert not Lead.objects.filter(held_by=ann).exists()


def test_after_an_outcome_the_next_is_dealt_and_whom_we_called_rests_four_hours(
    account: Account, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads, client = lay(account, member, 3), signed(member)
    page(client)
    said(client, leads[0], "no_answer")
    shown = page(client)
    assert 'data-name="Lead 01"' in shown and "1 called in the last 4 hours." in shown
    client.post("/call-list/leave/")
    monkeypatch.setattr(timezone, "now", lambda: MONDAY + timedelta(hours=4, minutes=1))
    assert 'data-name="Lead 00"' in page(client)


def test_nobody_is_dealt_outside_their_local_hours(
    account: Account, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(account, member, 3)
    monkeypatch.setattr(timezone, "now", lambda: MONDAY - timedelta(hours=6))
    shown = page(signed(member))
    assert "That&rsquo;s the list." in shown and "3 outside their local hours, open" in shown


def test_a_skipped_card_is_given_back_and_does_not_come_again(account: Account, member: Member) -> None:
    leads, client = lay(account, member, 2), signed(member)
    page(client)
    client.post(f"/call-list/{leads[0].pk}/skip/", {"next": "/call-list/"})
    assert 'data-name="Lead 01"' in page(client)
    assert Lead.objects.get(pk=leads[0].pk).held_by is None
    client.post(f"/call-list/{leads[1].pk}/skip/", {"next": "/call-list/"})
    assert "That&rsquo;s the list." in page(client) and "2 skipped." in page(client)


def test_it_goes_on_with_the_same_card_after_a_restart(account: Account, member: Member) -> None:
    lay(account, member, 3)
    client = signed(member)
    page(client, "?sort=oldest")
    again = Client()
    again.cookies = client.cookies
    assert 'data-name="Lead 02"' in page(again)


def test_it_ends_with_what_came_of_it(account: Account, member: Member) -> None:
    leads, client = lay(account, member, 3), signed(member)
    page(client)
    for lead, outcome in zip(leads, ("no_answer", "talked", "left_voicemail"), strict=True):
        said(client, lead, outcome)
    assert "That&rsquo;s the list." in page(client)
    answer = client.post("/call-list/leave/", follow=True)
    assert "3 calls, 1 conversation, 0 appointments," in answer.content.decode()
    assert Call.objects.count() == 3


def test_a_card_costs_the_same_at_any_length_of_the_list(account: Account, member: Member) -> None:
    figures = []
    for many in (5, 45):
        lay(account, member, many)
        client = signed(member)
        page(client)
        with CaptureQueriesContext(connection) as asked:
            page(client)
        figures.append(len(asked))
        Lead.objects.update(held_by=None, held_until=None)
    assert figures[0] == figures[1] < 60, figures


def test_a_rep_calls_their_own_and_nobodys_alone(account: Account, member: Member) -> None:
    make_lead(account, name="Hers", owner=make_member(account))
    assert "Hers" not in page(signed(member))
