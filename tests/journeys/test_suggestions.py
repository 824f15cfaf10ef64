"""A chip in a real browser: one key takes it, and Undo offers it again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from nextcall.conversations.models import Promise
from nextcall.engine import receive
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Enter = Callable[[Member], None]


@pytest.fixture
def hazel(account: Account, ann: Member, clock: Clock) -> Lead:
    """She wrote that she wants to be called tomorrow at two."""
    lead = make_lead(account, name="Hazel Thorne", owner=ann, arrived_at=clock.now() - timedelta(days=9))
    point = lead.person.reaches.get(contact_point__kind="phone").contact_point
    at = clock.now() - timedelta(minutes=5)
    receive.receive(
        account=account, channel="text", sender=point.value, text="call me tomorrow at 2pm", at=at, via="text"
    )
    return lead


@pytest.mark.parametrize("where", ["/inbox/{}/", "/leads/{}/"])
def test_y_takes_the_newest_suggestion_and_undo_offers_it_again(
    page: Page, enter: Enter, ann: Member, hazel: Lead, where: str
) -> None:
    enter(ann)
    page.goto(where.format(hazel.pk))
    chip = page.get_by_role("group", name="Call Hazel").first
    expect(chip).to_contain_text("call me tomorrow at 2pm")
    assert grave(page) == []
    page.locator("body").press("y")
    expect(page.locator("[data-last]")).to_contain_text("Promised Hazel Thorne")
    expect(page.get_by_role("group", name="Call Hazel")).to_have_count(0)
    assert Promise.objects.count() == 1
    if where.startswith("/inbox"):
        page.goto("/inbox/")  # on a phone the line stands above the list
    with page.expect_response(lambda one: one.request.method == "POST"):  # leaving sooner would take it back
        page.locator("[data-last]").get_by_role("button", name="Undo").click()
    page.goto(where.format(hazel.pk))
    expect(page.get_by_role("group", name="Call Hazel").first).to_be_visible()
    assert not Promise.objects.exists()
