"""A booking page tells of appointments: believed by its signature, moved is not lost."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.channels.booking.calendly import CalendlyListener
from nextcall.channels.contract import BookingReport, Posted
from nextcall.conversations.models import InboxItem, Promise
from nextcall.leads.models import Lead
from nextcall.lib import phone, sealing
from nextcall.team.models import Account, Connection, Member
from tests.builders import make_lead

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures" / "scheduling"
shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
KEY = "a-key-of-our-own"


def body(event: str, invitee: str, *, email: str, start: datetime, **payload: object) -> bytes:
    uri = "https://api.calendly.com/scheduled_events/E{0}/invitees/I{0}"
    for name in ("old_invitee", "new_invitee"):
        if name in payload:
            payload[name] = uri.format(payload[name])
    times = {"start_time": start.isoformat(), "end_time": (start + timedelta(minutes=45)).isoformat()}
    told = {"uri": uri.format(invitee), "email": email, "scheduled_event": {"name": "Consult", **times}, **payload}
    return json.dumps({"event": event, "payload": told}).encode()


def post(connection: Connection, raw: bytes, *, key: str = KEY, age: int = 0) -> int:
    stamp = str(int(timezone.now().timestamp()) - age)
    signed = hmac.new(key.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    answer = Client().post(
        f"/hooks/calendly/{connection.hook_key}", raw, content_type="application/json",
        headers={"Calendly-Webhook-Signature": f"t={stamp},v1={signed}"},
    )  # fmt: skip
    return answer.status_code


@pytest.fixture
def connection(account: Account) -> Connection:
    return Connection.objects.create(
        account=account, channel="booking", provider="calendly", hook_key="k" * 20,
        sealed=sealing.seal({"signing_key": KEY}), created_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def start() -> datetime:
    return timezone.now().replace(microsecond=0) + timedelta(days=5)


@pytest.fixture
def hazel(account: Account, member: Member) -> Lead:
    return make_lead(account, owner=member, email="hazel@example.com")


def appointment() -> tuple[datetime, str, int]:
    promise = Promise.objects.get()
    return promise.due_at, promise.closed_as, promise.sequence


@shared
def test_the_shared_files_are_read_as_expected() -> None:
    expected = json.loads((SHARED / "EXPECTED.json").read_text())
    name = "calendly_invitee_created_signed.json"
    file = json.loads((SHARED / name).read_text())
    posted = Posted("", file["raw_body"].encode(), {key.lower(): value for key, value in file["headers"].items()})
    listener = CalendlyListener(signing_key=file["signing_key"])
    assert listener.verify(posted, at=datetime.fromtimestamp(1717906200, UTC)) is expected[name]["signature_valid"]
    [said] = listener.hear(posted)
    assert isinstance(said, BookingReport)
    number = phone.read(said.phone, country="US")
    assert number and number.e164 == expected[name]["phone_e164"]
    assert (said.email, said.zone) == (expected[name]["email"], expected[name]["lead_timezone"])
    assert said.starts_at == datetime.fromisoformat(expected[name]["appointment_start"])
    [moved] = listener.hear(Posted("", (SHARED / "calendly_invitee_rescheduled.json").read_bytes(), {}))
    assert isinstance(moved, BookingReport)
    assert moved.replaced_by.endswith("-I2")


def test_a_booking_is_an_appointment_and_nobody_is_invited_twice(
    connection: Connection, hazel: Lead, start: datetime
) -> None:
    for _ in range(2):
        assert post(connection, body("invitee.created", "1", email="HAZEL@example.com", start=start)) == 204
    assert appointment() == (start, "", 0)
    hazel.refresh_from_db()
    assert hazel.stage == "appointment"
    assert not Touch.objects.filter(invitation__isnull=False).exists()


@pytest.mark.parametrize("created_first", [True, False])
def test_rescheduled_is_moved_and_never_lost(
    connection: Connection, hazel: Lead, start: datetime, created_first: bool
) -> None:
    later = start + timedelta(days=2)
    post(connection, body("invitee.created", "1", email="hazel@example.com", start=start))
    posts = [
        body("invitee.created", "2", email="hazel@example.com", start=later, old_invitee="1"),
        body("invitee.canceled", "1", email="hazel@example.com", start=start, rescheduled=True, new_invitee="2"),
    ]
    for raw in posts if created_first else posts[::-1]:
        assert post(connection, raw) == 204
    assert appointment() == (later, "", 1)


def test_cancelled_there_is_cancelled_here(connection: Connection, hazel: Lead, start: datetime) -> None:
    post(connection, body("invitee.created", "1", email="hazel@example.com", start=start))
    post(connection, body("invitee.canceled", "1", email="hazel@example.com", start=start, rescheduled=False))
    assert appointment()[1] == "cancelled"
    assert not hazel.enrollments.filter(ended_at=None).exists()


def test_who_did_not_come_gets_the_cadence_for_that(connection: Connection, hazel: Lead, start: datetime) -> None:
    post(connection, body("invitee.created", "1", email="hazel@example.com", start=start))
    uri = "https://api.calendly.com/scheduled_events/E1/invitees/I1"
    post(connection, json.dumps({"event": "invitee_no_show.created", "payload": {"invitee": uri}}).encode())
    assert appointment()[1] == "missed"
    assert hazel.enrollments.get(ended_at=None).version.cadence.slug == "missed-appointment"


def test_a_stranger_who_books_stands_in_the_inbox(connection: Connection, start: datetime) -> None:
    post(connection, body("invitee.created", "1", email="new@example.com", start=start, name="Nia New"))
    item = InboxItem.objects.get()
    assert item.unknown_sender == "new@example.com"
    assert item.first_line.startswith("Booked ")


@pytest.mark.parametrize(("key", "age"), [("another-key-of-somebody", 0), (KEY, 3600)])
def test_a_wrong_or_old_signature_changes_nothing(
    connection: Connection, hazel: Lead, start: datetime, key: str, age: int
) -> None:
    raw = body("invitee.created", "1", email="hazel@example.com", start=start)
    assert post(connection, raw, key=key, age=age) == 403
    assert not Promise.objects.exists()


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"event": "invitee.created", "payload": {"uri": 7}}', b"\xff" * 99])
def test_what_cannot_be_read_is_set_aside(connection: Connection, raw: bytes) -> None:
    assert post(connection, raw) == 204
    assert not Promise.objects.exists()
