"""The numbers that an account has at its carrier, and whether each may send."""

from collections.abc import Iterator

import pytest

from nextcall.channels.contract import OwnNumber, SendError
from nextcall.channels.provider import Provider
from nextcall.channels.sms.telnyx import Telnyx
from nextcall.channels.sms.twilio import Twilio
from tests.carrier.owned import ACCOUNT, KEY, TOKEN, OwnedNumber
from tests.carrier.server import Carrier, carrier


@pytest.fixture
def far_end() -> Iterator[Carrier]:
    with carrier() as made:
        yield made


def twilio(far_end: Carrier, *, token: str = TOKEN, service: str = "") -> Twilio:
    return Twilio(
        account_sid=ACCOUNT, auth_token=token, base_url=far_end.url, messaging_url=far_end.url,
        messaging_service=service, timeout_seconds=3,
    )  # fmt: skip


def telnyx(far_end: Carrier, key: str = KEY) -> Telnyx:
    return Telnyx(api_key=key, base_url=far_end.url, timeout_seconds=3)


def read(provider: Provider) -> dict[str, OwnNumber]:
    try:
        return {one.number: one for one in provider.numbers()}
    finally:
        provider.close()


@pytest.mark.parametrize(
    ("status", "registration"),
    [
        ("VERIFIED", "registered"),
        ("PENDING", "pending"),
        ("IN_PROGRESS", "pending"),
        ("FAILED", "refused"),
        (None, "unknown"),
    ],
)
def test_a_number_of_a_service_is_as_registered_as_its_campaign(
    far_end: Carrier, status: str | None, registration: str
) -> None:
    far_end.owned.services["MG1"] = "Leads"
    far_end.owned.numbers = [OwnedNumber("+13035550100", "MG1")]
    if status:
        far_end.owned.campaigns["MG1"] = status
    (one,) = read(twilio(far_end)).values()
    assert (one.kind, one.registration, one.service) == ("long_code", registration, "MG1")
    assert ("CMABC12" in one.says) is bool(status)


def test_each_kind_of_number_is_judged_by_its_own_rule(far_end: Carrier) -> None:
    far_end.owned.services["MG1"] = "Leads"
    far_end.owned.names["ACME"] = "MG1"
    far_end.owned.numbers = [
        OwnedNumber("+18005550199", toll_free="TWILIO_APPROVED"),
        OwnedNumber("+18005550198", toll_free="PENDING_REVIEW"),
        OwnedNumber("+13035550101"),
        OwnedNumber("+447700900123", country="GB"),
        OwnedNumber("+13035550102", sms=False),
    ]
    found = read(twilio(far_end))
    assert {number: (one.kind, one.registration) for number, one in found.items()} == {
        "+18005550199": ("toll_free", "registered"),
        "+18005550198": ("toll_free", "pending"),
        "+13035550101": ("long_code", "unknown"),
        "+447700900123": ("long_code", "registered"),
        "ACME": ("name", "registered"),
    }
    assert "no messaging service" in found["+13035550101"].says


def test_every_page_of_the_list_is_read(far_end: Carrier) -> None:
    far_end.owned.numbers = [OwnedNumber(f"+13035550{n}") for n in range(100, 230)]
    assert len(read(twilio(far_end))) == 130
    far_end.owned.services["MG1"] = "Leads"
    for one in far_end.owned.numbers:
        one.service = "MG1"
    assert len(read(twilio(far_end, service="MG1"))) == 130


def test_only_the_named_service_counts_where_one_is_named(far_end: Carrier) -> None:
    far_end.owned.services |= {"MG1": "Leads", "MG2": "Billing"}
    far_end.owned.numbers = [OwnedNumber("+13035550100", "MG1"), OwnedNumber("+13035550101", "MG2")]
    assert list(read(twilio(far_end, service="MG1"))) == ["+13035550100"]


@pytest.mark.parametrize(
    ("number", "kind", "registration"),
    [
        (OwnedNumber("+13035550100", campaign="ASSIGNED"), "long_code", "registered"),
        (OwnedNumber("+13035550100", campaign="PENDING_ASSIGNMENT"), "long_code", "pending"),
        (OwnedNumber("+13035550100", campaign="FAILED_ASSIGNMENT"), "long_code", "refused"),
        (OwnedNumber("+13035550100"), "long_code", "unknown"),
        (OwnedNumber("+18005550100", toll_free="Verified"), "toll_free", "registered"),
        (OwnedNumber("+18005550100", toll_free="In Progress"), "toll_free", "pending"),
        (OwnedNumber("+447700900123", country="GB"), "long_code", "registered"),
    ],
)
def test_telnyx_tells_the_same_by_its_own_lists(
    far_end: Carrier, number: OwnedNumber, kind: str, registration: str
) -> None:
    far_end.owned.numbers = [number]
    (one,) = read(telnyx(far_end)).values()
    assert (one.kind, one.registration) == (kind, registration)


def test_wrong_keys_are_told_before_anything_is_kept(far_end: Carrier) -> None:
    for provider in (twilio(far_end, token="wrong"), telnyx(far_end, "wrong")):
        with pytest.raises(SendError):
            provider.check()
        with pytest.raises(SendError):
            provider.numbers()
        provider.close()
    for right in (twilio(far_end), telnyx(far_end)):
        right.check()
        right.close()
