"""The first day: a file of leads comes in, and somebody works them one card at a time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Call
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import WORDING, make_lead, make_touch
from tests.journeys.conftest import Clock, Engine
from tests.journeys.dealing import card, saved
from tests.journeys.sizes import ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), ON_A_PHONE]

Enter = Callable[[Member], None]
FILE = (
    "First Name,Last Name,Phone,Email,City,State,Zip,Message\n"
    "Juniper,Vale,(303) 555-0142,june@example.com,Denver,CO,80202,What would our place sell for?\n"
    "Rowan,Ashby,303-555-0177,rowan@example.com,Denver,CO,80203,\n"
)


def fresh_lead(account: Account, owner: Member, clock: Clock, name: str = "Hazel Thorne") -> Lead:
    arrived = clock.now() - timedelta(minutes=3)
    lead = make_lead(account, name=name, owner=owner, arrived_at=arrived, message="What would it sell for?")
    enroll.begin(lead=lead, slug="fast-start-light", by=None, at=arrived)
    Touch.objects.filter(lead=lead, channel="call").update(due_at=clock.now() - timedelta(seconds=5))
    return lead


def test_from_a_file_to_the_first_outcome(page: Page, enter: Enter, ann: Member, engine: Engine, clock: Clock) -> None:
    enter(ann)
    page.goto("/imports/")
    page.set_input_files("#file", files=[{"name": "mine.csv", "mimeType": "text/csv", "buffer": FILE.encode()}])
    page.get_by_role("button", name="Look at it first").click()
    for box in page.locator("[name=channels]").all():
        box.check()
    page.locator("[name=wording]").fill(WORDING)
    page.get_by_role("button", name="Import and start").click()
    expect(page.locator("[formaction*=confirmation]")).to_have_count(0)
    engine.work()
    assert Lead.objects.count() == 2
    expect(page.locator("[data-poll]")).to_have_count(0)  # the page finds out by itself
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    clock.skip(hours=1)
    engine.work()
    page.goto("/now/")
    expect(page.get_by_role("heading", level=1)).to_have_text("0 done, 2 to go")
    first = page.locator("#who").inner_text()
    page.get_by_role("button", name="No answer").first.click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text(f"No answer, {first}.")
    expect(page.locator("#who")).not_to_have_text(first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 done")
    assert Call.objects.get().outcome == "no_answer"


def test_undo_restores_the_card_the_plan_and_the_counts(
    page: Page, enter: Enter, account: Account, ann: Member, engine: Engine, clock: Clock
) -> None:
    lead = fresh_lead(account, ann, clock)
    engine.work()
    before = set(Touch.objects.filter(lead=lead).values_list("step_key", "state"))
    enter(ann)
    page.goto("/now/")
    card(page, "Hazel Thorne")
    page.get_by_role("button", name="Talked").first.click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Talked, Hazel Thorne")
    saved(page)
    expect(page.locator("#who")).not_to_have_text("Hazel Thorne")
    assert Enrollment.objects.get().state == "paused"
    page.get_by_role("button", name="Undo").click()
    card(page, "Hazel Thorne")
    expect(page.get_by_role("heading", level=1)).to_contain_text("0 done")
    assert Enrollment.objects.get().state == "active"
    assert set(Touch.objects.filter(lead=lead).values_list("step_key", "state")) == before


def test_a_reply_pauses_and_tops_the_deck(
    page: Page, enter: Enter, account: Account, ann: Member, engine: Engine, clock: Clock
) -> None:
    lead = fresh_lead(account, ann, clock, "Rowan Ashby")
    other = make_lead(account, name="Alder Wynn", owner=ann, arrived_at=clock.now() - timedelta(days=9))
    make_touch(other, "call", due_at=clock.now() - timedelta(minutes=1), state=Touch.State.OPEN)
    engine.work()
    enter(ann)
    page.goto(f"/leads/{lead.pk}/")
    page.locator(".head .about").click()  # the facts are a sheet on a phone
    page.locator("summary", has_text="They wrote").click()
    page.locator("textarea[name=text]").fill("Slammed until Thursday, texting is easier.")
    page.get_by_role("button", name="Log it").click()
    expect(page.locator(".last-line")).to_contain_text("Rowan Ashby wrote. The plan is paused.")
    expect(page.locator(".plan-says")).to_contain_text("paused")
    expect(page.locator(".said").first).to_have_text("Slammed until Thursday, texting is easier.")
    sent = len(engine.memory.sent)
    clock.skip(days=1)
    engine.work()
    assert len(engine.memory.sent) == sent
    page.goto("/now/")
    card(page, "Rowan Ashby")
    expect(page.locator(".card")).to_contain_text("nobody has answered yet")


def test_stop_stops_everything_at_once(
    page: Page, enter: Enter, account: Account, ann: Member, engine: Engine, clock: Clock
) -> None:
    lead = fresh_lead(account, ann, clock, "Sorrel Quinn")
    engine.work()
    sent = len(engine.memory.sent)
    assert sent
    enter(ann)
    page.goto("/now/")
    card(page, "Sorrel Quinn")
    page.get_by_role("button", name="More all results").click()
    page.locator("#all").get_by_role("button", name="Asked us to stop").click()
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Asked us to stop, Sorrel Quinn")
    saved(page)
    assert not Touch.objects.filter(lead=lead, state__in=["planned", "open", "claimed"]).exists()
    page.goto(f"/leads/{lead.pk}/?mode=text")
    expect(page.locator("#panel-text .gate")).to_contain_text("No texts to Sorrel.")
    expect(page.locator("#panel-text [data-send]")).to_be_disabled()
    clock.skip(days=30)
    engine.work()
    assert len(engine.memory.sent) == sent
