"""`make screenshots`: every page on a phone and a desktop, light and dark, over the bench's invented leads.

Those that the README shows go to docs/pictures as well.
"""

import os
import shutil
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from bench import clock
from bench.place import Place
from nextcall.cli import set_up
from tests import chromium

PAGES = {
    "now": "/now/",
    "leads": "/leads/",
    "lead": "/leads/{lead}/",
    "import": "/imports/",
    "add-lead": "/add-lead/",
    "settings": "/settings/",
    "more": "/more/",
}
IN_THE_README = ("now-desktop-light.png", "lead-desktop-light.png")
HERE = Path(__file__).resolve().parents[1]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    place = Place("sqlite")
    try:
        os.environ.update(place.environment("ground"))
        os.environ[clock.SHIFT] = str(clock.shift_seconds())
        set_up()
        take(HERE / "screenshots")
        for name in IN_THE_README:
            shutil.copy(HERE / "screenshots" / name, HERE / "docs" / "pictures" / name)
    finally:
        place.close()


def take(folder: Path) -> None:
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from bench import ground
    from bench.measures.web import open_calls, sign_in
    from nextcall.cadences.models import Touch
    from nextcall.team.models import Member

    call_command("migrate", verbosity=0)
    ground.lay(60, at=clock.now())
    open_calls(14)
    member = Member.objects.order_by("pk")[0]
    Touch.objects.filter(state="open").update(owner=member)
    lead = Touch.objects.filter(state="open").values_list("lead_id", flat=True)[0]
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cookie = sign_in(member).cookies["sessionid"].value
    folder.mkdir(exist_ok=True)
    photograph(f"http://localhost:{server.server_port}", cookie, lead, folder)
    server.shutdown()


def photograph(address: str, cookie: str, lead: int, folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.place(), args=chromium.QUIET)
        for size, options in chromium.SIZES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(base_url=address, color_scheme=scheme, reduced_motion="reduce", **options)
                context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
                page = context.new_page()
                for name, path in {"sign-in": "/sign-in/link/none/", **PAGES}.items():
                    page.goto(path.format(lead=lead))
                    page.screenshot(path=str(folder / f"{name}-{size}-{scheme}.png"), full_page=True)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
