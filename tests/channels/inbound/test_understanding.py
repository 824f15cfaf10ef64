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
        ("5.2.1", "550 5.2.1 The account that you tried to reach is disabled", False, "the mailbox is suspended"),
        (
            "5.7.1",
            "550 5.7.1 Recipient address rejected: User is temporarily locked",
            False,
            "the mailbox is suspended",
        ),
        ("5.1.1", "550 5.1.1 192.0.2.9 has sent to too many recipients this hour", False, "too much at once"),
        ("5.1.8", "553 5.1.8 Domain of sender address a@harbor.example does not exist", False, "sender refused"),
        ("5.1.0", "550 5.1.0 <b@harbor.example> sender rejected", False, "sender refused"),
        ("5.7.0", "550 Recipient address rejected: relaying denied", False, "relaying refused"),
        (
            "5.7.26",
            "550 5.7.26 Recipient address rejected: Multiple authentication checks failed",
            False,
            "sender not authenticated",
        ),
        (
            "5.4.1",
            "550 5.4.1 Recipient address rejected: Access denied [x.protection.outlook.com]",
            True,
            "unknown address",
        ),
        ("5.0.0", "550 Recipient address rejected.", True, "unknown address"),
        ("5.0.0", "550 Recipient address rejected: on hold", False, "not accepted"),
        ("5.0.0", "550 <spam-policy@example.com> no such user", True, "unknown address"),
        ("5.4.4", "550 5.4.4 Invalid domain", True, "unknown domain"),
        ("5.1.10", "556 5.1.10 Domain does not accept mail", True, "the domain takes no mail"),
        (
            "5.0.0",
            "550 Unknown user gone@example.com (in reply to end of DATA command)",
            False,
            "refused after reading",
        ),
        ("5.1.1", "550 5.1.1 Unknown user gone@example.com (in reply to end of DATA command)", True, "unknown address"),
        ("5.0.0", "553 host does not exist (in reply to MAIL FROM command)", False, "no reason given"),
        ("5.0.0", "553 no such user b (in reply to MAIL FROM command)", False, "sender refused"),
    ],
)
def test_only_a_dead_address_is_permanent(status: str, said: str, permanent: bool, reason: str) -> None:
    found = understand(bounced(status=status, said=said))
    assert found.kind == "bounce"
    assert found.answers == ("<touch-7@harbor.example>",)
    (one,) = found.bounces
    assert (one.recipient, one.permanent, one.reason) == ("gone@example.com", permanent, reason)


def test_a_field_torn_in_two_is_read_all_the_same() -> None:
    """The library reads such a header and refuses to write it."""
    torn = bounced(status="5.1.1", said="550 user unknown (-0000000@22:2222)").replace(b"0@22", b"0\x0c22")
    (one,) = understand(torn).bounces
    assert one.permanent and one.recipient == "gone@example.com"


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


def test_each_of_several_has_the_reason_said_of_it() -> None:
    told = """This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients.

  gone@example.com
    SMTP error from remote mail server after RCPT TO:<gone@example.com>:
    550 5.1.1 <gone@example.com>... User unknown
  full@example.com
    SMTP error from remote mail server after RCPT TO:<full@example.com>:
    552 5.2.2 <full@example.com>... Mailbox full
"""
    found = understand(mail(told, subject="Mail delivery failed", From="MAILER-DAEMON@mx.example.net"))
    assert [(one.recipient, one.permanent, one.reason) for one in found.bounces] == [
        ("gone@example.com", True, "unknown address"),
        ("full@example.com", False, "mailbox full"),
    ]


def test_an_address_of_the_copy_is_nobody_who_was_not_reached() -> None:
    told = """A message that you sent could not be delivered to one or more of its recipients.

gone@example.com Invalid Address, ERROR_CODE :550

Received:from mail.example.net
Message-ID:<14a3e1.b4f@harbor.example>
From:Ann <ann@harbor.example>
"""
    found = understand(mail(told, subject="Undelivered Mail", From="mailer-daemon@mx.example.net"))
    assert [one.recipient for one in found.bounces] == ["gone@example.com"]


@pytest.mark.parametrize(
    ("sender", "subject", "told"),
    [
        (
            "MAILER-DAEMON@example.net",
            "failed delivery",
            "Unable to deliver message to the following address(es).\n<gone@example.com>: timed out",
        ),
        (
            "postmaster@example.net",
            "E",
            "Your message\ndid not reach the following recipient(s):\ngone@example.com\nThe recipient name is not recognized",
        ),
        (
            "no-reply@example.net",
            "Mail",
            "Your mail sent on: Thu\nCould not be delivered to: <gone@example.com>\nAs their mailbox is full.",
        ),
    ],
)
def test_a_server_is_known_by_what_it_tells_too(sender: str, subject: str, told: str) -> None:
    found = understand(mail(told, subject=subject, From=sender))
    assert found.kind == "bounce" and found.bounces[0].recipient == "gone@example.com"


def test_a_person_may_be_postmaster_too() -> None:
    """Taken for a report about nobody, the answer would be dropped."""
    told = "Sorry, the courier was unable to deliver the papers. Can we meet on Saturday?"
    assert understand(mail(told, From="Hazel Thorne <postmaster@thorne.example>")).kind == "reply"


def test_the_unsubscribe_button_of_a_mail_program_is_pressed_by_a_person() -> None:
    """Apple's says that it wrote the mail by itself; whoever it belongs to has to be left alone all the same."""
    told = "Apple Mail sent this email to unsubscribe from the message \u201cYour tour\u201d."
    found = understand(mail(told, subject="unsubscribe", Auto_Submitted="auto-replied", X_Apple_Unsubscribe="true"))
    assert found.kind == "reply"


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
