"""Email over SMTP, against a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar

from nextcall.channels.calendar.writing import Entry, Who, invitation
from nextcall.channels.contract import Outgoing, SendError
from nextcall.channels.email.smtp import Smtp
from tests.channels.conformance import MailServer, mail_server, send


@pytest.fixture
def server() -> Iterator[tuple[MailServer, Smtp]]:
    with mail_server() as (kept, port):
        provider = Smtp(host="127.0.0.1", port=port, security="plain", timeout_seconds=5)
        yield kept, provider
        provider.close()


def letter(**changes: object) -> Outgoing:
    values: dict[str, object] = {
        "reference": "0b1f",
        "channel": "email",
        "to": "ann@example.com",
        "subject": "Your question – 7 %",
        "body": "Hello Ann,\n.dot\nGrüße",
        "html": "<p>Hello Ann</p>",
        "from_name": "Thorne, Hazel",
        "from_address": "hazel@seller.example",
        "reply_to": "team@seller.example",
        "in_reply_to": "<old@example.com>",
        "headers": {"List-Unsubscribe": "<https://x.example/u/1>", "Date": "Mon, 23 Nov 2026 17:00:00 +0000"},
    }
    return Outgoing(**(values | changes))  # type: ignore[arg-type]


def test_an_email_has_two_parts_and_the_headers_mailbox_providers_want(server: tuple[MailServer, Smtp]) -> None:
    kept, provider = server
    receipt = send(provider, letter())
    mail = message_from_bytes(kept.received[0], policy=default)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]
    assert mail.get_body(("plain",)).get_content().splitlines() == ["Hello Ann,", ".dot", "Grüße"]  # type: ignore[attr-defined]
    assert mail["Message-ID"] == "<0b1f@seller.example>" == receipt.provider_reference
    assert mail["In-Reply-To"] == mail["References"] == "<old@example.com>"
    assert mail["List-Unsubscribe"] == "<https://x.example/u/1>"
    assert mail["From"].addresses[0].display_name == "Thorne, Hazel"
    assert mail["Subject"] == "Your question – 7 %"


def test_an_invitation_is_one_way_to_read_the_mail_and_a_file_to_open(server: tuple[MailServer, Smtp]) -> None:
    kept, provider = server
    start = datetime(2026, 12, 1, 17, tzinfo=UTC)
    what = "Café, 12 Elm; " + "a long name " * 20
    entry = Entry(
        "u1@x", start, start + timedelta(minutes=30), what, start, attendee=Who("ann@example.com", 'Ann "A" W')
    )
    send(provider, letter(calendar=invitation(entry).decode()))
    mail = message_from_bytes(kept.received[0], policy=default)
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_disposition() for part in parts] == [None, "attachment"]
    assert [part.get_param("method") for part in parts] == ["REQUEST", "REQUEST"]
    for part in parts:
        raw = part.get_payload(decode=True)
        assert isinstance(raw, bytes)
        assert max(map(len, raw.split(b"\r\n"))) <= 75
        event = Calendar.from_ical(raw).walk("VEVENT")[0]
        assert (event["SUMMARY"], event.start) == (what.strip(), start)
        assert event["ATTENDEE"] == "mailto:ann@example.com"


def test_connections_are_kept_between_emails(server: tuple[MailServer, Smtp]) -> None:
    kept, provider = server
    for n in range(5):
        send(provider, letter(reference=f"r{n}"))
    assert len(kept.received) == 5
    assert kept.connections == 1


@pytest.mark.parametrize("field", ["subject", "from_name", "in_reply_to"])
def test_a_line_break_never_begins_a_header_of_its_own(server: tuple[MailServer, Smtp], field: str) -> None:
    kept, provider = server
    send(provider, letter(**{field: "Hi\r\nBcc: thief@example.com\r\n\r\nbody"}))
    mail = message_from_bytes(kept.received[0], policy=default)
    assert mail["Bcc"] is None
    assert b"\nBcc:" not in kept.received[0]


@pytest.mark.parametrize(
    "to", ["ann@example.com\r\nRCPT TO:<thief@example.com>", "ann@example.com, b@example.com", "", "ann"]
)
def test_an_address_that_is_not_one_address_is_refused(server: tuple[MailServer, Smtp], to: str) -> None:
    kept, provider = server
    with pytest.raises(SendError) as refused:
        send(provider, letter(to=to))
    assert refused.value.permanent
    assert kept.received == []


def test_a_refusal_by_policy_does_not_mark_the_address(server: tuple[MailServer, Smtp]) -> None:
    _, provider = server
    with pytest.raises(SendError) as refused:
        send(provider, letter(to="spam@example.com"))
    assert refused.value.permanent
    assert refused.value.problem == ""


def test_a_kept_connection_that_died_is_replaced_without_a_word(server: tuple[MailServer, Smtp]) -> None:
    kept, provider = server
    send(provider, letter(reference="r1"))
    provider._idle[0].sock.close()  # type: ignore[union-attr]
    send(provider, letter(reference="r2"))
    assert len(kept.received) == 2
