"""The calling card: who you are, by when, what the law adds, what is on record, and what was said."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from nextcall.consent.models import PlaceClue
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from nextcall.worklist import call_card, gating
from nextcall.worklist.call_card import CallCard
from tests.builders import MONDAY, T, make_account, make_lead, make_member, make_point, make_touch
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


def told(page: Any) -> str:
    return " ".join(page.content.decode().split())


def card(lead: Lead, member: Member, at: Any = MONDAY) -> CallCard:
    there = gating.reach_of(lead, member=member, at=at)["call"]
    latest = call_card.latest_contacts([lead.person_id], account_id=lead.account_id).get(lead.person_id)
    return call_card.call_card(lead, there, member=member, at=at, latest=latest)


def status(shown: CallCard, word: str) -> str:
    return dict(shown.status)[word]


def test_one_sentence_says_name_seller_purpose_and_number(lead: Lead, member: Member) -> None:
    shown = card(lead, member)
    assert shown.says == (
        "This is Ann Weaver of Acme Homes. I am calling about your home value request."
        " You can reach us at (303) 555-0100."
    )
    assert shown.wants == "your name, the seller's, why you call and a number to reach you"
    assert (shown.seconds, shown.missing) == (30, ())


def test_the_strictest_of_all_places_sets_the_deadline(account: Account, member: Member) -> None:
    moved = make_lead(account, phone="+12035550142", region="NY", postal_code="10001", zone="America/New_York")
    shown = card(moved, member)
    assert (shown.seconds, shown.because) == (10, "Connecticut")
    said = " ".join(sentence for _, sentence in shown.beyond)
    assert "Ask whether to go on, end the call, or take them off the list" in said
    assert "Offer to put them on the do-not-call list" in said
    assert "End the call within 10 seconds of being asked" in said


def test_what_is_not_set_is_named_with_where_to_set_it(member: Member, account: Account, lead: Lead) -> None:
    Account.objects.filter(pk=account.pk).update(phone="")
    fresh = Lead.objects.select_related("account", "person", "offer").get(pk=lead.pk)
    assert card(fresh, member).missing == ("No number to say is set: Settings, Company.",)


def test_the_window_is_told_in_minutes_by_the_tightest_clock(account: Account, member: Member) -> None:
    lead = make_lead(account, phone="+13125550142", region="CO")
    PlaceClue.objects.create(account=account, person=lead.person, kind="stated", zone="America/New_York", at=MONDAY)
    shown = card(lead, member, T("2026-11-23 20:10", "America/New_York"))
    assert shown.closes == "Closes for them in 35 min, by Eastern time"


def test_one_clock_needs_no_name(lead: Lead, member: Member) -> None:
    assert card(lead, member, T("2026-11-23 20:10")).closes == "Closes for them in 35 min"


def test_the_relationship_has_its_end(account: Account, member: Member) -> None:
    old = make_lead(account, arrived_at=T("2026-05-01 10:00"))
    assert status(card(make_lead(account), member), "Relationship") == "by inquiry, until Feb 23, 2027"
    assert status(card(old, member), "Relationship") == "by inquiry, ended Aug 1, 2026"


def test_the_latest_contact_by_anybody_is_named(account: Account, member: Member, lead: Lead) -> None:
    from nextcall.engine import outcome

    assert status(card(lead, member), "Last contact") == "nobody yet"
    other = make_lead(account, person=lead.person)
    outcome.log(lead=other, outcome="no_answer", by=make_member(account, name="Bo Lind"), at=MONDAY)
    assert status(card(lead, member, MONDAY + timedelta(hours=2)), "Last contact") == "call by Bo Lind, 10 am"


def test_a_number_shared_with_nobody_of_another_account_stays_unknown(account: Account, member: Member) -> None:
    elsewhere = make_account("Harbor Homes")
    theirs = make_lead(elsewhere, name="Hazel Thorne")
    assert call_card.latest_contacts([theirs.person_id], account_id=account.pk) == {}
    make_point(account, "phone", "+13035550199")


@pytest.fixture
def in_hand(account: Account, member: Member) -> Lead:
    now = timezone.now()
    lead = make_lead(account, owner=member, arrived_at=now - timedelta(days=1))
    make_touch(lead, "call", state="open", due_at=now - timedelta(hours=1))
    return lead


def test_now_the_call_list_and_the_lead_show_it(in_hand: Lead, member: Member) -> None:
    client = signed(member)
    for path in ("/now/", "/call-list/", f"/leads/{in_hand.pk}/"):
        page = client.get(path)
        if page.status_code == 404:
            continue
        page_says = told(page)
        if "data-calling-card" in page_says:
            assert "Say who you are" in page_says
            assert "Recording: off" in page_says
    assert "data-calling-card" in told(client.get("/now/"))


def test_what_was_said_is_noted_once_whatever_comes_twice(in_hand: Lead, member: Member) -> None:
    client, url = signed(member), f"/now/{in_hand.pk}/said/"
    for _ in range(2):
        told_back = client.post(
            url, {"said": "identified", "seconds": "8"}, headers={"Idempotency-Key": "k1", "Accept": "application/json"}
        ).json()
    assert told_back["said"] == "Noted: you said who you are."
    event = Event.objects.get(kind="call.identified")
    assert (event.lead, event.by, event.data["seconds"]) == (in_hand, member, 8)


def test_agreed_before_asked_is_refused_with_the_sentence_to_say(in_hand: Lead, member: Member) -> None:
    client, url = signed(member), f"/now/{in_hand.pk}/said/"
    accept = {"Accept": "application/json"}
    assert (
        "This call is recorded" in client.post(url, {"said": "recording_consented"}, headers=accept).json()["problem"]
    )
    client.post(url, {"said": "recording_noticed"})
    assert client.post(url, {"said": "recording_consented"}, headers=accept).json()["problem"] == ""
    client.post(f"/now/{in_hand.pk}/started/")
    assert "Recording: they agreed" in told(client.get("/now/"))


def test_said_on_a_phone_without_a_network_keeps_its_own_time(in_hand: Lead, member: Member) -> None:
    client, url = signed(member), f"/now/{in_hand.pk}/said/"
    client.post(url, {"said": "recording_noticed", "age": "600"}, headers={"Idempotency-Key": "a"})
    client.post(url, {"said": "recording_refused", "age": "590"}, headers={"Idempotency-Key": "b"})
    first, second = Event.objects.filter(kind__startswith="call.recording").order_by("at")
    assert (first.kind, second.kind) == ("call.recording_noticed", "call.recording_refused")
    assert timezone.now() - first.at > timedelta(minutes=9)


@pytest.mark.parametrize("kind", ["", "nonsense", "recording_attached", "<b>", "identified\x00"])
def test_what_is_not_said_on_a_call_is_refused(in_hand: Lead, member: Member, kind: str) -> None:
    answer = signed(member).post(f"/now/{in_hand.pk}/said/", {"said": kind}, headers={"Accept": "application/json"})
    assert answer.json()["problem"]
    assert not Event.objects.filter(kind__startswith="call.").exists()


def test_another_account_s_lead_takes_nothing(in_hand: Lead) -> None:
    stranger = signed(make_member(make_account("Harbor Homes"), "owner", name="Sid Vale"))
    assert stranger.post(f"/now/{in_hand.pk}/said/", {"said": "identified"}).status_code == 404
    assert stranger.post(f"/leads/{in_hand.pk}/recording/", {"url": "https://example.com/1"}).status_code == 404


def test_the_lead_shows_what_was_said_and_the_link(in_hand: Lead, member: Member) -> None:
    client = signed(member)
    for kind in ("identified", "recording_noticed", "recording_consented"):
        client.post(f"/now/{in_hand.pk}/said/", {"said": kind, "seconds": "7"})
    assert "Keep a link to the recording" in told(client.get(f"/leads/{in_hand.pk}/"))
    client.post(f"/now/{in_hand.pk}/outcome/", {"outcome": "talked"})
    client.post(f"/leads/{in_hand.pk}/recording/", {"url": "https://recordings.example.com/7"})
    page = told(client.get(f"/leads/{in_hand.pk}/"))
    assert "Said who calls, 7 s into the call" in page
    assert "They agreed to being recorded" in page
    assert 'href="https://recordings.example.com/7" rel="noopener noreferrer nofollow"' in page
    assert "Keep a link to the recording" not in page
