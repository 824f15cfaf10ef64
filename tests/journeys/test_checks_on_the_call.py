"""A call from the card: the timer, what was said, recording only after a yes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock
from tests.journeys.everywhere import lay

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NOWHERE = "for (const call of document.querySelectorAll('[data-started]')) call.href = '#';"


@pytest.fixture
def leads(account: Account, ann: Member, clock: Clock, enter: Callable[[Member], None]) -> list[Lead]:
    found = lay(account, ann, clock)
    enter(ann)
    return found


def call(page: Page) -> None:
    """Tap Call, without a telephone."""
    page.evaluate(NOWHERE)
    page.locator("[data-started]").first.click()


def said(lead: Lead) -> list[str]:
    return list(
        Event.objects.filter(lead=lead, kind__startswith="call.").order_by("at", "pk").values_list("kind", flat=True)
    )


def test_the_tap_on_call_starts_a_timer_that_one_key_ends(page: Page, leads: list[Lead]) -> None:
    page.goto("/now/")
    card = page.locator("[data-calling-card]")
    expect(card.locator("summary")).to_contain_text("Say who you are within 30 s")
    expect(page.locator("[data-timer]")).to_be_hidden()
    call(page)
    expect(card.locator(".line").first).to_contain_text("This is Ann Weaver of Acme Homes.")
    expect(page.locator("[data-timer] progress")).to_be_visible()
    expect(page.locator("[data-call-says]")).to_contain_text("Say who you are within")
    page.keyboard.press("i")
    expect(page.locator("[data-timer]")).to_be_hidden()
    expect(page.locator("[data-call-says]")).to_have_text("Noted: you said who you are.")
    event = Event.objects.get(kind="call.identified")
    assert event.lead == leads[0] and 0 <= event.data["seconds"] < 30
    assert event.touch_id == leads[0].touches.get().pk


def test_agreed_waits_until_they_were_asked_and_a_no_ends_it(page: Page, leads: list[Lead]) -> None:
    page.goto("/now/")
    call(page)
    agreed = page.get_by_role("button", name="Agreed")
    agreed.click(force=True)
    expect(page.locator("[data-call-says]")).to_contain_text("Ask them first")
    assert said(leads[0]) == []
    page.get_by_role("button", name="I asked").click()
    expect(page.locator("[data-recording-says]")).to_have_text("Recording: off, waiting for their yes")
    agreed.click()
    expect(page.locator("[data-call-says]")).to_have_text("They agreed. You may record.")
    page.get_by_role("button", name="Refused").click()
    expect(page.locator("[data-recording-says]")).to_have_text("Recording: off, they refused")
    expect(page.locator("[data-call-says]")).to_have_text("They refused. Go on without recording.")
    assert said(leads[0]) == ["call.recording_noticed", "call.recording_consented", "call.recording_refused"]


def test_the_timer_can_be_hidden_for_good(page: Page, leads: list[Lead]) -> None:
    page.goto("/now/")
    call(page)
    page.get_by_role("button", name="Hide the timer").click()
    page.goto("/now/")
    call(page)
    expect(page.locator("[data-calling-card] .line").first).to_be_visible()
    expect(page.locator("[data-timer]")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_assistive_tech_while_a_call_goes_on(page: Page, leads: list[Lead], theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    for path in ("/now/", "/call-list/", f"/leads/{leads[0].pk}/"):
        page.goto(path)
        call(page)
        expect(page.locator("[data-calling-card] .line").first).to_be_visible()
        assert grave(page) == [], path


def test_one_tap_on_do_not_call_ends_everything(page: Page, leads: list[Lead]) -> None:
    page.goto("/now/")
    call(page)
    page.get_by_role("button", name="Do not call").click()
    expect(page.locator("#who")).to_have_text("Briar Cole")
    expect(page.locator("[data-undo]")).not_to_have_attribute("data-pending", "yes")
    assert not leads[0].touches.filter(state__in=["planned", "open"]).exists()
