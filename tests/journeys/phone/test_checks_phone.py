"""The day goes on without a connection, and nothing of a member stays behind on a device."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from nextcall.cadences.models import Touch
from nextcall.conversations.models import Call, Note
from nextcall.engine import receive
from nextcall.leads.models import Lead
from nextcall.privacy import erasing
from nextcall.team import devices
from nextcall.team.models import Account, Member
from tests.channels.push_service import Browser
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock
from tests.journeys.dealing import until
from tests.journeys.phone.conftest import NAMES
from tests.journeys.phone.doing import BAR, keep, post, sent

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Enter = Callable[[Member], None]
ON_A_PHONE = pytest.mark.parametrize("context", ["phone"], indirect=True)
LEFT = """async () => ({
    caches: (await caches.keys()).filter((name) => !name.startsWith("shell-")),
    rows: (await Promise.all(["outbox", "cards", "facts"].map((name) => nextcall.store.table(name).all()))).flat(),
    session: sessionStorage.length + localStorage.length,
})"""


def test_check_23_in_a_basement_the_day_goes_on_and_each_thing_arrives_once(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, leads: list[Lead]
) -> None:
    enter(ann)
    page.goto("/now/")
    keep(page)
    context.set_offline(True)
    expect(page.locator(BAR)).to_contain_text("Can\u2019t reach the server. 25 cards are saved on this")
    who = page.locator("#who")
    for name, following in pairwise(NAMES[:4]):
        expect(who).to_have_text(name)
        page.get_by_role("button", name="No answer").first.click()
        expect(who).to_have_text(following)
    expect(page.locator(BAR)).to_contain_text("3 to send")
    page.reload()
    expect(who).to_have_text(NAMES[3])
    page.get_by_role("button", name="No answer").first.click()
    expect(who).to_have_text(NAMES[4])
    for lead in (leads[0], leads[24]):
        page.goto(f"/leads/{lead.pk}/")
        expect(page.locator("main")).to_contain_text(str(lead.person))
    post(page, f"/leads/{leads[24].pk}/note/", body="Written below ground")
    expect(page.locator(BAR)).to_contain_text("5 to send")
    assert not Call.objects.exists() and not Note.objects.exists()
    context.set_offline(False)
    sent(page)
    expect(page.locator(BAR)).not_to_contain_text("to send")
    assert sorted(Call.objects.values_list("lead", flat=True)) == [one.pk for one in leads[:4]]
    assert Note.objects.get().body == "Written below ground"


@ON_A_PHONE
def test_all_25_cards_are_dealt_one_after_another_and_then_it_says_so(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, leads: list[Lead]
) -> None:
    enter(ann)
    page.goto("/now/")
    keep(page)
    context.set_offline(True)
    for lead in leads[:23]:
        post(page, f"/now/{lead.pk}/outcome/", outcome="no_answer")
    page.reload()
    for name in NAMES[23:25]:
        expect(page.locator("#who")).to_have_text(name)
        post(page, f"/now/{leads[NAMES.index(name)].pk}/outcome/", outcome="no_answer")
        page.reload()
    expect(page.locator("[data-hand]")).to_contain_text("These were all the cards kept here.")
    expect(page.locator(BAR)).to_contain_text("25 to send")


@ON_A_PHONE
def test_a_page_that_is_not_kept_says_so(page: Page, context: BrowserContext, enter: Enter, ann: Member) -> None:
    enter(ann)
    page.goto("/now/")
    keep(page)
    context.set_offline(True)
    page.goto("/settings/rules/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.get_by_role("link", name="Go to Now").click()
    expect(page.locator("[data-deck]")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url("/now/")


@ON_A_PHONE
def test_a_queued_text_is_refused_after_a_stop_that_arrived_meanwhile(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, hazel: Lead, clock: Clock
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    context.set_offline(True)
    page.locator("#panel-text textarea").fill("Free at four?")
    page.locator("#panel-text [data-send]").click()
    expect(page.locator(BAR)).to_contain_text("1 to send")
    number = hazel.person.reaches.get(contact_point__kind="phone").contact_point.value
    receive.receive(
        account=hazel.account, channel="text", sender=number, text="STOP", at=clock.now(), via="hand",
        person=hazel.person, lead=hazel,
    )  # fmt: skip
    context.set_offline(False)
    sent(page)
    expect(page.locator(BAR)).to_contain_text("1 could not be sent")
    page.locator(BAR).get_by_role("button", name="See why").click()
    sheet = page.locator("#waiting")
    expect(sheet).to_contain_text("Free at four?")
    expect(sheet).to_contain_text("Not sent:")
    assert not Touch.objects.filter(lead=hazel, body="Free at four?").exists()
    sheet.get_by_role("button", name="Drop").click()
    page.get_by_role("dialog").get_by_role("button", name="Drop").last.click()
    expect(sheet).to_contain_text("Nothing waits")
    expect(page.locator(BAR)).to_be_hidden()


@ON_A_PHONE
def test_sign_out_leaves_nothing_of_the_member_on_the_device(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, hazel: Lead
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    keep(page)
    page.locator("#panel-text textarea").fill("Half a sentence")
    context.set_offline(True)
    post(page, f"/leads/{hazel.pk}/note/", body="Not sent yet")
    context.route("**/note/", lambda route: route.abort())
    context.set_offline(False)
    page.goto("/more/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog")).to_contain_text("One thing you did is saved on this device and not sent.")
    page.get_by_role("button", name="Stay").click()
    assert page.evaluate("nextcall.outbox.list()")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign out and drop").click()
    page.wait_for_url("**/sign-in/")
    assert page.evaluate(LEFT) == {"caches": [], "rows": [], "session": 0}
    context.set_offline(True)
    page.goto(f"/leads/{hazel.pk}/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Hazel")


@ON_A_PHONE
def test_a_session_that_ended_takes_the_kept_pages_with_it(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, hazel: Lead
) -> None:
    enter(ann)
    page.goto("/now/")
    keep(page)
    context.clear_cookies(name="sessionid")
    page.goto("/leads/")
    page.wait_for_url("**/sign-in/**")
    until(page, "!(await caches.has('pages'))")
    until(page, "!(await nextcall.store.table('cards').all()).length")


@ON_A_PHONE
def test_a_card_of_yesterday_is_refreshed_before_a_call(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, hazel: Lead, clock: Clock
) -> None:
    enter(ann)
    page.goto("/now/")
    old = (clock.now() - timedelta(hours=13)).isoformat()
    page.evaluate("(at) => { document.querySelector('[data-hand]').dataset.dealtAt = at; }", old)
    page.locator(".dock [data-started], [data-started]").first.click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("This card is 13 hours old.")
    question.get_by_role("button", name="Refresh").click()
    page.wait_for_load_state()
    expect(page.locator("#who")).to_have_text("Hazel Thorne")


@ON_A_PHONE
def test_after_five_seconds_of_waiting_the_bar_says_so(page: Page, enter: Enter, ann: Member, hazel: Lead) -> None:
    enter(ann)
    page.goto("/now/")
    page.evaluate("void nextcall.patience(new Promise(() => {}))")
    expect(page.locator(BAR)).to_contain_text("Still fetching. Your saved cards work meanwhile.", timeout=15_000)


@pytest.mark.parametrize(("context", "theme"), [("phone", "dark"), ("desktop", "light")], indirect=["context"])
def test_nothing_serious_for_assistive_tech(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, hazel: Lead, theme: str, clock: Clock
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    devices.remember(member=ann, device=Browser().device("https://push.example.com/1"), label="Chrome", at=clock.now())
    enter(ann)
    page.goto("/settings/notices/")
    page.evaluate("nextcall.offline.ready.then(() => navigator.serviceWorker.ready)")
    expect(page.locator("[data-state]")).not_to_contain_text("Turning it on needs")
    context.set_offline(True)
    post(page, f"/leads/{hazel.pk}/note/", body="Kept")
    assert not grave(page)
    page.locator("[data-waiting]").click()
    assert not grave(page)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@ON_A_PHONE
def test_switches_and_devices_are_set_by_tap(
    page: Page, enter: Enter, ann: Member, account: Account, clock: Clock
) -> None:
    devices.remember(member=ann, device=Browser().device("https://push.example.com/1"), label="Chrome", at=clock.now())
    enter(ann)
    page.goto("/settings/notices/")
    page.get_by_label("A reply").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("A reply")).not_to_be_checked()
    expect(page.get_by_label("A new lead")).to_be_checked()
    page.get_by_role("button", name="Remove Chrome").click()
    expect(page.locator("[data-devices]")).to_contain_text("None takes notices yet.")


@ON_A_PHONE
def test_who_was_erased_is_gone_from_the_device_too(
    page: Page, enter: Enter, ann: Member, leads: list[Lead], clock: Clock
) -> None:
    enter(ann)
    page.goto("/now/")
    keep(page)
    kept = f"""async () => [(await nextcall.store.table("cards").all()).some((one) => one.lead === {leads[3].pk}),
        !!(await (await caches.open("pages")).match("/leads/{leads[3].pk}/"))]"""
    assert page.evaluate(kept) == [True, True]
    erasing.erase(leads[3].person, by=ann, at=clock.now(), via="hand")
    event = """new CustomEvent("nextcall:live", {detail: {kind: "lead.erased", lead: null}})"""
    page.evaluate(f"document.dispatchEvent({event})")
    until(page, f"(await ({kept})()).every((one) => !one)")
    until(page, """(await nextcall.store.table("cards").all()).length === 25""")
