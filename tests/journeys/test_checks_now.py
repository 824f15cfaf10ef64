"""The numbered checks of the Now page, each by its number, on a phone and on a desktop."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Call, Note, Promise
from nextcall.engine import receive
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import make_lead, make_touch
from tests.journeys.conftest import Clock, Engine
from tests.journeys.dealing import card, ready, saved
from tests.journeys.sizes import ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
WORDS = "What would our place sell for this spring? We are not in a rush."


@pytest.fixture
def juniper(account: Account, ann: Member, clock: Clock, engine: Engine) -> Lead:
    """A new lead on a cadence, whose first messages have left and whose call is due."""
    arrived = clock.now() - timedelta(minutes=3)
    lead = make_lead(account, name="Juniper Vale", owner=ann, arrived_at=arrived, message=WORDS)
    enroll.begin(lead=lead, slug="fast-start-light", by=None, at=arrived)
    Touch.objects.filter(lead=lead, channel="call").update(due_at=clock.now() - timedelta(seconds=5))
    engine.work()
    return lead


@pytest.fixture
def three(account: Account, ann: Member, clock: Clock, engine: Engine) -> list[Lead]:
    """Alder, Briar and Clove, with a call due each and nothing else on record."""
    leads = []
    for n, name in enumerate(("Alder Wynn", "Briar Cole", "Clove Dale")):
        lead = make_lead(account, name=name, owner=ann, arrived_at=clock.now() - timedelta(days=9))
        make_touch(lead, "call", due_at=clock.now() - timedelta(minutes=30 - n), state=Touch.State.OPEN)
        leads.append(lead)
    return leads


def status(page: Page) -> str:
    return page.locator("[data-last] [role=status]").inner_text()


def test_check_01_a_small_phone_shows_everything_needed_without_scrolling(
    page: Page, enter: Enter, ann: Member, juniper: Lead
) -> None:
    enter(ann)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/now/")
    wanted = [
        "#who",
        ".top .quiet",
        ".why summary",
        ".reach .go",
        *(f".outs button:visible >> nth={n}" for n in range(4)),
    ]
    for place in wanted:
        box = page.locator(place).first.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 740, place
        # and nothing lies over it
        middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "place": place.split(" >>")[0]}
        assert page.evaluate(
            "({x, y, place}) => !!document.elementFromPoint(x, y)?.closest(place.replace(':visible', ''))", middle
        )
    assert page.evaluate("scrollY") == 0


def test_check_04_and_06_one_tap_deals_the_next_card_before_the_server_has_answered(
    page: Page, enter: Enter, ann: Member, three: list[Lead]
) -> None:
    held: list[Route] = []
    enter(ann)
    page.goto("/now/")
    card(page, "Alder Wynn")
    for button in page.locator(".outs button:visible, .results button").all():
        assert button.locator("span").first.text_content(), "a button says what it does before it is pressed"
    ready(page)
    page.route("**/outcome/", lambda route: held.append(route))
    took = page.evaluate(
        """() => new Promise((told) => {
            const began = performance.now();
            const painted = () => requestAnimationFrame(() => told(performance.now() - began));
            document.addEventListener("nextcall:dealt", painted);
            document.querySelector(".outs [value=no_answer]").click();
        })"""
    )
    card(page, "Briar Cole")
    expect(page.locator("#who")).to_be_focused()
    assert status(page) == "No answer, Alder Wynn."
    assert not Call.objects.exists(), "nothing is saved yet: the server has not been reached"
    assert took < 500, "loosely: how long it takes on a busy machine"
    page.wait_for_timeout(50)
    held[0].continue_()
    saved(page)
    assert Call.objects.get().outcome == "no_answer"


@ON_A_PHONE
def test_a_refusal_brings_the_card_back_and_says_why(page: Page, enter: Enter, ann: Member, three: list[Lead]) -> None:
    enter(ann)
    page.goto("/now/")
    ready(page)
    problem = '{"said": "", "problem": "Their line is busy.", "action": null, "url": "/now/"}'
    page.route("**/outcome/", lambda route: route.fulfill(content_type="application/json", body=problem))
    page.locator(".outs [value=no_answer]").click()
    card(page, "Alder Wynn")
    expect(page.locator("[data-last] [role=status]")).to_have_text("Their line is busy.")


def test_check_07_undo_restores_the_card_the_counts_and_what_was_typed(
    page: Page, enter: Enter, ann: Member, clock: Clock, juniper: Lead, three: list[Lead]
) -> None:
    before = set(Touch.objects.filter(lead=juniper).values_list("step_key", "state"))
    enter(ann)
    page.goto("/now/")
    ready(page)
    counts = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="More all results").click()
    page.locator("#all textarea").fill("Dog in the garden")
    page.locator("#all").get_by_role("button", name="Talked").click()
    card(page, "Alder Wynn")
    saved(page)
    assert Enrollment.objects.get(lead=juniper).state == "paused"
    clock.skip(seconds=60)
    expect(page.locator(".offers")).to_contain_text("Appointment")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    page.locator("body").click(position={"x": 2, "y": 2})
    for _ in range(30):
        page.keyboard.press("Tab")
        if undo.evaluate("it => it === document.activeElement"):
            break
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    card(page, "Juniper Vale")
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Undone")
    expect(page.get_by_role("heading", level=1)).to_have_text(counts)
    expect(page.locator("#all textarea")).to_have_value("Dog in the garden")
    assert Enrollment.objects.get(lead=juniper).state == "active"
    assert set(Touch.objects.filter(lead=juniper).values_list("step_key", "state")) == before


def test_check_10_why_now_is_one_sentence_and_details_hold_hours_permission_and_step(
    page: Page, enter: Enter, ann: Member, juniper: Lead
) -> None:
    enter(ann)
    page.goto("/now/")
    expect(page.locator(".why summary")).to_contain_text(
        re.compile(r"Why now: they asked \d min ago, inside your 5 min goal")
    )
    page.locator(".why summary").click()
    details = page.locator(".why dl")
    for words in ("Calls allowed until", "in writing", "in Fast start light"):
        expect(details).to_contain_text(words)
    page.get_by_role("button", name="How this order works").click()
    expect(page.locator("#order li")).to_have_count(7)
    expect(page.locator("#order")).to_contain_text("at most a quarter of your day")


def test_check_11_a_reason_names_its_source_and_is_never_offered_twice(
    page: Page, enter: Enter, ann: Member, juniper: Lead
) -> None:
    enter(ann)
    page.goto("/now/")
    shown = page.locator("[data-reason]:visible")
    expect(shown).to_contain_text("From their own message")
    first = shown.get_attribute("data-reason")
    page.get_by_text("Another").locator("visible=true").click()
    expect(shown).not_to_have_attribute("data-reason", first or "")
    second = shown.get_attribute("data-reason")
    expect(shown).to_contain_text("From the cadence")
    page.locator(".outs [value=no_answer]").click()
    saved(page)
    assert Event.objects.get(kind="reason.used").data["key"] == second
    Touch.objects.filter(lead=juniper, channel="call", state="planned").update(state=Touch.State.OPEN)
    page.goto(f"/now/?lead={juniper.pk}")
    card(page, "Juniper Vale")
    keys = [one.get_attribute("data-reason") for one in page.locator("[data-reason]").all()]
    assert first in keys and second not in keys
    page.locator(".useless:visible summary").click()
    expect(page.locator(".useless:visible form")).to_contain_text("rests for two weeks")
    page.get_by_role("button", name="Not useful now").locator("visible=true").click()
    expect(page.locator(f'[data-reason="{first}"]')).to_have_count(0)
    expect(page.locator("[data-last] [role=status]")).to_contain_text("That reason rests for two weeks")


def test_check_12_with_no_facts_the_card_asks_for_a_line(
    page: Page, enter: Enter, ann: Member, three: list[Lead]
) -> None:
    enter(ann)
    page.goto("/now/")
    expect(page.locator(".reason")).to_contain_text("What would help Alder this week?")
    expect(page.locator("[data-reason]")).to_have_count(0)
    page.locator("#line").fill("The school next door opens in May")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("[data-reason]:visible")).to_contain_text("The school next door opens in May")
    card(page, "Alder Wynn")
    assert Note.objects.get().by == ann


def test_check_13_done_now_and_planned_differ_in_shape(page: Page, enter: Enter, ann: Member, juniper: Lead) -> None:
    enter(ann)
    page.goto("/now/")
    expect(page.locator(".thread")).to_have_attribute("aria-label", re.compile(r"Touch \d of 16 in Fast start light"))
    look = """it => {
        const { width, borderStyle, borderWidth, backgroundColor } = getComputedStyle(it);
        return [width, borderStyle, borderWidth, backgroundColor].join();
    }"""
    looks = {
        shape: page.locator(f".thread .{shape} .bead span").first.evaluate(look)
        for shape in ("done", "here", "ahead", "more")
    }
    assert len(set(looks.values())) == 4
    filled = [
        page.locator(f".thread .{shape} .bead span").first.evaluate("it => getComputedStyle(it).backgroundColor")
        for shape in ("done", "ahead")
    ]
    assert filled[0] != filled[1]


def test_check_14_a_voicemail_opens_a_pinned_window_that_holds_calls_and_closes_on_a_reply(
    page: Page, enter: Enter, ann: Member, clock: Clock, juniper: Lead
) -> None:
    enter(ann)
    page.goto("/now/")
    page.locator(".outs [value=left_voicemail]").click()
    page.get_by_role("button", name="Free 4 to 6").click()
    expect(page.locator(".window")).to_contain_text("Call-back window, 4 pm to 6 pm.")
    window = Promise.objects.get(kind="window")
    calls = Touch.objects.filter(lead=juniper, channel="call", state="planned")
    assert calls.exists() and all(call.due_at >= window.until_at for call in calls if window.until_at)
    text = "Thanks, got your message."
    point = juniper.person.reaches.get(contact_point__kind="phone").contact_point.value
    receive.receive(
        account=juniper.account, channel="text", sender=point, text=text, at=clock.now(), via="text", lead=juniper
    )
    page.reload()
    expect(page.locator("#who")).to_have_text("Juniper Vale")
    expect(page.locator(".window")).to_have_count(0)
    assert Enrollment.objects.get(lead=juniper).calls_after_at is None


def test_check_15_two_mornings_without_an_answer_move_the_call_to_another_part_of_the_day(
    page: Page, enter: Enter, ann: Member, clock: Clock, juniper: Lead, engine: Engine
) -> None:
    clock.skip(hours=-1)  # nine in the morning
    enter(ann)
    for day in range(2):
        Touch.objects.filter(lead=juniper, channel="call", state__in=("planned", "open")).update(
            state=Touch.State.OPEN, due_at=clock.now() - timedelta(minutes=1)
        )
        page.goto("/now/")
        card(page, "Juniper Vale")
        page.locator(".outs [value=no_answer]").click()
        saved(page)
        if day == 0:
            clock.skip(days=1)
    following = Touch.objects.filter(lead=juniper, channel="call", state="planned").order_by("due_at").first()
    assert following and following.local_at and following.local_at.hour >= 11


def test_check_16_asked_us_to_stop_cancels_and_blocks_everything(
    page: Page, enter: Enter, ann: Member, juniper: Lead
) -> None:
    enter(ann)
    page.goto("/now/")
    page.get_by_role("button", name="More all results").click()
    page.locator("#all").get_by_role("button", name="Asked us to stop").click()
    saved(page)
    assert not Touch.objects.filter(lead=juniper, state__in=("planned", "open", "claimed")).exists()
    page.goto(f"/leads/{juniper.pk}/?mode=text")
    expect(page.locator("#panel-text [data-send]")).to_be_disabled()
