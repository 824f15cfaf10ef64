"""The Leads page at both sizes: lists with counts, selecting by keys, a change of many leads, the filter's sheet."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from nextcall.engine.models import BulkChange
from nextcall.leads.models import Lead, SmartList
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine
from tests.journeys.sizes import IN_BOTH_THEMES, ON_A_DESKTOP, ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]


@pytest.fixture
def ben(account: Account) -> Member:
    return make_member(account, name="Ben Ito", settings={"people_a_day": 2})


@pytest.fixture
def six(account: Account, ann: Member, clock: Clock) -> list[Lead]:
    """Alder first, one an hour older than the other."""
    names = ("Alder Wynn", "Briar Cole", "Clove Dale", "Dill Frost", "Elder Gray", "Fern Hale")
    return [
        make_lead(account, name=name, owner=ann, arrived_at=clock.now() - timedelta(hours=n + 1))
        for n, name in enumerate(names)
    ]


def is_phone(page: Page) -> bool:
    return bool(page.viewport_size and page.viewport_size["width"] < 900)


def choose(page: Page, kind: str) -> None:
    """What to do with the selected leads; on a phone it stands in a sheet."""
    if is_phone(page):
        page.get_by_role("button", name="Change them").click()
    page.get_by_role("button", name=kind, exact=True).click()


def filled(page: Page) -> int:
    return sum(one.is_visible() for one in page.locator(".btn.go").all())


def test_what_is_chosen_before_the_scripts_have_loaded_counts_too(
    page: Page, enter: Enter, ann: Member, six: list[Lead]
) -> None:
    held = list[Route]()
    enter(ann)
    page.goto("/leads/")
    page.get_by_role("checkbox", name=f"Select {six[0].person.name}").check()
    page.route(re.compile(r"/effect\b.*\.js"), lambda script: held.append(script))
    with page.expect_request(re.compile(r"/effect\b.*\.js")):
        choose(page, "Start a cadence")
    page.get_by_label("Cadence", exact=True).select_option("fast-start")
    held[0].continue_()
    expect(page.get_by_role("heading", name="1 changes")).to_be_visible()


def test_check_27_a_bulk_change_shows_count_and_capacity_effect_first_and_undoes_as_one(
    page: Page, enter: Enter, ann: Member, ben: Member, six: list[Lead]
) -> None:
    Lead.objects.filter(pk=six[5].pk).update(stage="won")
    Lead.objects.update(owner=ben)
    enter(ann)
    page.goto("/leads/")
    for lead in six:
        page.get_by_role("checkbox", name=f"Select {lead.person.name}").check()
    choose(page, "Start a cadence")
    page.get_by_label("Cadence", exact=True).select_option("fast-start")
    expect(page.get_by_role("heading", name="5 change, 1 is left out")).to_be_visible()
    expect(page.locator(".effect h2")).to_contain_text(
        re.compile(r"Adds about \d+ contacts? a day for Ben Ito, who set aside 2")
    )
    expect(page.locator(".why")).to_contain_text("won or lost")
    page.get_by_text("The figures").click()
    expect(page.get_by_role("region", name="Contacts by day").locator("tbody tr")).to_have_count(14)
    assert not BulkChange.objects.get().done and filled(page) == 1
    page.reload()
    page.get_by_role("button", name="Start Fast start for 5 leads").click()
    expect(page.locator("[data-last] [role=status]")).to_have_text("5 leads put on Fast start. 1 left out.")
    assert Lead.objects.filter(enrollments__ended_at=None, enrollments__isnull=False).distinct().count() == 5
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Undone: 5 leads put on Fast start.")
    assert not Lead.objects.filter(enrollments__isnull=False).exists()


@ON_A_PHONE
def test_a_large_change_goes_on_without_the_page_and_is_undone(
    page: Page, enter: Enter, account: Account, ann: Member, ben: Member, engine: Engine, clock: Clock
) -> None:
    for n in range(51):
        make_lead(account, name=f"Person {n}", owner=ann, arrived_at=clock.now() - timedelta(minutes=n))
    enter(ann)
    page.goto("/leads/")
    page.get_by_role("checkbox", name="Select Person 0", exact=True).check()
    page.get_by_role("button", name="Select all 51 that fit").click()
    expect(page.locator("[data-chosen]")).to_have_text("51 leads selected")
    expect(page.locator("[data-announce]")).to_have_text("51 leads selected")
    choose(page, "Give to")
    page.get_by_role("checkbox", name="Ben Ito").check()
    page.get_by_role("button", name="Give 51 leads to Ben Ito").click()
    expect(page.get_by_role("heading", name="Under way")).to_be_visible()
    page.reload()
    engine.work()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()  # the page finds out by itself
    assert Lead.objects.filter(owner=ben).count() == 51
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Being undone")).to_be_visible()
    engine.work()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    assert Lead.objects.filter(owner=ann).count() == 51


@ON_A_DESKTOP
def test_a_filter_is_saved_as_a_list_that_carries_its_count(
    page: Page, enter: Enter, ann: Member, six: list[Lead]
) -> None:
    Lead.objects.filter(pk__in=[six[0].pk, six[1].pk]).update(attempts=3)
    enter(ann)
    page.goto("/leads/")
    expect(page.locator("[data-count=untried]")).to_have_text("4")
    page.get_by_label("Tries").select_option("0-5")
    expect(page).to_have_url(re.compile(r"\?tries=0-5$"))
    page.get_by_role("button", name="Save this list").click()
    page.get_by_label("Name", exact=True).fill("Under six")
    page.keyboard.press("Enter")
    expect(page.locator("[data-last] [role=status]")).to_have_text("“Under six” is saved.")
    row = SmartList.objects.get()
    expect(page.locator(f"[data-count='{row.pk}']")).to_have_text("6")
    expect(page.get_by_role("link", name=re.compile("Under six"))).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Change the list Under six").click()
    page.get_by_role("button", name="Delete the list").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("is deleted")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name=re.compile("Under six"))).to_be_visible()


@ON_A_DESKTOP
def test_leads_are_selected_by_keys_alone(page: Page, enter: Enter, ann: Member, six: list[Lead]) -> None:
    enter(ann)
    page.goto("/leads/")
    chosen = page.locator("[data-chosen]")
    page.keyboard.press("x")
    expect(chosen).to_have_text("1 lead selected")
    expect(page.get_by_role("link", name="Alder Wynn")).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(chosen).to_have_text("3 leads selected")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Select Dill Frost")).to_be_checked()
    page.keyboard.press("x")
    expect(page.locator("[data-announce]")).to_have_text("3 leads selected")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("link", name="Clove Dale")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/leads/{six[2].pk}/\?from="))
    page.go_back()
    page.keyboard.press("f")
    expect(page.get_by_label("Source")).to_be_focused()
    page.keyboard.type("x")  # a field: nothing is selected
    expect(page.locator("input[name=lead]:checked")).to_have_count(3)


@ON_A_DESKTOP
def test_the_list_is_searched_as_one_types(page: Page, enter: Enter, ann: Member, six: list[Lead]) -> None:
    enter(ann)
    page.goto("/leads/?sort=name")
    page.keyboard.press("/")
    page.keyboard.type("cole", delay=20)
    expect(page.locator(".leads tbody tr")).to_have_count(1)
    expect(page.locator("[data-shown]")).to_have_text("1 shown.")
    expect(page).to_have_url(re.compile(r"\?q=cole&sort=name$"))
    page.keyboard.type("xyz", delay=20)
    expect(page.get_by_role("heading", name="Nobody fits")).to_be_visible()
    page.get_by_role("link", name=re.compile("Drop “colexyz”")).click()
    expect(page.locator(".leads tbody tr")).to_have_count(6)


@ON_A_PHONE
def test_the_filter_is_in_a_sheet_at_320_pixels(page: Page, enter: Enter, ann: Member, six: list[Lead]) -> None:
    enter(ann)
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/leads/", "/leads/?tries=0-5&can=call&untouched=90&waiting=yes&stage=appointment&arrived=180"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        expect(page.get_by_label("Source")).to_be_hidden()
        page.get_by_role("button", name=re.compile("^Filter")).click()
        expect(page.get_by_label("Source")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        small = page.locator(".sift select, .sift button, .sift summary").evaluate_all(
            "all => all.filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 43.5).length"
        )
        assert not small
        page.keyboard.press("Escape")
        expect(page.get_by_label("Source")).to_be_hidden()


def test_sorting_is_told_and_turned(page: Page, enter: Enter, ann: Member, six: list[Lead]) -> None:
    enter(ann)
    page.goto("/leads/")
    if is_phone(page):  # no columns there: the sheet says the order
        page.get_by_role("button", name=re.compile("^Filter")).click()
        page.get_by_label("In order").select_option("by name")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page).to_have_url(re.compile(r"\?sort=name$"))
        return
    expect(page.get_by_role("columnheader", name="Arrived")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("[aria-sort]")).to_have_count(1)


@IN_BOTH_THEMES
def test_nothing_serious_for_assistive_tech_on_leads(
    page: Page, enter: Enter, ann: Member, ben: Member, six: list[Lead], theme: str
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    enter(ann)

    def check() -> None:
        assert not grave(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert filled(page) <= 1

    page.goto("/leads/?tries=0-5")
    page.get_by_role("checkbox", name="Select Alder Wynn").check()
    expect(page.locator("[data-chosen]")).to_have_text("1 lead selected")
    check()
    choose(page, "Start a cadence")
    page.get_by_label("Cadence", exact=True).select_option("fast-start")
    expect(page.locator(".effect")).to_be_visible()
    check()
    page.get_by_role("button", name="Start Fast start for 1 lead").click()
    expect(page.locator("[data-last] [role=status]")).to_have_text("1 lead put on Fast start.")
    page.get_by_role("link", name="Details").click()
    check()
    page.goto("/leads/?stage=won&tries=0")
    check()
