"""Settings, Notices: switches, devices, and a notice to try."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from nextcall.channels import push
from nextcall.channels.contract import SendError
from nextcall.engine import notify
from nextcall.lib import keys
from nextcall.team.models import Account, Member, PushSubscription
from tests.builders import make_member
from tests.channels.push_service import Browser
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
PAGE = "/settings/notices/"


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


def turn_on(client: Client, endpoint: str = "https://push.example.com/1") -> str:
    device = Browser().device(endpoint)
    told = {"endpoint": device.endpoint, "p256dh": device.p256dh, "auth": device.auth, "label": "Firefox on Linux"}
    return client.post(f"{PAGE}devices/", told, follow=True).content.decode()


def test_owners_have_a_switch_for_mailboxes_too(account: Account) -> None:
    owner = make_member(account, "owner", name="Olga Reyes")
    client = signed(owner)
    assert "A mailbox that is not read" in client.get(PAGE).content.decode()
    client.post(PAGE, {"new_lead": "on"})
    owner.refresh_from_db()
    assert not notify.wants(owner, "mailbox")


def test_all_three_are_on_until_they_are_turned_off(client: Client, member: Member) -> None:
    assert client.get(PAGE).content.decode().count(" checked") == 3
    client.post(PAGE, {"new_lead": "on"})
    member.refresh_from_db()
    assert [notify.wants(member, kind) for kind in notify.KINDS if kind != "mailbox"] == [True, False, False]
    assert client.get(PAGE).content.decode().count(" checked") == 1


def test_a_browser_is_turned_on_listed_and_removed(client: Client, member: Member) -> None:
    html = turn_on(client)
    assert "Notices are on here." in html and "Firefox on Linux" in html
    one = PushSubscription.objects.get(member=member)
    assert one.endpoint_hash in html
    assert "takes no more notices" in client.post(f"{PAGE}devices/{one.pk}/removal/", follow=True).content.decode()
    assert not PushSubscription.objects.exists()


def test_what_is_no_push_service_is_refused_in_words(client: Client) -> None:
    assert "Notices are not on: a push service has a name, not a number." in turn_on(
        client, "https://169.254.169.254/x"
    )
    assert "no https address" in turn_on(client, "http://push.example.com/1")
    assert not PushSubscription.objects.exists()


def test_another_members_device_does_not_exist(client: Client, member: Member) -> None:
    turn_on(client)
    colleague = signed(make_member(member.account, "owner", name="Ben Cole"))
    one = PushSubscription.objects.get()
    assert colleague.post(f"{PAGE}devices/{one.pk}/removal/").status_code == 404
    assert "Firefox on Linux" not in colleague.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("fails", "says"),
    [
        (None, "On its way to 1 device."),
        (push.Gone(), "has turned notices off"),
        (SendError("no answer", permanent=False), "could not be reached just now"),
    ],
)
def test_a_trial_says_what_became_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, fails: Exception | None, says: str
) -> None:
    def take(*_: Any, **__: Any) -> None:
        if fails:
            raise fails

    monkeypatch.setattr(push, "push", take)
    assert "turn them on here first" in client.post(f"{PAGE}trial/", follow=True).content.decode()
    turn_on(client)
    assert says in client.post(f"{PAGE}trial/", follow=True).content.decode()


def test_the_page_gives_browsers_our_public_key_only(client: Client) -> None:
    html = client.get(PAGE).content.decode()
    assert keys.vapid_public(settings.VAPID_KEY) in html
    assert settings.VAPID_KEY not in html
