"""Inbox: checks 18 and 19, answering one after another, two members and one message, a number nobody knows."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import InboxItem, Note
from nextcall.engine import receive
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member
from tests.chromium import DESKTOP, PHONE
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine, sign_in_here
from tests.journeys.sizes import IN_BOTH_THEMES, ON_A_DESKTOP, ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
Hear = Callable[..., None]
STRANGER = "+13035550199"


@pytest.fixture
def hear(clock: Clock) -> Hear:
    """A lead writes, so many minutes ago."""

    def hear(lead: Lead, words: str, *, ago: int = 5, channel: str = "text") -> None:
        kind = "email" if channel == "email" else "phone"
        sender = lead.person.reaches.get(contact_point__kind=kind).contact_point.value
        at = clock.now() - timedelta(minutes=ago)
        receive.receive(account=lead.account, channel=channel, sender=sender, text=words, at=at, via=channel)

    return hear


@pytest.fixture
def three(account: Account, ann: Member, clock: Clock, hear: Hear) -> list[Lead]:
    """Alder wrote last, then Briar, then Clove."""
    leads = []
    for n, name in enumerate(("Alder Wynn", "Briar Cole", "Clove Dale")):
        lead = make_lead(account, name=name, owner=ann, arrived_at=clock.now() - timedelta(days=9))
        hear(lead, f"A question from {name}", ago=8 + n)
        leads.append(lead)
    return leads


@pytest.fixture
def other(chromium: Browser, live_server: Any, page: Page) -> Iterator[Callable[[Member], Page]]:
    """A second browser, in which another member is signed in."""
    contexts = []

    def open_for(member: Member) -> Page:
        phone = (page.viewport_size or {"width": 0})["width"] < 500
        context = chromium.new_context(
            base_url=live_server.url, reduced_motion="reduce", **(PHONE if phone else DESKTOP)
        )
        contexts.append(context)
        sign_in_here(context, live_server, member)
        found = context.new_page()
        found.set_default_timeout(8_000)
        return found

    yield open_for
    for context in contexts:
        context.close()


def words(_: Page) -> str:
    return "[data-panel]:not([hidden]) textarea"


def live(page: Page, kind: str) -> None:
    """As the feed tells it."""
    page.evaluate(
        "kind => document.dispatchEvent(new CustomEvent('nextcall:live', {detail: {kind, lead: null}}))", kind
    )


def test_check_18_a_text_without_permission_cannot_be_sent_from_the_inbox(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine, hear: Hear
) -> None:
    lead = make_lead(
        account, owner=ann, name="Rowan Ashby", permission="none", arrived_at=clock.now() - timedelta(days=400)
    )
    hear(lead, "By email, please", channel="email")
    enter(ann)
    page.goto(f"/inbox/{lead.pk}/")
    expect(page.get_by_role("tab", name="Email")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Text").click()
    expect(page.locator("#panel-text .gate")).to_contain_text("No texts to Rowan.")
    expect(page.locator("#panel-text .gate")).to_contain_text("Rule ")
    for button in ("Send", "Send and next"):
        expect(page.locator("#panel-text").get_by_role("button", name=button, exact=True)).to_be_disabled()
    expect(page.locator("#panel-text textarea")).to_be_disabled()
    page.goto("/inbox/focus/?mode=text")
    page.get_by_role("tab", name="Text").click()
    expect(page.locator("#panel-text [data-next]")).to_be_disabled()
    page.evaluate(  # whoever opens the form by force is refused by the server
        "() => { for (const one of document.querySelectorAll('#panel-text [disabled]')) one.disabled = false; }"
    )
    page.locator("#panel-text textarea").fill("By force")
    page.locator("#panel-text [data-next]").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Not sent:")
    expect(page.locator(words(page))).to_have_value("By force")
    clock.skip(days=1)
    engine.work()
    assert not [message for message in engine.memory.sent if message.channel == "text"]


def test_check_19_a_reply_pauses_the_plan_and_tops_the_inbox(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine, three: list[Lead], hear: Hear
) -> None:
    lead = make_lead(account, name="Hazel Thorne", owner=ann, arrived_at=clock.now() - timedelta(days=1))
    enroll.begin(lead=lead, slug="fast-start-light", by=None, at=clock.now() - timedelta(days=1))
    enter(ann)
    page.goto("/inbox/")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    hear(lead, "How much could we borrow?", ago=0)
    live(page, "message.received")
    expect(rows.first).to_contain_text("Hazel Thorne")
    expect(rows.first).to_contain_text("How much could we borrow?")
    expect(rows.first).to_contain_text("plan paused")
    expect(page.locator(".states [aria-current]")).to_contain_text("4")
    assert Enrollment.objects.get().state == "paused"
    rows.first.locator("a.who").click()
    expect(page.locator(".talk")).to_contain_text("the plan is paused")
    page.locator(".talk-head a", has_text="Lead").click()
    expect(page).to_have_url(f"{page.url.split('/leads/')[0]}/leads/{lead.pk}/")
    expect(page.locator("main, .rail").first).to_contain_text("paused")


@ON_A_DESKTOP
def test_everyone_is_answered_by_keyboard_in_focus_mode(
    page: Page, enter: Enter, ann: Member, three: list[Lead], engine: Engine, clock: Clock
) -> None:
    enter(ann)
    page.goto("/inbox/")
    page.keyboard.press("f")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("1 of 3")
    expect(page.locator(".talk h2")).to_have_text("Clove Dale")
    expect(page.locator(words(page))).to_be_focused()
    page.keyboard.type("Yes, Clove")
    page.keyboard.press("Control+Shift+Enter")
    expect(title).to_have_text("2 of 3")
    expect(page.locator(".talk h2")).to_have_text("Briar Cole")
    expect(page.locator(words(page))).to_have_value("")
    page.locator(".talk-body").focus()
    page.keyboard.press("s")
    expect(title).to_have_text("3 of 3")
    expect(page.locator(words(page))).to_be_focused()
    page.keyboard.type("Yes, Alder")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("main")).to_contain_text("No one is waiting on you.")
    clock.skip(minutes=1)
    engine.work()
    assert sorted(message.body.split("\n")[0] for message in engine.memory.sent) == ["Yes, Alder", "Yes, Clove"]
    assert list(InboxItem.objects.filter(waiting_since__isnull=False).values_list("lead", flat=True)) == [three[1].pk]


@ON_A_DESKTOP
def test_two_members_do_not_answer_the_same_message_unknowingly(
    page: Page, enter: Enter, account: Account, ann: Member, three: list[Lead], other: Callable[[Member], Page]
) -> None:
    lead = three[0]
    enter(ann)
    page.goto(f"/inbox/{lead.pk}/")
    page.locator(words(page)).fill("Around 310,000")
    bens = other(make_member(account, "manager", name="Ben Cole"))
    bens.goto(f"/inbox/{lead.pk}/")
    expect(bens.locator("[data-others]")).to_have_text("Ann is writing to Alder.")
    bens.locator(words(bens)).fill("It is 320,000.")
    bens.get_by_role("button", name="Send", exact=True).click()
    expect(bens.locator("[data-said]")).to_contain_text("It is 320,000.")
    page.locator(words(page)).press("Control+Enter")
    held = page.locator("[data-held]:visible")
    expect(held).to_contain_text("Ben answered")
    expect(held).to_contain_text("It is 320,000.")
    expect(page.locator(words(page))).to_have_value("Around 310,000")
    assert Touch.objects.filter(by_machine=False).count() == 1
    page.get_by_role("button", name="Keep as a note").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Nothing was sent.")
    expect(page.locator(words(page))).to_have_value("")
    assert Note.objects.get().body == "Around 310,000"
    assert InboxItem.objects.get(lead=lead).assignee == Member.objects.get(name="Ben Cole")


@ON_A_DESKTOP
def test_what_comes_in_leaves_focus_selection_and_words_where_they_are(
    page: Page, enter: Enter, ann: Member, three: list[Lead], hear: Hear
) -> None:
    enter(ann)
    page.goto(f"/inbox/{three[1].pk}/")
    page.locator(words(page)).fill("Half a sen")
    page.locator("[data-row]").nth(2).get_by_role("checkbox").check()
    page.locator(words(page)).focus()
    hear(three[1], "And one more thing", ago=0)
    live(page, "message.received")
    expect(page.locator("[data-said]")).to_contain_text("And one more thing")
    expect(page.locator(words(page))).to_be_focused()
    page.keyboard.type("tence")
    expect(page.locator(words(page))).to_have_value("Half a sentence")
    expect(page.locator("[data-row] :checked")).to_have_count(1)
    page.reload()
    expect(page.locator(words(page))).to_have_value("Half a sentence")


@ON_A_DESKTOP
def test_people_are_stepped_through_selected_and_done_with_by_keys(
    page: Page, enter: Enter, ann: Member, three: list[Lead]
) -> None:
    enter(ann)
    page.goto("/inbox/?whose=mine")
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    first, second = rows.nth(0).locator("a.who"), rows.nth(1).locator("a.who")
    if not first.evaluate("it => it === document.activeElement"):
        expect(second).to_be_focused()
        page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-row] :checked")).to_have_count(2)
    expect(page.locator("[data-selected]")).to_have_text("2 selected")
    page.keyboard.press("d")
    expect(rows).to_have_count(1)
    expect(page.locator("[data-last] [role=status]")).to_have_text("Done with 2 people.")
    page.keyboard.press("z")
    expect(rows).to_have_count(3)
    rows.nth(1).locator("a.who").focus()
    page.keyboard.press("u")
    expect(rows).to_have_count(2)
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Until they reply: Briar Cole.")
    rows.nth(1).locator("a.who").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".talk h2")).to_have_text("Clove Dale")
    page.keyboard.press("t")
    expect(page.locator(words(page))).to_be_focused()
    page.keyboard.type("d u x j")
    expect(page.locator(words(page))).to_have_value("d u x j")


@ON_A_PHONE
def test_an_unknown_number_is_joined_to_somebody(
    page: Page, enter: Enter, account: Account, ann: Member, three: list[Lead], clock: Clock
) -> None:
    receive.receive(account=account, channel="text", sender=STRANGER, text="My other phone", at=clock.now(), via="text")
    enter(ann)
    page.goto("/inbox/")
    page.locator("[data-row]", has_text="(303) 555-0199").locator("a.who").click()
    page.get_by_label("Somebody you know").fill("clove")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Join to Clove Dale").click()
    expect(page.locator(".talk h2")).to_have_text("Clove Dale")
    expect(page.locator("[data-said]")).to_contain_text("My other phone")
    assert three[2].person.reaches.filter(contact_point__value=STRANGER).exists()
    page.goto("/inbox/")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("[data-row]")).to_have_count(4)


@ON_A_PHONE
def test_a_row_says_and_does_what_a_swipe_does(page: Page, enter: Enter, ann: Member, three: list[Lead]) -> None:
    enter(ann)
    page.goto("/inbox/")
    row = page.locator("[data-row]", has_text="Briar Cole")
    row.hover()
    row.locator("summary").click()
    row.get_by_role("button", name="Done").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    page.evaluate(
        """() => {
          const row = document.querySelector("[data-row]"), box = row.getBoundingClientRect();
          const at = (x) => new Touch({ identifier: 1, target: row, clientX: x, clientY: box.top + 20 });
          const fire = (kind, name, x) => row.dispatchEvent(new TouchEvent(kind, { bubbles: true, [name]: [at(x)] }));
          fire("touchstart", "touches", 300);
          fire("touchend", "changedTouches", 120);
        }"""
    )
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-last] [role=status]")).to_have_text("Done with Alder Wynn.")


@IN_BOTH_THEMES
def test_nothing_serious_for_assistive_tech_and_nothing_sideways(
    page: Page, enter: Enter, account: Account, ann: Member, three: list[Lead], clock: Clock, hear: Hear, theme: str
) -> None:
    hear(three[2], "STOP", ago=0)
    receive.receive(account=account, channel="text", sender=STRANGER, text="Hi", at=clock.now(), via="text")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    enter(ann)
    item = InboxItem.objects.get(lead=None)
    for path in ("/inbox/", f"/inbox/{three[2].pk}/", f"/inbox/from/{item.pk}/?q=clove", "/inbox/focus/"):
        page.goto(path)
        assert not grave(page), path
        assert page.locator(".btn.go:visible").count() <= 1, path
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/inbox/", f"/inbox/{three[2].pk}/", f"/inbox/from/{item.pk}/?q=clove", "/inbox/focus/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
