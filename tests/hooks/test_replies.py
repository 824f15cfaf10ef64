"""The hook for what leads said."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Call, Message, Promise
from nextcall.leads.models import Lead
from tests.builders import MONDAY, make_lead_in_key

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
