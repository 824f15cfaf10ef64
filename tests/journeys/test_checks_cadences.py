"""Cadences, the checks of section 10: shaped by keyboard alone and by buttons alone, with the forecast at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences import enroll, parse
from nextcall.cadences.models import CadenceVersion, Draft, Enrollment
from nextcall.team.models import Account, Member
from tests.builders import make_lead
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine
from tests.journeys.sizes import IN_BOTH_THEMES, ON_A_DESKTOP

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
STEADY = "/cadences/steady/"


@pytest.fixture
def busy(account: Account, ann: Member, clock: Clock) -> None:
    """Two new leads a day, and little time set aside: the forecast is near its line."""
    ann.settings = {**ann.settings, "people_a_day": 20}
    ann.save(update_fields=["settings"])
    for n in range(56):
        make_lead(account, name=f"Lead {n}", owner=ann, arrived_at=clock.now() - timedelta(hours=11 * n + 1))


def steps() -> dict[str, tuple[int | None, str | None]]:
    """Day and part of every step in the draft, as stored."""
    return {one.key: (one.when.day, one.when.part) for one in parse.read(Draft.objects.get().source).steps}


def slowness(page: Page) -> float:
    """How much longer than usual everything takes here just now: a plain answer takes 25 ms where nothing else runs."""
    took = page.evaluate(
        """async () => {
          const took = [];
          for (let n = 0; n < 4; n++) {
            const began = performance.now();
            await (await fetch(location.pathname + 'file/')).text();
            took.push(performance.now() - began);
          }
          return took;
        }"""
    )
    return max(1.0, min(took) / 25)


def bead(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("button", name=name, exact=True)


def test_check_28_a_touch_added_changes_the_forecast_at_once_and_says_which_day_is_over(
    page: Page, enter: Enter, ann: Member, busy: None
) -> None:
    enter(ann)
    page.goto(STEADY)
    finding = page.locator("[data-finding]")
    expect(finding).to_contain_text("Every day fits")
    before = finding.inner_text()
    page.evaluate(
        """() => {
          const part = document.querySelector('[data-part="forecast"]');
          const took = window.took = [];
          document.addEventListener('submit', () => { window.pressed = performance.now(); }, true);
          new MutationObserver(() => {
            took.push(performance.now() - window.pressed);
            document.body.dataset.changes = took.length;
          }).observe(part, {childList: true});
        }"""
    )
    for added in range(1, 5):
        page.get_by_role("button", name="Add a touch to Day 3").click()
        expect(page.locator("body")).to_have_attribute("data-changes", str(added))
    expect(finding).not_to_have_text(before)
    expect(finding).to_contain_text("minutes asked, 60 set aside")
    assert min(page.evaluate("window.took")) < 400 * slowness(page)
    assert len(steps()) == 16


def test_check_29_every_touch_is_added_moved_and_removed_by_keyboard_alone(
    page: Page, enter: Enter, ann: Member, engine: Engine
) -> None:
    enter(ann)
    page.goto(STEADY)
    status = page.locator("[data-last] [role=status]")
    bead(page, "Day 1, email, at once").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(bead(page, "Day 3, call, evening")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(bead(page, "Day 4, call, evening")).to_be_focused()
    page.keyboard.press("Shift+ArrowUp")
    expect(bead(page, "Day 4, call, afternoon")).to_be_focused()
    assert steps()["d3-call-1"] == (4, "afternoon")
    page.keyboard.press("+")
    expect(status).to_contain_text("Added: Day 4, call, evening")
    expect(bead(page, "Day 4, call, evening")).to_be_focused()
    assert len(steps()) == 13
    page.keyboard.press("Delete")
    expect(status).to_contain_text("Removed: Day 4, call, evening")
    assert len(steps()) == 12
    bead(page, "Day 4, call, afternoon").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-label")).to_be_focused()
    expect(page.locator("#step-label")).to_have_text("Day 4, call, afternoon")
    page.keyboard.press("Escape")
    expect(bead(page, "Day 4, call, afternoon")).to_be_focused()
    page.keyboard.press("z")
    expect(status).to_have_text("Undone.")
    expect(bead(page, "Day 4, call, evening")).to_be_visible()
    assert len(steps()) == 13
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("From bead to bead")


def test_check_29_every_touch_is_added_moved_and_removed_by_buttons_alone(
    page: Page, enter: Enter, ann: Member, engine: Engine
) -> None:
    enter(ann)
    page.goto(STEADY)
    bead(page, "Day 2, text, midday").click()
    expect(page.locator("#step-label")).to_have_text("Day 2, text, midday")
    for name, label in (
        ("A day later", "Day 3, text, midday"),
        ("Later", "Day 3, text, afternoon"),
        ("Earlier", "Day 3, text, midday"),
        ("A day earlier", "Day 2, text, midday"),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator("#step-label")).to_have_text(label)
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.get_by_label("What to add").select_option("email")
    page.get_by_role("button", name="Add before").click()
    expect(page.locator("#step-label")).to_have_text("Day 2, email, morning")
    assert steps()["d2-email-1"] == (2, "morning")
    page.get_by_role("button", name="The same again").click()
    expect(page.locator("#step-label")).to_have_text("Day 2, email, midday")
    page.get_by_role("button", name="Remove", exact=True).first.click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Removed: Day 2, email, midday")
    assert len(steps()) == 13
    assert parse.read(Draft.objects.get().source).steps[2].by == "person"  # held until somebody does it


def test_check_29_a_rhythm_too(page: Page, enter: Enter, ann: Member, engine: Engine) -> None:
    enter(ann)
    page.goto("/cadences/three-and-one/")
    bead(page, "Day 4, email, another part of the day").focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Moved in every round")
    found = parse.read(Draft.objects.get().source)
    assert [step.channel for step in found.steps[:4]] == ["call", "call", "email", "call"]


@ON_A_DESKTOP
def test_words_are_previewed_as_they_are_written_and_kept(
    page: Page, enter: Enter, ann: Member, engine: Engine
) -> None:
    enter(ann)
    page.goto(f"{STEADY}?step=d2-text-1")
    first = page.get_by_label("Variant 1", exact=True)
    first.fill("Morning {{ lead.first_name }}, {{ seller }} here. Reply STOP to opt out.")
    expect(page.locator("[data-preview-of='0']")).to_contain_text("Morning Hazel, Acme Homes here.")
    expect(page.locator("[data-preview-of='0']")).to_contain_text("1 part, 106 left")
    page.get_by_role("button", name="Another variant").click()
    expect(page.get_by_label("Variant 4", exact=True)).to_be_visible()
    wording = parse.read(Draft.objects.get().source).steps[2].wording
    assert (len(wording), wording[0][:7]) == (4, "Morning")
    page.get_by_label("Variant 4", exact=True).fill("Hello {{ nobody }}")
    page.get_by_role("button", name="Keep this touch").click()
    expect(page.get_by_role("button", name="Save for new leads")).to_be_disabled()
    expect(page.locator("#why-not")).to_contain_text("{{ nobody }} is unknown")


@ON_A_DESKTOP
def test_a_version_is_saved_and_the_leads_are_moved_to_it_and_back(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine
) -> None:
    for n in range(3):
        lead = make_lead(account, name=f"Lead {n}", owner=ann, arrived_at=clock.now() - timedelta(hours=1))
        enroll.begin(lead=lead, slug="steady", by=None, at=lead.arrived_at)
    enter(ann)
    page.goto(f"{STEADY}?step=d2-text-1")
    page.get_by_role("button", name="A day later", exact=True).click()
    expect(page.locator("#step-label")).to_have_text("Day 3, text, midday")
    page.get_by_role("button", name="Save for new leads").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("3 leads are on version 1. Move them to version 2?")
    expect(page.locator(".changes")).to_contain_text("Moved: Day 2, text, midday, to Day 3, text, midday.")
    assert set(Enrollment.objects.values_list("version__number", flat=True)) == {1}
    page.get_by_role("button", name="Move 3 leads").click()
    expect(page.locator(".moved")).to_contain_text("3 leads moved to version 2 of Steady")
    assert set(Enrollment.objects.values_list("version__number", flat=True)) == {2}
    page.locator(".moved").get_by_role("button", name="Undo").click()
    expect(page.locator(".moved")).to_contain_text("Undone")
    assert set(Enrollment.objects.values_list("version__number", flat=True)) == {1}
    page.goto(f"{STEADY}versions/?a=1&b=2")
    expect(page.locator("#beside")).to_have_text("Version 1 beside version 2")
    page.get_by_role("button", name="Bring back version 1").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Version 1 is here as a draft")
    assert CadenceVersion.objects.filter(cadence__slug="steady").count() == 2


@IN_BOTH_THEMES
def test_nothing_serious_for_assistive_tech(
    page: Page, enter: Enter, ann: Member, account: Account, clock: Clock, engine: Engine, theme: str
) -> None:
    lead = make_lead(account, owner=ann, arrived_at=clock.now() - timedelta(hours=1))
    enroll.begin(lead=lead, slug="steady", by=None, at=lead.arrived_at)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    enter(ann)
    for path in (
        "/cadences/",
        f"{STEADY}?step=d1-email-1",
        "/cadences/three-and-one/?step=attempt-4",
        f"{STEADY}versions/",
        f"{STEADY}leads/",
        f"{STEADY}law/",
    ):
        page.goto(path)
        assert not grave(page), path
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
