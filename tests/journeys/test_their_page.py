"""The lead's own page in a real browser: on a phone and a desktop, light and dark, with scripts and without."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from nextcall.conversations import log
from nextcall.engine import receive, their_page
from nextcall.hooks.you import pacing
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests import chromium as installed
from tests.builders import make_lead, make_touch
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("NEXTCALL_TEST_PICTURES", "")
LOOKS = [(size, theme, scripts) for size in ("phone", "desktop") for theme in ("light", "dark") for scripts in (1, 0)]


@pytest.fixture
def hazel(account: Account, ann: Member, clock: Clock) -> Lead:
    pacing._asked.clear()
    lead = make_lead(account, owner=ann, message="How much could we borrow, and by when?")
    make_touch(lead, "call", state="open")
    log.noted(lead=lead, body="Wants a garden for the dogs.", by=ann, at=clock.now())
    number = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    receive.receive(
        account=account, channel="text", sender=number, text="Thursday suits us.", at=clock.now(), via="text"
    )
    return lead


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}{'' if look[2] else '-no-scripts'}")
def theirs(request: pytest.FixtureRequest, chromium: Browser, live_server: Any, hazel: Lead) -> Iterator[Page]:
    """Her page, opened from an email."""
    size, theme, scripts = request.param
    context = chromium.new_context(
        base_url=live_server.url, color_scheme=theme, java_script_enabled=bool(scripts), service_workers="block",
        reduced_motion="reduce", **installed.SIZES[size],
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(8_000)
    email = hazel.person.reaches.get(contact_point__kind="email").contact_point
    url = their_page.url(account_id=hazel.account_id, person_id=hazel.person_id, contact_point_id=email.pk)
    page.goto(urlsplit(url).path)
    page.look = "-".join([size, theme, *([] if scripts else ["plain"])])  # type: ignore[attr-defined]
    yield page
    assert context.cookies() == []
    context.close()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.look}.png", full_page=True)  # type: ignore[attr-defined]


def look_for_faults(page: Page) -> None:
    """Only with scripts can they be looked for; without them the page is the same."""
    if not page.look.endswith("plain"):  # type: ignore[attr-defined]
        assert grave(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide


def test_she_chooses_texts_after_five_reads_what_is_held_and_is_erased(theirs: Page, hazel: Lead) -> None:
    page = theirs
    expect(page.get_by_role("heading", level=1)).to_have_text("Hazel, choose how Acme Homes reaches you")
    look_for_faults(page)
    picture(page, "you")
    page.get_by_label("Calls").uncheck()
    page.get_by_label("Email", exact=True).uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("It holds from this moment")
    page.get_by_label("Monday to Friday", exact=True).select_option("Evenings, after 5")
    page.get_by_label("Sunday", exact=True).select_option("Not at all")
    page.get_by_role("button", name="Save the hours").click()
    expect(
        page.get_by_text("You asked for: texts only, after 5 pm on weekdays, not on Sundays your time.")
    ).to_be_visible()
    page.get_by_text("Calls and messages").click()
    expect(page.get_by_text("Thursday suits us.")).to_be_visible()
    page.get_by_text("Our notes about you").click()
    expect(page.get_by_text("Wants a garden for the dogs.")).to_be_visible()
    look_for_faults(page)
    picture(page, "you-chosen")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download all of it").click()
    assert taken.value.suggested_filename == "what-we-hold-about-you.zip"
    page.get_by_role("button", name="Erase what you hold about me").click()
    expect(page.get_by_text("salted hash")).to_be_visible()
    look_for_faults(page)
    picture(page, "you-erase")
    page.get_by_label("Yes, erase everything about me").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is done")
    hazel.person.refresh_from_db()
    assert hazel.person.name == ""


def test_her_wish_stands_on_the_card_and_on_her_page_for_the_rep(
    page: Page, hazel: Lead, ann: Member, enter: Callable[[Member], None]
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    page.look = "phone" if (page.viewport_size or {})["width"] < 900 else "desktop"  # type: ignore[attr-defined]
    if page.look == "phone":  # type: ignore[attr-defined]
        page.get_by_role("button", name="About Hazel").click()
    page.get_by_text("They told me: when").click()
    page.locator("#asked-for").get_by_label("Monday to Friday", exact=True).select_option("Evenings, after 5")
    page.locator("#asked-for").get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Asked for: after 5 pm on weekdays their time.").first).to_be_visible()
    assert grave(page) == []
    picture(page, "lead-asked-for")
    page.goto("/now/")
    expect(page.get_by_text("Asked for: after 5 pm on weekdays their time.").first).to_be_visible()
    picture(page, "now-asked-for")
