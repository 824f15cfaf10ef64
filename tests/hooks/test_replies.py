"""The hook for what leads said."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Call, Message, Promise
from nextcall.leads.models import Lead
from nextcall.timeline.models import Event
from tests.builders import MONDAY, make_lead_in_key, make_touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(lead: Lead) -> str:
    enroll.begin(lead=lead, slug="fast-start", by=None, at=MONDAY)
    return f"/hooks/replies/{make_lead_in_key(lead.account).key}"


def post(address: str, lead: Lead, **body: object) -> tuple[int, dict[str, object]]:
    number = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    at = (MONDAY - timedelta(days=4)).isoformat()  # a door never believes a time that is still to come
    answer = Client(enforce_csrf_checks=True).post(
        address, json.dumps({"from": number, "channel": "text", "at": at} | body), content_type="application/json"
    )
    return answer.status_code, answer.json()


def test_a_stop_stops(address: str, lead: Lead) -> None:
    status, answer = post(address, lead, kind="reply", text="STOP", id="SM1")
    assert (status, answer["verdict"], answer["lead"]) == (200, "opt_out", lead.pk)
    assert Withdrawal.objects.exists()


def test_a_reply_pauses_and_the_same_event_again_changes_nothing(address: str, lead: Lead) -> None:
    assert post(address, lead, text="Tell me more", id="SM2")[1]["repeated"] is False
    assert post(address, lead, text="Tell me more", id="SM2")[1]["repeated"] is True
    assert Enrollment.objects.get().state == "paused"
    assert Message.objects.filter(outbound=False).count() == 1


def test_a_conversation_counts_once_and_pauses(address: str, lead: Lead) -> None:
    for _ in range(2):
        assert post(address, lead, kind="conversation", seconds=240)[0] == 200
    assert Call.objects.get().seconds == 240
    assert Enrollment.objects.get().state == "paused"


def test_an_appointment_pauses(address: str, lead: Lead) -> None:
    assert post(address, lead, kind="appointment", starts_at="2026-12-01T17:00:00Z", what="Viewing")[0] == 200
    assert Promise.objects.get().kind == "appointment"
    lead.refresh_from_db()
    assert lead.stage == "appointment"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "dance"},
        {"channel": "fax"},
        {"text": 5},
        {"at": "yesterday"},
        {"at": "2026-11-23T10:00:00"},
        {"kind": "appointment"},
        {"kind": "conversation", "from": "+15205550000"},
        {"kind": "conversation", "seconds": -1},
        {"kind": "conversation", "seconds": "long"},
    ],
)
def test_what_cannot_be_read_is_refused_in_words(address: str, lead: Lead, body: dict[str, object]) -> None:
    status, answer = post(address, lead, **body)
    assert status == 400
    assert answer["error"]
    assert not Message.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"[1]", b"\xff", b"{" * 10_000, b'"' + b"x" * 70_000 + b'"'])
def test_any_bytes_are_survived(address: str, raw: bytes) -> None:
    assert Client().post(address, raw, content_type="application/json").status_code == 400


def test_a_wrong_key_is_not_found(lead: Lead) -> None:
    assert post("/hooks/replies/nobody", lead, text="Hi")[0] == 404


def mailed(lead: Lead) -> Touch:
    """An email of ours that left four days ago."""
    point = lead.person.reaches.get(contact_point__kind="email").contact_point
    closes = (MONDAY - timedelta(days=4)).isoformat()
    touch = make_touch(lead, "email", body="Hi", state="sent", contact_point=point, decision={"until": closes})
    Message.objects.create(
        account=lead.account, person=lead.person, lead=lead, touch=touch, contact_point=point,
        channel="email", outbound=True, at=MONDAY - timedelta(days=5), message_id="<one@example.com>",
    )  # fmt: skip
    return touch


def test_a_bounce_marks_the_address_and_the_touch(address: str, lead: Lead) -> None:
    touch = mailed(lead)
    assert touch.contact_point is not None
    status, answer = post(address, lead, kind="bounce", **{"from": touch.contact_point.value}, reason="5.1.1 unknown")
    touch.refresh_from_db()
    touch.contact_point.refresh_from_db()
    assert (status, answer["verdict"]) == (200, "bounce")
    assert (touch.state, touch.because, touch.contact_point.problem) == ("bounced", "5.1.1 unknown", "bounced")


def test_a_complaint_ends_all_contact_and_is_recorded_with_its_message(address: str, lead: Lead) -> None:
    touch = mailed(lead)
    assert touch.contact_point is not None
    where = {"from": touch.contact_point.value, "message_id": "<one@example.com>"}
    assert post(address, lead, kind="complaint", **where)[0] == 200
    ended = {channel for row in Withdrawal.objects.filter(reason="complaint") for channel in row.channels}
    assert ended >= {"call", "text", "email"}
    assert Event.objects.get(kind="complaint.received").touch_id == touch.pk
    assert Enrollment.objects.get().state == "finished"


def test_a_delivery_after_its_window_is_told(address: str, lead: Lead) -> None:
    touch = mailed(lead)
    assert touch.contact_point is not None
    late = (MONDAY - timedelta(days=3)).isoformat()
    where = {"from": touch.contact_point.value, "at": late}
    assert post(address, lead, kind="delivered", **where)[1]["verdict"] == "delivered_late"
    assert post(address, lead, kind="delivered", **where)[1]["verdict"] == "delivered"
    assert Event.objects.filter(kind="touch.delivered_late").count() == 1


def test_a_report_about_nobody_is_refused_in_words(address: str, lead: Lead) -> None:
    for kind in ("bounce", "delivered"):
        status, answer = post(address, lead, kind=kind, **{"from": "nobody@example.com"})
        assert (status, answer["error"]) == (400, "from is no number or address that we know")


def test_a_complaint_of_nobody_we_know_is_kept_as_a_hash(address: str, lead: Lead) -> None:
    status, answer = post(address, lead, kind="complaint", **{"from": "nobody@example.com"})
    assert (status, answer["lead"]) == (200, None)
    assert (Withdrawal.objects.get().reason, Withdrawal.objects.get().contact_point) == ("complaint", None)
