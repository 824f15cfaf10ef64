"""One-click unsubscribe: GET changes nothing, POST ends emails at once, without cookies."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from nextcall.channels.memory import Memory
from nextcall.consent.models import Withdrawal
from nextcall.engine import unsubscribing
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from tests.builders import MONDAY, make_touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(lead: Lead) -> str:
    """The path that stood in an email which really left."""
    make_touch(lead, "email", body="Hello", subject="Hi", by_machine=True)
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(MONDAY + timedelta(hours=1), start=MONDAY)
    (email,) = memory.sent
    assert email.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<http://localhost:8000(/u/[^>]+)>", email.headers["List-Unsubscribe"])
    assert found
    assert found[1] in email.body
    assert found[1] in email.html
    return found[1]


@pytest.fixture
def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


def test_a_get_shows_a_button_and_changes_nothing(link: str, stranger: Client) -> None:
    page = stranger.get(link)
    assert page.status_code == 200
    assert b'<form method="post"><button class="btn go">End all emails' in page.content
    assert not Withdrawal.objects.exists()


def test_one_click_without_cookies_ends_emails_at_once(link: str, stranger: Client, lead: Lead) -> None:
    queued = make_touch(lead, "email", body="Next", due_at=MONDAY + timedelta(days=1), by_machine=True)
    answer = stranger.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not answer.cookies
    queued.refresh_from_db()
    assert queued.state == "cancelled"
    stop = Withdrawal.objects.first()
    assert stop is not None
    assert (stop.channels, stop.reason, stop.via) == (["email"], "link", "link")


def test_repeating_it_is_harmless(link: str, stranger: Client) -> None:
    for _ in range(3):
        assert stranger.post(link).status_code == 200
    assert Withdrawal.objects.count() == Withdrawal.objects.filter(reason="link").count() <= 2


def test_a_forged_token_is_rejected(link: str, stranger: Client) -> None:
    path, _, signature = link.rpartition(".")
    for forged in (f"{path}.{signature[::-1]}", f"{path}x.{signature}", "/u/1-1-1.abc", "/u/x"):
        assert stranger.post(forged).status_code == 404
    assert not Withdrawal.objects.exists()


def test_a_link_of_another_account_stops_nothing_here(lead: Lead, stranger: Client) -> None:
    point = lead.person.reaches.get(contact_point__kind="email").contact_point
    url = unsubscribing.url(account_id=lead.account_id + 1, person_id=lead.person_id, contact_point_id=point.pk)
    assert stranger.post(url.removeprefix("http://localhost:8000")).status_code == 200
    assert not Withdrawal.objects.exists()
