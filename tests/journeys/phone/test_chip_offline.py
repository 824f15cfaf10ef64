"""A suggestion taken without a connection: kept on the device, and done once when it is back."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from nextcall.conversations.models import Promise
from nextcall.engine import receive
from nextcall.leads.models import Lead
from nextcall.team.models import Member
from tests.journeys.phone.doing import sent

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("where", ["/inbox/{}/", "/leads/{}/"])
def test_a_tap_in_a_basement_promises_once(
    page: Page, context: BrowserContext, ann: Member, hazel: Lead, enter: Callable[[Member], None], where: str
) -> None:
    point = hazel.person.reaches.get(contact_point__kind="phone").contact_point
    receive.receive(
        account=hazel.account, channel="text", sender=point.value, text="call me tomorrow at 2pm",
        at=timezone.now(), via="text",
    )  # fmt: skip
    enter(ann)
    page.goto(where.format(hazel.pk))
    context.set_offline(True)
    page.locator("[data-said], [data-part=past]").get_by_role("button", name="Promise it").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Saved on this device")
    assert not Promise.objects.exists()
    context.set_offline(False)
    sent(page)
    assert Promise.objects.count() == 1
