"""Every way to withdraw: each stops what it names, at once, and holds for whoever is met again."""

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.channels.memory import Memory
from nextcall.consent import ledger
from nextcall.consent.facts import Facts
from nextcall.consent.models import Permission, Withdrawal
from nextcall.conversations.models import Message, Promise
from nextcall.engine import outcome, receive, revoking, stopping, undo, voicemail
from nextcall.engine.worker import Worker
from nextcall.intake import captures
from nextcall.intake.models import Capture
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.team.models import Account, Member
from tests.builders import MONDAY, make_lead, make_lead_in_key, make_person, make_touch

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(hours=1)


def point(person: Person, kind: str = "phone") -> ContactPoint:
    return person.reaches.filter(contact_point__kind=kind).order_by("rank")[0].contact_point


def facts(person: Person, channel: str, at: datetime = AT) -> Facts:
    kind = "email" if channel == "email" else "phone"
    wanted = ledger.Wanted(person.pk, point(person, kind).pk, channel)  # type: ignore[arg-type]
    return ledger.facts_for([wanted], account_id=person.account_id, at=at)[0]


def closed(person: Person) -> set[str]:
    return {channel for channel in ("call", "voicemail", "text", "email") if facts(person, channel).withdrawn}


def said(lead: Lead, words: str, channel: str = "text", at: datetime = AT) -> receive.Received:
    sender = point(lead.person, "email" if channel == "email" else "phone").value
    return receive.receive(account=lead.account, channel=channel, sender=sender, text=words, at=at, via=channel)


@pytest.mark.parametrize(
    ("channel", "words", "stops"),
    [
        ("text", "STOP", {"text"}),
        ("email", "STOP", {"email"}),
        ("email", "unsubscribe", {"email"}),
        ("email", "please stop texting me", {"text"}),
        ("email", "stop all calls, texts and emails", {"call", "voicemail", "text", "email"}),
        ("call", "stop calling me", {"call", "voicemail"}),
        ("text", "please don't call me again", {"call", "voicemail"}),
        ("text", "remove me from your list", {"call", "voicemail", "text", "email"}),
    ],
)
def test_a_wish_stops_what_it_names_else_the_channel_it_came_on(
    lead: Lead, channel: str, words: str, stops: set[str]
) -> None:
    said(lead, words, channel)
    assert closed(lead.person) == stops


def test_no_calls_leaves_automated_texts_as_they_are_while_a_stop_by_text_ends_automated_calls(lead: Lead) -> None:
    said(lead, "please don't call me again")
    assert facts(lead.person, "text").permission_automated
    other = make_lead(lead.account, name="Rowan Ashby")
    said(other, "STOP")
    assert not facts(other.person, "call").permission_automated and not facts(other.person, "call").withdrawn


def test_a_stop_cancels_what_is_queued_for_others_on_the_same_address(lead: Lead) -> None:
    housemate = make_person(lead.account, name="Rowan Ashby", email=None)
    Reach.objects.create(account=lead.account, person=housemate, contact_point=point(lead.person, "email"))
    theirs = make_touch(make_lead(lead.account, person=housemate), "email")
    texts = make_touch(theirs.lead, "text")
    said(lead, "stop all texts, calls and emails")  # from the phone, that only one of them has
    theirs.refresh_from_db()
    texts.refresh_from_db()
    assert (theirs.state, texts.state) == ("cancelled", "planned")


def test_undoing_an_outcome_leaves_what_the_lead_said_themselves(lead: Lead, member: Member) -> None:
    call = make_touch(lead, "call", state="open")
    logged = outcome.log(lead=lead, touch=call, outcome="asked_to_stop", by=member, at=AT)
    said(lead, "STOP", at=AT + timedelta(minutes=1))
    undo.undo(action=logged, by=member, at=AT + timedelta(minutes=2))
    assert closed(lead.person) >= {"text"}
    assert Withdrawal.objects.filter(by=None, lifted_at=None).exists()


