"""Settings, Email, a bulk service: a key is tried before it is used, and the address of its posts has a password."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client

from nextcall.channels import registry
from nextcall.channels.email.bulk import SERVICES as PROVIDERS
from nextcall.channels.email.bulk import Bulk
from nextcall.channels.sending_domain.lookup import Texts
from nextcall.cli import doctor_mail
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Member
from nextcall.web.settings.mail_services import SERVICES
from tests.builders import make_member
from tests.channels import bulk_server
from tests.web.signed import signed

PAGE = "/settings/email/service/"


@pytest.fixture
def client(account: Account) -> Client:
    return signed(make_member(account, "owner", name="Olga Owner", email="olga@example.com"))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[bulk_server.BulkService]:
    """Postmark, played on this machine."""
    with bulk_server.bulk_service() as running:
        made = (partial(Bulk, "postmark", api_url=running.url), *registry.PROVIDERS["postmark"][1:])
        monkeypatch.setitem(registry.PROVIDERS, "postmark", made)
        yield running


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "service": "postmark",
        "from_address": "hazel@seller.example",
        "per_minute": 60,
        "server_token": bulk_server.TOKEN,
    } | changes


def test_every_service_that_can_send_can_be_chosen_with_all_its_keys(client: Client) -> None:
    assert {one.name for one in SERVICES} == set(PROVIDERS)
    for one in SERVICES:
        assert set(PROVIDERS[one.name].keys) <= {key.name for key in one.keys}
        shown = client.get(PAGE, {"service": one.name}).content.decode()
        assert f"<h2>{one.title}</h2>" in shown
        assert all(f'name="{key.name}"' in shown for key in one.keys)


def test_a_key_is_used_once_the_test_message_left(
    client: Client, account: Account, service: bulk_server.BulkService
) -> None:
    assert client.post(PAGE, filled()).status_code == 302
    row = Connection.objects.get(account=account)
    assert (row.provider, row.enabled, row.problem) == ("postmark", True, "")
    assert [one.to for one in service.taken] == ["olga@example.com"]
    shown = client.get(PAGE).content.decode()
    assert "Connected" in shown
    assert f"@localhost:8000/hooks/postmark/{row.hook_key}" in shown
    assert sealing.unseal(row.sealed)["hook_secret"] in shown


def test_a_key_that_is_refused_says_so_and_is_not_used(
    client: Client, account: Account, service: bulk_server.BulkService
) -> None:
    answer = client.post(PAGE, filled(server_token="wrong-token"))
    assert answer.status_code == 422
    assert "Postmark does not accept the key" in answer.content.decode()
    assert not Connection.objects.get(account=account).enabled


def test_what_works_stays_when_another_key_fails(
    client: Client, account: Account, service: bulk_server.BulkService
) -> None:
    client.post(PAGE, filled())
    answer = client.post(PAGE, filled(from_address="me@elsewhere.example"))
    assert "Verify its domain there" in answer.content.decode()
    assert Connection.objects.get(account=account).from_address == "hazel@seller.example"


def test_a_secret_is_never_shown_and_an_empty_one_keeps_it(
    client: Client, account: Account, service: bulk_server.BulkService
) -> None:
    client.post(PAGE, filled())
    before = Connection.objects.get(account=account)
    assert bulk_server.TOKEN not in client.get(PAGE).content.decode()
    assert bulk_server.TOKEN.encode() not in bytes(before.sealed)
    assert client.post(PAGE, filled(server_token="", per_minute=30)).status_code == 302
    after = Connection.objects.get(account=account)
    assert sealing.unseal(after.sealed) == sealing.unseal(before.sealed)
    assert (after.hook_key, after.per_minute) == (before.hook_key, 30)


def test_another_service_gets_neither_the_key_nor_the_password_of_the_one_before(
    client: Client, account: Account, service: bulk_server.BulkService
) -> None:
    client.post(PAGE, filled())
    before = Connection.objects.get(account=account)
    answer = client.post(PAGE, filled(service="mailgun", untested="1"))
    assert answer.status_code == 422  # its own key is asked for
    assert client.post(PAGE, filled(service="mailgun", api_key="K", untested="1")).status_code == 302
    after = Connection.objects.get(account=account)
    assert (after.pk, after.provider) == (before.pk, "mailgun")
    assert after.hook_key != before.hook_key
    config = sealing.unseal(after.sealed)
    assert "server_token" not in config and config["hook_secret"] != sealing.unseal(before.sealed)["hook_secret"]


def test_the_address_of_a_service_that_signs_has_no_password(client: Client, account: Account) -> None:
    client.post(PAGE, filled(service="mailgun", api_key="K", signing_key="S", region="eu", untested="1"))
    config = sealing.unseal(Connection.objects.get(account=account).sealed)
    shown = client.get(PAGE).content.decode()
    assert "/hooks/mailgun/" in shown and config["hook_secret"] not in shown
    assert config["region"] == "eu"


def test_only_who_manages_the_account_may_see_it(account: Account) -> None:
    rep: Member = make_member(account, "rep", name="Rita", email="rita@example.com")
    assert signed(rep).get(PAGE).status_code in (302, 403, 404)


def test_the_page_promises_no_untracked_mail_where_only_the_service_can_keep_it(client: Client) -> None:
    for one in SERVICES:
        shown = client.get(PAGE, {"service": one.name}).content.decode()
        assert ("are not tracked" in shown) == PROVIDERS[one.name].tracking


def asked_of_dns() -> set[str]:
    """What nextcall doctor looks up."""
    asked: set[str] = set()

    def ask(names: Iterable[str]) -> dict[str, Texts]:
        asked.update(names)
        return {}

    list(doctor_mail.sending_domains(ask))
    return asked


def test_the_dkim_selector_is_what_the_doctor_looks_up(client: Client, account: Account) -> None:
    assert "._domainkey" in client.get(PAGE, {"service": "postmark"}).content.decode(), "where it is found"
    client.post(PAGE, filled(from_address="hazel@juniper-row.com", untested="1"))
    assert not any("_domainkey" in name for name in asked_of_dns()), "Postmark draws them by lot"
    client.post(PAGE, filled(from_address="hazel@juniper-row.com", untested="1", dkim_selector=" 20260101pm "))
    assert "20260101pm._domainkey.juniper-row.com" in asked_of_dns()
    assert 'value="20260101pm"' in client.get(PAGE, {"service": "postmark"}).content.decode()
    row = Connection.objects.get()
    registry.listener(row.provider, sealing.unseal(row.sealed))


@pytest.mark.parametrize(
    ("written", "kept"),
    [("S1", "s1"), ("s1._domainkey.seller.example.", "s1"), ("k1.eu", "k1.eu"), ("", ""), ("s1 s2", None), ("-", None)],
)
def test_a_mail_server_has_a_selector_too_and_a_whole_name_is_taken_for_its_first_part(
    client: Client, written: str, kept: str | None
) -> None:
    values = {"from_address": "hazel@juniper-row.com", "host": "smtp.juniper-row.com", "security": "starttls"}
    answer = client.post("/settings/email/", {**values, "per_minute": 9, "untested": "1", "dkim_selector": written})
    if kept is None:
        assert answer.status_code == 422 and "Only the word before ._domainkey" in answer.content.decode()
        return
    assert (f"{kept}._domainkey.juniper-row.com" in asked_of_dns()) == bool(kept)
