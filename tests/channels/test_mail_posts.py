# ruff: noqa: E501
"""What bulk mail services post: who may post, what an answer says, and whether an address is dead."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nextcall.channels import registry
from nextcall.channels.contract import DeliveryReport, InboundMessage, Posted

NOW = datetime(2026, 6, 9, 14, 0, tzinfo=UTC)
OURS = "5f0c1a52-8f0b-4b57-a9bb-0123456789ab"
SECRET = {"hook_secret": "s3cret-of-the-hook"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def basic(password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"nextcall:{password}".encode()).decode()}


def of_json(document: Any, **headers: str) -> Posted:
    return Posted("https://x/", json.dumps(document).encode(), {"content-type": "application/json"} | headers)


def hear(name: str, posted: Posted, **config: str) -> Any:
    return registry.listener(name, config).hear(posted)


def multipart(fields: dict[str, str], files: dict[str, tuple[str, str, bytes]]) -> Posted:
    mark, pieces = b"xYzZY", []
    for name, value in fields.items():
        head = f'Content-Disposition: form-data; name="{name}"'.encode()
        pieces.append(b"--" + mark + b"\r\n" + head + b"\r\n\r\n" + value.encode() + b"\r\n")
    for name, (file, kind, content) in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}'.encode()
        pieces.append(b"--" + mark + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n")
    return Posted(
        "", b"".join(pieces) + b"--" + mark + b"--\r\n", {"content-type": "multipart/form-data; boundary=xYzZY"}
    )


@pytest.mark.parametrize("name", ["postmark", "brevo", "mailjet", "sparkpost", "sendgrid"])
def test_a_service_that_signs_nothing_is_known_by_the_password_in_the_address(name: str) -> None:
    listener = registry.listener(name, SECRET)
    right = Posted("", b"{}", basic(SECRET["hook_secret"]))
    assert listener.verify(right, at=NOW)
    for wrong in (basic("guess"), basic(""), {}, {"authorization": "Basic !!"}, {"authorization": "Bearer s3cret"}):
        assert not listener.verify(Posted("", b"{}", wrong), at=NOW)
    assert not registry.listener(name, {}).verify(Posted("", b"{}", basic("")), at=NOW)


def mailgun_signed(key: str, at: datetime, token: str = "tok") -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {
        "timestamp": stamp,
        "token": token,
        "signature": hmac.digest(key.encode(), (stamp + token).encode(), "sha256").hex(),
    }


def test_mailguns_signature_counts_while_it_is_fresh_and_once() -> None:
    listener = registry.listener("mailgun", {"signing_key": "K"})
    post = of_json({"signature": mailgun_signed("K", NOW), "event-data": {"event": "delivered"}})
    assert listener.verify(post, at=NOW)
    assert not listener.verify(post, at=NOW + timedelta(minutes=16))
    assert not registry.listener("mailgun", {"signing_key": "other"}).verify(post, at=NOW)
    assert not registry.listener("mailgun", {}).verify(
        of_json({"signature": mailgun_signed("", NOW), "event-data": {}}), at=NOW
    )
    other_words = of_json({"signature": mailgun_signed("K", NOW), "event-data": {"event": "complained"}})
    assert listener.once(post) == listener.once(other_words) == b"tok"
    form = Posted("", urlencode(mailgun_signed("K", NOW) | {"recipient": "a@b.example"}).encode(), FORM)
    assert listener.verify(form, at=NOW)


def test_sendgrids_signature_is_checked_with_the_accounts_key() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    listener = registry.listener("sendgrid", {"public_key": public})
    stamp, body = str(int(NOW.timestamp())), b'[{"event":"delivered"}]'
    signed = {
        "x-twilio-email-event-webhook-timestamp": stamp,
        "x-twilio-email-event-webhook-signature": base64.b64encode(
            key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
        ).decode(),
    }
    assert listener.verify(Posted("", body, signed), at=NOW)
    assert not listener.verify(Posted("", body + b" ", signed), at=NOW)
    assert not listener.verify(Posted("", body, signed), at=NOW + timedelta(hours=1))
    assert not listener.verify(Posted("", body, {}), at=NOW)
    with pytest.raises(registry.BadConnection, match="verification key"):
        registry.listener("sendgrid", {"public_key": "no key"})


def test_resends_signature_is_that_of_svix() -> None:
    secret = "whsec_" + base64.b64encode(b"a secret of theirs").decode()
    listener = registry.listener("resend", {"signing_secret": secret})
    stamp, body = str(int(NOW.timestamp())), b'{"type":"email.delivered","data":{}}'
    shown = base64.b64encode(hmac.digest(b"a secret of theirs", b"msg_1." + stamp.encode() + b"." + body, "sha256"))
    headers = {"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": "v1,zzz v1," + shown.decode()}
    assert listener.verify(Posted("", body, headers), at=NOW)
    assert not listener.verify(Posted("", body + b" ", headers), at=NOW)
    assert not listener.verify(Posted("", body, headers), at=NOW + timedelta(hours=1))


ANSWER = (
    "Saturday works.\n\nOn Tue, 9 Jun 2026 at 10:00, Hazel Thorne <hazel@seller.example> wrote:\n> Would Saturday suit?"
)
HEADERS = {
    "From": '"Ann Lead" <ann@example.com>',
    "To": "answers+r7@in.seller.example",
    "Subject": "Re: Your home",
    "Message-ID": "<theirs@example.com>",
    "In-Reply-To": f"<{OURS}@seller.example>",
    "Date": "Tue, 09 Jun 2026 13:00:00 +0000",
}
TO = "answers+r7@in.seller.example"


def raw_mail() -> bytes:
    mail = EmailMessage()
    for name, value in HEADERS.items():
        mail[name] = value
    mail.set_content(ANSWER)
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="deed.pdf")
    return mail.as_bytes()


PAIRS = [{"Name": name, "Value": value} for name, value in HEADERS.items()]
FILE = {"Name": "deed.pdf", "ContentType": "application/pdf", "Content": base64.b64encode(b"%PDF-1.7").decode()}
UPLOAD = ("deed.pdf", "application/pdf", b"%PDF-1.7")
INBOUND: dict[str, Posted] = {
    "postmark": of_json(
        {
            "FromFull": {"Email": "ann@example.com", "Name": "Ann Lead"},
            "OriginalRecipient": TO,
            "Subject": "Re: Your home",
            "Date": HEADERS["Date"],
            "TextBody": ANSWER,
            "Headers": PAIRS,
            "Attachments": [FILE],
        }
    ),
    "mailgun": multipart(
        {
            "recipient": TO,
            "body-plain": ANSWER,
            "stripped-text": "Saturday works.",
            "message-headers": json.dumps(list(HEADERS.items())),
        },
        {"attachment-1": UPLOAD},
    ),
    "sendgrid": multipart(
        {
            "headers": "\n".join(f"{name}: {value}" for name, value in HEADERS.items()),
            "envelope": json.dumps({"to": [TO], "from": "ann@example.com"}),
            "text": ANSWER,
        },
        {"attachment1": UPLOAD},
    ),
    "sendgrid, raw": multipart({"email": raw_mail().decode(), "envelope": json.dumps({"to": [TO]})}, {}),
    "mailjet": of_json(
        {
            "Headers": HEADERS,
            "Recipient": TO,
            "Text-part": ANSWER,
            "Parts": [{"ContentRef": "Attachment1", "Headers": {"Content-Type": 'application/pdf; name="deed.pdf"'}}],
            "Attachment1": FILE["Content"],
        }
    ),
    "sparkpost": of_json(
        [{"msys": {"relay_message": {"rcpt_to": TO, "content": {"email_rfc822": raw_mail().decode(), "email_rfc822_is_base64": False}}}}]
    ),
    "brevo": of_json(
        {"items": [{"Headers": HEADERS, "Recipients": [{"Address": TO}], "RawTextBody": ANSWER}]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(INBOUND))
def test_an_answer_says_its_new_words_and_which_mail_it_answers(name: str) -> None:
    (heard,) = hear(name.partition(",")[0], INBOUND[name])
    assert isinstance(heard, InboundMessage)
    assert (heard.sender, heard.sender_name, heard.to) == ("ann@example.com", "Ann Lead", TO)
    assert (heard.text, heard.subject) == ("Saturday works.", "Re: Your home")
    assert "Would Saturday suit?" in heard.quoted
    assert heard.answers == (f"<{OURS}@seller.example>",)
    assert (heard.message_id, heard.at) == ("<theirs@example.com>", datetime(2026, 6, 9, 13, tzinfo=UTC))
    assert not heard.by_machine
    if name != "brevo":
        assert [(one.name, one.content_type, one.content) for one in heard.files] == [UPLOAD]


def test_words_that_the_service_left_quoted_are_stripped_again() -> None:
    (heard,) = hear("postmark", of_json({"FromFull": {"Email": "a@example.com"}, "TextBody": ANSWER,
                                         "StrippedTextReply": ANSWER}))  # fmt: skip
    assert heard.text == "Saturday works."


def test_an_automatic_reply_is_told_by_its_headers() -> None:
    headers = [*PAIRS, {"Name": "Auto-Submitted", "Value": "auto-replied"}]
    (heard,) = hear(
        "postmark", of_json({"FromFull": {"Email": "a@example.com"}, "TextBody": "I am away.", "Headers": headers})
    )
    assert heard.by_machine == "Auto-Submitted: auto-replied"


HARD, SOFT, BLOCK = (True, "bounced", ""), (False, "", ""), (False, "", "filtered")
GONE, FULL = "550 5.1.1 user unknown", "552 5.2.2 mailbox full"
SPAM = "554 5.7.1 message rejected as spam"


def mailgun_event(severity: str, message: str) -> Posted:
    return of_json(
        {
            "event-data": {
                "event": "failed",
                "severity": severity,
                "recipient": "gone@example.com",
                "user-variables": {"reference": OURS},
                "delivery-status": {"code": int(message[:3]), "message": message},
                "message": {"headers": {"message-id": f"{OURS}@seller.example"}},
            }
        }
    )


def postmark_bounce(kind: str, details: str) -> Posted:
    return of_json({"RecordType": "Bounce", "Type": kind, "Email": "gone@example.com", "MessageID": "pm-1",
                    "Details": details, "Metadata": {"reference": OURS}})  # fmt: skip


def sendgrid_event(**event: Any) -> Posted:
    return of_json([{"event": "bounce", "email": "gone@example.com", "reference": OURS} | event])


@pytest.mark.parametrize(
    ("name", "posted", "weight"),
    [
        ("postmark", postmark_bounce("HardBounce", f"smtp;{GONE}"), HARD),
        ("postmark", postmark_bounce("HardBounce", ""), HARD),
        ("postmark", postmark_bounce("SoftBounce", f"smtp;{FULL}"), SOFT),
        ("postmark", postmark_bounce("Blocked", "isp block"), BLOCK),
        ("mailgun", mailgun_event("permanent", GONE), HARD),
        ("mailgun", mailgun_event("permanent", FULL), SOFT),
        ("mailgun", mailgun_event("permanent", SPAM), BLOCK),
        ("sendgrid", sendgrid_event(type="bounce", reason=GONE, status="5.1.1"), HARD),
        ("sendgrid", sendgrid_event(type="blocked", reason=SPAM, status="5.7.1"), BLOCK),
        ("brevo", of_json({"event": "hard_bounce", "email": "gone@example.com", "reason": GONE,
                           "X-Mailin-custom": json.dumps({"reference": OURS})}), HARD),
        ("brevo", of_json({"event": "soft_bounce", "email": "gone@example.com", "reason": FULL,
                           "X-Mailin-custom": json.dumps({"reference": OURS})}), SOFT),
        ("mailjet", of_json([{"event": "bounce", "email": "gone@example.com", "hard_bounce": True,
                              "error": "user unknown", "Payload": json.dumps({"reference": OURS})}]), HARD),
        ("mailjet", of_json({"event": "blocked", "email": "gone@example.com", "error": "preblocked",
                             "Payload": json.dumps({"reference": OURS})}), BLOCK),
        ("sparkpost", of_json([{"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "rcpt_to":
                                "gone@example.com", "raw_reason": GONE, "rcpt_meta": {"reference": OURS}}}}]), HARD),
    ],
)  # fmt: skip
def test_hard_soft_and_blocked_are_told_apart(name: str, posted: Posted, weight: tuple[bool, str, str]) -> None:
    (heard,) = hear(name, posted)
    assert isinstance(heard, DeliveryReport)
    assert (heard.state, heard.recipient, heard.reference) == ("bounced", "gone@example.com", OURS)
    assert (heard.permanent, heard.problem, heard.sender) == weight
    assert heard.reason


def test_what_a_service_will_try_again_by_itself_is_no_report() -> None:
    assert hear("mailgun", mailgun_event("temporary", "451 try later")) == ()
    assert hear("postmark", postmark_bounce("Transient", "")) == ()
    assert hear("sendgrid", sendgrid_event(event="deferred")) == ()


@pytest.mark.parametrize(
    ("name", "posted", "state", "problem"),
    [
        ("postmark", of_json({"RecordType": "SpamComplaint", "MessageID": "1", "Email": "a@b.example"}), "complained", ""),
        ("postmark", of_json({"RecordType": "Delivery", "MessageID": "1", "Recipient": "a@b.example"}), "delivered", ""),
        ("postmark", of_json({"RecordType": "SubscriptionChange", "MessageID": "1", "SuppressSending": True,
                              "SuppressionReason": "ManualSuppression"}), "failed", "withdrawn"),
        ("mailgun", of_json({"event-data": {"event": "complained"}}), "complained", ""),
        ("mailgun", of_json({"event-data": {"event": "unsubscribed"}}), "failed", "withdrawn"),
        ("sendgrid", sendgrid_event(event="spamreport"), "complained", ""),
        ("sendgrid", sendgrid_event(event="group_unsubscribe"), "failed", "withdrawn"),
        ("resend", of_json({"type": "email.complained", "data": {"email_id": "r-1"}}), "complained", ""),
    ],
)  # fmt: skip
def test_complaints_and_unsubscribes_are_told_from_bounces(name: str, posted: Posted, state: str, problem: str) -> None:
    (heard,) = hear(name, posted)
    assert (heard.state, heard.problem) == (state, problem)


def test_a_bounce_that_came_as_a_mail_names_our_touch() -> None:
    report = (
        "From: MAILER-DAEMON@mx.example.com\nSubject: Undelivered Mail Returned to Sender\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nuser unknown\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; gone@example.com\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{OURS}@seller.example>\nSubject: hi\n\nhello\n--b--\n"
    )
    (heard,) = hear("sendgrid", multipart({"email": report, "envelope": "{}"}, {}))
    assert (heard.state, heard.reference, heard.recipient, heard.permanent) == (
        "bounced",
        OURS,
        "gone@example.com",
        True,
    )


@pytest.mark.parametrize("name", ["postmark", "mailgun", "sendgrid", "brevo", "resend", "mailjet", "sparkpost"])
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"[[[]]]", b'{"data": 7}', b"\xff\x00", b"a=b", b"[" * 9000]
)
def test_a_post_that_cannot_be_read_says_so(name: str, body: bytes) -> None:
    try:
        assert hear(name, Posted("", body, FORM)) == ()
    except ValueError as error:
        assert str(error)


def test_resend_says_that_it_brings_no_words() -> None:
    with pytest.raises(ValueError, match="mailbox"):
        hear("resend", of_json({"type": "email.received", "data": {}}))