def test_the_callers_one_key_ends_calls_and_leaves_the_rest(lead: Lead, member: Member) -> None:
    call, text = make_touch(lead, "call", state="open"), make_touch(lead, "text", due_at=AT + timedelta(days=1))
    action = outcome.log(lead=lead, touch=call, outcome="no_calls", by=member, at=AT)
    text.refresh_from_db()
    assert closed(lead.person) == {"call", "voicemail"} and text.state == "planned"
    undo.undo(action=action, by=member, at=AT + timedelta(seconds=5))  # a slip of the finger
    assert closed(lead.person) == set()


def test_a_voicemail_stops_or_puts_the_call_back_before_a_person(lead: Lead, account: Account) -> None:
    number = point(lead.person).value
    unclear = voicemail.left(account=account, sender=number, transcript="hi it's about the uh stop by", at=AT)
    promise = Promise.objects.get()
    assert unclear.verdict != "opt_out" and (promise.kind, promise.owner, promise.due_at) == ("call", lead.owner, AT)
    voicemail.left(account=account, sender=number, transcript="", at=AT)
    assert Promise.objects.count() == 1
    heard = voicemail.left(account=account, sender=number, transcript="Please stop calling me.", at=AT, dedupe_key="v1")
    assert heard.verdict == "opt_out" and closed(lead.person) == {"call", "voicemail"}
    assert voicemail.left(account=account, sender=number, transcript="x", at=AT, dedupe_key="v1").repeated


def post(account: Account, door: str, **body: object) -> tuple[int, dict[str, object]]:
    address = f"/hooks/{door}/{make_lead_in_key(account).key}"
    answer = Client(enforce_csrf_checks=True).post(address, json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_the_api_stops_a_known_lead_once_for_each_event(lead: Lead) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    email = point(lead.person, "email").value
    first = post(lead.account, "withdrawals", **{"from": email, "id": "crm-17", "said": "enough"})
    assert (first[0], first[1]["lead"], first[1]["repeated"]) == (200, lead.pk, False)
    assert closed(lead.person) == {"call", "voicemail", "text", "email"}
    assert not Touch.objects.filter(state__in=("planned", "open")).exists()
    assert Enrollment.objects.get().ended_because == "opt_out"
    rows = Withdrawal.objects.count()
    again = post(lead.account, "withdrawals", **{"from": email, "id": "crm-17"})
    assert again[1]["repeated"] is True and Withdrawal.objects.count() == rows


def test_a_repeated_event_does_not_bring_back_what_was_lifted_since(lead: Lead) -> None:
    number = point(lead.person).value
    post(lead.account, "withdrawals", **{"from": number, "scope": ["text"], "id": "a"})
    said(lead, "START", at=AT + timedelta(days=7000))
    assert closed(lead.person) == set()
    post(lead.account, "withdrawals", **{"from": number, "scope": ["text"], "id": "a"})
    assert closed(lead.person) == set()


def test_a_wish_of_nobody_we_know_meets_them_at_the_import_and_is_stored_as_a_hash_alone(account: Account) -> None:
    status, answer = post(account, "withdrawals", **{"from": "(520) 555-0142", "scope": ["text"], "id": "b"})
    assert (status, answer["lead"]) == (200, None)
    row = Withdrawal.objects.get()
    assert (row.contact_point, row.person, len(row.value_hash)) == (None, None, 64)
    assert not ContactPoint.objects.exists()
    imported = make_lead(account, phone="+15205550142")
    assert closed(imported.person) == {"text"}
    said(imported, "START")
    assert closed(imported.person) == set()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"from": "nobody"}, "neither a telephone number"),
        ({"from": "a@", "scope": ["text"]}, "neither a telephone number"),
        ({"from": "+15205550142", "scope": ["fax"]}, "text, call, email"),
        ({"from": "+15205550142", "scope": []}, "text, call, email"),
        ({"from": "+15205550142", "scope": {"text": 1}}, "text, call, email"),
        ({"from": 5}, "from is text"),
        ({"from": "+15205550142", "at": "yesterday"}, "ISO 8601"),
    ],
)
def test_what_cannot_be_read_says_what_would_be_right(account: Account, body: dict[str, object], says: str) -> None:
    status, answer = post(account, "withdrawals", **body)
    assert status == 400 and says in str(answer["error"])
    assert not Withdrawal.objects.exists()


