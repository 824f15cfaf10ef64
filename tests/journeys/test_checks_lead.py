"""The acceptance checks that the Lead page answers for, by their numbers, on a phone and a desktop."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Note
from nextcall.engine import receive
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine
from tests.journeys.sizes import IN_BOTH_THEMES, ON_A_DESKTOP

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
AHEAD = ["planned", "open", "claimed"]


@pytest.fixture
def hazel(account: Account, ann: Member, clock: Clock, engine: Engine) -> Lead:
    arrived = clock.now() - timedelta(hours=2)
    words = "What would our place sell for this spring?"
    lead = make_lead(account, name="Hazel Thorne", owner=ann, arrived_at=arrived, message=words, phone="+13035550142")
    enroll.begin(lead=lead, slug="steady", by=None, at=arrived)
    return lead


def unfold(page: Page) -> None:
    """The facts are a sheet on a phone."""
    about = page.locator(".head .about")
    if about.is_visible():
        about.click()


def fold(page: Page) -> None:
    close = page.locator(".sheet-head .btn")
    if close.is_visible():
        close.click()


def said(page: Page, words: str) -> None:
    expect(page.locator("[data-last] [role=status]")).to_contain_text(words)


def test_check_16_asked_to_stop_ends_every_channel_at_once_and_the_page_says_so(
    page: Page, enter: Enter, ann: Member, hazel: Lead
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    assert Touch.objects.filter(lead=hazel, state__in=AHEAD).exists()
    unfold(page)
    page.locator("summary", has_text="Asked to stop").click()
    page.get_by_role("button", name="End all channels").click()
    said(page, "asked us to stop. Nothing more goes to them, and nothing can be sent.")
    assert not Touch.objects.filter(lead=hazel, state__in=AHEAD).exists()
    fold(page)
    expect(page.locator(".notice.brick")).to_contain_text("nothing can be sent on any channel")
    page.goto(f"/leads/{hazel.pk}/?mode=text")
    for mode in ("text", "email"):
        page.locator(f"[data-mode={mode}]").click()
        expect(page.locator(f"#panel-{mode} [data-send]")).to_be_disabled()
        expect(page.locator(f"#panel-{mode} .gate")).to_contain_text(f"No {mode}s to Hazel.")
    expect(page.locator(".head [data-key=c]")).to_have_count(0)


def test_check_17_a_call_outside_their_hours_waits_and_names_the_rule(
    page: Page, enter: Enter, account: Account, ann: Member, hazel: Lead, clock: Clock
) -> None:
    clock.skip(hours=12)  # ten at night in Denver
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/?mode=text")
    expect(page.locator(".head [data-key=c]")).to_contain_text("Call tomorrow")
    expect(page.locator("#panel-text .gate")).to_contain_text("10 pm for Hazel")
    expect(page.locator("#panel-text .gate")).to_contain_text("Rule ")
    expect(page.locator("#panel-text .gate")).to_contain_text("Texts leave from tomorrow")


def test_check_18_a_text_without_permission_cannot_be_sent_and_says_what_to_do_instead(
    page: Page, enter: Enter, account: Account, ann: Member, engine: Engine, clock: Clock
) -> None:
    arrived = clock.now() - timedelta(days=200)
    nolan = make_lead(account, name="Nolan Pike", owner=ann, permission="none", arrived_at=arrived)
    enter(ann)
    page.goto(f"/leads/{nolan.pk}/?mode=text")
    gate = page.locator("#panel-text .gate")
    expect(gate).to_contain_text("No texts to Nolan. Rule ")
    expect(page.locator("#panel-text [data-send]")).to_be_disabled()
    ways = gate.locator(".ways a")
    assert ways.count() >= 1
    page.evaluate("document.querySelector('#panel-text [data-send]').disabled = false")  # whatever the page allows
    page.locator("#panel-text textarea").fill("Hello")
    page.locator("#panel-text [data-send]").click()
    said(page, "Not sent:")
    assert not Touch.objects.filter(lead=nolan).exists()


def test_check_19_a_reply_pauses_the_plan_and_the_page_says_what_with_undo(
    page: Page, enter: Enter, account: Account, ann: Member, hazel: Lead, clock: Clock
) -> None:
    enter(ann)
    receive.receive(
        account=account, channel="text", sender="+13035550142", text="Slammed until Thursday, texting is easier.",
        at=clock.now() - timedelta(minutes=8), via="text", dedupe_key="1",
    )  # fmt: skip
    page.goto(f"/leads/{hazel.pk}/")
    expect(page.locator(".said").first).to_have_text("Slammed until Thursday, texting is easier.")
    paused = page.locator(".line.past li", has_text="Steady paused: they replied.")
    expect(paused).to_contain_text("touches wait.")
    expect(page.locator("#planned")).to_contain_text("Planned, waiting")
    paused.get_by_role("button", name="Undo the pause").click()
    said(page, "Resumed for Hazel Thorne.")
    expect(page.locator("#planned")).not_to_contain_text("waiting")
    assert Enrollment.objects.get(lead=hazel).state == "active"


def test_check_20_two_planned_touches_now_and_the_composer_show_without_scrolling(
    page: Page, enter: Enter, ann: Member, hazel: Lead
) -> None:
    size = page.viewport_size
    assert size
    if size["width"] > 900:
        page.set_viewport_size({"width": 1280, "height": 800})
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    height = page.viewport_size["height"] if page.viewport_size else 0
    shown = [".line.ahead > li:nth-last-child(1)", ".line.ahead > li:nth-last-child(2)", ".nowbar", ".write"]
    for place in (*shown, ".write .btn.go"):
        box = page.locator(place).bounding_box()
        assert box, place
        assert box["y"] >= 0, place
        assert box["y"] + box["height"] <= height, place
    assert page.evaluate("scrollY") == 0
    expect(page.locator("#planned a")).to_contain_text("ahead")


def test_check_21_a_draft_with_an_open_gap_cannot_be_sent_and_says_which(
    page: Page, enter: Enter, ann: Member, hazel: Lead
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/?mode=text")
    draft = page.locator("#panel-text textarea")
    draft.fill("Hi Hazel, [[what you saw on Larkspur]] Free at four?")
    expect(page.locator("#told-text")).to_contain_text("Still open: “what you saw on Larkspur”.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#told-text")).to_contain_text("Not sent: the gap “what you saw on Larkspur” is still open.")
    page.keyboard.type("Two homes sold there.")  # the gap is selected: the next key fills it
    expect(draft).to_have_value("Hi Hazel, Two homes sold there. Free at four?")
    assert not Touch.objects.filter(lead=hazel, step_key="").exists()
    page.keyboard.press("Control+Enter")
    said(page, "Text to Hazel Thorne.")
    assert Touch.objects.get(lead=hazel, step_key="").body == "Hi Hazel, Two homes sold there. Free at four?"


def test_check_22_send_waits_and_can_be_undone_until_it_leaves(
    page: Page, enter: Enter, ann: Member, hazel: Lead, engine: Engine, clock: Clock
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/?mode=text")
    page.locator("#panel-text textarea").fill("Free at four?")
    page.locator("#panel-text [data-send]").click()
    said(page, "Text to Hazel Thorne.")
    expect(page.locator(".last-line .leaves")).to_contain_text("Leaves in")
    expect(page.locator("#panel-text textarea")).to_have_value("")
    expect(page.locator(".line.ahead")).to_contain_text("Free at four?")
    page.locator(".last-line").get_by_role("button", name="Undo").click()
    said(page, "Undone")
    expect(page.locator(".line.ahead")).not_to_contain_text("Free at four?")
    clock.skip(minutes=1)
    engine.work()
    assert not [one for one in engine.memory.sent if "Free at four?" in one.body]
    page.goto(f"/leads/{hazel.pk}/?mode=text")  # the plan wrote meanwhile: who answers has read that first
    page.locator("#panel-text textarea").fill("Free at five?")
    page.locator("#panel-text [data-send]").click()
    expect(page.locator(".line.ahead")).to_contain_text("Free at five?")
    page.locator("#panel-text textarea").fill("Or at six?")  # two in a row: one's own message holds nothing back
    page.locator("#panel-text [data-send]").click()
    expect(page.locator(".line.ahead")).to_contain_text("Or at six?")
    clock.skip(minutes=1)
    engine.work()
    assert [one for one in engine.memory.sent if "Free at five?" in one.body]
    page.get_by_role("button", name="Undo before it leaves").or_(page.locator(".last-line .undo button")).first.click()
    said(page, "A message of it has left already.")


@ON_A_DESKTOP
def test_a_field_is_changed_where_it_stands_and_a_wrong_one_says_so(
    page: Page, enter: Enter, ann: Member, hazel: Lead
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    unfold(page)
    page.locator("#f-postal_code > summary").click()
    field = page.locator("#f-postal_code [name=value]")
    expect(field).to_be_focused()
    field.fill("8020x")
    page.keyboard.press("Enter")
    expect(page.locator("#f-postal_code-wrong")).to_have_text("That is not a ZIP code. Write it like 80202.")
    expect(field).to_be_focused()
    field.fill("80301")
    page.keyboard.press("Enter")
    expect(page.locator("#f-postal_code .v")).to_have_text("80301")
    page.locator("#f-postal_code > summary").click()
    expect(page.locator("#f-postal_code .history")).to_contain_text("80202 to 80301, Ann Weaver")


@ON_A_DESKTOP
def test_a_text_says_its_parts_and_that_it_was_sent_before(
    page: Page, enter: Enter, account: Account, ann: Member, hazel: Lead, clock: Clock
) -> None:
    for n in (2, 1):
        hazel.messages.create(
            account=account, person=hazel.person, channel="text", outbound=True, body="Free at four?",
            at=clock.now() - timedelta(hours=n),
        )  # fmt: skip
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/?mode=text")
    draft, told = page.locator("#panel-text textarea"), page.locator("#told-text")
    draft.fill("Free at four?")
    expect(told).to_have_text("Same text as your last two to Hazel.")
    draft.fill("a" * 170)
    expect(told).to_have_text("2 parts, 136 left")
    draft.fill("é" * 60 + "“" * 5)  # curly quotes: a part holds 70 letters
    expect(told).to_have_text("5 left")
    page.locator("[data-mode=email]").click()
    page.locator("[data-mode=text]").click()
    expect(draft).to_have_value("é" * 60 + "“" * 5)


@ON_A_DESKTOP
def test_what_happens_elsewhere_shows_without_losing_what_is_typed(
    page: Page, enter: Enter, account: Account, ann: Member, hazel: Lead, clock: Clock
) -> None:
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/?mode=text")
    draft = page.locator("#panel-text textarea")
    draft.fill("Half a thou")
    Note.objects.create(account=account, lead=hazel, body="Two dogs", at=clock.now(), by=ann)
    page.evaluate(
        "id => document.dispatchEvent(new CustomEvent('nextcall:live', {detail: {kind: 'note.written', lead: id}}))",
        hazel.pk,
    )
    expect(page.locator(".line.past")).to_contain_text("Two dogs")
    expect(draft).to_have_value("Half a thou")
    expect(draft).to_be_focused()
    page.reload()
    expect(page.locator("#panel-text textarea")).to_have_value("Half a thou")


@ON_A_DESKTOP
def test_the_page_is_worked_by_keys(page: Page, enter: Enter, account: Account, ann: Member, hazel: Lead) -> None:
    older = make_lead(account, name="Old One", owner=ann, arrived_at=hazel.arrived_at - timedelta(days=1))
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/?from=sort%3Dnewest")
    page.keyboard.press("n")
    page.keyboard.type("Two dogs p")
    page.keyboard.press("Control+Enter")
    said(page, "Noted for Hazel Thorne.")
    page.locator(".head h1").click()
    page.keyboard.press("p")
    said(page, "Paused for Hazel Thorne.")
    page.keyboard.press("z")
    said(page, "Undone")
    page.keyboard.press("Shift+P")
    expect(page.locator("#plan-change [name=cadence]")).to_be_visible()
    page.keyboard.press("]")
    expect(page.locator(".head h1")).to_have_text("Old One")
    assert f"/leads/{older.pk}/" in page.url
    page.keyboard.press("[")
    expect(page.locator(".head h1")).to_have_text("Hazel Thorne")


@IN_BOTH_THEMES
def test_the_lead_page_has_nothing_serious_for_assistive_tech(
    page: Page, enter: Enter, ann: Member, hazel: Lead, theme: str
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/?mode=text")
    unfold(page)
    page.locator("#f-city > summary").click()
    page.locator(".record [id^=point-] > summary").first.click()
    assert not grave(page)
