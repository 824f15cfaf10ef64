"""What is posted arrives once, whatever happens between the device and the server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from nextcall.conversations.models import Call, Note
from nextcall.engine.models import Taken
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import make_member
from tests.journeys.conftest import Clock, sign_in_here
from tests.journeys.dealing import until
from tests.journeys.phone.doing import BAR, keep, post, sent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("context", ["phone"], indirect=True),  # how wide it is makes no difference here
]
Enter = Callable[[Member], None]


@pytest.fixture
def note(hazel: Lead) -> str:
    return f"/leads/{hazel.pk}/note/"


@pytest.fixture
def home(page: Page, enter: Enter, ann: Member, hazel: Lead) -> Page:
    """The page of Hazel, with Ann signed in; what is sent while the service worker takes over is not intercepted."""
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    until(page, "navigator.serviceWorker.controller")
    return page


def test_an_answer_that_got_lost_is_asked_for_again(home: Page, context: BrowserContext, note: str) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()  # the server took it, and its answer never came
        lost.append(route.request.headers["idempotency-key"])
        route.abort()

    context.route(f"**{note}", lose, times=1)
    told = post(home, note, body="Likes maples")
    assert told["queued"] and told["ok"]
    assert Note.objects.count() == 1
    sent(home)
    assert Note.objects.count() == 1
    assert Taken.objects.get().key == lost[0]
    expect(home.locator(BAR)).to_be_hidden()


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_server_in_trouble_is_asked_again(home: Page, context: BrowserContext, note: str, status: int) -> None:
    context.route(f"**{note}", lambda route: route.fulfill(status=status))  # as often as the page asks by itself
    assert post(home, note, body="Likes maples")["queued"]
    expect(home.locator(BAR)).to_contain_text("1 to send")
    assert not Note.objects.exists()
    context.unroute(f"**{note}")
    sent(home)
    assert Note.objects.count() == 1


def test_a_refusal_is_told_at_once_and_not_kept(home: Page, note: str) -> None:
    told = post(home, note, body=" ")
    assert (told["ok"], told["queued"], told["problem"]) == (False, False, "Write a line first.")
    assert home.evaluate("nextcall.outbox.list()") == []


def test_two_windows_send_each_thing_once(home: Page, context: BrowserContext, note: str) -> None:
    other = context.new_page()
    other.goto("/now/")
    context.set_offline(True)
    for n in range(6):
        post((home, other)[n % 2], note, body=f"Line {n}")
    posted: list[str] = []

    def count(request: Request) -> None:
        if request.method == "POST":
            posted.append(request.headers["idempotency-key"])

    context.on("request", count)
    context.set_offline(False)
    for window in (home, other):
        window.evaluate("void nextcall.outbox.flush()")
    for window in (home, other):
        sent(window)
    assert list(Note.objects.order_by("pk").values_list("body", flat=True)) == [f"Line {n}" for n in range(6)]
    assert len(posted) == len(set(posted)) == 6


def test_a_reload_in_the_midst_of_sending_loses_nothing(home: Page, context: BrowserContext, note: str) -> None:
    context.set_offline(True)
    for n in range(5):
        post(home, note, body=f"Line {n}")
    context.set_offline(False)
    context.route(f"**{note}", lambda route: home.wait_for_timeout(60) or route.continue_(), times=2)
    home.evaluate("void nextcall.outbox.flush()")
    home.wait_for_timeout(80)
    home.reload()
    sent(home)
    assert sorted(Note.objects.values_list("body", flat=True)) == [f"Line {n}" for n in range(5)]


def test_what_was_done_without_a_connection_stands_at_its_own_time(
    home: Page, context: BrowserContext, hazel: Lead, clock: Clock
) -> None:
    context.set_offline(True)
    post(home, f"/now/{hazel.pk}/outcome/", outcome="no_answer")
    home.evaluate("""nextcall.store.table("outbox").all().then(([one]) =>
        nextcall.store.table("outbox").put({...one, tapped_at: one.tapped_at - 3600_000}))""")
    context.set_offline(False)
    sent(home)
    ago = clock.now() - Call.objects.get().at
    assert timedelta(minutes=59) < ago < timedelta(minutes=62)


def test_a_token_that_got_lost_is_fetched_anew(home: Page, context: BrowserContext, note: str) -> None:
    context.clear_cookies(name="csrftoken")
    assert post(home, note, body="Likes maples")["ok"]
    assert Note.objects.count() == 1


def test_another_member_on_this_device_sends_nothing_of_the_first(
    home: Page, context: BrowserContext, note: str, account: Account, ann: Member, live_server: Any
) -> None:
    keep(home)
    context.set_offline(True)
    post(home, note, body="Ann wrote this")
    context.route(f"**{note}", lambda route: route.abort())
    context.set_offline(False)
    ben = make_member(account, "owner", name="Ben Cole")
    enter_as(home, live_server, ben)
    assert home.evaluate("nextcall.store.table('cards').all()") == []
    context.unroute(f"**{note}")
    sent(home)
    home.evaluate("nextcall.outbox.flush()")
    assert not Note.objects.exists()
    enter_as(home, live_server, ann)
    sent(home)
    assert Note.objects.get().by == ann


def enter_as(page: Page, live_server: Any, member: Member) -> None:
    sign_in_here(page.context, live_server, member)
    page.goto("/now/")
    page.evaluate("nextcall.offline.ready")


def test_a_session_that_ended_keeps_what_was_not_sent(home: Page, context: BrowserContext, note: str) -> None:
    context.clear_cookies(name="sessionid")
    assert post(home, note, body="Written in time")["queued"]
    home.goto("/now/")
    assert "/sign-in/" in home.url
    assert home.evaluate("nextcall.store.table('outbox').all()")[0]["fields"] == [["body", "Written in time"]]


def test_a_window_that_stores_nothing_says_so(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, hazel: Lead, note: str
) -> None:
    context.add_init_script("IDBFactory.prototype.open = () => { throw new Error('private'); };")
    enter(ann)
    page.goto(f"/leads/{hazel.pk}/")
    assert post(page, note, body="One")["ok"]
    context.set_offline(True)
    post(page, note, body="Two")
    expect(page.locator(BAR)).to_contain_text("This window keeps nothing: leave it open. 1 to send")
    context.set_offline(False)
    sent(page)
    assert Note.objects.count() == 2
