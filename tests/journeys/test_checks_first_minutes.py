"""From the printed link to the first outcome; and a mixed file, in and out again."""

import random
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from nextcall.conversations.models import Message
from nextcall.engine.models import Action
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.team import members, sign_in
from nextcall.team.models import Account, Connection, Member
from tests.builders import make_lead, make_touch
from tests.channels.conformance import mail_server
from tests.journeys.conftest import Clock, Engine

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Enter = Callable[[Member], None]
SECONDS, SLOW = 180, 170_000


class Taps:
    """Counts what a thumb does."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, name: str | re.Pattern[str], role: str = "button") -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.page.wait_for_load_state()


def connect_mail(account: Account, clock: Clock, port: int) -> None:
    Connection.objects.create(
        account=account,
        channel="email",
        provider="smtp",
        sealed=sealing.seal({"host": "127.0.0.1", "port": port, "security": "plain"}),
        from_address="ann@acme.example",
        created_at=clock.now(),
    )


def test_check_39_from_the_link_to_the_first_outcome_and_no_sample_message_leaves(
    page: Page, clock: Clock, transactional_db: None
) -> None:
    owner = members.first_owner(at=clock.now())
    page.set_default_timeout(SLOW)  # bringing forty people takes two seconds, and many more beside other tests
    taps, began = Taps(page), clock.now()
    with mail_server() as (kept, port):
        connect_mail(owner.account, clock, port)
        page.goto(sign_in.make_link(owner, at=clock.now()))
        taps.on(re.compile("Sign in"))
        page.get_by_label("Your name").fill("Ann Weaver")
        taps.on("Start")
        taps.on(re.compile("Try the sample"))
        expect(page.get_by_text("minutes a day for your 40 leads").first).to_be_visible(timeout=SLOW)
        taps.on("Use this one")
        taps.on("To the first card")
        expect(page.get_by_text("Call, then tap how it went.")).to_be_visible()
        expect(page.locator(".card").get_by_text("Sample", exact=True)).to_be_visible()
        who = page.locator("#who").inner_text()
        with page.expect_response(lambda answer: "/outcome/" in answer.url):
            taps.on(re.compile("^(No answer|Sent)"))
        expect(page.locator("[data-last] [role=status]")).to_contain_text(who)
        expect(page.get_by_text("Call, then tap how it went.")).to_have_count(0)
        assert Action.objects.filter(member=owner, kind="outcome", at__gte=began).count() == 1
        assert taps.count <= 7 and (clock.now() - began).total_seconds() < SECONDS
        Worker(clock=clock.now, threads=0).run_until(clock.now(), start=clock.now())
        clock.skip(days=5)
        Worker(clock=clock.now, threads=0).run_until(clock.now(), start=clock.now())
        assert Message.objects.filter(outbound=True, at__gt=began).exists()
        assert kept.received == []


def test_check_39_a_call_to_an_invented_person_dials_nobody_and_asks_how_it_went(
    page: Page, clock: Clock, enter: Enter, account: Account, ann: Member
) -> None:
    lead = make_lead(account, owner=ann, arrived_at=clock.now())
    make_touch(lead, "call", due_at=clock.now(), state="open")
    lead.person.sample = True
    lead.person.save(update_fields=["sample"])
    Account.objects.update(sample_at=clock.now())
    enter(ann)
    page.goto(f"/now/?lead={lead.pk}")
    with page.expect_request_finished(lambda request: "/started/" in request.url):
        page.get_by_role("link", name=re.compile("^Call Hazel")).click()
    expect(page.locator("#how")).to_be_visible()
    page.goto("/now/")  # as after a restart
    expect(page.get_by_text("Call started")).to_be_visible()
    assert urlsplit(page.url).path == "/now/"


def test_without_scripts_the_four_steps_work(
    clock: Clock, chromium: object, live_server: object, transactional_db: None
) -> None:
    owner = members.first_owner(at=clock.now())
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    taps = Taps(page)
    page.goto(sign_in.make_link(owner, at=clock.now()))
    taps.on(re.compile("Sign in"))
    page.get_by_label("Your name").fill("Ann Weaver")
    taps.on("Start")
    taps.on("Later, go on without anybody")
    taps.on("Use this one")
    taps.on("Later with texts")
    taps.on("To the first card")
    expect(page.get_by_text("Nobody to call yet")).to_be_visible()
    context.close()


def mixed_file(rows: int = 400) -> bytes:
    """Headers as nobody agrees on them, numbers in five spellings, doubles, and three rows that reach nobody."""
    rng = random.Random(40)
    lines = ["Full Nm;cell #;E-mail addy;ST;Zip/Postal;Their msg;Date In"]
    for n in range(rows):
        last = f"{n % 100:02d}"
        area = ("303", "720", "970", "719", "602")[n // 100 % 5]
        number = rng.choice(
            (f"({area}) 555-01{last}", f"{area}.555.01{last}", f"+1 {area} 555 01{last}", f"{area}55501{last}")
        )
        if n % 133 == 5:
            lines.append(f"Nobody Number{n};;;CO;80202;;")
        elif n % 40 == 7:
            lines.append(lines[-1])  # the same person once more
        else:
            lines.append(f"Given{n} Family{n};{number};given{n}@example.com;CO;80202;hello;{n % 12 + 1}/15/2026")
    return "\n".join(lines).encode()


def test_check_40_four_hundred_mixed_rows_come_in_plainly_send_nothing_and_go_in_one_tap(
    page: Page, enter: Enter, ann: Member, engine: Engine
) -> None:
    enter(ann)
    page.goto("/imports/")
    page.set_input_files("#file", files=[{"name": "mixed.csv", "mimeType": "text/csv", "buffer": mixed_file()}])
    page.set_default_timeout(SLOW)
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Import 400 rows, send nothing").click()
    expect(page.locator("[formaction*=confirmation]")).to_have_count(0)
    engine.work()
    expect(page.locator("[data-poll]")).to_have_count(0)
    summary = page.get_by_text(re.compile(r"\d+ new, \d+ merged, 3 set aside, no messages will be sent"))
    expect(summary.first).to_be_visible()
    found = re.search(r"(\d+) new, (\d+) merged, 3 set aside", summary.first.inner_text())
    assert found and int(found[1]) + int(found[2]) + 3 == 400
    assert Lead.objects.count() == int(found[1]) and engine.memory.sent == []
    page.get_by_role("button", name="Undo this import").click()
    engine.work()
    expect(page.get_by_text(re.compile("[Uu]ndone")).first).to_be_visible()
    assert not Lead.objects.filter(removed_at=None).exists()
    assert engine.memory.sent == []
