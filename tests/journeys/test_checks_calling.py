"""Two people call one list; and whoever types is left in peace."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from nextcall.conversations.models import Call
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests import chromium as installed
from tests.builders import make_member
from tests.journeys.conftest import Clock, Engine, sign_in_here
from tests.journeys.everywhere import lay
from tests.journeys.sizes import ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]


@pytest.fixture
def leads(account: Account, ann: Member, clock: Clock, engine: Engine, enter: Enter) -> list[Lead]:
    found = lay(account, ann, clock)
    enter(ann)
    return found


@pytest.fixture
def bens(chromium: Browser, live_server: Any, account: Account, leads: list[Lead]) -> Iterator[Page]:
    """A colleague's browser."""
    ben = make_member(account, "manager", name="Ben Cole")
    context = chromium.new_context(base_url=live_server.url, service_workers="block", **installed.DESKTOP)
    sign_in_here(context, live_server, ben)
    yield context.new_page()
    context.close()


def test_check_25_two_people_on_one_list_are_never_dealt_the_same_lead(
    page: Page, bens: Page, leads: list[Lead]
) -> None:
    page.goto("/leads/?sort=name")
    page.keyboard.press("Shift+C")
    expect(page.locator("#who")).to_have_text("Alder Wynn")
    bens.goto("/call-list/?sort=name")
    expect(bens.locator("#who")).to_have_text("Briar Cole")
    expect(bens.locator(".held-back")).to_contain_text("Alder Wynn is with Ann Weaver now.")
    page.keyboard.press("1")
    expect(page.locator("#who")).to_have_text("Clove Dale")
    expect(page.locator(".held-back")).to_contain_text("Briar Cole is with Ben Cole now.")
    bens.keyboard.press("1")
    expect(bens.locator("#who")).to_have_text("Dahlia Frost")
    expect(bens.locator(".held-back")).to_contain_text("2 called in the last 4 hours.")
    assert list(Call.objects.order_by("pk").values_list("lead", "by__name")) == [
        (leads[0].pk, "Ann Weaver"),
        (leads[1].pk, "Ben Cole"),
    ]
    page.get_by_role("button", name="Leave").click()
    expect(page.locator(".told")).to_have_text("1 call, 0 conversations, 0 appointments, 0 windows open.")
    bens.keyboard.press("j")  # what was left is free at once
    expect(bens.locator("#who")).to_have_text("Clove Dale")


def test_check_26_whoever_types_a_note_keeps_the_field_and_the_card(page: Page, leads: list[Lead]) -> None:
    page.goto("/call-list/?sort=name")
    page.keyboard.press("n")
    note = page.get_by_role("textbox", name="Note", exact=True)
    expect(note).to_be_focused()
    note.press_sequentially("Wants to see 3 homes")
    page.evaluate("""() => {
      for (const kind of ["call.made", "lead.created", "missed"])
        document.dispatchEvent(new CustomEvent("nextcall:live", { detail: { kind, lead: null } }));
      document.dispatchEvent(new CustomEvent("nextcall:connection", { detail: { online: true } }));
    }""")
    note.press_sequentially(", 2 beds; j k 1 z")
    expect(note).to_be_focused()
    expect(note).to_have_value("Wants to see 3 homes, 2 beds; j k 1 z")
    expect(page.locator("#who")).to_have_text("Alder Wynn")
    assert not Call.objects.exists()
    page.get_by_role("button", name="No answer").first.click()
    expect(page.locator("#who")).to_have_text("Briar Cole")
    assert Call.objects.get().note == "Wants to see 3 homes, 2 beds; j k 1 z"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#who")).to_have_text("Alder Wynn")
    assert Call.objects.get().undone_at


@ON_A_PHONE
def test_a_list_is_called_without_scripts(chromium: Browser, live_server: Any, leads: list[Lead], page: Page) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto("/call-list/?sort=name")
    plain.get_by_role("button", name="No answer").first.click()
    expect(plain.locator("#who")).to_have_text("Briar Cole")
    plain.get_by_role("button", name="Skip to the next").click()
    expect(plain.locator("#who")).to_have_text("Clove Dale")
    plain.get_by_role("button", name="Leave").click()
    expect(plain.locator(".told")).to_contain_text("1 call,")
    context.close()
