"""What the device does by itself, done at once."""

from typing import Any

from playwright.sync_api import Page

from tests.journeys.dealing import until

BAR = "[data-connection]"
KEEP = """nextcall.offline.ready.then(() => navigator.serviceWorker.ready)
    .then(() => nextcall.offline.keep({force: true}))"""


def keep(page: Page) -> None:
    """What happens when a page has been quiet for a while."""
    page.evaluate(KEEP)


def post(page: Page, path: str, **fields: str) -> Any:
    """As every script posts."""
    return page.evaluate("([path, fields]) => nextcall.outbox.post(path, fields)", [path, fields])


def sent(page: Page) -> None:
    """Everything that can be sent is; what was refused stays."""
    page.evaluate("nextcall.outbox.flush()")
    until(page, "(await nextcall.outbox.list()).every((one) => one.problem)")
