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


def test_words_around_a_picture_are_all_read() -> None:
    raw = (
        b'From: a@example.com\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\nThis is the kitchen:\n'
        b"--B\nContent-Type: image/jpeg; name=kitchen.jpg\nContent-Disposition: inline\n\nx\n"
        b"--B\nContent-Type: text/plain\n\nCan you come on Saturday?\n--B--"
    )
    assert read(raw).text.split("\n\n") == ["This is the kitchen:", "Can you come on Saturday?"]
    found = read(raw.replace(b"text/plain", b"text/html"))
    assert found.text.split() == "This is the kitchen: Can you come on Saturday?".split()


@pytest.mark.parametrize(
    ("declared", "real", "words"),
    [
        ("gb2312", "gb18030", "星期六可以\u3002\u9555"),
        ("ks_c_5601-1987", "cp949", "토요일 좋아요 \ub620"),
        ("iso-8859-1", "cp1252", "Saturday \u2013 it\u2019s fine"),
        ("shift_jis", "cp932", "\u2460土曜日"),
        ("us-ascii", "utf-8", "mañana"),
        ("x-unknown", "utf-8", "mañana"),
        ("no-such-charset", "cp1252", "ma\xf1ana"),
        ("iso-2022-jp", "iso-2022-jp", "土曜日"),
        ("koi8-r", "koi8-r", "Суббота"),
        ("windows-1250", "windows-1250", "Sobota pasuje, dziękuję"),
    ],
)
def test_words_are_read_in_the_charset_that_they_are_really_in(declared: str, real: str, words: str) -> None:
    head = f"From: a@example.com\nContent-Type: text/plain; charset={declared}\n\n".encode()
    assert read(head + words.encode(real)).text == words
