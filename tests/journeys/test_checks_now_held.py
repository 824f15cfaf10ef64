"""More numbered checks of the Now page: hours, the telephone, words, and what is offered the third time."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences import enroll
from nextcall.cadences.models import Enrollment, Touch
from nextcall.conversations.models import Promise
from nextcall.engine import promising
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_member, make_touch
from tests.journeys.conftest import Clock, Engine
from tests.journeys.dealing import card, ready, saved
from tests.journeys.sizes import ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]


def call_due(account: Account, owner: Member | None, clock: Clock, name: str, **fields: Any) -> Lead:
    lead = make_lead(account, name=name, owner=owner, arrived_at=clock.now() - timedelta(days=9), **fields)
    make_touch(lead, "call", due_at=clock.now() - timedelta(minutes=30), state=Touch.State.OPEN)
    return lead


def test_check_17_a_call_outside_their_hours_is_held_whatever_the_members_zone(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine
) -> None:
    ann.zone = "Europe/Berlin"
    ann.save()
    call_due(
        account,
        ann,
        clock,
        "Kalani Noe",
        region="HI",
        postal_code="96813",
        zone="Pacific/Honolulu",
        phone="+18085550142",
    )
    enter(ann)
    page.goto("/now/")
    held = page.locator(".held")
    expect(held).to_contain_text(re.compile(r"Held until 8(:\d\d)? am their time"))  # seven in the morning there
    expect(held).to_contain_text("Rule ")
    expect(held.get_by_role("link").first).to_be_visible()
    expect(page.locator(".reach [data-key=c]")).not_to_have_class(re.compile(r"\bgo\b"))


def test_check_24_after_a_restart_during_a_call_the_same_card_asks_how_it_went(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine
) -> None:
    call_due(account, ann, clock, "Alder Wynn")
    second = call_due(account, ann, clock, "Briar Cole")
    Touch.objects.filter(lead=second).update(due_at=clock.now() - timedelta(minutes=5))
    enter(ann)
    page.goto(f"/now/?lead={second.pk}")
    expect(page.locator("#how")).to_be_hidden()
    with page.expect_response("**/started/"):
        page.evaluate("""() => {
            const call = document.querySelector("[data-started]");
            call.addEventListener("click", (event) => event.preventDefault());
            call.click();
        }""")
    kept = page.context.storage_state()
    clock.skip(minutes=4)
    again = page.context.browser.new_context(base_url=page.url.split("/now/")[0], storage_state=kept)  # type: ignore[union-attr]
    try:
        reopened = again.new_page()
        reopened.goto("/now/")
        expect(reopened.locator("#who")).to_have_text("Briar Cole")
        expect(reopened.locator("#how")).to_be_visible()
        expect(reopened.locator(".outs button").first).to_contain_text("Talked")  # away for four minutes
    finally:
        again.close()


def test_check_36_no_page_of_the_day_scolds_or_shouts(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine
) -> None:
    late = call_due(account, ann, clock, "Alder Wynn")
    Touch.objects.filter(lead=late).update(due_at=clock.now() - timedelta(days=3))
    enter(ann)
    for path in ("/now/", "/now/days/"):
        page.goto(path)
        words = page.locator("body").inner_text() + page.locator(".sheet").evaluate_all(
            "all => all.map(it => it.textContent).join()"
        )
        assert "overdue" not in words.lower()
        assert "!" not in words
        assert "streak" not in words.lower()
    page.goto("/now/")
    expect(page.locator(".chip").first).to_contain_text("Carried over")
    red = page.evaluate("""() => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = "var(--brick-ink)";
        const brick = getComputedStyle(probe).color;
        probe.remove();
        return [...document.querySelectorAll("main *, .rail *")].filter((it) => getComputedStyle(it).color === brick)
            .map((it) => it.closest("button")?.textContent ?? it.textContent);
    }""")
    stops = ("Asked us to stop", "No more calls", "Do not call")
    assert all(any(one in words for one in stops) for words in red)


@ON_A_PHONE
def test_the_third_snooze_asks_whether_another_plan_fits_and_still_snoozes(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine
) -> None:
    lead = make_lead(account, name="Alder Wynn", owner=ann, arrived_at=clock.now() - timedelta(days=3))
    enroll.begin(lead=lead, slug="steady", by=None, at=clock.now() - timedelta(days=3))
    for hours in (1, 2):
        promising.snooze(lead=lead, until=clock.now() + timedelta(hours=1), by=ann, at=clock.now())
        clock.skip(hours=hours)
    enter(ann)
    page.goto("/now/")
    card(page, "Alder Wynn")
    page.locator("[popovertarget=snooze]:visible").first.click()
    sheet = page.locator("#snooze")
    expect(sheet).to_contain_text("Change the plan instead?")
    expect(sheet.locator("[name=instead]")).to_have_count(3)
    sheet.get_by_label("Move the whole plan").check()
    sheet.get_by_role("button", name="Until they reply").click()
    saved(page)
    expect(page.locator("[data-last] [role=status]")).to_have_text(
        "Snoozed Alder Wynn until they reply. The whole plan waits."
    )
    assert Enrollment.objects.get().state == "paused"
    assert Promise.objects.get(closed_at=None).what == "Snoozed until they reply"


@ON_A_PHONE
def test_a_card_taken_by_a_colleague_meanwhile_says_whose_it_is_and_the_next_is_dealt(
    page: Page, enter: Enter, account: Account, ann: Member, clock: Clock, engine: Engine
) -> None:
    call_due(account, ann, clock, "Alder Wynn")
    shared = call_due(account, None, clock, "Briar Cole")
    Touch.objects.filter(lead=shared).update(due_at=clock.now() - timedelta(minutes=9))
    last = call_due(account, ann, clock, "Clove Dale")
    Touch.objects.filter(lead=last).update(due_at=clock.now() - timedelta(minutes=5))
    ben = make_member(account, name="Ben Carter")
    enter(ann)
    page.goto("/now/")
    card(page, "Alder Wynn")
    ready(page, 2)
    Lead.objects.filter(pk=shared.pk).update(held_by=ben, held_until=clock.now() + timedelta(minutes=9))
    page.locator(".outs [value=no_answer]").click()
    card(page, "Clove Dale")
    expect(page.locator("[data-last] [role=status]")).to_contain_text(
        re.compile("Ben has Briar Cole open|No answer, Alder")
    )
