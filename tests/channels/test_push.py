"""A notice reaches a browser through its push service, and nothing else on the way."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from nextcall.channels import push
from nextcall.channels.browser import Device, NoDevice, check
from nextcall.channels.contract import SendError
from nextcall.lib import keys
from tests.channels.push_service import Browser, Service, start

KEY = keys.vapid()


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    running, server, pem = start(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    yield running
    server.shutdown()
    server.server_close()


def send(device: Device, *, reach: str = "own") -> None:
    push.push(device, b'{"title": "New lead: Hazel"}', key=KEY, contact="mailto:ann@acme-homes.com", reach=reach)


def test_a_notice_is_encrypted_for_the_browser_and_signed_by_us(service: Service) -> None:
    browser = Browser()
    send(browser.device(f"{service.url}send/abc"))
    headers, body = service.got[0]
    assert b"Hazel" not in body
    assert browser.read(body) == '{"title": "New lead: Hazel"}'
    assert headers["ttl"] == "3600"
    scheme, _, rest = headers["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    claims = json.loads(urlsafe_b64decode(parts["t"].split(".")[1] + "=="))
    assert scheme == "vapid" and parts["k"] == keys.vapid_public(KEY)
    assert claims["aud"] == service.url.rstrip("/") and claims["sub"] == "mailto:ann@acme-homes.com"


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_told_apart(service: Service, status: int) -> None:
    service.status = status
    with pytest.raises(push.Gone):
        send(Browser().device(service.url))


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_a_refusal_is_no_end(service: Service, status: int) -> None:
    service.status = status
    with pytest.raises(SendError, match=str(status)):
        send(Browser().device(service.url))


def test_a_service_does_not_send_us_elsewhere(service: Service) -> None:
    service.status = 307
    with pytest.raises(SendError):
        send(Browser().device(service.url))
    assert len(service.got) == 1


def test_nothing_inside_our_network_is_reached(service: Service) -> None:
    with pytest.raises(SendError):
        send(Browser().device(service.url), reach="public")
    assert not service.got


def test_plain_http_is_refused() -> None:
    with pytest.raises(SendError, match="https"):
        send(Browser().device("http://localhost:9/"))


def test_a_service_that_does_not_answer_is_left(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "SECONDS", 0.2)
    service.wait = 1.0
    with pytest.raises(SendError, match="not reached"):
        send(Browser().device(service.url))


GOOD = Browser().device("https://push.example.com/send/1")


@pytest.mark.parametrize(
    "device",
    [
        Device("http://push.example.com/1", GOOD.p256dh, GOOD.auth),
        Device("https://user@push.example.com/1", GOOD.p256dh, GOOD.auth),
        Device("https://10.0.0.1/1", GOOD.p256dh, GOOD.auth),
        Device("https://[::1]/1", GOOD.p256dh, GOOD.auth),
        Device("https://", GOOD.p256dh, GOOD.auth),
        Device("", GOOD.p256dh, GOOD.auth),
        Device("https://[bad/1", GOOD.p256dh, GOOD.auth),
        Device(GOOD.endpoint, "AAAA", GOOD.auth),
        Device(GOOD.endpoint, "é", GOOD.auth),
        Device(GOOD.endpoint, GOOD.p256dh, "AAAA"),
    ],
)
def test_what_is_no_browser_is_refused_before_it_is_stored(device: Device) -> None:
    check(GOOD)
    with pytest.raises(NoDevice):
        check(device)
