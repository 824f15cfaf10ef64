"""Editing on the Lead page: one field at a time, without scripts, with the words of what is wrong beside the field."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.engine.models import Action
from nextcall.leads.models import ContactPoint, Lead, Reach
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_lead, make_member, make_point, make_touch
from tests.web.signed import signed
from tests.web.test_lead import do, see


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    arrived = timezone.now() - timedelta(hours=3)
    lead = make_lead(account, owner=member, arrived_at=arrived, phone="+13035550142", email="hazel@example.com")
    enroll.begin(lead=lead, slug="steady", by=None, at=arrived)
    return lead


def phone(lead: Lead) -> ContactPoint:
    return ContactPoint.objects.get(account=lead.account, key="+13035550142")


def test_a_field_is_saved_and_its_history_says_who_changed_what(client: Client, hazel: Lead) -> None:
    html = do(client, hazel, "field/city", value="Boulder", was="Denver")
    assert "City: Denver is now Boulder." in html
    assert "Denver to Boulder, Ann Weaver" in html
    client.post(f"/undo/{Action.objects.get().pk}/")
    html = see(client, hazel)
    assert "(undone)" in html
    hazel.person.refresh_from_db()
    assert hazel.person.city == "Denver"


def test_what_does_not_fit_is_said_at_the_field_with_what_was_typed(client: Client, hazel: Lead) -> None:
    html = do(client, hazel, "field/postal_code", value="8020x")
    assert 'id="f-postal_code" open' in html
    assert 'value="8020x"' in html
    assert 'aria-describedby="f-postal_code-wrong"' in html
    assert "That is not a ZIP code. Write it like 80202." in html
    assert 'id="f-postal_code" open' not in see(client, hazel)  # said once


def test_two_members_at_once_do_not_write_over_each_other_unseen(client: Client, hazel: Lead) -> None:
    do(client, hazel, "field/city", value="Boulder", was="Denver")
    html = do(client, hazel, "field/city", value="Golden", was="Denver")
    assert "Somebody changed this to Boulder meanwhile." in html
    hazel.person.refresh_from_db()
    assert hazel.person.city == "Boulder"


def test_an_unknown_field_does_not_exist(client: Client, hazel: Lead) -> None:
    assert client.post(f"/leads/{hazel.pk}/field/removed_at/", {"value": "x"}).status_code == 404
    assert client.post(f"/leads/{hazel.pk}/field/own_x/", {"value": "x"}).status_code == 404


def test_the_same_post_twice_changes_once(client: Client, hazel: Lead) -> None:
    for _ in range(2):
        do(client, hazel, "point", value="303 555 0199", key="abc")
    assert Reach.objects.filter(person=hazel.person).count() == 3
    assert Event.objects.filter(kind="lead.edited").count() == 1


def test_numbers_are_added_corrected_judged_and_removed_in_place(client: Client, hazel: Lead) -> None:
    assert "(303) 555-0199" in do(client, hazel, "point", value="303 555 0199", label="work")
    assert "That is not a telephone number." in do(client, hazel, "point", value="12")
    assert "That is not an email address." in do(client, hazel, "point", value="a@")
    html = do(client, hazel, f"point/{phone(hazel).pk}", do="disconnected")
    assert "disconnected" in html
    assert "marked by Ann Weaver" in html
    html = do(client, hazel, f"point/{phone(hazel).pk}", do="correct", value="(303) 555-0143", label="home")
    assert "(303) 555-0142 corrected to (303) 555-0143" in html
    assert "cannot be marked as that" in do(
        client, hazel, f"point/{ContactPoint.objects.get(key='+13035550143').pk}", do="bounced"
    )


def test_with_no_number_left_a_better_one_is_asked_for_by_email(client: Client, hazel: Lead) -> None:
    html = do(client, hazel, f"point/{phone(hazel).pk}", do="disconnected")
    assert "Ask for a better number" in html
    html = see(client, hazel, "?mode=email&reason=better-number")
    assert "The best number for you" in html
    assert "(303) 555-0142, does not reach you" in html


def test_a_shared_number_names_who_else_it_reaches(client: Client, account: Account, hazel: Lead) -> None:
    tom = make_lead(account, name="Tom Reed", owner=make_member(account, name="Bo Lind"))
    Reach.objects.create(account=account, person=tom.person, contact_point=make_point(account, "phone", "+13035550142"))
    enroll.begin(lead=tom, slug="steady", by=None, at=timezone.now())
    html = see(client, hazel)
    assert "Also reaches Tom Reed." in html
    assert "same phone, with Bo Lind" in html
    assert "Also planned to reach:" in html
    assert f'href="/leads/{tom.pk}/"' not in html  # a colleague's lead is named, never opened


def test_other_inquiries_of_the_same_person_are_linked(client: Client, account: Account, hazel: Lead) -> None:
    again = make_lead(account, person=hazel.person, owner=hazel.owner, offer="Equity calculator")
    html = see(client, hazel)
    assert "Hazel also asked" in html
    assert f'href="/leads/{again.pk}/"' in html


def test_permission_shows_its_proof_and_a_stop_its_words(client: Client, hazel: Lead) -> None:
    hazel.person.permissions.update(
        proof={"url": "https://acme.example.com/f", "ip": "203.0.113.9"}, wording_version="3"
    )
    html = do(client, hazel, "received", channel="call", text="Stop contacting me")
    for words in (
        "Form: https://acme.example.com/f",
        "From: 203.0.113.9",
        "Wording 3",
        "Stop contacting me",
        "Stopped",
    ):
        assert words in html
    assert "asked us to stop. Nothing is planned" in see(client, hazel)


def test_own_fields_show_in_the_detailed_style_only(client: Client, member: Member, hazel: Lead) -> None:
    hazel.account.own_fields = [{"key": "lender", "label": "Lender", "kind": "choice", "choices": ["Us", "Bank"]}]
    hazel.account.save()
    assert "Lender" not in see(client, hazel)
    member.settings = {"style": "detailed"}
    member.save()
    html = do(client, hazel, "field/own_lender", value="Bank")
    assert "Lender: empty is now Bank." in html
    assert "Lender is one of: Us, Bank." in do(client, hazel, "field/own_lender", value="Nobody")


def test_note_templates_are_the_members_own_and_detailed_only(client: Client, member: Member, hazel: Lead) -> None:
    do(client, hazel, "note-templates", templates="Has two dogs\n\nAsked about schools:\n- ")
    assert 'data-put="Has two dogs"' not in see(client, hazel)
    member.refresh_from_db()
    member.settings |= {"style": "detailed"}
    member.save()
    assert 'data-put="Has two dogs"' in see(client, hazel)


def test_a_colleagues_lead_is_asked_for_and_handed_over(client: Client, account: Account, hazel: Lead) -> None:
    eve = make_member(account, name="Eve Marsh")
    hers = signed(eve)
    answer = hers.get(f"/leads/{hazel.pk}/")
    assert answer.status_code == 404
    html = answer.content.decode()
    assert "This lead is with Ann Weaver now." in html
    assert "Hazel" not in html
    assert "You asked for it." in hers.post(f"/leads/{hazel.pk}/ask/", follow=True).content.decode()
    assert "Eve Marsh asks for this lead." in see(client, hazel)
    assert "stays with Ann Weaver" in do(client, hazel, "keep")
    assert "asks for this lead" not in see(client, hazel)


def test_a_removed_lead_says_who_and_when(client: Client, member: Member, hazel: Lead) -> None:
    Lead.objects.filter(pk=hazel.pk).update(removed_at=timezone.now())
    Event.objects.create(
        account=hazel.account, lead=hazel, kind="lead.removed", at=timezone.now(), by=member,
        data={"because": "its import was undone"},
    )  # fmt: skip
    answer = client.get(f"/leads/{hazel.pk}/")
    assert answer.status_code == 404
    assert "Removed by Ann Weaver, " in answer.content.decode()


def test_the_way_through_a_list_leads_to_its_neighbours(client: Client, account: Account, hazel: Lead) -> None:
    older = make_lead(account, name="Old One", owner=hazel.owner, arrived_at=hazel.arrived_at - timedelta(days=1))
    make_lead(account, name="Colleague's", owner=make_member(account), arrived_at=hazel.arrived_at - timedelta(hours=1))
    html = see(client, hazel, "?from=sort%3Dnewest")
    assert f'href="/leads/{older.pk}/?from=' in html
    assert 'data-key="]"' in html
    assert 'data-key="["' not in html
    assert 'data-key="]"' not in see(client, hazel)


def test_the_same_text_a_third_time_is_a_nudge_and_no_block(client: Client, hazel: Lead) -> None:
    for n in (2, 1):
        hazel.messages.create(
            account=hazel.account, person=hazel.person, channel="text", outbound=True, body="Free at four?",
            at=timezone.now() - timedelta(hours=n),
        )  # fmt: skip
    html = do(client, hazel, "send", channel="text", body="Free at  four?")
    assert "Same text as your last two to Hazel." in html
    assert "Undo before it leaves" in html


def test_a_draft_with_an_open_gap_is_kept_and_names_the_gap(client: Client, hazel: Lead) -> None:
    html = do(client, hazel, "send", channel="text", body="Hi Hazel, [[what you saw on Larkspur]]")
    assert "the gap “what you saw on Larkspur” is still open" in html
    assert "Hi Hazel, [[what you saw on Larkspur]]</textarea>" in html
    assert not hazel.touches.filter(step_key="").exists()


def test_a_reason_of_the_card_opens_the_composer_with_its_draft_and_an_open_gap(client: Client, hazel: Lead) -> None:
    Lead.objects.filter(pk=hazel.pk).update(message="What would our place sell for?", waiting_since=None)
    make_touch(hazel, "call", due_at=timezone.now() - timedelta(minutes=5), state="open")
    card = client.get("/now/", {"lead": hazel.pk}).content.decode()
    keys = re.findall(r"[?&;]reason=([\w:.-]+)", card)
    assert keys, "the card offers a reason as a text"
    html = see(client, hazel, f"?mode=text&reason={keys[0]}")
    draft = re.search(r'<textarea name="body"[^>]*data-channel="text"[^>]*>(.+?)</textarea>', html, re.S)
    assert draft
    assert "Not sent: the gap" in do(client, hazel, "send", channel="text", body=draft[1])


def test_ask_one_easy_question_works_without_scripts(client: Client, hazel: Lead) -> None:
    assert 'href="?mode=text&amp;reason=question#write"' in see(client, hazel, "?mode=text")
    assert "What&#x27;s the address of the home?</textarea>" in see(client, hazel, "?mode=text&reason=question")


def test_a_text_posted_twice_leaves_once(client: Client, hazel: Lead) -> None:
    key = re.search(r'name="key" value="([0-9a-f]+-text)"', see(client, hazel))
    assert key
    for _ in range(2):
        do(client, hazel, "send", channel="text", body="Free at four?", key=key[1])
    assert hazel.touches.filter(step_key="").count() == 1
