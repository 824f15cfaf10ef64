"""`make screenshots`: every page on a phone and a desktop, light and dark, over the invented team of `nextcall demo`.

It is a Tuesday morning in Denver that never passes, so that the pictures stay the same. Those that the README and the
docs show go to docs/pictures as well. A page whose name no address has any more ends it with status 1.
"""

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from bench import connected
from nextcall.cli import set_up
from tests import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from nextcall.team.models import Member

HERE = Path(__file__).resolve().parents[1]
NOW = datetime.fromisoformat("2026-11-24T10:42-07:00")
LEADS = 300
SHOWN = (  # in the README and the docs
    "now-desktop-light", "now-phone-light", "lead-desktop-light", "inbox-desktop-light", "leads-desktop-light",
    "bulk-preview-desktop-light", "cadences-desktop-light", "cadence-desktop-light", "import-preview-desktop-light",
    "welcome-3-cadence-phone-light", "settings-desktop-light", "now-desktop-dark",
)  # fmt: skip
Deed = Callable[["Page"], Any]


def nothing(page: "Page") -> None:
    """The page as it is."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: `before` is what is tapped first; `who` is Mara of the team, somebody new, or nobody."""

    name: str
    url: str  # the name of an address
    args: tuple[str, ...] = ()  # keys of the numbers
    query: str = ""
    before: Deed = nothing
    who: str = "mara"
    whole: bool = True


def menu(page: "Page") -> None:
    page.keyboard.press("Control+k")
    page.wait_for_timeout(150)


def keys(page: "Page") -> None:
    page.keyboard.press("?")
    page.wait_for_timeout(150)


SHOTS = (
    Shot("sign-in", "sign_in", who="nobody"),
    Shot("welcome-1-hours", "welcome", who="new"),
    Shot("welcome-2-people", "welcome_people", who="new"),
    Shot("welcome-3-cadence", "welcome_cadence", who="new"),
    Shot("welcome-4-reach", "welcome_reach", who="new"),
    Shot("now", "now"),
    Shot("now-nobody", "now", who="new"),
    Shot("now-days", "now_days"),
    Shot("call-list", "call_list"),
    Shot("lead", "lead", ("lead",)),
    Shot("lead-waiting", "lead", ("waiting",)),
    Shot("lead-permissions", "lead_permissions", ("lead",)),
    Shot("inbox", "inbox"),
    Shot("inbox-talk", "inbox_lead", ("waiting",)),
    Shot("inbox-stranger", "inbox_stranger", ("stranger",)),
    Shot("inbox-focus", "inbox_focus"),
    Shot("leads", "leads"),
    Shot("leads-filtered", "leads", query="?tried=under-6&untouched=14"),
    Shot("bulk-preview", "leads_change", ("change",)),
    Shot("bulk-changes", "leads_changes"),
    Shot("cadences", "cadences"),
    Shot("cadence", "cadence", ("slug",)),
    Shot("cadence-versions", "cadence_versions", ("slug",)),
    Shot("imports", "imports"),
    Shot("import-preview", "import", ("import",)),
    Shot("add-lead", "add_lead"),
    Shot("settings", "settings"),
    Shot("settings-notices", "settings_notices"),
    Shot("settings-calendar", "settings_calendar"),
    Shot("settings-company", "settings_account"),
    Shot("settings-questions", "settings_questions"),
    Shot("settings-email", "settings_email"),
    Shot("settings-email-service", "settings_email_service", query="?service=mailgun"),
    Shot("settings-mailboxes", "settings_email_mailbox"),
    Shot("settings-mailbox", "settings_email_mailbox_one", ("mailbox",)),
    Shot("settings-mailbox-new", "settings_email_mailbox_new"),
    Shot("settings-text", "settings_text"),
    Shot("settings-text-none", "settings_text", who="new"),
    Shot("settings-lead-ins", "settings_lead_ins"),
    Shot("settings-members", "settings_members"),
    Shot("settings-rules", "settings_rules"),
    Shot("settings-ages", "settings_ages"),
    Shot("settings-lists", "settings_lists"),
    Shot("more", "more"),
    Shot("what-you-did", "deeds"),
    Shot("offline", "offline"),
    Shot("sample", "sample"),
    Shot("sample-remove", "sample_remove"),
    Shot("keys", "now", before=keys, whole=False),
    Shot("command-menu", "now", before=menu, whole=False),
)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Threaded(ThreadingMixIn, WSGIServer):
    """Several pages at once: the live feed keeps its connection."""

    daemon_threads = True


