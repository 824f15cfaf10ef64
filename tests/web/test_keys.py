"""Single keys, and pages without script, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from nextcall.intake.models import Import
from nextcall.team import sign_in
from nextcall.team.models import Member
from tests.builders import make_account, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def olga(transactional_db: None) -> Member:
    return make_member(make_account(), "owner", name="Olga Owner")


def enter(page: Page, member: Member) -> Page:
    page.goto(sign_in.make_link(member, at=timezone.now()))
    page.get_by_role("button", name="Sign in").click()
    page.goto("/more/")
    return page


@pytest.fixture
def desk(chromium: Browser, live_server: Any, olga: Member) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    yield enter(context.new_page(), olga)
    context.close()


def test_g_and_a_letter_go_to_a_page(desk: Page) -> None:
    for letter, path in (("l", "/leads/"), ("i", "/inbox/"), ("s", "/settings/"), ("n", "/now/")):
        desk.keyboard.press("g")
        desk.keyboard.press(letter)
        desk.wait_for_url(f"**{path}")


def test_a_question_mark_lists_the_keys(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_contain_text("G then L")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()


def test_in_a_field_a_key_is_a_letter(desk: Page) -> None:
    desk.goto("/add-lead/")
    desk.get_by_label("Name", exact=True).press_sequentially("glz?")
    expect(desk.get_by_label("Name", exact=True)).to_have_value("glz?")
    assert desk.url.endswith("/add-lead/")


def test_keys_that_are_turned_off_do_nothing(desk: Page, olga: Member) -> None:
    olga.settings = {"single_keys": False}
    olga.save()
    desk.reload()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_hidden()


def test_the_first_thing_that_tab_reaches_skips_to_the_page(desk: Page) -> None:
    desk.keyboard.press("Tab")
    expect(desk.locator(".skip")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()


def test_a_file_is_imported_without_script(chromium: Browser, live_server: Any, olga: Member) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = enter(context.new_page(), olga)
    page.goto("/imports/")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "leads.csv", "mimeType": "text/csv", "buffer": b"Name,Email\nHazel Thorne,hazel@example.com\n"}
    )
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_label("Cadence").select_option("")
    page.get_by_role("button", name="Count again").click()
    expect(page.locator(".dry h2")).to_have_text("1 new, 0 merged, 0 set aside, no messages will be sent.")
    page.get_by_role("button", name="Import 1 row", exact=True).click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    assert Import.objects.get().state == "waiting"
    context.close()


@pytest.fixture
def phoenix(chromium: Browser, live_server: Any, olga: Member) -> Iterator[Page]:
    """A device in Phoenix, at the first page of the welcome's link."""
    Member.objects.update(working_hours=[])
    context = chromium.new_context(base_url=live_server.url, timezone_id="America/Phoenix")
    page = context.new_page()
    page.goto(sign_in.make_link(olga, at=timezone.now()))
    yield page
    context.close()


def test_the_zone_is_guessed_from_the_device(phoenix: Page) -> None:
    phoenix.get_by_role("button", name="Sign in").click()
    expect(phoenix.get_by_label("Your time zone")).to_have_value("America/Phoenix")
    phoenix.get_by_role("button", name="Start").click()
    phoenix.wait_for_url("**/welcome/people/")
    assert Member.objects.get().zone == "America/Phoenix"


def test_a_zone_chosen_before_the_scripts_came_stays(phoenix: Page) -> None:
    held: list[Route] = []
    phoenix.route("**/zone.js*", lambda route: held.append(route))
    phoenix.get_by_role("button", name="Sign in").click(no_wait_after=True)
    phoenix.get_by_label("Your time zone").select_option("America/Chicago")
    with phoenix.expect_event("domcontentloaded"):
        held[0].continue_()
    expect(phoenix.get_by_label("Your time zone")).to_have_value("America/Chicago")


def test_the_dry_run_follows_a_changed_decision(desk: Page) -> None:
    desk.goto("/imports/")
    desk.get_by_text("Or paste rows").click()
    desk.locator("#pasted").fill("Name,Email\nHazel Thorne,hazel@example.com\n")
    desk.get_by_role("button", name="Look at it first").click()
    expect(desk.locator(".dry h2")).to_have_text("1 new, 0 merged, 0 set aside.")
    desk.get_by_label("Cadence").select_option("")
    expect(desk.locator(".dry h2")).to_have_text("1 new, 0 merged, 0 set aside, no messages will be sent.")
