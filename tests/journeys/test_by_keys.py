"""Without a mouse: the keys of the Now page and the composer, and where they stay quiet."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Call, Note
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_touch
from tests.journeys.conftest import Clock, Engine
from tests.journeys.dealing import saved
from tests.journeys.sizes import ON_A_DESKTOP

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]


@pytest.fixture
def three(account: Account, ann: Member, clock: Clock, engine: Engine) -> list[Lead]:
    """Alder, Briar and Clove, with a call due each, in this order."""
    leads = []
    for n, name in enumerate(("Alder Wynn", "Briar Cole", "Clove Dale")):
        lead = make_lead(account, name=name, owner=ann, arrived_at=clock.now() - timedelta(days=9))
        make_touch(lead, "call", due_at=clock.now() - timedelta(minutes=30 - n), state=Touch.State.OPEN)
        leads.append(lead)
    return leads


@ON_A_DESKTOP
def test_the_day_is_worked_by_keys_alone(page: Page, enter: Enter, ann: Member, three: list[Lead]) -> None:
    enter(ann)
    page.goto("/now/")
    who = page.locator("#who")
    expect(who).to_have_text("Alder Wynn")
    page.keyboard.press("w")
    expect(page.locator(".why dl")).to_be_visible()
    page.keyboard.press("j")
    expect(who).to_have_text("Briar Cole")
    page.keyboard.press("k")
    expect(who).to_have_text("Alder Wynn")
    page.keyboard.press("1")
    expect(who).to_have_text("Briar Cole")
    expect(who).to_be_focused()
    page.keyboard.press("7")
    expect(who).to_have_text("Clove Dale")
    saved(page)
    assert list(Call.objects.order_by("pk").values_list("outcome", flat=True)) == ["no_answer", "not_interested"]
    page.keyboard.press("z")
    expect(who).to_have_text("Briar Cole")
    page.keyboard.press("m")
    expect(page.locator("#all")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.locator("#snooze button", has_text="In an hour").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Snoozed Briar Cole")
    expect(who).to_have_text("Clove Dale")


@ON_A_DESKTOP
def test_keys_stay_quiet_in_a_field(page: Page, enter: Enter, ann: Member, three: list[Lead]) -> None:
    enter(ann)
    page.goto("/now/")
    page.keyboard.press("n")
    page.keyboard.type("zz 1 2 3 jolly")
    expect(page.locator("#line")).to_have_value("zz 1 2 3 jolly")
    expect(page.locator("#who")).to_have_text("Alder Wynn")
    page.keyboard.press("Enter")
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Noted for Alder Wynn")
    assert Note.objects.get().body == "zz 1 2 3 jolly"
    assert not Call.objects.exists()


@ON_A_DESKTOP
def test_a_text_is_written_sent_and_taken_back(
    page: Page, enter: Enter, ann: Member, engine: Engine, clock: Clock, three: list[Lead]
) -> None:
    enter(ann)
    page.goto(f"/leads/{three[0].pk}/")
    page.keyboard.press("t")
    page.keyboard.type("Free at four?")
    page.get_by_role("tab", name="Email").click()
    page.get_by_role("tab", name="Text").click()
    expect(page.locator("#panel-text textarea")).to_have_value("Free at four?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".line.ahead")).to_contain_text("Free at four?")
    page.get_by_role("button", name="Undo before it leaves").click()
    expect(page.locator(".last-line")).to_contain_text("Undone")
    clock.skip(minutes=1)
    engine.work()
    assert not engine.memory.sent
