# ruff: noqa: E501
"""An answer, a bounce, a complaint and a machine are told apart."""

import glob
import random
from pathlib import Path

import pytest

from nextcall.channels.inbound.understanding import understand
from tests.channels.inbound.mails import bounced, mail

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "fixtures"


def test_an_answer_is_a_reply_and_names_our_mail() -> None:
    found = understand(
        mail(
            "Saturday works.",
            In_Reply_To="<touch-7@harbor.example>",
            References="<touch-1@harbor.example> <touch-7@harbor.example>",
        )
    )
    assert (found.kind, found.new) == ("reply", "Saturday works.")
    assert found.answers == ("<touch-7@harbor.example>", "<touch-1@harbor.example>")
    assert (found.mail.sender, found.mail.sender_name) == ("hazel@example.com", "Hazel Thorne")


@pytest.mark.parametrize(
    ("status", "said", "permanent", "reason"),
    [
        ("5.1.1", "550 5.1.1 <gone@example.com>: Recipient address rejected: User unknown", True, "unknown address"),
        ("5.0.0", "550 No such user here", True, "unknown address"),
        ("5.1.2", "550 Host unknown", True, "unknown domain"),
        ("5.1.6", "550 5.1.6 recipient no longer on server", True, "the address has moved"),
        ("5.2.2", "552 5.2.2 Mailbox full", False, "mailbox full"),
        ("5.0.0", "550 5.2.2 over quota", False, "mailbox full"),
        ("5.7.1", "550 5.7.1 Message rejected as spam by policy", False, "rejected as spam or by policy"),
        ("5.7.26", "550-5.7.26 This mail is unauthenticated", False, "sender not authenticated"),
        ("5.7.606", "550 5.7.606 Access denied, banned sending IP", False, "sender blocked"),
        ("4.4.1", "451 timed out", False, "no answer from their server"),
        ("5.3.4", "552 message size exceeds limit", False, "the message was not accepted"),
    ],
)
def test_only_a_dead_address_is_permanent(status: str, said: str, permanent: bool, reason: str) -> None:
    found = understand(bounced(status=status, said=said))
    assert found.kind == "bounce"
    assert found.answers == ("<touch-7@harbor.example>",)
    (one,) = found.bounces
    assert (one.recipient, one.permanent, one.reason) == ("gone@example.com", permanent, reason)


def test_a_delay_is_not_yet_a_failure() -> None:
    (one,) = understand(bounced(status="4.4.1", said="451 user unknown", action="delayed")).bounces
    assert one.delayed and not one.permanent


def test_a_server_that_only_talks_is_understood() -> None:
    found = understand(
        mail(
            "Delivery failed: gone@example.com\n550 user unknown",
            subject="Undeliverable: Your tour",
            From="postmaster@example.net",
        )
    )
    assert [(one.recipient, one.permanent) for one in found.bounces] == [("gone@example.com", True)]


def test_a_person_who_writes_about_a_bounce_is_no_bounce() -> None:
    assert understand(mail("Your mail was undeliverable at first, user unknown. Now it works!")).kind == "reply"


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"Auto_Submitted": "auto-replied"}, "Re: Your tour"),
        ({"Precedence": "bulk"}, "Re: Your tour"),
        ({"X_Autoreply": "yes"}, "Re: Your tour"),
        ({"List_Id": "<news.example.com>"}, "News"),
        ({}, "Automatic reply: Your tour"),
        ({}, "Re: Out of office: Your tour"),
        ({}, "Réponse automatique : Votre visite"),
        ({}, "Abwesenheitsnotiz: Ihr Termin"),
        ({}, "[Request received] Your tour"),
        ({}, "RE: Ausência: Sua visita"),
        ({}, "Estoy fuera de la oficina"),
        ({"Return_Path": "<>"}, "Your tour"),
    ],
)
def test_a_machine_says_so(headers: dict[str, str], subject: str) -> None:
    assert understand(mail("I am away.", subject=subject, **headers)).kind == "auto_reply"


def test_a_person_who_mentions_a_vacation_is_a_person() -> None:
    found = understand(mail("I'm on vacation this week, out of office, but yes.", Auto_Submitted="no"))
    assert found.kind == "reply"


def test_a_feedback_report_is_a_complaint() -> None:
    raw = b"""From: fbl@mail.example.net
To: ann@harbor.example
Subject: FW: Your tour
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--B
Content-Type: message/rfc822

Message-ID: <touch-7@harbor.example>
To: hazel@example.com

Hello
--B--
"""
    found = understand(raw)
    assert (found.kind, found.signal, found.answers) == ("complaint", "abuse", ("<touch-7@harbor.example>",))


def test_a_head_torn_in_two_keeps_its_subject() -> None:
    found = understand(
        b"From: a@example.com\nTo: b@example.com,\n\nSubject: Still here\nContent-Type: text/plain\nMIME-Version: 1.0\n\nWords"
    )
    assert (found.mail.subject, found.new) == ("Still here", "Words")


@pytest.mark.slow
def test_no_damaged_mail_breaks_it() -> None:
    """Own mails always; the shared collections where they are. Ten thousand by `python -m bench --only mail`."""
    shared = [
        f
        for name in ("email_reply", "email_mime", "bounce_dsn", "auto_reply")
        for f in glob.glob(f"{SHARED}/{name}/*.eml")
    ]
    whole = [
        mail("Yes\n\n> No"),
        bounced(status="5.1.1", said="550 unknown"),
        *(Path(f).read_bytes() for f in sorted(shared)),
    ]
    chance = random.Random(7)
    for _ in range(400):
        understand(damaged(chance.choice(whole), whole, chance))


def damaged(raw: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Bytes changed, cut out, doubled, and pieces of other mails put in."""
    body = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body) + 1)
        match chance.randint(0, 4):
            case 0:
                body[at:at] = bytes([chance.randrange(256)]) * chance.randint(1, 200)
            case 1:
                del body[at : at + chance.randint(1, 400)]
            case 2:
                body[at:at] = chance.choice(
                    [b"\n\n", b"--B", b"=?utf-8?q?", b"<" * 300, b"> " * 200, b"\x00", b'boundary=""']
                )
            case 3:
                other = chance.choice(others)
                begin = chance.randrange(len(other))
                body[at:at] = other[begin : begin + 1000]
            case _:
                body[at:at] = body[at : at + 80] * chance.randint(2, 100)
    return bytes(body)
