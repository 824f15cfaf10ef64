"""Whole stories in a real browser, on a clock that starts on an ordinary Monday and is moved by hand."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from nextcall.channels.memory import Memory
from nextcall.engine import bulk_changes
from nextcall.engine.worker import Worker
from nextcall.intake import importing
from nextcall.team.models import Account, Member
from nextcall.web.access import FENCE, MEMBER
from tests.builders import MONDAY, make_account, make_member

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


class Clock:
    """Monday ten o'clock in Denver plus what has really passed, plus what a story skips."""

    def __init__(self) -> None:
        self.began, self.skipped = time.monotonic(), timedelta()

    def now(self) -> datetime:
        return MONDAY + self.skipped + timedelta(seconds=time.monotonic() - self.began)

    def skip(self, **length: float) -> None:
        self.skipped += timedelta(**length)


class Engine:
    """The real engine against the provider that only remembers, turned by the story."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.memory = clock, Memory()
        self.worker = Worker(clock=clock.now, everything=self.memory, threads=0)

    def work(self) -> None:
        """Everything there is to do now."""
        now = self.clock.now()
        while importing.run_waiting(at=now) or bulk_changes.run_some(at=now):
            pass
        self.worker.run_until(now, start=now - timedelta(seconds=1))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The doors read this clock: what is lawful must not depend on when the tests run."""
    moved = Clock()
    monkeypatch.setattr(timezone, "now", moved.now)
    return moved


@pytest.fixture
def engine(clock: Clock, transactional_db: None) -> Engine:
    return Engine(clock)


@pytest.fixture
def account(transactional_db: None) -> Account:
    return make_account("Acme Homes", default_cadence="fast-start-light")


@pytest.fixture
def ann(account: Account) -> Member:
    return make_member(account, "owner", name="Ann Weaver")


def sign_in_here(context: "BrowserContext", live_server: Any, member: Member) -> None:
    """In this browser the member is signed in from now on; no page is opened."""
    session = SessionStore()
    session[MEMBER], session[FENCE] = member.pk, member.get_session_auth_hash()
    session.create()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]


@pytest.fixture
def enter(page: "Page", live_server: Any) -> Callable[[Member], None]:
    """A member is signed in here. How they sign in themselves is tried in test_checks_first_minutes.py."""
    return lambda member: sign_in_here(page.context, live_server, member)


@pytest.fixture(autouse=True)
def only_here(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Journeys are marked by their place, so that a run without a browser can leave them out."""
    assert request.node.get_closest_marker("browser"), "mark a journey with pytest.mark.browser"
    yield
