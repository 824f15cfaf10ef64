"""Messages and the Inbox around them: what is folded, whose it is, saved answers, what is new, what did not arrive."""

import os
import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nextcall.cadences.models import Touch
from nextcall.channels.contract import File, InboundMessage
from nextcall.conversations import saved
from nextcall.conversations.models import InboxItem, Message, SavedAnswer
from nextcall.engine import receive
from nextcall.leads.models import ContactPoint, Lead
from nextcall.team.models import Account, Member
from tests.builders import make_enrollment, make_lead, make_touch
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine
from tests.journeys.sizes import IN_BOTH_THEMES, ON_A_DESKTOP, ON_A_PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Enter = Callable[[Member], None]
OURS = "+13035550100"
HOUSE = "+13035550142"
LOOKS = os.environ.get("NEXTCALL_LOOKS", "")  # a folder for pictures of what the tests see


def look(page: Page, name: str) -> None:
    if LOOKS:
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(LOOKS) / f"{name}-{width}.png")


def picture(width: int = 240, height: int = 160) -> bytes:
    """A small PNG that a browser draws."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((60, 120, 90)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wrote(lead: Lead, at: object, number: int) -> None:
    """A text of ours of day 1."""
    point = lead.person.reaches.get(contact_point__kind="phone").contact_point
    touch = make_touch(
        lead, "text", due_at=at, made_at=at, state="delivered", contact_point=point, step_key="hello",
        enrollment=make_enrollment(lead, anchor_at=at),
    )  # fmt: skip
    Message.objects.create(
        account=lead.account, lead=lead, person=lead.person, touch=touch, channel="text", outbound=True,
        body="Hello, shall we look at the figures together?", at=at, our_point=OURS, message_id=f"SM{number}",
        contact_point=point,
    )  # fmt: skip


def write(lead: Lead, words: str, *, at: object, **carried: object) -> None:
    sender = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    heard = InboundMessage("text", sender, OURS, words, "", **carried)  # type: ignore[arg-type]
    receive.receive(account=lead.account, channel="text", sender=sender, text=words, at=at, via="text", carried=heard)  # type: ignore[arg-type]


@pytest.fixture
def household(account: Account, ann: Member, clock: Clock) -> tuple[Lead, Lead]:
    """Hazel and Rowan have one number; Rowan was written to last, and one of them wrote, with two files."""
    at = clock.now()
    leads = []
    for n, name in enumerate(("Hazel Thorne", "Rowan Ashby")):
        lead = make_lead(account, name=name, owner=ann, phone=HOUSE, arrived_at=at - timedelta(days=3))
        wrote(lead, at - timedelta(days=2 - n), n)
        leads.append(lead)
    files = (File("roof.png", "image/png", picture()), File("prices.exe", "image/png", b"MZ" + b"x" * 3000))
    write(leads[1], "Here is the roof. What would it cost?", at=at - timedelta(minutes=4), files=files,
          quoted="Hello, shall we look at the figures together?")  # fmt: skip
    return leads[0], leads[1]


def nothing_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@IN_BOTH_THEMES
def test_a_message_shows_its_new_words_its_files_and_asks_whose_it_is(
    page: Page, theme: str, enter: Enter, ann: Member, household: tuple[Lead, Lead]
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    _, rowan = household
    enter(ann)
    for path in (f"/leads/{rowan.pk}/", f"/inbox/{rowan.pk}/"):
        page.goto(path)
        folded = page.locator("details.quoted")
        expect(folded.locator("blockquote")).to_be_hidden()
        folded.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(folded.locator("blockquote")).to_be_visible()
        drawn = page.get_by_role("img", name="roof.png")
        drawn.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.files img').naturalWidth === 240")
        expect(page.locator(".files")).to_contain_text("Not kept: a program, or a file that can run one.")
        assert grave(page) == []
        nothing_sideways(page)
        look(page, f"message-{path.split('/')[1]}-{theme}")
    asks = page.locator(".whose-is-it")
    expect(asks).to_contain_text("This number is shared by Rowan and Hazel. Whose is it?")
    asks.get_by_role("button", name="Hazel\u2019s").click()
    expect(page.locator(".talk-head h2")).to_have_text("Hazel Thorne")
    expect(page.locator(".talked")).to_contain_text("What would it cost?")
    expect(page.locator("[data-last] [role=status]")).to_contain_text("It is Hazel Thorne\u2019s message.")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-last] [role=status]")).to_contain_text("Undone")
    assert Message.objects.get(outbound=False).lead == rowan


@pytest.fixture
def hazel(account: Account, ann: Member, clock: Clock) -> Lead:
    return make_lead(account, name="Hazel Thorne", owner=ann, arrived_at=clock.now() - timedelta(days=3))


@pytest.mark.parametrize("path", ["/inbox/{}/?mode=text", "/leads/{}/?mode=text"])
@ON_A_DESKTOP
def test_a_saved_answer_is_put_in_by_keys_and_leaves_once_its_gap_is_filled(
    page: Page, enter: Enter, ann: Member, hazel: Lead, clock: Clock, path: str
) -> None:
    words = "I looked at [[what you saw]] and have two figures for you."
    saved.make(member=ann, name="Two figures", body=words, shared=False, at=clock.now())
    write(hazel, "How much?", at=clock.now() - timedelta(minutes=3))
    enter(ann)
    page.goto(path.format(hazel.pk))
    panel = page.locator("[data-panel]:not([hidden])")
    offered = panel.locator("details.saved")
    offered.locator("summary").focus()
    page.keyboard.press("Enter")
    look(page, f"saved-{path.split('/')[1]}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    area = panel.locator("textarea")
    expect(area).to_have_value(words)
    expect(area).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("is still open").first).to_be_visible()
    assert not Touch.objects.filter(lead=hazel, step_key="").exists()
    area.focus()
    area.evaluate(
        "one => { const at = one.value.indexOf('[['); one.setSelectionRange(at, one.value.indexOf(']]') + 2); }"
    )
    page.keyboard.type("Maple Court")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("I looked at Maple Court").first).to_be_visible()
    assert SavedAnswer.objects.get().used == 1


@IN_BOTH_THEMES
def test_saved_answers_are_written_on_their_page(page: Page, theme: str, enter: Enter, ann: Member) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    enter(ann)
    page.goto("/inbox/saved/")
    page.get_by_label("Name").fill("Rates")
    page.get_by_label("Words").fill("Too short")
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("at least 5 words")
    page.get_by_label("Words").fill("Rates depend on the balance and the term, so a call tells more.")
    page.get_by_role("button", name="Save the answer").click()
    expect(page.locator(".answers")).to_contain_text("Yours \u00b7 not used yet")
    page.locator(".answers summary").click()
    assert grave(page) == []
    nothing_sideways(page)
    look(page, f"saved-page-{theme}")


@IN_BOTH_THEMES
def test_what_comes_in_is_new_without_a_reload_until_it_is_opened(
    page: Page, theme: str, enter: Enter, account: Account, ann: Member, hazel: Lead, clock: Clock
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    other = make_lead(account, name="Rowan Ashby", owner=ann, arrived_at=clock.now() - timedelta(days=2))
    write(other, "A question of mine", at=clock.now() - timedelta(minutes=30))
    enter(ann)
    page.goto(f"/inbox/{other.pk}/")
    page.goto("/inbox/")
    wide = (page.viewport_size or {"width": 0})["width"] > 500
    badge = page.locator("nav.side [data-on-us]" if wide else "nav.tabs [data-on-us]")
    expect(badge).to_contain_text("1 waiting on you")
    write(hazel, "How much could we borrow?", at=clock.now())
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('nextcall:live', {detail: {kind: 'message.received', lead: null}}))"
    )
    row = page.locator("[data-row]", has_text="Hazel Thorne")
    expect(row.locator("em.new")).to_have_text("New")
    expect(badge).to_contain_text("1 new to you, 2 waiting on you")
    assert grave(page) == []
    nothing_sideways(page)
    look(page, f"new-{theme}")
    row.locator("a.who").click()
    expect(page.locator(".talk-head h2")).to_have_text("Hazel Thorne")
    page.goto("/inbox/")
    expect(page.locator("em.new")).to_have_count(0)


@ON_A_DESKTOP
def test_m_marks_the_row_in_focus_as_new_again(
    page: Page, enter: Enter, ann: Member, hazel: Lead, clock: Clock
) -> None:
    write(hazel, "How much?", at=clock.now() - timedelta(minutes=3))
    enter(ann)
    page.goto(f"/inbox/{hazel.pk}/")
    page.goto("/inbox/")
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.locator("[data-last] [role=status]")).to_have_text("New to you again: Hazel Thorne.")
    expect(page.locator("[data-row] em.new")).to_have_text("New")
    assert InboxItem.objects.get().seen.get().marked
    page.keyboard.press("Control+z")
    expect(page.locator("[data-row] em.new")).to_have_count(0)
    assert not InboxItem.objects.get().seen.get().marked


@ON_A_PHONE
def test_on_a_phone_a_row_is_marked_as_new_by_its_menu(
    page: Page, enter: Enter, ann: Member, hazel: Lead, clock: Clock
) -> None:
    write(hazel, "How much?", at=clock.now() - timedelta(minutes=3))
    enter(ann)
    page.goto(f"/inbox/{hazel.pk}/")
    page.goto("/inbox/")
    page.locator("[data-row] details.more summary").tap()
    page.get_by_role("button", name="Mark as new").tap()
    expect(page.locator("[data-row] em.new")).to_have_text("New")


@IN_BOTH_THEMES
def test_what_did_not_arrive_is_tried_again_and_taken_back(
    page: Page, theme: str, enter: Enter, account: Account, ann: Member, hazel: Lead, clock: Clock, engine: Engine
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    rowan = make_lead(account, name="Rowan Ashby", owner=ann, arrived_at=clock.now() - timedelta(days=2))
    at = clock.now() - timedelta(minutes=20)
    for lead, problem, because in ((hazel, "", "the phone was off"), (rowan, "landline", "a landline takes no texts")):
        point = lead.person.reaches.get(contact_point__kind="phone").contact_point
        ContactPoint.objects.filter(pk=point.pk).update(problem=problem)
        make_touch(
            lead, "text", due_at=at, finished_at=at, made_at=at, contact_point=point, by_machine=False, owner=ann,
            state="failed", because=because, body="Hello, Ann here. Shall we look at the figures?",
        )  # fmt: skip
    enter(ann)
    page.goto("/inbox/")
    page.get_by_role("link", name="Did not arrive 2").click()
    expect(page.locator(".lost li")).to_have_count(2)
    assert grave(page) == []
    nothing_sideways(page)
    look(page, f"lost-{theme}")
    landline = page.locator(".lost li", has_text="Rowan Ashby")
    expect(landline).to_contain_text("A landline takes no texts.")
    expect(landline.get_by_role("link", name="Call instead")).to_be_visible()
    off = page.locator(".lost li", has_text="Hazel Thorne")
    off.get_by_role("button", name="Try again").click()
    expect(page.locator(".lost li")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".lost li")).to_have_count(2)
    assert not Touch.objects.filter(state="planned", step_key="").exists()
