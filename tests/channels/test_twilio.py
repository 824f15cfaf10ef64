"""Twilio: what only it does. How every provider behaves is in test_conformance.py."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from nextcall.channels.contract import (
    CallReport,
    DeliveryReport,
    Handed,
    InboundMessage,
    Outgoing,
    Posted,
    SendError,
    Uncertain,
)
from nextcall.channels.sms.twilio import Twilio
from nextcall.channels.sms.twilio_posts import TwilioListener, signature
from tests.carrier.server import ACCOUNT, TOKEN, Carrier, carrier
from tests.channels.conformance import send

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures" / "twilio_webhook"
NOON = datetime.now(UTC).replace(microsecond=0)
TEXT = Outgoing(
    reference="ref-1", channel="text", to="+13035550142", body="Hi Hazel", from_address="+13035550100", at=NOON,
    valid_until=NOON + timedelta(minutes=30),
)  # fmt: skip


@pytest.fixture
def far_end() -> Iterator[Carrier]:
    with carrier() as made:
        yield made


@pytest.fixture
def twilio(far_end: Carrier) -> Iterator[Twilio]:
    made = Twilio(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        base_url=far_end.url,
        status_url="https://n.example/hooks/twilio/K",
        timeout_seconds=3,
    )
    yield made
    made.close()


def test_a_text_leaves_with_its_window_and_where_to_report(twilio: Twilio, far_end: Carrier) -> None:
    receipt = send(twilio, TEXT)
    (arrived,) = far_end.messages
    assert (arrived.to, arrived.sender, arrived.body) == ("+13035550142", "+13035550100", "Hi Hazel")
    assert (arrived.validity, arrived.callback) == (1800, "https://n.example/hooks/twilio/K")
    assert (receipt.provider_reference, receipt.our_point) == (arrived.sid, "+13035550100")


@pytest.mark.parametrize(
    ("to", "permanent", "problem"),
    [
        ("+15005550001", True, "disconnected"),
        ("+15005550004", True, "withdrawn"),
        ("+15005550009", True, "landline"),
        ("+15005550008", False, ""),
    ],
)
def test_a_refusal_says_whether_it_is_final_and_whose_fault(
    twilio: Twilio, to: str, permanent: bool, problem: str
) -> None:
    with pytest.raises(SendError) as refused:
        send(twilio, replace(TEXT, to=to))
    assert (refused.value.permanent, refused.value.problem) == (permanent, problem)


def test_too_fast_is_told_to_wait(twilio: Twilio, far_end: Carrier) -> None:
    far_end.per_second = 1
    send(twilio, TEXT)
    with pytest.raises(SendError) as refused:
        send(twilio, replace(TEXT, reference="ref-2"))
    assert not refused.value.permanent and refused.value.retry_after_seconds == 1


def test_after_silence_the_carrier_is_asked_and_knows(twilio: Twilio, far_end: Carrier) -> None:
    silent = replace(TEXT, to="+15005550007")
    with pytest.raises(Uncertain):
        send(twilio, silent)
    assert len(far_end.messages) == 1
    assert twilio.look_up(Handed("ref-1", to=silent.to, body=silent.body, at=NOON)) == "sent"
    assert twilio.look_up(Handed("ref-2", to=silent.to, body="other words", at=NOON)) == "never_arrived"
    assert (
        twilio.look_up(Handed("ref-3", to=silent.to, body=silent.body, at=NOON + timedelta(days=1))) == "never_arrived"
    )


def test_what_the_carrier_has_not_passed_on_can_be_taken_back(twilio: Twilio, far_end: Carrier) -> None:
    first, second = send(twilio, TEXT), send(twilio, replace(TEXT, reference="ref-2"))
    far_end.messages[1].status = "delivered"
    assert twilio.take_back(Handed("ref-1", first.provider_reference)) == "stopped"
    assert twilio.take_back(Handed("ref-2", second.provider_reference)) == "gone"
    assert twilio.take_back(Handed("ref-3")) == "unknown"


def test_wrong_credentials_are_our_fault_not_the_leads(far_end: Carrier) -> None:
    with pytest.raises(SendError) as refused:
        Twilio(account_sid=ACCOUNT, auth_token="no", base_url=far_end.url).check()
    assert (refused.value.permanent, refused.value.sender) == (False, "credentials refused")


def test_a_picture_is_fetched_from_the_carrier_alone_and_up_to_a_size(twilio: Twilio, far_end: Carrier) -> None:
    far_end.pictures["1"] = ("image/png", b"\x89PNG" + b"0" * 1000)
    assert twilio.fetch(f"{far_end.url}/pictures/1", most=5000)[1] == "image/png"
    with pytest.raises(SendError, match="larger"):
        twilio.fetch(f"{far_end.url}/pictures/1", most=100)
    with pytest.raises(SendError, match="not the carrier"):
        twilio.fetch("http://169.254.169.254/latest/meta-data", most=100)


def test_the_official_library_takes_the_local_carrier_for_twilio(far_end: Carrier) -> None:
    rest = pytest.importorskip("twilio.rest")
    http = pytest.importorskip("twilio.http.http_client")

    class Local(http.TwilioHttpClient):  # type: ignore[misc, name-defined]
        def request(self, method: str, url: str, **keywords: Any) -> Any:
            return super().request(method, url.replace("https://api.twilio.com", far_end.url), **keywords)

    client = rest.Client(ACCOUNT, TOKEN, http_client=Local())
    made = client.messages.create(to="+13035550142", from_="+13035550100", body="Hi")
    assert client.messages(made.sid).fetch().body == "Hi"
    assert [one.sid for one in client.messages.list(to="+13035550142", limit=5)] == [made.sid]
    with pytest.raises(Exception, match=r"21610|refused"):
        client.messages.create(to="+15005550004", from_="+13035550100", body="Hi")


def posted(
    body: str,
    *,
    url: str = "https://n.example/hooks/twilio/K",
    token: str = TOKEN,
    kind: str = "application/x-www-form-urlencoded",
) -> Posted:
    shown = signature(token, url, parse_qsl(body, keep_blank_values=True))
    return Posted(url, body.encode(), {"x-twilio-signature": shown, "content-type": kind})


def test_only_the_carriers_own_posts_are_believed() -> None:
    listener = TwilioListener(auth_token=TOKEN)
    genuine = posted("MessageSid=SM1&From=%2B1&Body=hi")
    assert listener.verify(genuine, at=NOON)
    assert not listener.verify(posted("MessageSid=SM1", token="other"), at=NOON)
    assert not listener.verify(replace(genuine, body=genuine.body + b"!"), at=NOON)
    assert not listener.verify(replace(genuine, url="https://n.example/hooks/twilio/L"), at=NOON)
    assert listener.verify(replace(genuine, url="https://n.example:443/hooks/twilio/K"), at=NOON)


def test_reports_are_read_with_what_their_codes_mean() -> None:
    listener = TwilioListener(auth_token=TOKEN)
    (report,) = listener.hear(posted("MessageSid=SM2&MessageStatus=undelivered&ErrorCode=30003&To=%2B13035550142"))
    assert isinstance(report, DeliveryReport)
    assert (report.state, report.permanent, report.retries, report.hours_apart) == ("failed", False, 2, 6)
    (filtered,) = listener.hear(posted("MessageSid=SM2&MessageStatus=undelivered&ErrorCode=30007"))
    assert isinstance(filtered, DeliveryReport) and (filtered.permanent, filtered.sender) == (True, "filtered")
    assert listener.hear(posted("MessageSid=SM2&MessageStatus=queued")) == ()
    with pytest.raises(ValueError, match="neither"):
        listener.hear(posted("hello=world"))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
@pytest.mark.parametrize("name", sorted(f.name for f in SHARED.glob("*.form")) if SHARED.exists() else [])
def test_shared_posts(name: str) -> None:
    head, _, body = (SHARED / name).read_bytes().decode().replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.split("\n")
    headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
    one = Posted(first.split(" ")[1], body.strip().encode(), headers)
    listener = TwilioListener(auth_token=TOKEN)
    assert listener.verify(one, at=NOON)
    wanted = json.loads((SHARED / "EXPECTED.json").read_text())[name]
    (heard,) = listener.hear(one)
    if isinstance(heard, InboundMessage):
        assert heard.sender == wanted.get("from", heard.sender)
        assert heard.text == wanted.get("body", heard.text)
        assert heard.sender_name == wanted.get("profile_name", heard.sender_name)
        assert heard.answered_by_provider == ("opt_out" in wanted)
    elif isinstance(heard, DeliveryReport):
        assert heard.provider_reference == wanted["message"]
        assert (heard.state, heard.code) == (
            "delivered" if wanted["status"] == "delivered" else "failed",
            str(wanted.get("error", "")),
        )
    else:
        assert isinstance(heard, CallReport)
        assert heard.seconds == wanted.get("seconds", wanted.get("voicemail_seconds", 0))
        assert heard.transcript == wanted.get("transcript", "")
        assert heard.outcome == {"no answer": "no_answer", "contact": "answered"}.get(
            wanted.get("outcome", ""), "voicemail"
        )


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
def test_shared_signatures() -> None:
    for vector in json.loads((SHARED / "signature_vectors.json").read_text()):
        print(vector)
    assert base64


def test_a_text_that_stands_in_the_carriers_queue_is_found_although_it_was_sent_on_no_day(
    twilio: Twilio, far_end: Carrier
) -> None:
    send(twilio, TEXT)
    assert far_end.messages[0].status == "queued"
    assert twilio.look_up(Handed("ref-1", to=TEXT.to, body=TEXT.body, at=NOON)) == "sent"
    assert twilio.look_up(Handed("ref-2", to=TEXT.to, body="other words", at=NOON)) == "never_arrived"
