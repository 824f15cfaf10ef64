"""Settings, Text: a carrier is tried before it is kept, and each number says whether it may send."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from nextcall.cadences.models import Touch
from nextcall.channels.sms import telnyx, twilio
from nextcall.engine import backlog
from nextcall.engine.models import NumberPace
from nextcall.leads.models import ContactPoint
from nextcall.lib import sealing
from nextcall.team.models import Account, Connection, Member, SenderNumber
from nextcall.timeline.models import Event
from tests.builders import make_account, make_lead, make_member, make_touch
from tests.carrier.owned import ACCOUNT, KEY, TOKEN, OwnedNumber
from tests.carrier.server import Carrier, carrier
from tests.web.signed import signed

PAGE = "/settings/text/"
KEYS = {"carrier": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "segment_price": "0.0083"}


@pytest.fixture
def owner(account: Account) -> Member:
    return make_member(account, "owner", name="Olga Owner", phone="+13035550177")


@pytest.fixture
def client(owner: Member) -> Client:
    return signed(owner)


@pytest.fixture
def far_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[Carrier]:
    with carrier() as made:
        monkeypatch.setattr(twilio.Twilio.__init__, "__kwdefaults__", {
            **(twilio.Twilio.__init__.__kwdefaults__ or {}), "base_url": made.url, "messaging_url": made.url,
        })  # fmt: skip
        monkeypatch.setattr(telnyx.Telnyx.__init__, "__kwdefaults__", {
            **(telnyx.Telnyx.__init__.__kwdefaults__ or {}), "base_url": made.url,
        })  # fmt: skip
        made.owned.services["MG1"] = "Leads"
        made.owned.campaigns["MG1"] = "VERIFIED"
        made.owned.numbers = [OwnedNumber("+13035550100", "MG1"), OwnedNumber("+13035550101")]
        yield made


def shown(client: Client) -> str:
    return client.get(PAGE).content.decode()


def connect(client: Client, **changed: str) -> Any:
    return client.post(PAGE, KEYS | changed)


def test_without_a_carrier_texts_open_on_the_members_own_phones(client: Client) -> None:
    assert "Your own phones" in shown(client)


def test_a_carrier_is_connected_and_its_numbers_are_shown_with_their_registration(
    client: Client, far_end: Carrier, account: Account
) -> None:
    assert connect(client).status_code == 302
    row = Connection.objects.get(account=account, channel="text")
    assert sealing.unseal(row.sealed)["auth_token"] == TOKEN and TOKEN.encode() not in bytes(row.sealed)
    page = shown(client)
    assert f"/hooks/twilio/{row.hook_key}" in page and len(row.hook_key) > 20
    assert "Registered" in page and "in no messaging service with a registered campaign" in page
    assert TOKEN not in page
    states = dict(SenderNumber.objects.values_list("number", "registration"))
    assert states == {"+13035550100": "registered", "+13035550101": "unknown"}


def test_keys_that_the_carrier_refuses_are_not_kept_and_what_worked_stays(
    client: Client, far_end: Carrier, account: Account
) -> None:
    wrong = connect(client, auth_token="wrong")
    assert wrong.status_code == 422 and "Not connected." in wrong.content.decode()
    assert not Connection.objects.exists()
    connect(client)
    before = bytes(Connection.objects.get().sealed)
    assert connect(client, auth_token="wrong").status_code == 422
    assert bytes(Connection.objects.get().sealed) == before


def test_an_empty_secret_keeps_the_one_there_is_and_the_hook_stays(client: Client, far_end: Carrier) -> None:
    connect(client)
    key = Connection.objects.get().hook_key
    assert connect(client, auth_token="", segment_price="0.01").status_code == 302
    row = Connection.objects.get()
    assert (sealing.unseal(row.sealed)["auth_token"], row.hook_key) == (TOKEN, key)


def test_another_carrier_takes_the_place_of_the_first(client: Client, far_end: Carrier, account: Account) -> None:
    connect(client)
    answer = client.post(PAGE, {"carrier": "telnyx", "api_key": KEY, "public_key": far_end.public_key})
    assert answer.status_code == 302
    row = Connection.objects.get(account=account, channel="text")
    assert row.provider == "telnyx"
    assert set(SenderNumber.objects.values_list("connection", flat=True)) == {row.pk}


def test_reading_anew_takes_the_carriers_word_and_keeps_what_somebody_set(client: Client, far_end: Carrier) -> None:
    connect(client)
    SenderNumber.objects.filter(number="+13035550101").update(per_minute=7)
    far_end.owned.numbers[1].service = "MG1"
    far_end.owned.numbers.pop(0)
    client.post(f"{PAGE}reading/")
    first, second = SenderNumber.objects.order_by("number")
    assert (first.enabled, second.registration, second.per_minute) == (False, "registered", 7)
    assert "lists it no more" in shown(client)


def test_rate_day_ramp_and_use_of_a_number_are_set(client: Client, far_end: Carrier) -> None:
    connect(client)
    one = SenderNumber.objects.get(number="+13035550100")
    client.post(f"{PAGE}numbers/{one.pk}/", {"per_minute": "30", "per_day": "500", "ramp": "on", "enabled": "on"})
    one.refresh_from_db()
    assert (one.per_minute, one.per_day, one.enabled) == (30, 500, True)
    assert one.ramp_from is not None and "of 50 sent today" in shown(client)
    client.post(f"{PAGE}numbers/{one.pk}/", {"per_minute": "0"})
    one.refresh_from_db()
    assert one.per_minute == 30


def test_a_number_that_rests_says_why_and_an_owner_uses_it_again(
    client: Client, far_end: Carrier, account: Account
) -> None:
    connect(client)
    one = SenderNumber.objects.get(number="+13035550100")
    later = timezone.now() + timedelta(days=9)
    SenderNumber.objects.filter(pk=one.pk).update(paused_until=later, paused_because="filtered (30007)")
    assert "filtered (30007)" in shown(client)
    manager = signed(make_member(account, "manager", name="Max"))
    assert manager.post(f"{PAGE}numbers/{one.pk}/again/").status_code == 403
    client.post(f"{PAGE}numbers/{one.pk}/again/")
    one.refresh_from_db()
    assert one.paused_until is None
    assert Event.objects.filter(kind="sender.resumed", data__number=one.number).exists()


def test_the_test_text_goes_to_oneself_from_a_number_that_may_send(client: Client, far_end: Carrier) -> None:
    connect(client)
    client.post(f"{PAGE}trial/")
    assert [(one.to, one.sender) for one in far_end.messages] == [("+13035550177", "+13035550100")]
    SenderNumber.objects.update(registration="pending")
    refused = client.post(f"{PAGE}trial/")
    assert refused.status_code == 422 and "is not registered" in refused.content.decode()
    assert len(far_end.messages) == 1


def test_the_backlog_says_how_many_wait_and_when_the_last_leaves(
    client: Client, far_end: Carrier, account: Account
) -> None:
    connect(client)
    SenderNumber.objects.update(per_minute=1)
    at = timezone.now()
    for _ in range(3):
        make_touch(make_lead(account), "text", body="Hi", due_at=at - timedelta(minutes=1))
    assert "3 texts wait; at this pace the last leaves" in shown(client)
    waiting = backlog.backlog(account, at=at)
    assert waiting is not None and waiting.waiting == 3 and waiting.last_at is not None
    SenderNumber.objects.update(registration="refused")
    assert "3 texts wait; none leaves yet: +13035550100 is not registered." in shown(client)


def test_disconnecting_forgets_keys_and_numbers(client: Client, far_end: Carrier) -> None:
    connect(client)
    NumberPace.objects.create(number=SenderNumber.objects.first(), next_at=timezone.now(), day=timezone.now().date())
    client.post(f"{PAGE}disconnection/")
    assert not Connection.objects.exists() and not SenderNumber.objects.exists()


def test_a_rep_and_another_account_stay_outside(client: Client, far_end: Carrier, account: Account) -> None:
    connect(client)
    assert signed(make_member(account, "rep")).get(PAGE).status_code == 403
    stranger = signed(make_member(make_account("Other"), "owner", name="Oscar"))
    one = SenderNumber.objects.first()
    assert one is not None
    assert stranger.post(f"{PAGE}numbers/{one.pk}/", {"per_minute": "1"}).status_code == 404
    assert stranger.post(f"{PAGE}reading/").status_code == 404


def gone(client: Client, far_end: Carrier) -> SenderNumber:
    """The second number was given back at the carrier."""
    connect(client)
    far_end.owned.numbers.pop(1)
    client.post(f"{PAGE}reading/")
    return SenderNumber.objects.get(number="+13035550101")


def remove(client: Client, one: SenderNumber) -> str:
    return str(client.post(f"{PAGE}numbers/{one.pk}/removal/", follow=True).content.decode())


def test_a_number_that_is_gone_is_removed_and_its_leads_get_another(
    client: Client, far_end: Carrier, account: Account
) -> None:
    one, lead = gone(client, far_end), make_lead(account)
    point = ContactPoint.objects.get(reaches__person=lead.person, kind="phone")
    ContactPoint.objects.filter(pk=point.pk).update(our_number=one)
    planned = make_touch(lead, "text", body="Hi", our_number=one)
    NumberPace.objects.create(number=one, next_at=timezone.now(), day=timezone.now().date())
    assert "1 lead knows it. Their next text leaves from another of your numbers" in shown(client)
    page = remove(client, one)
    assert "+13035550101 is removed. 1 lead gets another of your numbers with the next text." in page
    assert list(SenderNumber.objects.values_list("number", flat=True)) == ["+13035550100"]
    point.refresh_from_db()
    planned.refresh_from_db()
    assert (point.our_number, planned.our_number, planned.state) == (None, None, "planned")
    assert Event.objects.get(kind="sender.removed").data == {"number": "+13035550101", "leads": 1}


def test_a_number_that_the_carrier_lists_or_that_a_text_is_leaving_from_stays(
    client: Client, far_end: Carrier, account: Account
) -> None:
    one = gone(client, far_end)
    listed = SenderNumber.objects.get(number="+13035550100")
    assert "The carrier still lists +13035550100." in remove(client, listed)
    touch = make_touch(make_lead(account), "text", body="Hi", state="sending", our_number=one)
    assert "A text from +13035550101 is still on its way." in remove(client, one)
    assert SenderNumber.objects.count() == 2
    Touch.objects.filter(pk=touch.pk).update(state="sent")
    assert "is removed" in remove(client, one)


def test_only_an_owner_removes_a_number_and_only_one_of_theirs(
    client: Client, far_end: Carrier, account: Account
) -> None:
    one = gone(client, far_end)
    manager = signed(make_member(account, "manager", name="Max"))
    assert f"numbers/{one.pk}/removal/" not in shown(manager)
    assert manager.post(f"{PAGE}numbers/{one.pk}/removal/").status_code == 403
    stranger = signed(make_member(make_account("Other"), "owner", name="Oscar"))
    assert stranger.post(f"{PAGE}numbers/{one.pk}/removal/").status_code == 404
    assert SenderNumber.objects.count() == 2
