"""A whole day of thirty people, once by keyboard alone and once by one thumb."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences.models import Touch
from nextcall.consent.models import Withdrawal
from nextcall.conversations.models import Call, Promise
from nextcall.engine.models import Action
from nextcall.team.models import Account, Member
from tests.builders import make_lead, make_touch
from tests.journeys.conftest import Clock, Engine
from tests.journeys.dealing import ready, saved

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
KEYS = {
    "1": "no_answer",
    "2": "left_voicemail",
    "3": "talked",
    "5": "not_now",
    "6": "wrong_number",
    "7": "not_interested",
    "8": "asked_to_stop",
}
DAY = "1 2 1 3 1 7 4 1 2 5 1 1 2 s 3 1 6 1 2 1 8 1 3 2 1 7 1 2 1 1".split()


@pytest.fixture
def thirty(account: Account, ann: Member, clock: Clock, engine: Engine) -> list[str]:
    """Their names, in the order in which they came due."""
    names = [f"Person {n:02d}" for n in range(30)]
    for n, name in enumerate(names):
        lead = make_lead(account, name=name, owner=ann, arrived_at=clock.now() - timedelta(days=9))
        make_touch(lead, "call", due_at=clock.now() - timedelta(minutes=59 - n), state=Touch.State.OPEN)
    return names


def rows_are_right() -> None:
    """Every tap was saved once, and did what it says."""
    wanted = Counter(KEYS[key] for key in DAY if key in KEYS) + Counter(["call_back"])
    assert Counter(Call.objects.values_list("outcome", flat=True)) == wanted
    assert Counter(Action.objects.values_list("kind", flat=True)) == {"outcome": 29, "snooze": 1}
    assert Promise.objects.filter(closed_at=None, kind="call").count() == 2  # the call back, and the one snoozed
    assert Withdrawal.objects.filter(reason="opt_out").values("person").distinct().count() == 1
    assert Touch.objects.filter(state=Touch.State.OPEN).count() == 1  # of the one snoozed, who is on no cadence


def everyone(page: Page) -> None:
    expect(page.locator("#who")).to_have_text("That\u2019s everyone for today.")
    expect(page.locator(".heard")).to_contain_text("29 people heard from you.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("29 done, 0 to go")


@pytest.mark.parametrize("page", ["desktop"], indirect=True)
def test_thirty_people_by_keyboard_alone(page: Page, enter: Enter, ann: Member, thirty: list[str]) -> None:
    enter(ann)
    page.goto("/now/")
    for name, key in zip(thirty, DAY, strict=True):
        expect(page.locator("#who")).to_have_text(name)
        if name != thirty[-1]:
            ready(page)
        page.keyboard.press(key)
        if key in "4s":  # the sheet has the focus: an hour, this evening, tomorrow
            expect(page.locator(":popover-open button").locator("visible=true").first).to_be_focused()
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
    everyone(page)
    saved(page)
    rows_are_right()


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_thirty_people_by_one_thumb(page: Page, enter: Enter, ann: Member, thirty: list[str]) -> None:
    enter(ann)
    page.goto("/now/")
    for name, key in zip(thirty, DAY, strict=True):
        expect(page.locator("#who")).to_have_text(name)
        if name != thirty[-1]:
            ready(page)
        if key in "123":
            page.locator(f".outs [value={KEYS[key]}]").tap()
        elif key == "s":
            page.locator(".after button").tap()
            page.locator("#snooze button", has_text="Tomorrow morning").tap()
        else:
            page.locator(".outs button", has_text="More").tap()
            page.locator(f"#all [data-hidden-key='{key}']").tap()
            if key == "4":
                page.locator("#call-back button", has_text="Tomorrow morning").tap()
    everyone(page)
    saved(page)
    rows_are_right()
