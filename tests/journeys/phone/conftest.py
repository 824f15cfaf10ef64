"""A device with a service worker, whose connection comes and goes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from nextcall.cadences.models import Touch
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests import chromium as installed
from tests.builders import make_lead, make_touch
from tests.journeys.conftest import Clock, Engine

FIRST, LAST = ("Alder", "Briar", "Clove", "Dahlia", "Elm"), ("Wynn", "Cole", "Dale", "Ford", "Gray", "Hale")
NAMES = [f"{first} {last}" for first in FIRST for last in LAST]


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture(params=["phone", "desktop"])
def context(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """With service workers, and without a word about failed requests: they fail on purpose here."""
    size = installed.SIZES[request.param]
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce", service_workers="allow", **size)
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert not wrong, f"scripts failed: {wrong}"


@pytest.fixture
def leads(account: Account, ann: Member, clock: Clock, engine: Engine) -> list[Lead]:
    """Thirty people with a call due each, in this order."""
    made = []
    for n, name in enumerate(NAMES):
        lead = make_lead(account, name=name, owner=ann, arrived_at=clock.now() - timedelta(days=9))
        make_touch(lead, "call", due_at=clock.now() - timedelta(minutes=90 - n), state=Touch.State.OPEN)
        made.append(lead)
    return made


@pytest.fixture
def hazel(account: Account, ann: Member, clock: Clock, engine: Engine) -> Lead:
    lead = make_lead(account, owner=ann, arrived_at=clock.now() - timedelta(days=9))
    make_touch(lead, "call", due_at=clock.now() - timedelta(minutes=5), state=Touch.State.OPEN)
    return lead
