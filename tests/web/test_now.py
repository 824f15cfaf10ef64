"""The Now page: one card, its deeds, and what a member sees after each."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Call, Note, Promise
from nextcall.engine import receive
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from nextcall.web.now.showing import card_context
from nextcall.worklist import items
from tests.builders import MONDAY, T, make_lead, make_member, make_touch
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


def test_a_lead_who_may_be_called_now_has_a_telephone_link_and_one_who_may_not_the_time_it_opens(
    account: Account, member: Member
) -> None:
    lead = make_lead(account, name="Hazel Thorne", phone="+13035550142", owner=member)
    make_touch(lead, "call", due_at=MONDAY, state=Touch.State.OPEN, owner=member)
    morning, night = (items.deck(member, at=at).card for at in (MONDAY, T("2026-11-23 22:30")))
    assert morning and night
    by_day = render_to_string("now/_card.html", card_context(morning, member, at=MONDAY))
    assert 'class="btn big go" href="tel:+13035550142"' in by_day
    assert "Held until" not in by_day
    by_night = render_to_string("now/_card.html", card_context(night, member, at=T("2026-11-23 22:30")))
    assert "Held until tomorrow 8:05 am their time." in by_night
    assert 'btn big go" href="tel:' not in by_night


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


def hand(client: Client, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/now/hand/{query}")
    assert answer.status_code == 200
    return dict(answer.json())


def test_the_hand_has_whole_cards_that_work_by_themselves(
    client: Client, account: Account, member: Member, hazel: Lead
) -> None:
    late = make_lead(account, name="Silas Silent", owner=member, arrived_at=timezone.now() - timedelta(days=9))
    make_touch(late, "call", due_at=timezone.now() - MINUTE, state=Touch.State.OPEN)
    told = hand(client, f"?lead={hazel.pk}&n=2")
    assert [one["lead"] for one in told["cards"]] == [late.pk]
    html = told["cards"][0]["html"]
    for part in (
        f'data-hand="{late.pk}"',
        "data-dealt-at=",
        "csrfmiddlewaretoken",
        'id="all"',
        'id="snooze"',
        'name="key"',
    ):
        assert part in html
    assert "done, " in told["head"] and "data-rail" in told["rail"] and told["nav"] == {"now": 2}
    assert hand(client, f"?lead={hazel.pk}&not={late.pk},x,")["cards"] == []
    assert len(hand(client, "?n=25")["cards"]) == 2
    assert hand(client, "?n=99999999999999999999&lead=-1&not=;drop")["cards"]


def test_a_card_that_is_shown_is_held_and_a_colleague_is_told_whose_it_is(
    client: Client, account: Account, member: Member
) -> None:
    free = make_lead(account, name="Nobody Owns", arrived_at=timezone.now() - timedelta(days=9))
    ben = make_member(account, name="Ben Carter")
    assert client.post(f"/now/{free.pk}/hold/").json() == {"held": True, "problem": ""}
    told = signed(ben).post(f"/now/{free.pk}/hold/").json()
    assert told == {"held": False, "problem": "Ann has Nobody Owns open. Here is the next card."}


def test_an_offered_lead_becomes_the_takers_with_the_first_deed_and_nobody_elses_does(
    account: Account, member: Member
) -> None:
    now = timezone.now()
    all_week = [["00:00", "23:59"]] * 7
    Member.objects.filter(pk=member.pk).update(working_hours=all_week)
    bo = make_member(account, name="Bo Lind", working_hours=all_week)
    lead = make_lead(account, name="Maple Reed", owner=bo, arrived_at=now - 7 * MINUTE)
    ann = signed(member)
    assert ann.post(f"/now/{lead.pk}/outcome/", {"outcome": "no_answer"}).status_code == 404  # not dealt to her
    html = page(ann)
    assert "Maple Reed" in html and "Take it" in html
    assert f"/leads/{lead.pk}/" not in html  # that page is not hers yet
    ann.post(f"/now/{lead.pk}/outcome/", {"outcome": "no_answer"})
    lead.refresh_from_db()
    assert lead.owner == member
    assert Call.objects.get(lead=lead).by == member


def test_the_same_key_twice_logs_one_outcome_and_a_reason_once(client: Client, hazel: Lead) -> None:
    touch = Touch.objects.get(lead=hazel, state=Touch.State.OPEN)
    deed = {"outcome": "no_answer", "touch": touch.pk, "reason": "question-1", "reason_says": "Answer", "key": "k1"}
    for _ in range(2):
        client.post(f"/now/{hazel.pk}/outcome/", deed)
    assert Call.objects.filter(lead=hazel).count() == 1
    assert Event.objects.get(lead=hazel, kind="reason.used").data["key"] == "question-1"


def test_snoozing_until_they_reply_and_the_whole_plan(client: Client, hazel: Lead) -> None:
    client.post(f"/now/{hazel.pk}/snooze/", {"until": "reply", "whole": "on"})
    assert Enrollment.objects.get(lead=hazel).state == "paused"
    assert "Hazel Thorne</a></h2>" not in page(client)
    receive.receive(
        account=hazel.account, channel="text", sender="", text="Now is fine.", at=timezone.now(), via="hand", lead=hazel
    )
    assert "Hazel Thorne</a></h2>" in page(client)
    assert not Promise.objects.filter(lead=hazel, closed_at=None).exists()


@pytest.mark.parametrize(
    ("instead", "state", "says"),
    [("rest", "paused", "rests until"), ("gentler", "active", "Gentle"), ("end", "", "Ended")],
)
def test_another_plan_instead_of_a_third_snooze(
    client: Client, hazel: Lead, instead: str, state: str, says: str
) -> None:
    html = client.post(f"/now/{hazel.pk}/instead/", {"instead": instead}, follow=True).content.decode()
    assert says in html
    running = Enrollment.objects.filter(lead=hazel, ended_at=None)
    assert [one.state for one in running] == ([state] if state else [])
    client.post(f"/undo/{Action.objects.latest('pk').pk}/")
    assert Enrollment.objects.get(lead=hazel, ended_at=None).version.cadence.slug == "fast-start-light"


def test_how_many_people_a_day_is_ones_own_choice(client: Client, member: Member) -> None:
    for wrong in ("", "0", "-3", "501", "many"):
        html = client.post("/now/people-a-day/", {"people": wrong, "next": "/now/days/"}, follow=True).content.decode()
        assert "Write a number from 1 to 500" in html
    client.post("/now/people-a-day/", {"people": "24"})
    member.refresh_from_db()
    assert member.settings["people_a_day"] == 24
    assert 'value="24"' in page(client, "/now/days/")
