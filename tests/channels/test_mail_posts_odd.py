# ruff: noqa: E501
"""Shapes of services' posts that are rarer, and services that we do not send through."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from nextcall.channels import registry
from nextcall.channels.contract import DeliveryReport, InboundMessage, Posted
from nextcall.channels.payloads import elsewhere
from nextcall.cli.understand import document

MAIL = 'From: "Hazel Thorne" <hazel@example.com>\r\nTo: ann@in.harbor.example\r\nSubject: Re: Your tour\r\nDate: Tue, 24 Nov 2026 10:00:00 -0700\r\nMessage-ID: <h1@example.com>\r\n\r\nSaturday works.\r\n\r\n> Hi Hazel\r\n'


def hear(name: str, document: Any, **config: str) -> Any:
    return registry.listener(name, config).hear(Posted("", json.dumps(document).encode(), {}))


def of_form(**fields: str) -> Posted:
    return Posted("", urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded"})


def test_postmark_with_the_raw_mail_keeps_what_stands_beside_it() -> None:
    (one,) = hear(
        "postmark",
        {"OriginalRecipient": "ann@in.harbor.example", "Date": "Tue, 24 Nov 2026 10:00:00 -0700", "Attachments": [{"Name": "plan.pdf", "ContentType": "application/pdf", "Content": "eA=="}],
         "RawEmail": MAIL.replace("Date: Tue, 24 Nov 2026 10:00:00 -0700\r\n", "")},
    )  # fmt: skip
    assert isinstance(one, InboundMessage)
    assert (one.text, [file.name for file in one.files]) == ("Saturday works.", ["plan.pdf"])
    assert one.at is not None and one.at.isoformat() == "2026-11-24T10:00:00-07:00"


def test_postmark_says_that_somebody_unsubscribed_by_a_bounce() -> None:
    (one,) = hear(
        "postmark", {"RecordType": "Bounce", "Type": "Unsubscribe", "MessageID": "m1", "Email": "hazel@example.com"}
    )
    assert (one.problem, one.recipient) == ("withdrawn", "hazel@example.com")


@pytest.mark.parametrize(
    ("bounce", "permanent"),
    [
        (
            {
                "message": "The recipient's email provider sent a hard bounce message. Bounces harm your reputation as a sender."
            },
            True,
        ),
        ({"type": "Permanent", "subType": "Suppressed", "message": "The address is on the suppression list."}, True),
        ({"type": "Transient", "message": "The recipient's inbox was full."}, False),
        ({"type": "Permanent", "message": "550 5.7.1 blocked by policy"}, False),
    ],
)
def test_resends_own_prose_is_not_taken_for_the_servers_words(bounce: dict[str, str], permanent: bool) -> None:
    (one,) = hear(
        "resend",
        {"type": "email.bounced", "data": {"to": ["h@example.com"], "bounce": bounce}},
        signing_secret="whsec_c2VjcmV0",
    )
    assert one.permanent is permanent


@pytest.mark.parametrize(
    ("fields", "state", "permanent"),
    [
        ({"event": "delivered"}, "delivered", False),
        ({"event": "bounced", "code": "550", "error": "550 5.1.1 no such user"}, "bounced", True),
        (
            {"event": "dropped", "reason": "hardfail", "description": "Not delivering to previously bounced address"},
            "bounced",
            True,
        ),
        ({"event": "complained"}, "complained", False),
    ],
)
def test_mailguns_older_events_are_no_answers(fields: dict[str, str], state: str, permanent: bool) -> None:
    posted = of_form(
        **fields, recipient="hazel@example.com", **{"message-headers": "[]", "Message-Id": "<m1@harbor.example>"}
    )
    (one,) = registry.listener("mailgun", {}).hear(posted)
    assert isinstance(one, DeliveryReport)
    assert (one.state, one.permanent, one.provider_reference) == (state, permanent, "<m1@harbor.example>")


def test_sendgrid_says_in_which_charset_each_field_is_written() -> None:
    fields = {
        "headers": b"From: Hazel <hazel@example.com>\r\nTo: ann@in.harbor.example\r\n",
        "text": "Sí, mañana – a las 10".encode("cp1252"),
        "charsets": b'{"text":"windows-1252","to":"punycode"}',
        "to": b"ann@in.harbor.example",
    }
    body = b"".join(
        b'--xY\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in fields.items()
    )
    posted = Posted("", body + b"--xY--\r\n", {"content-type": "multipart/form-data; boundary=xY"})
    (one,) = registry.listener("sendgrid", {}).hear(posted)
    assert one.text == "Sí, mañana – a las 10"


def test_mailjet_names_files_in_lists_of_headers() -> None:
    (one,) = hear(
        "mailjet",
        {"Headers": {"From": ["hazel@example.com"], "Subject": "Re: Your tour"}, "Text-part": "See this", "Attachment1": "eA==", "Recipient": "ann@in.harbor.example",
         "Parts": [{"Headers": {"Content-Type": ["text/plain"], "Content-Disposition": ['attachment; filename="plan.txt"']}, "ContentRef": "Attachment1"}]},
    )  # fmt: skip
    assert [(file.name, file.content_type, file.content) for file in one.files] == [("plan.txt", "text/plain", b"x")]


def test_brevo_keeps_files_and_we_say_so() -> None:
    (one,) = hear(
        "brevo",
        {"items": [{"Headers": {"From": "hazel@example.com"}, "RawTextBody": "See this", "Attachments": [{"Name": "plan.pdf", "ContentType": "application/pdf", "DownloadToken": "t"}]}]},
    )  # fmt: skip
    assert [(file.name, file.refused) for file in one.files] == [("plan.pdf", "its bytes are at Brevo")]


SNS = {"Type": "Notification", "MessageId": "s1", "TopicArn": "arn:aws:sns:us-east-1:1:mail"}
SES_MAIL = {
    "messageId": "x1",
    "headers": [
        {"name": "From", "value": '"Hazel Thorne" <hazel@example.com>'},
        {"name": "Subject", "value": "Re: Your tour"},
    ],
}
SES = {
    "notificationType": "Received",
    "mail": SES_MAIL,
    "receipt": {"recipients": ["ann@in.harbor.example"], "action": {"encoding": "UTF8"}},
    "content": MAIL,
}
BASE64 = base64.b64encode(MAIL.encode()).decode()
INBOUND = {
    "amazon_ses": SNS | {"Message": json.dumps(SES)},
    "amazon_ses, in base64": SNS
    | {
        "Message": json.dumps(
            SES
            | {
                "content": BASE64,
                "receipt": {"recipients": ["ann@in.harbor.example"], "action": {"encoding": "BASE64"}},
            }
        )
    },
    "amazon_ses, raw": SES,
    "mailersend": {
        "type": "inbound.message",
        "data": {"recipients": {"rcptTo": [{"email": "ann@in.harbor.example"}]}, "raw": MAIL},
    },
    "mailersend, taken apart": {
        "type": "inbound.message",
        "data": {
            "recipients": {"rcptTo": [{"email": "ann@in.harbor.example"}]},
            "text": "Saturday works.",
            "headers": {"From": '"Hazel Thorne" <hazel@example.com>', "Subject": "Re: Your tour"},
        },
    },
    "postal": {
        "id": 1,
        "rcpt_to": "ann@in.harbor.example",
        "mail_from": "hazel@example.com",
        "message": BASE64,
        "base64": True,
    },
}


@pytest.mark.parametrize("name", INBOUND)
def test_answers_through_other_services_are_read(name: str) -> None:
    found = document(json.dumps(INBOUND[name]).encode())
    assert (found["kind"], found["format"]) == ("reply", name.split(",")[0])
    assert (found["from"], found["from_name"], found["subject"], found["text"]) == (
        "hazel@example.com",
        "Hazel Thorne",
        "Re: Your tour",
        "Saturday works.",
    )
    assert found["payload"]["envelope_recipient"] == "ann@in.harbor.example"
    assert found["warnings"] == []


def test_mandrill_posts_lists_in_forms() -> None:
    events = [{"event": "inbound", "ts": 1, "msg": {"raw_msg": MAIL, "email": "ann@in.harbor.example"}}]
    found = document(urlencode({"mandrill_events": json.dumps(events)}).encode())
    assert (found["kind"], found["format"], found["text"], found["to"]) == (
        "reply",
        "mandrill",
        "Saturday works.",
        ["ann@in.harbor.example"],
    )
    gone = [
        {
            "event": "hard_bounce",
            "ts": 1,
            "msg": {"email": "h@example.com", "_id": "m1", "diag": "smtp;550 5.1.1 does not exist"},
        }
    ]
    found = document(urlencode({"mandrill_events": json.dumps(gone)}).encode())
    assert (found["kind"], found["payload"]["event"], found["payload"]["recipient"]) == (
        "bounce",
        "hard bounce",
        "h@example.com",
    )


REPORTS: list[tuple[dict[str, Any], str, str]] = [
    (SNS | {"Message": json.dumps({"notificationType": "Bounce", "mail": SES_MAIL, "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "h@example.com", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]}})}, "bounce", "hard bounce"),
    (SNS | {"Message": json.dumps({"eventType": "Complaint", "mail": SES_MAIL, "complaint": {"complainedRecipients": [{"emailAddress": "h@example.com"}]}})}, "complaint", "complaint"),
    (SNS | {"Message": json.dumps({"notificationType": "Delivery", "mail": SES_MAIL, "delivery": {"recipients": ["h@example.com"]}})}, "delivery_report", "delivered"),
    ({"type": "activity.hard_bounced", "data": {"email": {"message": {"id": "m1"}, "recipient": {"email": "h@example.com"}}, "morph": {"reason": "550 5.1.1 user unknown"}}}, "bounce", "hard bounce"),
    ({"type": "activity.unsubscribed", "data": {"email": {"recipient": {"email": "h@example.com"}}}}, "delivery_report", "unsubscribed"),
    ({"event": "MessageSent", "payload": {"message": {"to": "h@example.com", "message_id": "a@b.example"}}}, "delivery_report", "delivered"),
    ({"event": "MessageBounced", "payload": {"original_message": {"to": "h@example.com"}, "bounce": {"id": 2}}}, "bounce", "hard bounce"),
]  # fmt: skip


@pytest.mark.parametrize(("posted", "kind", "event"), REPORTS)
def test_reports_of_other_services_are_read(posted: dict[str, Any], kind: str, event: str) -> None:
    found = document(json.dumps(posted).encode())
    assert (found["kind"], found["payload"]["event"], found["payload"]["recipient"]) == (kind, event, "h@example.com")


def test_a_post_without_the_words_says_so() -> None:
    data = {
        "email_id": "e1",
        "from": "Hazel <hazel@example.com>",
        "to": ["ann@in.harbor.example"],
        "subject": "Re: Your tour",
    }
    found = document(json.dumps({"type": "email.received", "data": data}).encode())
    assert (found["kind"], found["from"], found["subject"], found["warnings"]) == (
        "reply",
        "hazel@example.com",
        "Re: Your tour",
        [elsewhere.WITHOUT_WORDS],
    )
    bucket = {key: value for key, value in SES.items() if key != "content"}
    found = document(json.dumps(SNS | {"Message": json.dumps(bucket)}).encode())
    assert (found["from"], found["warnings"]) == ("hazel@example.com", [elsewhere.WITHOUT_WORDS])


def test_a_request_of_nobody_we_know_is_no_persons_words() -> None:
    found = document(b'POST https://x/hook HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"hello": "stop"}')
    assert (found["kind"], found["text"]) == ("other", "")


@pytest.mark.parametrize("document_", [*INBOUND.values(), *(one for one, _, _ in REPORTS)])
def test_a_post_with_its_values_taken_away_does_no_harm(document_: dict[str, Any]) -> None:
    for key in document_:
        for value in (None, "", [], {}, 7, [7], "{"):
            document(json.dumps(document_ | {key: value}).encode())
