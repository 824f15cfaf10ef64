"""Email addresses and the key that two spellings share."""

from pathlib import Path

import pytest

from nextcall.lib import email_address

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures" / "email_address"


@pytest.mark.parametrize(
    ("raw", "value", "key"),
    [
        ("Hazel.Thorne+x@Gmail.com", "Hazel.Thorne+x@gmail.com", "hazelthorne@gmail.com"),
        ("a.b@googlemail.com", "a.b@googlemail.com", "ab@gmail.com"),
        ("Hazel <h@Example.COM>", "h@example.com", "h@example.com"),
        ("mailto:x@example.com", "x@example.com", "x@example.com"),
        ("Bob+tag@Example.com", "Bob+tag@example.com", "bob+tag@example.com"),
        ("a@example.test", "a@example.test", "a@example.test"),
    ],
)
def test_an_address_is_read(raw: str, value: str, key: str) -> None:
    assert email_address.read(raw) == email_address.EmailAddress(value, key)


@pytest.mark.parametrize("raw", ["", "no at sign", "x@y", "a@b@c.com", "@example.com", "a" * 5000, "a@example..com"])
def test_what_is_no_address_is_none(raw: str) -> None:
    assert email_address.read(raw) is None


def test_a_line_break_cannot_smuggle_a_header_in() -> None:
    found = email_address.read("a@example.com\nBcc: b@example.com")
    assert found is None or "\n" not in found.value


@pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
def test_the_shared_invalid_addresses_are_refused() -> None:
    lines = (SHARED / "mailbox_invalid.txt").read_text().splitlines()
    accepted = [line for line in lines if line.strip() and not line.startswith("#") and email_address.read(line)]
    assert len(accepted) <= 1, accepted
