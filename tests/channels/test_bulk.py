"""The bulk mail services: our own ids and headers arrive, nothing is tracked, refusals mean what they say."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from nextcall.channels import registry
from nextcall.channels.contract import Outgoing, SendError, Uncertain
from nextcall.channels.email.bulk import SERVICES, Bulk
from tests.channels import bulk_server
from tests.channels.conformance import send

KEYS = {"server_token": "T", "api_key": "K", "secret_key": "S", "sender_domain": "seller.example"}


@pytest.fixture
def service() -> Iterator[bulk_server.BulkService]:
    with bulk_server.bulk_service() as running:
        yield running


def message(**changes: Any) -> Outgoing:
    values: dict[str, Any] = {
        "reference": "5f0c1a52-8f0b-4b57-a9bb-0123456789ab",
        "channel": "email",
        "to": "lead@example.com",
        "subject": "About your question",
        "body": "Hello Ann",
        "html": "<p>Hello Ann</p>",
        "from_name": "Hazel Thorne",
        "from_address": "hazel@seller.example",
        "reply_to": "answers@seller.example",
        "in_reply_to": "<theirs@example.com>",
        "headers": {"List-Unsubscribe": "<https://nextcall.example/u/1>", "Date": "Tue, 09 Jun 2026 10:00:00 +0000"},
    }
    return Outgoing(**(values | changes))


def postmark(service: bulk_server.BulkService, **changes: Any) -> Bulk:
    return Bulk("postmark", **({"server_token": bulk_server.TOKEN, "api_url": service.url} | changes))


def test_a_message_carries_our_id_what_it_answers_and_the_way_out(service: bulk_server.BulkService) -> None:
    receipt = send(postmark(service), message())
    (taken,) = service.taken
    assert receipt.provider_reference == "<5f0c1a52-8f0b-4b57-a9bb-0123456789ab@seller.example>"
    assert taken.headers["Message-ID"] == receipt.provider_reference
    assert taken.headers["X-PM-KeepID"] == "true"
    assert taken.headers["In-Reply-To"] == taken.headers["References"] == "<theirs@example.com>"
    assert taken.headers["List-Unsubscribe"] == "<https://nextcall.example/u/1>"
    assert taken.reference == message().reference
    assert (taken.fields["From"], taken.fields["ReplyTo"]) == (
        "Hazel Thorne <hazel@seller.example>",
        "answers@seller.example",
    )


def test_nothing_is_tracked(service: bulk_server.BulkService) -> None:
    send(postmark(service), message())
    send(Bulk("mailgun", api_key=bulk_server.KEY, api_url=f"{service.url}v3"), message())
    assert service.taken[0].fields["TrackOpens"] is False
    assert service.taken[0].fields["TrackLinks"] == "None"
    assert service.taken[1].fields["o:tracking-opens"] == service.taken[1].fields["o:tracking-clicks"] == "no"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_posted_our_reference_subject_and_unsubscribe_header(name: str) -> None:
    made = registry.provider(name, "email", KEYS)
    assert isinstance(made, Bulk)
    built = made.payload(message(subject="Grüße\nBcc: victim@example.com", from_name="Zoë\r\nX: y"))
    written = built.serialize_data()
    text = written if isinstance(written, str) else json.dumps(written, default=dict)
    assert message().reference in text
    assert "https://nextcall.example/u/1" in text
    assert "theirs@example.com" in text
    assert "Grüße Bcc: victim@example.com" in json.dumps(built.data, ensure_ascii=False, default=dict)
    assert (f"{message().reference}@seller.example" in text) == SERVICES[name].keeps_id
    assert "\\nBcc" not in text and "\\nX: y" not in text


def test_a_service_that_was_given_no_key_is_a_bad_connection() -> None:
    with pytest.raises(registry.BadConnection, match="server_token is missing"):
        registry.provider("postmark", "email", {})


def test_an_account_cannot_send_its_mail_to_an_address_of_its_choice() -> None:
    made = registry.provider("mailgun", "email", KEYS | {"api_url": "http://169.254.169.254/"})
    assert isinstance(made, Bulk)
    assert made._make().api_url == "https://api.mailgun.net/v3/"


def test_the_european_interface_is_chosen_by_region() -> None:
    made = registry.provider("mailgun", "email", KEYS | {"region": "eu"})
    assert isinstance(made, Bulk)
    assert made._make().api_url == "https://api.eu.mailgun.net/v3/"


@pytest.mark.parametrize(
    ("changes", "keys", "permanent", "problem", "sender"),
    [
        ({"to": "gone@example.com"}, {}, True, "bounced", ""),
        ({"to": "busy@example.com"}, {}, False, "", ""),
        ({}, {"server_token": "wrong"}, False, "", "credentials refused"),
        ({"from_address": "me@elsewhere.example"}, {}, False, "", "not registered"),
        ({"to": "no address"}, {}, True, "bounced", ""),
    ],
)
def test_a_refusal_says_whose_fault_it_is(
    service: bulk_server.BulkService,
    changes: dict[str, str],
    keys: dict[str, str],
    permanent: bool,
    problem: str,
    sender: str,
) -> None:
    with pytest.raises(SendError) as refused:
        send(postmark(service, **keys), message(**changes))
    assert (refused.value.permanent, refused.value.problem, refused.value.sender) == (permanent, problem, sender)
    assert bulk_server.TOKEN not in str(refused.value) and "wrong" not in str(refused.value)


def test_a_service_that_breaks_while_it_has_the_message_leaves_it_uncertain(service: bulk_server.BulkService) -> None:
    with pytest.raises(Uncertain):
        send(postmark(service), message(to="broken@example.com"))


def test_connections_are_kept(service: bulk_server.BulkService) -> None:
    provider = postmark(service)
    for n in range(5):
        send(provider, message(reference=f"r-{n}"))
    assert service.connections == 1


def test_who_uses_no_bulk_service_loads_none_of_their_code() -> None:
    asked = "import sys; import nextcall.channels.registry; print('anymail' in sys.modules, 'requests' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
