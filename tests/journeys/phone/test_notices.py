"""A notice on the device itself: the headless shell shows none, so this is tried in the whole browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from nextcall.leads.models import Lead
from nextcall.team.models import Member
from tests.journeys.dealing import until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]


@pytest.fixture
def browser(whole_chromium: Browser) -> Browser:
    return whole_chromium


@pytest.mark.parametrize("context", ["phone"], indirect=True)
def test_a_notice_is_shown_and_knows_its_page(
    page: Page, context: BrowserContext, enter: Enter, ann: Member, hazel: Lead
) -> None:
    context.grant_permissions(["notifications"])
    enter(ann)
    page.goto("/now/")
    page.evaluate("nextcall.offline.ready.then(() => navigator.serviceWorker.ready)")
    devtools = context.new_cdp_session(page)
    versions: list[dict[str, str]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: versions.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    until(page, "navigator.serviceWorker.controller")
    payload = f'{{"title": "Hazel wrote", "body": "By text.", "url": "/leads/{hazel.pk}/", "tag": "message:1"}}'
    told = {"origin": page.evaluate("origin"), "registrationId": versions[0]["registrationId"], "data": payload}
    devtools.send("ServiceWorker.deliverPushMessage", told)
    shown = """navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
        .then((all) => all.map((one) => [one.title, one.body, one.data.url]))"""
    until(page, f"(await {shown}).length")
    assert page.evaluate(shown) == [["Hazel wrote", "By text.", f"/leads/{hazel.pk}/"]]
