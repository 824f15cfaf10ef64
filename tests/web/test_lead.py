"""The Lead page: planned above, done below, and everything a member may decide."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Message, Promise
from nextcall.engine import looking
from nextcall.engine.models import Action
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member, make_touch
from tests.web.signed import signed


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


@pytest.fixture
def rowan(account: Account, member: Member) -> Lead:
    arrived = timezone.now() - timedelta(hours=3)
    lead = make_lead(account, name="Rowan Ashby", owner=member, arrived_at=arrived, message="How much could we borrow?")
    enroll.begin(lead=lead, slug="steady", by=None, at=arrived)
    return lead


def see(client: Client, lead: Lead, query: str = "") -> str:
    answer = client.get(f"/leads/{lead.pk}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def do(client: Client, lead: Lead, deed: str, **fields: object) -> str:
    answer = client.post(f"/leads/{lead.pk}/{deed}/", fields, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def enrollment(lead: Lead) -> Enrollment:
    return Enrollment.objects.filter(lead=lead).latest("pk")


def test_the_line_of_time_shows_what_is_planned_and_the_composer(client: Client, rowan: Lead) -> None:
    html = see(client, rowan)
    assert html.index("Planned") < html.index("<span>Now</span>") < html.index("data-write") < html.index("line past")
    assert html.count('<span class="node">') >= 2
    assert "How much could we borrow?" in html
    assert re.search(r"All \d+ ahead", html)
    assert see(client, rowan, "?all=1").count('<span class="node">') > html.count('<span class="node">')


def test_a_text_waits_a_moment_and_can_be_undone_until_it_leaves(client: Client, rowan: Lead) -> None:
    html = do(client, rowan, "send", channel="text", body="Do you remember roughly what is left on the condo?")
    touch = Touch.objects.get(lead=rowan, step_key="")
    assert touch.due_at > touch.created_at
    assert "what is left on the condo" in html
    assert "Undo before it leaves" in html
    client.post(f"/undo/{Action.objects.get().pk}/")
    touch.refresh_from_db()
    assert touch.state == Touch.State.CANCELLED


def test_without_permission_a_text_cannot_be_sent_and_the_rule_is_named(
    client: Client, account: Account, member: Member
) -> None:
    stranger = make_lead(
        account, name="Nolan Pike", owner=member, permission="none", arrived_at=timezone.now() - timedelta(days=200)
    )
    html = see(client, stranger, "?mode=text")
    assert "No texts to Nolan." in html
    assert "Rule " in html
    assert "Not sent" in do(client, stranger, "send", channel="text", body="Hello")
    assert not Touch.objects.filter(lead=stranger).exists()


def test_a_reply_logged_by_hand_pauses_and_the_page_says_so_with_undo(client: Client, rowan: Lead) -> None:
    html = do(client, rowan, "received", channel="text", text="Slammed until Thursday, texting is easier.")
    assert enrollment(rowan).state == "paused"
    assert "Rowan Ashby wrote. The plan is paused." in html
    assert "Slammed until Thursday" in html
    assert "Resume" in html
    client.post(f"/undo/{Action.objects.get().pk}/")
    assert enrollment(rowan).state == "active"


def test_stop_logged_by_hand_ends_every_channel(client: Client, rowan: Lead) -> None:
    html = do(client, rowan, "received", channel="text", text="STOP")
    assert "asked us to stop" in html
    assert Withdrawal.objects.filter(person=rowan.person, lifted_at=None).exists()
    assert "No texts to Rowan." in html


def test_pause_resume_change_and_end_with_a_reason(client: Client, rowan: Lead) -> None:
    assert "is paused by Ann Weaver" in do(client, rowan, "pause")
    assert enrollment(rowan).state == "paused"
    assert "is running" in do(client, rowan, "resume")
    assert "on Gentle now" in do(client, rowan, "cadence", cadence="gentle")
    assert enrollment(rowan).version.cadence.slug == "gentle"
    assert "Say why" in do(client, rowan, "finish", because=" ")
    do(client, rowan, "finish", because="moved away")
    assert enrollment(rowan).ended_because == "moved away"


def test_an_unknown_cadence_is_refused_in_words(client: Client, rowan: Lead) -> None:
    assert "no cadence" in do(client, rowan, "cadence", cadence="nonsense")
    assert enrollment(rowan).state == "active"


def test_an_appointment_pauses_and_moves_the_stage(client: Client, rowan: Lead) -> None:
    when = timezone.now() + timedelta(days=2)
    assert "Appointment with Rowan Ashby" in do(
        client, rowan, "appointment", until=when.isoformat(), what="Show two homes"
    )
    rowan.refresh_from_db()
    assert rowan.stage == "appointment"
    assert Promise.objects.get(lead=rowan).kind == "appointment"


def test_a_lead_is_handed_over_with_what_is_still_to_do(
    client: Client, account: Account, member: Member, rowan: Lead
) -> None:
    bo = make_member(account, name="Bo Lind")
    html = do(client, rowan, "hand-over", to=bo.pk)
    assert "with Bo Lind now" in html
    assert set(Touch.objects.filter(lead=rowan, state="planned").values_list("owner", flat=True)) == {bo.pk}
    assert client.get(f"/leads/{rowan.pk}/").status_code == 404
    assert see(signed(bo), rowan)


def test_a_lead_of_nobody_is_everyones_to_open(client: Client, account: Account) -> None:
    assert see(client, make_lead(account, name="Free Lead"))


def test_a_note_and_a_logged_call_stand_in_the_thread(client: Client, rowan: Lead) -> None:
    assert "Two dogs" in do(client, rowan, "note", body="Two dogs")
    html = do(client, rowan, "call", outcome="left_voicemail", note="Free 4 to 6", minutes="1")
    assert "Call, left voicemail" in html
    assert "Free 4 to 6" in html
    assert "no outcome" in do(client, rowan, "call", outcome="danced")


def test_basic_facts_are_edited_and_found_again(client: Client, rowan: Lead) -> None:
    assert "Rowena Ashby" in do(client, rowan, "field/given_name", value="Rowena")
    assert "Stage: qualified" in do(client, rowan, "field/stage", value="qualified")
    rowan.refresh_from_db()
    assert rowan.stage == "qualified"
    assert rowan.search.startswith("rowena ashby")


def test_what_they_said_is_shown_as_text_never_as_markup(client: Client, rowan: Lead) -> None:
    html = do(client, rowan, "received", channel="email", text="<script>alert(1)</script> hello\x00 there")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert Message.objects.get(lead=rowan, outbound=False)


def test_no_answer_needed_takes_the_lead_off_the_waiting(client: Client, rowan: Lead) -> None:
    do(client, rowan, "received", channel="text", text="Thanks, all good")
    rowan.refresh_from_db()
    assert rowan.waiting_since
    do(client, rowan, "seen")
    rowan.refresh_from_db()
    assert rowan.waiting_since is None


def test_while_its_carrier_is_still_asked_nobody_says_that_a_text_did_not_leave(client: Client, rowan: Lead) -> None:
    at = timezone.now()
    touch = make_touch(
        rowan, "text", state="uncertain", body="Hi Hazel", made_at=at, lease_until=at + timedelta(minutes=5)
    )
    html = see(client, rowan)
    assert "Text, not known yet whether it left" in html and "The carrier is asked again" in html
    assert "It left</button>" in html and "It did not leave" not in html
    Touch.objects.filter(pk=touch.pk).update(lease_until=None, because=looking.NOT_LISTED)
    html = see(client, rowan)
    assert looking.NOT_LISTED in html and "It did not leave" in html