def test_a_wrong_key_is_no_door(account: Account) -> None:
    assert Client().post("/hooks/withdrawals/none", "{}", content_type="application/json").status_code == 404


def test_a_complaint_ends_everything(lead: Lead) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    status, answer = post(lead.account, "replies", kind="complaint", **{"from": point(lead.person, "email").value})
    assert (status, answer["verdict"], answer["lead"]) == (200, "complaint", lead.pk)
    assert closed(lead.person) == {"call", "voicemail", "text", "email"}
    assert set(Withdrawal.objects.values_list("reason", flat=True)) == {"complaint"}
    assert Enrollment.objects.get().ended_because == "complaint"
    said(lead, "START", at=AT + timedelta(days=7000))
    assert "text" in closed(lead.person)  # a complaint stands


def form(account: Account, lead: Lead, **fields: str) -> None:
    asked = {"name": str(lead.person), "phone": point(lead.person).value, **fields}
    Client().post(f"/in/{make_lead_in_key(account).key}/form", asked)
    capture = Capture.objects.get()
    if capture.state == "new":
        captures.accept_capture(capture, at=timezone.now())
    capture.refresh_from_db()
    assert (capture.state, capture.problem) == ("accepted", "")


def test_a_form_field_stops_its_channel_and_cancels_what_is_queued(lead: Lead) -> None:
    text = make_touch(lead, "text", due_at=AT + timedelta(days=1))
    form(lead.account, lead, do_not_text="yes")
    text.refresh_from_db()
    assert text.state == "cancelled" and "text" in closed(lead.person)


def test_a_form_that_refuses_ends_the_permission_without_a_stop(lead: Lead) -> None:
    form(lead.account, lead, consent="no")
    assert closed(lead.person) == set()
    assert not Permission.objects.filter(person=lead.person, channel="text", ended_at=None).exists()


def test_nothing_is_said_back_but_one_text_from_the_number_that_stopped(lead: Lead) -> None:
    memory = Memory()
    other = Reach.objects.create(
        account=lead.account, person=lead.person, contact_point=point(make_person(lead.account)), rank=1
    )
    said(lead, "STOP")
    Worker(everything=memory, threads=0).run_until(AT + timedelta(seconds=10), start=AT)
    said(lead, "STOP", at=AT + timedelta(seconds=20))
    said(lead, "unsubscribe", "email", at=AT + timedelta(seconds=30))
    Worker(everything=memory, threads=0).run_until(AT + timedelta(minutes=20), start=AT + timedelta(seconds=30))
    assert [(one.channel, one.to) for one in memory.sent] == [("text", point(lead.person).value)]
    assert other.contact_point.value not in [one.to for one in memory.sent]


def test_a_text_that_asks_for_their_page_is_answered_with_the_link(lead: Lead) -> None:
    memory = Memory()
    assert said(lead, "My data?").verdict == "help"
    Worker(everything=memory, threads=0).run_until(AT + timedelta(minutes=2), start=AT)
    [answer] = memory.sent
    assert "/you/" in answer.body and answer.to == point(lead.person).value
    assert said(lead, "What are my options for a loan?").verdict == "reply"
    assert Message.objects.filter(outbound=True).count() == 1


def test_a_stop_that_a_number_gave_before_somebody_had_it_lifts_with_start_from_it(account: Account) -> None:
    revoking.revoke(
        account=account, sender="+15205550142", scope=("text",), reason="opt_out", said="", via="hook", at=AT
    )
    lead = make_lead(account, phone="+15205550142")
    stopping.start_again(contact_point=point(lead.person), said="START", channel="text", by=None, at=AT)
    assert closed(lead.person) == set()
