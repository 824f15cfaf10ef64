"""The Now page: one card, its deeds, and what a member sees after each."""

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Call, Note, Promise
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.web.now.showing import card_context
from nextcall.worklist import items
from tests.builders import MONDAY, make_lead, make_touch
from tests.web.signed import signed

MINUTE = timedelta(minutes=1)


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    """A new lead with an open call, wherever it is day while the tests run: a member dials by hand."""
    arrived = timezone.now() - 3 * MINUTE
    lead = make_lead(account, name="Hazel Thorne", owner=member, arrived_at=arrived, message="What would it sell for?")
    enroll.begin(lead=lead, slug="fast-start-light", by=None, at=arrived)
    Touch.objects.filter(lead=lead, channel="call").update(state=Touch.State.OPEN, due_at=arrived)
    return lead


def page(client: Client, path: str = "/now/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def log(client: Client, lead: Lead, outcome: str, **more: str) -> str:
    touch = Touch.objects.get(lead=lead, state=Touch.State.OPEN)
    answer = client.post(f"/now/{lead.pk}/outcome/", {"outcome": outcome, "touch": touch.pk, **more}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_card_shows_who_why_and_every_outcome_with_its_effect(client: Client, hazel: Lead) -> None:
    html = page(client)
    for words in (
        "Hazel Thorne",
        "What would it sell for?",
        "Why now:",
        "A good reason to call",
        "0 done, ",
        "How did it go?",
    ):
        assert words in html
    assert html.count('name="outcome"') >= 8
    assert "tel:+1303555" in html or "Held until" in html


def test_there_is_one_filled_button_at_most(client: Client, hazel: Lead) -> None:
    html = page(client)
    assert html.count("btn big go") <= 1
    assert "btn go" not in html


def test_an_outcome_is_one_post_and_says_what_it_did(client: Client, hazel: Lead) -> None:
    html = log(client, hazel, "no_answer")
    assert "No answer, Hazel Thorne." in html
    assert "1 done" in html
    assert Call.objects.get(lead=hazel).outcome == "no_answer"


def test_the_same_outcome_posted_twice_is_logged_once(client: Client, hazel: Lead) -> None:
    touch = Touch.objects.get(lead=hazel, state=Touch.State.OPEN)
    for _ in range(2):
        client.post(f"/now/{hazel.pk}/outcome/", {"outcome": "no_answer", "touch": touch.pk})
    assert Call.objects.filter(lead=hazel).count() == 1


def test_undo_brings_the_card_back(client: Client, hazel: Lead) -> None:
    log(client, hazel, "talked")
    assert Enrollment.objects.get(lead=hazel).state == "paused"
    html = client.post(f"/undo/{Action.objects.get().pk}/", {"next": "/now/"}, follow=True).content.decode()
    assert "Undone" in html
    assert "Hazel Thorne</a></h2>" in html
    assert Enrollment.objects.get(lead=hazel).state == "active"
    assert Touch.objects.filter(lead=hazel, state=Touch.State.OPEN, channel="call").exists()


def test_a_call_back_is_a_promise_and_needs_a_time_to_come(client: Client, hazel: Lead) -> None:
    assert "still to come" in log(client, hazel, "call_back")
    log(client, hazel, "call_back", until=(timezone.now() + 60 * MINUTE).isoformat())
    assert Promise.objects.get(lead=hazel).kind == "call"
    assert Enrollment.objects.get(lead=hazel).state == "paused"


def test_a_voicemail_offers_a_call_back_window_that_is_pinned(client: Client, hazel: Lead) -> None:
    assert "Tomorrow 9 to 11" in log(client, hazel, "left_voicemail")
    span = f"{(timezone.now()).isoformat()}/{(timezone.now() + 90 * MINUTE).isoformat()}"
    html = client.post(f"/now/{hazel.pk}/window/", {"window": span}, follow=True).content.decode()
    assert "Call-back window" in html
    assert Promise.objects.get(kind="window").until_at is not None


def test_asked_us_to_stop_leaves_nothing_to_do_or_send(client: Client, hazel: Lead) -> None:
    log(client, hazel, "asked_to_stop")
    assert not Touch.objects.filter(lead=hazel, state__in=["planned", "open"]).exists()
    html = page(client, f"/leads/{hazel.pk}/")
    assert "No texts to Hazel." in html
    refused = client.post(f"/leads/{hazel.pk}/send/", {"channel": "text", "body": "Hi"}, follow=True).content.decode()
    assert "Not sent" in refused


def test_snooze_moves_the_card_away(client: Client, hazel: Lead) -> None:
    until = timezone.now() + 120 * MINUTE
    html = client.post(f"/now/{hazel.pk}/snooze/", {"until": until.isoformat()}, follow=True).content.decode()
    assert "Snoozed Hazel Thorne" in html
    assert "Hazel Thorne</a></h2>" not in html


def test_a_line_of_ones_own_becomes_the_reason(client: Client, account: Account, member: Member) -> None:
    silent = make_lead(account, name="Silas Silent", owner=member, arrived_at=timezone.now() - timedelta(days=9))
    make_touch(silent, "call", due_at=timezone.now() - MINUTE, state=Touch.State.OPEN)
    assert "What would help Silas this week?" in page(client)
    html = client.post(f"/now/{silent.pk}/note/", {"body": "Their neighbour sold in May"}, follow=True).content.decode()
    assert "Their neighbour sold in May" in html
    assert Note.objects.get(lead=silent).by == member


def test_a_started_call_keeps_its_card_in_front_until_it_is_told(
    client: Client, account: Account, member: Member, hazel: Lead
) -> None:
    second = make_lead(account, name="Second Person", owner=member, arrived_at=timezone.now() - timedelta(days=9))
    make_touch(second, "call", due_at=timezone.now() - MINUTE, state=Touch.State.OPEN)
    assert client.post(f"/now/{second.pk}/started/").status_code == 204
    html = page(client)
    assert "Second Person</a></h2>" in html
    assert "Call started" in html
    log(client, second, "no_answer")
    assert "Hazel Thorne</a></h2>" in page(client)


def test_an_uncertain_send_is_decided_by_a_person(client: Client, account: Account, member: Member) -> None:
    lead = make_lead(account, name="Una Sure", owner=member)
    touch = make_touch(lead, "email", state=Touch.State.UNCERTAIN, body="Two ways to keep the condo")
    assert "It did not leave" in page(client)
    client.post(f"/now/{touch.pk}/decide/", {"left": "yes"})
    touch.refresh_from_db()
    assert touch.state == Touch.State.SENT


def test_with_nobody_left_the_page_says_so_kindly(client: Client, account: Account, member: Member) -> None:
    assert "Nobody to call yet" in page(client)
    make_lead(account, owner=member, arrived_at=timezone.now() - timedelta(days=9))
    assert "everyone for today" in page(client)


def test_the_page_carries_no_script_or_style_of_its_own(client: Client, hazel: Lead) -> None:
    for path in ("/now/", f"/leads/{hazel.pk}/", "/leads/"):
        html = page(client, path)
        assert "style=" not in html
        assert "<script>" not in html
        assert " onclick" not in html


@pytest.mark.parametrize(
    ("channel", "opens"),
    [
        ("text", "sms:+13035550142?body=Hi%20Hazel%2C%20is%20%22now%22%20fine%3F"),
        ("email", "mailto:hazel@example.com?subject=Your%20home&amp;body=Hi%20Hazel%2C%20is%20%22now%22%20fine%3F"),
    ],
)
def test_a_draft_for_the_members_own_phone_opens_there_and_sent_stands_beside_it(
    account: Account, member: Member, channel: str, opens: str
) -> None:
    lead = make_lead(account, name="Hazel Thorne", phone="+13035550142", email="hazel@example.com", owner=member)
    make_touch(lead, channel, due_at=MONDAY, state=Touch.State.OPEN, owner=member)
    Touch.objects.update(subject="Your home" if channel == "email" else "", body='Hi Hazel, is "now" fine?')
    card = items.deck(member, at=MONDAY).card
    assert card is not None
    html = render_to_string("now/_card.html", card_context(card, member, at=MONDAY))
    dock = html[html.index('class="dock"') :]
    assert re.findall(r'class="btn big go" href="([^"]+)"', dock) == [opens]
    assert "is &quot;now&quot; fine?" in html[: html.index('class="dock"')]
    assert re.findall(r'name="outcome" value="(\w+)"', dock[: dock.index("</form>")]) == ["sent", "skipped"]
