"""From the tap to the next card, in a real browser: what a person feels, painted and not merely answered."""

import os
from typing import Any

from bench import processes
from bench.figures import Figure, percentile
from bench.measures.web import open_calls, sign_in
from nextcall.cadences.models import Touch
from nextcall.team.models import Member
from tests import chromium

TAP = """() => new Promise((done) => {
  const card = () => document.querySelector("[data-card]")?.dataset.card;
  const before = card(), began = performance.now();
  const painted = () => done(performance.now() - began);
  const look = () => requestAnimationFrame(card() !== before ? painted : look);
  document.querySelector("[data-hand] button[name=outcome][value=no_answer]").click();
  look();
})"""
READY = "() => (window.nextcall?.deck?.ready() ?? 0) >= 2"


def measure(size: int, *, stored: int) -> list[Figure]:
    """`size` cards, each tapped as soon as the two after it are here; an owner who takes the calls of all."""
    open_calls(2000)
    owner = Member.objects.get(role="owner")
    Touch.objects.filter(state="open").update(owner=owner)
    Member.objects.filter(pk=owner.pk).update(settings={"people_a_day": 500})
    cookie = sign_in(owner).cookies["sessionid"].value
    with processes.page_server() as port:
        address = f"http://localhost:{port}"
        return [figure for name in ("phone", "desktop") for figure in _tapped(address, cookie, name, size, stored)]


def _tapped(address: str, cookie: str, name: str, size: int, stored: int) -> list[Figure]:
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.place(), args=chromium.QUIET)
        context = browser.new_context(base_url=address, service_workers="block", **chromium.SIZES[name])
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page: Any = context.new_page()
        page.goto("/now/")
        took = []
        for _ in range(size):
            page.wait_for_function(READY)
            took.append(float(page.evaluate(TAP)))
        browser.close()
    what = f"tap to next card at {stored:,} leads, {name}"
    return [
        Figure(f"{what}, p50", percentile(took, 0.5), "ms", aim="50 ms"),
        Figure(f"{what}, p95", percentile(took, 0.95), "ms", aim="100 ms"),
    ]
