"""Keys, the sheet that lists them, and the command menu, on the pages as they are."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from nextcall.conversations.models import Call, Message
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.journeys.conftest import Clock, Engine
from tests.journeys.everywhere import lay
from tests.journeys.sizes import ON_A_DESKTOP

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
NO_DIALLER = """addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='tel:']");
  if (link) { event.preventDefault(); window.dialled = link.href; }
}, true)"""


@pytest.fixture
def leads(page: Page, account: Account, ann: Member, clock: Clock, engine: Engine, enter: Enter) -> list[Lead]:
    found = lay(account, ann, clock)
    page.add_init_script(NO_DIALLER)
    enter(ann)
    page.goto("/now/")
    expect(page.locator("#who")).to_have_text("Alder Wynn")
    return found


def test_check_08_z_in_a_field_is_a_letter_and_one_setting_turns_single_keys_off(page: Page, leads: list[Lead]) -> None:
    page.keyboard.press("1")
    expect(page.locator("#who")).to_have_text("Briar Cole")
    page.goto("/leads/")
    page.keyboard.press("/")
    page.keyboard.type("z")
    expect(page.locator("#q")).to_have_value("z")
    assert Call.objects.filter(undone_at=None).count() == 1
    page.goto("/now/")
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn single keys off").click()
    expect(page.locator("body")).to_have_attribute("data-keys", "off")
    page.keyboard.press("z")
    page.keyboard.press("1")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    assert Call.objects.filter(undone_at=None).count() == 1
    page.keyboard.press("Control+z")  # no single key: it stays
    expect(page.locator("#who")).to_have_text("Alder Wynn")


def test_check_09_the_keys_of_a_card_work_and_are_listed(page: Page, leads: list[Lead]) -> None:
    who, keys = page.locator("#who"), page.keyboard
    keys.press("?")
    listed = page.locator("#keys kbd").all_inner_texts()
    assert set("JCTENMSW12345678GNILPS/?") <= set(listed), listed
    assert {"Ctrl K", "Ctrl Z", "Ctrl Enter"} <= set(listed)
    keys.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    keys.press("w")
    expect(page.locator("details.why")).to_have_attribute("open", "")
    keys.press("j")
    expect(who).to_have_text("Briar Cole")
    expect(page.locator("[data-key=k]")).to_have_count(1)
    keys.press("k")
    expect(who).to_have_text("Alder Wynn")
    keys.press("c")
    assert page.evaluate("window.dialled").startswith("tel:")
    keys.press("n")
    expect(page.locator("#all textarea, #line").and_(page.locator(":focus"))).to_have_count(1)
    keys.press("Escape")
    page.evaluate("document.activeElement.blur()")
    for key, sheet in (("m", "#all"), ("s", "#snooze"), ("4", "#call-back")):
        keys.press(key)
        expect(page.locator(sheet)).to_be_visible()
        keys.press("Escape")
        expect(page.locator(sheet)).to_be_hidden()
    keys.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or jump")).to_be_focused()


def test_check_09_the_keys_of_outcomes_log_them_and_z_takes_the_last_one_back(page: Page, leads: list[Lead]) -> None:
    who, keys = page.locator("#who"), page.keyboard
    names = ["Alder Wynn", "Briar Cole", "Clove Dale", "Dahlia Frost", "Elder Hale", "Fern Ives", "Gale Judd"]
    for key, before, then in zip("1235678", names, [*names[1:], "Hazel Knox"], strict=True):
        expect(who).to_have_text(before)
        keys.press(key)
        expect(who).to_have_text(then)
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Asked us to stop, Gale Judd.")
    expect(page.locator("[data-undo]:not([data-pending])")).to_be_visible()
    outcomes = "no_answer left_voicemail talked not_now wrong_number not_interested asked_to_stop".split()
    assert list(Call.objects.order_by("pk").values_list("outcome", flat=True)) == outcomes
    keys.press("z")
    expect(who).to_have_text("Gale Judd")
    keys.press("Control+z")
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Undone")


def test_check_09_the_keys_that_write_go_and_search_work(page: Page, leads: list[Lead]) -> None:
    keys = page.keyboard
    for letter, word in (("t", "text"), ("e", "email")):
        keys.press(letter)
        page.wait_for_url(f"**/leads/{leads[0].pk}/?*mode={word}*")
        page.goto("/now/")
    for letter, path in (("l", "/leads/"), ("i", "/inbox/"), ("p", "/cadences/"), ("s", "/settings/"), ("n", "/now/")):
        keys.press("g")
        keys.press(letter)
        page.wait_for_url(f"**{path}")
    keys.press("/")
    keys.type("clove")
    expect(page.get_by_role("option", name="Clove Dale")).to_be_visible()
    keys.press("Enter")
    page.wait_for_url(f"**/leads/{leads[2].pk}/")
    keys.press("t")
    keys.type("Free at four?")
    keys.press("Control+Enter")
    expect(page.locator("[data-key=z]:visible")).to_be_visible()
    assert not Message.objects.exists()  # it waits, and can be taken back


def test_check_07_the_menu_holds_the_last_deeds_each_with_undo(page: Page, leads: list[Lead]) -> None:
    page.keyboard.press("1")
    expect(page.locator("#who")).to_have_text("Briar Cole")
    page.keyboard.press("2")
    expect(page.locator("#who")).to_have_text("Clove Dale")
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Briar Cole. ")  # saved
    page.keyboard.press("Control+k")
    page.keyboard.type("undo alder")
    expect(page.get_by_role("option")).to_have_count(1)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert list(Call.objects.order_by("pk").values_list("undone_at", flat=True))[1] is None
    page.goto("/undo/")
    expect(page.locator(".deeds li")).to_have_count(2)
    expect(page.locator(".deeds li", has_text="Alder Wynn")).to_contain_text("undone already")
    page.locator(".deeds li", has_text="Briar Cole").get_by_role("button").click()
    expect(page.locator(".deeds li", has_text="Briar Cole")).to_contain_text("undone already")


@ON_A_DESKTOP
def test_the_menu_is_a_combobox_that_finds_pages_and_what_this_page_can_do(page: Page, leads: list[Lead]) -> None:
    page.keyboard.press("Control+k")
    ask = page.get_by_role("combobox", name="Search or jump")
    ask.fill("theme dark")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+k")
    ask.fill("no answer")
    option = page.get_by_role("option", name="No answer").first
    expect(option).to_have_attribute("aria-selected", "true")
    expect(option.locator("kbd")).to_have_text("1")
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_have_text("Briar Cole")
    page.keyboard.press("Control+k")
    ask.fill("nobody of that name")
    expect(page.get_by_text("Nothing by that name.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
