"""Whose Date header counts as a second clock, and whose does not."""

from collections.abc import Iterator
from email.utils import format_datetime

import pytest

from nextcall.channels import clocks
from nextcall.lib import second_clock
from tests.builders import MONDAY


@pytest.fixture(autouse=True)
def nothing_heard() -> Iterator[None]:
    second_clock.forget()
    yield
    second_clock.forget()


@pytest.mark.parametrize(
    ("url", "counts"),
    [
        ("https://fcm.googleapis.com/fcm/send/1", True),
        ("https://web.push.apple.com/1", True),
        ("https://api.twilio.com/2010-04-01/Accounts", True),
        ("https://api.telnyx.com/v2/messages", True),
        ("http://api.twilio.com/2010-04-01/Accounts", False),  # anybody on the way could have written it
        ("https://api.twilio.com.example.org/", False),
        ("https://evilpush.apple.com.example.org/", False),
        ("https://push.example.com/", False),  # a member's own server
        ("", False),
    ],
)
def test_only_services_at_addresses_of_their_own_are_heard(url: str, counts: bool) -> None:
    clocks.hear(url, format_datetime(MONDAY, usegmt=True))
    assert bool(second_clock.heard(MONDAY, second_clock.seconds())) is counts


def test_an_answer_without_a_date_says_nothing() -> None:
    clocks.hear("https://api.twilio.com/", None)
    assert second_clock.heard(MONDAY, second_clock.seconds()) == []
