"""What a bulk mail service posts to us: an answer waits in the Inbox, a dead address is written to no more."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Attachment, Message
from nextcall.engine.models import CarrierPost
from nextcall.leads.models import ContactPoint, Lead
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection

SECRET = "s3cret-of-the-hook"
BASIC = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"nextcall:{SECRET}".encode()).decode()}


@pytest.fixture
def connection(account: Account) -> Connection:
    return connect(account, "postmark", {"server_token": "T", "hook_secret": SECRET})


def connect(account: Account, provider: str, config: dict[str, str]) -> Connection:
    return Connection.objects.create(
        account=account,
        channel="email",
        provider=provider,
        sealed=sealing.seal(config),
        from_address="hazel@seller.example",
        hook_key="K-7",
        created_at=timezone.now(),
    )


@pytest.fixture
def address(lead: Lead) -> ContactPoint:
    return ContactPoint.objects.get(reaches__person=lead.person, kind="email")


@pytest.fixture
def sent(lead: Lead, address: ContactPoint) -> Touch:
    at = timezone.now() - timedelta(minutes=5)
    values: dict[str, Any] = {
        "account": lead.account,
        "person": lead.person,
        "lead": lead,
        "contact_point": address,
        "channel": "email",
    }
    touch = Touch.objects.create(
        **values, by_machine=True, state="sent", due_at=at, made_at=at, finished_at=at, created_at=at,
        provider="postmark", tries=1, body="Would Saturday suit?",
    )  # fmt: skip
    named = f"<{touch.reference}@seller.example>"
    Touch.objects.filter(pk=touch.pk).update(provider_reference=named)
    Message.objects.create(**values, touch=touch, outbound=True, body="Would Saturday suit?", message_id=named, at=at)
    return touch


def post(client: Client, document: Any, provider: str = "postmark", **headers: str) -> int:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(f"/hooks/{provider}/K-7", body, content_type="application/json", **(BASIC | headers)).status_code


def answer(sent: Touch, address: ContactPoint, **more: Any) -> dict[str, Any]:
    return {
        "FromFull": {"Email": address.value, "Name": "Ann"},
        "OriginalRecipient": "hazel@seller.example",
        "Subject": "Re: Your home",
        "TextBody": "Saturday works.\n\nOn Tue, 9 Jun 2026 at 10:00, Hazel <hazel@seller.example> wrote:\n> Would it?",
        "MessageID": "pm-1",
        "Headers": [
            {"Name": "Message-ID", "Value": "<theirs@example.com>"},
            {"Name": "In-Reply-To", "Value": f"<{sent.reference}@seller.example>"},
        ],
    } | more


def test_an_answer_waits_in_the_inbox_with_what_it_answers_and_its_file(
    client: Client, connection: Connection, lead: Lead, sent: Touch, address: ContactPoint
) -> None:
    file = {"Name": "deed.pdf", "ContentType": "application/pdf", "Content": base64.b64encode(b"%PDF-1.7 x").decode()}
    assert post(client, answer(sent, address, Attachments=[file])) == 204
    message = Message.objects.get(outbound=False)
    assert (message.lead, message.body, message.answers) == (lead, "Saturday works.", sent)
    assert Attachment.objects.get().name == "deed.pdf"
    lead.refresh_from_db()
    assert lead.waiting_since is not None


def test_the_same_mail_again_changes_nothing(
    client: Client, connection: Connection, lead: Lead, sent: Touch, address: ContactPoint
) -> None:
    for number in ("pm-1", "pm-1", "pm-2"):  # repeated as it was, and delivered anew
        assert post(client, answer(sent, address, MessageID=number)) == 204
    assert Message.objects.filter(outbound=False).count() == 1


def test_a_post_without_the_password_leaves_no_trace(
    client: Client, connection: Connection, sent: Touch, address: ContactPoint
) -> None:
    assert post(client, answer(sent, address), HTTP_AUTHORIZATION="") == 403
    assert not CarrierPost.objects.exists() and not Message.objects.filter(outbound=False).exists()


def test_the_password_is_not_kept_with_the_post(
    client: Client, connection: Connection, sent: Touch, address: ContactPoint
) -> None:
    post(client, answer(sent, address))
    assert SECRET not in str(CarrierPost.objects.get().headers)
    assert "authorization" not in CarrierPost.objects.get().headers


def test_a_mail_with_large_files_is_taken_in_and_a_larger_one_is_not(
    client: Client, connection: Connection, lead: Lead, sent: Touch, address: ContactPoint
) -> None:
    file = {"Name": "tour.pdf", "ContentType": "application/pdf"}
    large = base64.b64encode(b"%PDF-1.7" + b"x" * 9_000_000).decode()
    assert post(client, answer(sent, address, Attachments=[file | {"Content": large}])) == 204
    assert Attachment.objects.get().size == 9_000_008
    assert post(client, b"{" + b" " * 25 * 1024 * 1024) == 413
    Connection.objects.update(channel="text")
    assert post(client, b"{" + b" " * 2_000_000) == 413
    assert CarrierPost.objects.count() == 1


def bounce(sent: Touch, address: ContactPoint, kind: str, details: str) -> dict[str, Any]:
    return {"RecordType": "Bounce", "Type": kind, "MessageID": "pm-1", "Email": address.value, "Details": details,
            "Metadata": {"reference": str(sent.reference)}}  # fmt: skip


def test_a_dead_address_is_marked_and_a_full_mailbox_is_not(
    client: Client, connection: Connection, sent: Touch, address: ContactPoint
) -> None:
    assert post(client, bounce(sent, address, "SoftBounce", "smtp;552 5.2.2 mailbox full")) == 204
    sent.refresh_from_db()
    address.refresh_from_db()
    assert (sent.state, address.problem) == ("bounced", "")
    Touch.objects.filter(pk=sent.pk).update(state="sent")
    assert post(client, bounce(sent, address, "HardBounce", "smtp;550 5.1.1 user unknown")) == 204
    sent.refresh_from_db()
    address.refresh_from_db()
    assert (sent.state, address.problem) == ("bounced", "bounced")


@pytest.mark.parametrize(
    "document",
    [
        {"RecordType": "SpamComplaint", "MessageID": "pm-1"},
        {"RecordType": "SubscriptionChange", "MessageID": "pm-1", "SuppressSending": True,
         "SuppressionReason": "ManualSuppression"},
    ],
)  # fmt: skip
def test_a_complaint_and_the_services_own_unsubscribe_link_are_withdrawals(
    client: Client, connection: Connection, lead: Lead, sent: Touch, document: dict[str, Any]
) -> None:
    assert post(client, document | {"Metadata": {"reference": str(sent.reference)}}) == 204
    assert Withdrawal.objects.filter(person=lead.person).exists()


def test_a_mailgun_token_counts_once_whatever_comes_with_it(
    client: Client, account: Account, lead: Lead, sent: Touch
) -> None:
    connect(account, "mailgun", {"api_key": "A", "signing_key": "K"})
    stamp = str(int(timezone.now().timestamp()))
    signed = {
        "timestamp": stamp,
        "token": "t1",
        "signature": hmac.digest(b"K", (stamp + "t1").encode(), "sha256").hex(),
    }
    about = {"user-variables": {"reference": str(sent.reference)}}
    assert post(client, {"signature": signed, "event-data": {"event": "delivered"} | about}, "mailgun") == 204
    assert post(client, {"signature": signed, "event-data": {"event": "complained"} | about}, "mailgun") == 204
    sent.refresh_from_db()
    assert sent.state == "delivered"
    assert not Withdrawal.objects.exists()
    assert CarrierPost.objects.count() == 1
