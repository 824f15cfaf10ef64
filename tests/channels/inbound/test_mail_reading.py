"""A mail taken apart: names, files and mails inside it come out whole, however a program wrote them down."""

# ruff: noqa: E501

import time

import pytest

from nextcall.channels.inbound.mail import read


def test_names_in_plain_utf8_are_read() -> None:
    found = read(
        "From: Élodie Müller <elodie@example.com>\nTo: Zoë <zoë@exämple.net>\nSubject: Säterday\n\nYes".encode()
    )
    assert (found.sender_name, found.sender, found.subject) == ("Élodie Müller", "elodie@example.com", "Säterday")
    assert found.to == ("zoë@exämple.net",)


def test_a_file_name_in_plain_utf8_is_read() -> None:
    found = read(
        'From: a@example.com\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\nYes\n--B\n'
        "Content-Type: text/plain; name=façade.txt\nContent-Disposition: attachment; filename=façade.txt\n\nx\n--B--".encode()
    )
    assert (found.text.strip(), [one.name for one in found.attachments]) == ("Yes", ["façade.txt"])


def test_a_mail_inside_a_mail_is_kept_as_a_file_with_its_bytes() -> None:
    inner = b"From: Ann <ann@harbor.example>\nSubject: Your tour\n\nHi Hazel\n"
    found = read(
        b'From: a@example.com\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\nSee this\n'
        b"--B\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename=tour.eml\n\n" + inner + b"--B--"
    )
    (file,) = found.attachments
    assert (found.text.strip(), file.name) == ("See this", "tour.eml")
    assert file.content.strip() == inner.strip()


def test_bytes_that_are_no_utf8_do_no_harm() -> None:
    found = read(b"From: J\xf6rg <j@example.com>\nSubject: \xb4!\n\nYes")
    assert found.sender == "j@example.com"
    assert "\ufffd" in found.subject
    found.sender_name.encode()


@pytest.mark.parametrize("charset", ["punycode", "idna", "PUNYCODE"])
def test_a_codec_that_is_no_charset_does_not_make_it_slow(charset: str) -> None:
    began = time.process_time()
    head = b"From: a@example.com\nSubject: =?%s?q?%s?=\n" % (charset.encode(), b"a" * 15_000)
    found = read(head + b"Content-Type: text/plain; charset=%s\n\n" % charset.encode() + b"a" * 300_000 + b"\xe9")
    assert found.text.startswith("aaa")
    assert time.process_time() - began < 2