def main() -> int:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    home = tempfile.mkdtemp(prefix="nextcall-pictures-")
    try:
        os.environ.update({"NEXTCALL_HOME": home, "NEXTCALL_LOG_LEVEL": "WARNING"})
        os.environ.pop("DATABASE_URL", None)
        set_up()
        from django.utils import timezone

        timezone.now = lambda: NOW
        missing = take(HERE / "screenshots")
        shown = HERE / "docs" / "pictures"
        shown.mkdir(exist_ok=True)
        for old in shown.glob("*.png"):
            old.unlink()
        for name in SHOWN:
            if (made := HERE / "screenshots" / f"{name}.top.png").exists():
                made.rename(shown / f"{name}.png")
        for name in missing:
            print(f"no page: {name}", file=sys.stderr)
        return int(bool(missing))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def take(folder: Path) -> list[str]:
    """Every picture; the names of those whose page there is not."""
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from bench.measures.web import sign_in

    call_command("migrate", verbosity=0)
    people = lay()
    numbers = numbers_of(people["mara"])
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cookies = {who: sign_in(member).cookies["sessionid"].value for who, member in people.items()}
    paths, missing = addresses(numbers)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    photograph(f"http://localhost:{server.server_port}", cookies, paths, folder)
    server.shutdown()
    return missing


def lay() -> "dict[str, Member]":
    """Mara's team with its half year; and somebody on their first day, in an account of their own."""
    from nextcall.intake import importing
    from nextcall.sample import bringing
    from nextcall.team import members

    mara = members.first_owner(at=NOW)
    bringing.half_a_year(owner=mara, at=NOW, seed=1, leads=LEADS)
    mara.refresh_from_db()
    mara.settings = {"style": "detailed"}
    mara.save(update_fields=["settings"])
    connected.number_list(mara, at=NOW)
    connected.texting(mara, at=NOW)
    connected.mailboxes(mara, at=NOW)
    file = HERE / "examples" / "open_house.csv"
    importing.start(account=mara.account, by=mara, file_name=file.name, body=file.read_bytes(), at=NOW)
    new = members.open_account(company="My company", name="Owner", email="new@localhost", at=NOW, zone="America/Denver")
    return {"mara": mara, "new": new}


def numbers_of(mara: "Member") -> dict[str, object]:
    """Whom the pictures are of: a lead in the middle of things, one who waits, a stranger, a change, a file."""
    from nextcall.conversations.models import InboxItem
    from nextcall.engine import bulk_changes
    from nextcall.intake.models import Import
    from nextcall.leads.models import Lead
    from nextcall.team.models import Mailbox

    mine = Lead.objects.filter(account=mara.account, owner=mara)
    waiting = mine.filter(waiting_since__isnull=False).order_by("waiting_since", "pk").last()
    busy = mine.filter(stage="working", attempts__gte=4, enrollments__state="active", waiting_since=None)
    lead = busy.exclude(message="").order_by("-arrived_at", "pk").first()
    stranger = InboxItem.objects.filter(account=mara.account).exclude(unknown_sender="").order_by("pk").first()
    ids = list(mine.filter(stage="working").order_by("-arrived_at", "pk").values_list("pk", flat=True)[:24])
    change = bulk_changes.propose(
        account=mara.account,
        by=mara,
        kind="cadence",
        lead_ids=ids,
        choices={"cadence": "second-wind", "move": True},
        at=NOW,
    )
    return {
        "lead": lead.pk if lead else 0,
        "waiting": waiting.pk if waiting else 0,
        "stranger": stranger.pk if stranger else 0,
        "change": change.pk,
        "mailbox": Mailbox.objects.filter(account=mara.account).exclude(problem="").values_list("pk", flat=True)[0],
        "import": Import.objects.filter(account=mara.account, state="asking")
        .order_by("-pk")
        .values_list("pk", flat=True)[0],
        "slug": "fast-start-light",
    }


def addresses(numbers: dict[str, object]) -> tuple[dict[str, str], list[str]]:
    from django.urls import NoReverseMatch, reverse

    paths, missing = {}, []
    for shot in SHOTS:
        try:
            paths[shot.name] = reverse(shot.url, args=[numbers[key] for key in shot.args]) + shot.query
        except NoReverseMatch:
            missing.append(shot.name)
    return paths, missing


def photograph(address: str, cookies: dict[str, str], paths: dict[str, str], folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.place(), args=chromium.QUIET)
        for size, options in chromium.SIZES.items():
            for scheme in ("light", "dark"):
                _each(browser, address, cookies, paths, folder, size, {**options, "color_scheme": scheme})
        browser.close()


def _each(
    browser: "Browser",
    address: str,
    cookies: dict[str, str],
    paths: dict[str, str],
    folder: Path,
    size: str,
    options: dict[str, Any],
) -> None:
    for who in ("nobody", "new", "mara"):
        context = browser.new_context(
            base_url=address, reduced_motion="reduce", service_workers="block", **(options | {"device_scale_factor": 1})
        )
        if who in cookies:
            context.add_cookies([{"name": "sessionid", "value": cookies[who], "url": address}])
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        for shot in SHOTS:
            if shot.who != who or shot.name not in paths:
                continue
            page.goto(paths[shot.name], wait_until="load")
            shot.before(page)
            name = f"{shot.name}-{size}-{options['color_scheme']}.png"
            page.screenshot(path=str(folder / name), full_page=shot.whole)
            if name.removesuffix(".png") in SHOWN:
                page.screenshot(path=str(folder / name.replace(".png", ".top.png")))
        context.close()


if __name__ == "__main__":
    sys.exit(main())
