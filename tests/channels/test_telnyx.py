"""Telnyx: its signatures and its posts. How every provider behaves is in test_conformance.py."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nextcall.channels.contract import DeliveryReport, InboundMessage, Posted
from nextcall.channels.sms.telnyx import TelnyxListener
from tests.carrier.server import Carrier

NOON = datetime(2026, 11, 24, 19, tzinfo=UTC)
URL = "https://n.example/hooks/telnyx/K"


def posts(event: str, payload: Mapping[str, object], carrier: Carrier) -> Posted:
    kept: list[Posted] = []

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        kept.append(Posted(url, body, {name.lower(): value for name, value in headers.items()}))
        return 204

    carrier.post = post
    carrier.telnyx(URL, event, payload, at=NOON)
    return kept[0]


MESSAGE = {
    "id": "m1",
    "from": {"phone_number": "+13035550142"},
    "to": [{"phone_number": "+13035550100"}],
    "text": "yes",
}
REPORT = {
    "id": "m2",
    "to": [{"phone_number": "+13035550142", "status": "delivery_failed"}],
    "errors": [{"code": "40300", "title": "STOP"}],
}


def test_only_telnyxs_own_fresh_posts_are_believed() -> None:
    carrier = Carrier()
    listener, posted = TelnyxListener(public_key=carrier.public_key), posts("message.received", MESSAGE, carrier)
    assert listener.verify(posted, at=NOON)
    assert not listener.verify(posted, at=NOON + timedelta(minutes=6))
    assert not listener.verify(replace(posted, body=posted.body + b" "), at=NOON)
    assert not TelnyxListener(public_key=Carrier().public_key).verify(posted, at=NOON)
    assert not listener.verify(replace(posted, headers={}), at=NOON)


def test_an_answer_and_a_report_are_read() -> None:
    listener = TelnyxListener(public_key=Carrier().public_key)
    (message,) = listener.hear(posts("message.received", MESSAGE, Carrier()))
    assert isinstance(message, InboundMessage)
    assert (message.sender, message.to, message.text) == ("+13035550142", "+13035550100", "yes")
    (report,) = listener.hear(posts("message.finalized", REPORT, Carrier()))
    assert isinstance(report, DeliveryReport)
    assert (report.state, report.permanent, report.problem) == ("failed", True, "withdrawn")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"data": []}', b'{"data": {"event_type": "message.received", "payload": {}}}']
)
def test_what_is_no_post_says_so(body: bytes) -> None:
    with pytest.raises(ValueError, match="no post"):
        TelnyxListener(public_key=Carrier().public_key).hear(Posted(URL, body, {}))
