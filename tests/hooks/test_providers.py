"""What a carrier posts: answers pause, reports move a touch on, and nothing is believed without its signature."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Message
from nextcall.engine import hearing
from nextcall.engine.forgetting import Forgetting
from nextcall.engine.models import CarrierPost
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, SenderNumber
from tests.carrier.server import ACCOUNT, TOKEN, Carrier, Sent

URL = "http://localhost:8000/hooks/twilio/K-1"


@dataclass
class Line:
    """A connected account and its carrier, whose posts reach us through Django's client."""

    carrier: Carrier
    connection: Connection


@pytest.fixture
def line(account: Account, client: Client) -> Iterator[Line]:
    connection = Connection.objects.create(
        account=account,
        channel="text",
        provider="twilio",
        sealed=sealing.seal({"account_sid": ACCOUNT, "auth_token": TOKEN}),
        from_address="+13035550100",
        hook_key="K-1",
        created_at=timezone.now(),
    )

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        kind = headers["Content-Type"]
        rest = {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "Content-Type"
        }
        path = url.replace("http://localhost:8000", "")
        return client.post(path, body, content_type=kind, **rest).status_code

    yield Line(Carrier(post=post), connection)


@pytest.fixture
def phone(lead: Lead) -> ContactPoint:
    return ContactPoint.objects.get(reaches__person=lead.person, kind="phone")


@pytest.fixture
def sent(lead: Lead, phone: ContactPoint) -> Touch:
    """A text that the carrier took a minute ago."""
    at = timezone.now() - timedelta(minutes=1)
    values = {"account": lead.account, "person": lead.person, "lead": lead, "contact_point": phone, "channel": "text"}
    touch = Touch.objects.create(
        **values,
        by_machine=True,
        state="sent",
        due_at=at,
        made_at=at,
        finished_at=at,
        created_at=at,
        provider="twilio",
        provider_reference="SM1",
        tries=1,
        body="Hi",
    )
    Message.objects.create(
        **values, touch=touch, outbound=True, body="Hi", message_id="SM1", at=at, our_point="+13035550100"
    )
    return touch


def told(sent: Touch) -> Sent:
    return Sent("SM1", "+13035550142", "+13035550100", "Hi", sent.created_at, callback=URL)


def test_an_answer_is_logged_with_what_it_answers_and_waits_in_the_inbox(
    line: Line, lead: Lead, sent: Touch, phone: ContactPoint
) -> None:
    assert line.carrier.write(URL, phone.value, "+13035550100", "yes still looking", sid="SM9") == 204
    message = Message.objects.get(outbound=False)
    assert (message.lead, message.body, message.answers, message.our_point) == (
        lead,
        "yes still looking",
        sent,
        "+13035550100",
    )
    lead.refresh_from_db()
    assert lead.waiting_since is not None


def test_the_same_post_again_changes_nothing(line: Line, lead: Lead, sent: Touch, phone: ContactPoint) -> None:
    for _ in range(3):
        assert line.carrier.write(URL, phone.value, "+13035550100", "yes", sid="SM9") == 204
    assert Message.objects.filter(outbound=False).count() == CarrierPost.objects.count() == 1


def test_a_post_without_the_carriers_signature_is_refused_and_leaves_no_trace(line: Line, phone: ContactPoint) -> None:
    form = {"MessageSid": "SM9", "SmsStatus": "received", "From": phone.value, "To": "+13035550100", "Body": "STOP"}
    assert line.carrier.posted(URL, form, signed="forged") == 403
    assert line.carrier.posted(URL.replace("K-1", "K-2"), form) == 404
    assert not CarrierPost.objects.exists() and not Message.objects.filter(outbound=False).exists()


def test_a_stop_that_the_carrier_confirmed_is_not_confirmed_again(
    line: Line, lead: Lead, sent: Touch, phone: ContactPoint
) -> None:
    line.carrier.write(URL, phone.value, "+13035550100", "STOP", OptOutType="STOP")
    assert Withdrawal.objects.filter(person=lead.person, reason="opt_out").exists()
    assert not Touch.objects.filter(purpose="confirmation").exists()


def test_a_stop_is_confirmed_once_where_the_carrier_did_not(line: Line, sent: Touch, phone: ContactPoint) -> None:
    line.carrier.write(URL, phone.value, "+13035550100", "STOP")
    assert Touch.objects.filter(purpose="confirmation").count() == 1


@pytest.mark.parametrize("order", [("sent", "delivered"), ("delivered", "sent"), ("delivered", "delivered", "sent")])
def test_reports_in_any_order_and_twice_end_delivered(line: Line, sent: Touch, order: tuple[str, ...]) -> None:
    for status in order:
        assert line.carrier.report(told(sent), status) == 204
    sent.refresh_from_db()
    assert sent.state == "delivered"


def test_a_report_that_is_quicker_than_our_record_is_kept_until_it_fits(line: Line, sent: Touch) -> None:
    Touch.objects.filter(pk=sent.pk).update(provider_reference="")
    line.carrier.report(told(sent), "delivered")
    assert CarrierPost.objects.get().read_at is None
    Touch.objects.filter(pk=sent.pk).update(provider_reference="SM1")
    assert hearing.run_waiting(at=timezone.now())
    sent.refresh_from_db()
    assert sent.state == "delivered" and CarrierPost.objects.get().read_at is not None


