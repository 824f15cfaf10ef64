"""What is said on a call without a connection is kept on the device, and arrives once, in its order."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from nextcall.leads.models import Lead
from nextcall.team.models import Member
from nextcall.timeline.models import Event
from tests.journeys.phone.doing import sent

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_said_in_a_basement_it_arrives_once_and_in_order(
    page: Page, context: BrowserContext, ann: Member, hazel: Lead, enter: Callable[[Member], None]
) -> None:
    enter(ann)
    page.goto("/now/")
    page.evaluate("for (const call of document.querySelectorAll('[data-started]')) call.href = '#';")
    context.set_offline(True)
    page.locator("[data-started]").first.click()
    says = page.locator("[data-call-says]")
    for name, words in (
        ("I said it", "Said who calls"),
        ("I asked", "Asked about recording"),
        ("Agreed", "They agreed to recording"),
    ):
        page.get_by_role("button", name=name).click()
        expect(says).to_have_text(f"{words}. Saved on this device.")
    assert not Event.objects.filter(kind__startswith="call.").exists()
    context.set_offline(False)
    sent(page)
    sent(page)
    told = Event.objects.filter(lead=hazel, kind__startswith="call.").order_by("at", "pk")
    assert list(told.values_list("kind", flat=True)) == [
        "call.identified",
        "call.recording_noticed",
        "call.recording_consented",
    ]
