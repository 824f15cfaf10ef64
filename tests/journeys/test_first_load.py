"""The first load of Now: small, from here alone, and usable before scripts have run."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Error, Page, Route, expect

from nextcall.conversations.models import Call
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.journeys.conftest import Clock, Engine
from tests.journeys.dealing import ready
from tests.journeys.everywhere import lay

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
MOST = 100 * 1024


class Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(live_server: Any) -> Iterator[str]:
    """The pages as they are served in earnest, with what compresses them; the tests' own server hands files out raw."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Threads, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def leads(account: Account, ann: Member, clock: Clock, engine: Engine, enter: Enter) -> list[Lead]:
    found = lay(account, ann, clock)
    enter(ann)
    return found


def test_the_first_load_of_now_is_small_and_asks_nobody_else(page: Page, leads: list[Lead], served: str) -> None:
    page.goto("about:blank")
    asked: dict[str, str] = {}
    came: dict[str, float] = {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})  # as on the first day
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: came.update({event["requestId"]: event["encodedDataLength"]}))
    with page.expect_response("**/live"):
        page.goto(f"{served}/now/")
    ready(page)
    assert {urlsplit(url).netloc for url in asked.values()} == {urlsplit(served).netloc}
    heaviest = sorted(((int(size), asked[key]) for key, size in came.items() if key in asked), reverse=True)
    assert len(heaviest) > 20
    assert sum(size for size, _ in heaviest) <= MOST, heaviest[:8]


def test_now_can_be_used_before_its_scripts_come(page: Page, leads: list[Lead]) -> None:
    held: list[Route] = []
    page.route("**/*.js*", lambda route: held.append(route))
    page.goto("/now/", wait_until="commit")
    expect(page.locator("#who")).to_have_text("Alder Wynn")
    page.get_by_role("button", name="No answer").first.click(no_wait_after=True)
    expect(page.locator("#who")).to_have_text("Briar Cole")
    assert held
    assert Call.objects.get().outcome == "no_answer"
    for route in held:
        with suppress(Error):  # those of the page that was left
            route.fulfill(body="", content_type="text/javascript")