def test_an_unreachable_phone_is_tried_twice_more_six_hours_apart(line: Line, sent: Touch) -> None:
    for tries, state in ((1, "planned"), (2, "planned"), (3, "failed")):
        Touch.objects.filter(pk=sent.pk).update(state="sent", tries=tries, provider_reference=f"SM{tries}")
        line.carrier.report(replace(told(sent), sid=f"SM{tries}"), "undelivered", 30003)
        sent.refresh_from_db()
        assert sent.state == state
        if state == "planned":
            assert sent.due_at >= timezone.now() + timedelta(hours=5, minutes=59)


@pytest.mark.parametrize(("code", "problem"), [(30005, "disconnected"), (30006, "landline")])
def test_a_dead_number_is_marked_and_texted_no_more(
    line: Line, sent: Touch, phone: ContactPoint, code: int, problem: str
) -> None:
    line.carrier.report(told(sent), "undelivered", code)
    phone.refresh_from_db()
    sent.refresh_from_db()
    assert (phone.problem, sent.state) == (problem, "failed")


def test_who_opted_out_at_the_carrier_opted_out_here(line: Line, lead: Lead, sent: Touch) -> None:
    line.carrier.report(told(sent), "failed", 21610)
    standing = Withdrawal.objects.filter(person=lead.person)
    assert {row.via for row in standing} == {"carrier"} and all("text" in row.channels for row in standing)


def test_an_unregistered_number_rests_at_once_and_a_filtered_one_at_the_third_time(
    line: Line, account: Account, sent: Touch
) -> None:
    number = SenderNumber.objects.create(
        account=account, connection=line.connection, number="+13035550100", created_at=timezone.now()
    )
    for count in (1, 2, 3):
        Touch.objects.filter(pk=sent.pk).update(state="sent", provider_reference=f"SM{count}")
        line.carrier.report(replace(told(sent), sid=f"SM{count}"), "undelivered", 30007)
        number.refresh_from_db()
        assert (number.paused_until is not None) == (count == 3)
    SenderNumber.objects.update(paused_until=None)
    Touch.objects.filter(pk=sent.pk).update(state="sent")
    line.carrier.report(replace(told(sent), sid="SM3"), "failed", 30034)
    number.refresh_from_db()
    assert "not registered" in number.paused_because


def test_the_number_that_they_wrote_to_is_the_one_they_know(
    line: Line, account: Account, phone: ContactPoint, sent: Touch
) -> None:
    ours = SenderNumber.objects.create(
        account=account, connection=line.connection, number="+13035550111", created_at=timezone.now()
    )
    line.carrier.write(URL, phone.value, "+13035550111", "hi")
    phone.refresh_from_db()
    assert phone.our_number == ours


def test_a_missed_call_with_a_voicemail_asks_for_a_ring_back(line: Line, lead: Lead, phone: ContactPoint) -> None:
    form = {"CallSid": "CA4", "From": phone.value, "To": "+13035550100", "CallStatus": "completed"}
    form |= {"Direction": "inbound", "RecordingUrl": "https://x", "RecordingDuration": "22"}
    form |= {"TranscriptionText": "I missed your call about Maple"}
    assert line.carrier.posted(URL, form) == 204
    assert Message.objects.get(outbound=False).body == "I missed your call about Maple"
    assert lead.promises.get(closed_at=None).kind == "call"


def test_two_people_of_one_number_are_not_confused_silently(
    line: Line, lead: Lead, phone: ContactPoint, sent: Touch
) -> None:
    from tests import builders

    other = builders.make_lead(
        lead.account, owner=lead.owner, name="Rowan Ashby", phone=phone.value, email="rowan@example.com"
    )
    Message.objects.create(
        account=lead.account,
        person=other.person,
        lead=other,
        contact_point=phone,
        channel="text",
        outbound=True,
        body="Hi",
        at=timezone.now(),
    )
    line.carrier.write(URL, phone.value, "+13035550100", "yes")
    message = Message.objects.get(outbound=False)
    assert message.lead == other and message.unsure


def test_what_cannot_be_read_is_kept_with_its_reason(line: Line) -> None:
    assert line.carrier.posted(URL, {"hello": "world"}) == 204
    assert "neither" in CarrierPost.objects.get().problem


def test_a_post_that_was_understood_keeps_no_words_and_none_is_kept_for_ever(line: Line, phone: ContactPoint) -> None:
    assert line.carrier.write(URL, phone.value, "+13035550100", "yes") == 204
    assert line.carrier.posted(URL, {"hello": "world"}) == 204
    assert sorted(bytes(row.body) == b"" for row in CarrierPost.objects.all()) == [False, True]
    Forgetting()(at=timezone.now() + timedelta(days=31))
    assert not CarrierPost.objects.exists() and Message.objects.filter(outbound=False, body="yes").count() == 1
