"""An appointment by conversation, from the member's own calendar to the lead who does not come."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from nextcall.cadences.models import Enrollment, Touch
from nextcall.channels.contract import File, InboundMessage
from nextcall.conversations.models import Promise
from nextcall.engine import appointments, calendars, receive
from nextcall.engine.calendars import Calendars
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from tests.builders import T, make_lead
from tests.channels.calendar.server import PASSWORD, USER, put, radicale, stored
from tests.journeys.assistive import grave
from tests.journeys.conftest import Clock, Engine

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Enter = Callable[[Member], None]
LOOKS = os.environ.get("NEXTCALL_LOOKS", "")  # a folder for pictures of what the tests see
TUESDAY_AT_THREE = T("2026-11-24 15:00")
CLOSING = (  # Ann's Tuesday: she is free from three
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\nBEGIN:VEVENT\r\nUID:closing\r\nDTSTAMP:20261101T000000Z\r\n"
    "DTSTART;TZID=America/Denver:20261124T080000\r\nDTEND;TZID=America/Denver:20261124T144500\r\n"
    "SUMMARY:A closing, far away\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def look(page: Page, name: str) -> None:
    """Nothing stands in anyone's way, nothing reaches over the edge."""
    assert grave(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if LOOKS:
        page.screenshot(path=Path(LOOKS) / f"{name}-{(page.viewport_size or {})['width']}.png")


class Calls:
    """Hazel, as seen from outside: she writes, and her calendar program does."""

    def __init__(self, lead: Lead, clock: Clock) -> None:
        self.lead, self.clock = lead, clock

    def text(self, words: str) -> None:
        number = self.lead.person.reaches.get(contact_point__kind="phone").contact_point.value
        account = self.lead.account
        receive.receive(account=account, channel="text", sender=number, text=words, at=self.clock.now(), via="text")

    def answer(self, invited: Calendar, response: str) -> None:
        """As calendar programs answer: our uid and sequence, by email, hardly a word beside."""
        event = invited.walk("VEVENT")[0]
        address = self.lead.person.reaches.get(contact_point__kind="email").contact_point.value
        ics = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
            f"UID:{event['UID']}\r\nSEQUENCE:{event['SEQUENCE']}\r\nDTSTAMP:20261123T180000Z\r\n"
            f"DTSTART:{event.start:%Y%m%dT%H%M%SZ}\r\nATTENDEE;PARTSTAT={response}:mailto:{address}\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        at = self.clock.now()
        files = (File("invite.ics", "text/calendar", ics.encode()),)
        carried = InboundMessage("email", address, "", "", f"answer-{at}", files=files)
        receive.receive(
            account=self.lead.account, channel="email", sender=address, text="", at=at, via="email",
            subject="Accepted: Our appointment", carried=carried,
        )  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with radicale(tmp_path) as address:
        put(address, "work", "closing", CLOSING.encode())
        yield address


@pytest.fixture
def hazel(account: Account, ann: Member, clock: Clock) -> Lead:
    return make_lead(account, owner=ann, arrived_at=clock.now() - timedelta(days=2))


@pytest.fixture
def turn(engine: Engine, clock: Clock) -> Callable[..., None]:
    """Time passes, and the engine does what fell due."""
    read_and_write = Calendars(threads=0)

    def turn(**length: float) -> None:
        clock.skip(**length)
        engine.work()
        read_and_write(at=clock.now())

    return turn


def connect(page: Page, server: str) -> None:
    """A calendar of her own, on a real server."""
    page.goto("/settings/calendar/")
    page.get_by_label("Address").fill(server)
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Try it and connect").click()
    expect(page.get_by_text("is connected. It is read in a moment")).to_be_visible()


def open_theirs(page: Page) -> None:
    """What stands beside the lead; on a telephone one tap away."""
    about = page.get_by_role("button", name="About Hazel")
    if about.is_visible():
        about.click()


def test_from_free_times_to_an_appointment_that_is_missed(
    page: Page, enter: Enter, ann: Member, hazel: Lead, server: str, engine: Engine, clock: Clock,
    turn: Callable[..., None],
) -> None:  # fmt: skip
    theirs = Calls(hazel, clock)
    enter(ann)
    connect(page, server)
    turn(seconds=5)
    page.goto("/settings/calendar/")
    expect(page.get_by_text("busy 1 time in the next 60 days")).to_be_visible()
    page.get_by_text("Which address: Google, Microsoft, Apple").click()
    page.get_by_text("Outlook has no CalDAV").scroll_into_view_if_needed()
    look(page, "appointment-1-calendar")

    page.goto(f"/inbox/{hazel.pk}/")
    page.get_by_role("link", name="Offer times").click()
    words = page.get_by_role("textbox", name="Text to Hazel")
    expect(words).to_have_value("Today 12:30 pm, Tue 3 pm or Wed 9 am your time?")
    look(page, "appointment-2-offered")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-last]")).to_contain_text("Undo")
    turn(seconds=15)
    assert "Today 12:30 pm, Tue 3 pm or Wed 9 am your time?" in engine.memory.sent[0].body

    clock.skip(minutes=20)
    theirs.text("Tuesday at 3 works")
    page.goto(f"/inbox/{hazel.pk}/")
    chip = page.get_by_role("group", name="Meet Hazel tomorrow 3 pm their time").first
    expect(chip).to_contain_text("Tuesday at 3 works")
    look(page, "appointment-3-chip")
    chip.get_by_role("button", name="Book it").click()
    expect(page.locator("[data-last]")).to_contain_text("Appointment with Hazel Thorne")
    look(page, "appointment-4-booked")
    turn(seconds=60)
    promise = Promise.objects.get(kind="appointment")
    assert promise.due_at == TUESDAY_AT_THREE
    invited = [Calendar.from_ical(one.calendar) for one in engine.memory.sent if one.calendar]
    assert [str(one["METHOD"]) for one in invited] == ["REQUEST"]
    assert promise.uid in stored(server, "work") + stored(server, "home")

    theirs.answer(invited[0], "ACCEPTED")
    page.goto(f"/leads/{hazel.pk}/")
    look(page, "appointment-5-accepted")
    open_theirs(page)
    met = page.locator(f"#appointment-{promise.pk}")
    expect(met).to_contain_text("Accepted")
    met.scroll_into_view_if_needed()
    look(page, "appointment-5-accepted-theirs")

    turn(hours=6)
    reminders = Touch.objects.filter(lead=hazel, enrollment__version__cadence__slug="appointment-reminders")
    assert list(reminders.filter(state="sent").values_list("step_key", flat=True)) == ["one-day-before"]
    page.goto(f"/leads/{hazel.pk}/")
    look(page, "appointment-6-reminded")

    turn(hours=18, minutes=30)
    page.goto("/now/")
    expect(page.get_by_text("Appointment, 3 pm to 3:30 pm.")).to_be_visible()
    expect(page.get_by_text("Did Hazel Thorne come?")).to_have_count(0)
    look(page, "appointment-7-now")
    turn(hours=5, minutes=30)
    page.goto(f"/leads/{hazel.pk}/")
    expect(page.get_by_text("Did Hazel come? 3 pm.")).to_be_visible()
    look(page, "appointment-8-lead-asks")
    page.goto("/now/")
    look(page, "appointment-8-now-asks")
    page.get_by_role("group", name="Did Hazel Thorne come?").get_by_role("button", name="Did not come").click()
    expect(page.locator("[data-last]")).to_contain_text("Hazel Thorne did not come. The plan for that begins.")
    expect(page.get_by_role("group", name="Did Hazel Thorne come?")).to_have_count(0)
    assert Enrollment.objects.filter(lead=hazel, version__cadence__slug="missed-appointment", ended_at=None).exists()
    turn(minutes=20)
    assert "no harm done" in engine.memory.sent[-1].body.lower()
    page.goto(f"/leads/{hazel.pk}/")
    look(page, "appointment-9-missed")


def test_another_time_is_moved_with_one_tap_and_a_clash_is_said_first(
    page: Page, enter: Enter, ann: Member, hazel: Lead, server: str, engine: Engine, clock: Clock,
    turn: Callable[..., None],
) -> None:  # fmt: skip
    theirs = Calls(hazel, clock)
    calendars.connect(member=ann, kind="caldav", url=server, user=USER, password=PASSWORD, at=clock.now())
    promise = appointments.book(lead=hazel, starts_at=T("2026-11-25 10:00"), what="Tour", by=ann, at=clock.now())
    turn(minutes=2)
    theirs.text("Something came up. Can we do Tuesday at 2 instead?")
    enter(ann)
    page.goto("/now/")
    chip = page.locator("[data-card]").get_by_role("group", name="Move to tomorrow 2 pm their time")
    expect(chip).to_contain_text("You have something else Tue 8:00 am to 2:45 pm.")
    expect(chip.get_by_role("button", name="Move it anyway")).to_be_visible()
    look(page, "move-1-clash")
    turn(minutes=5)
    theirs.text("Or 4 pm?")
    page.goto("/now/")
    chip = page.locator("[data-card]").get_by_role("group", name="Move to Wed 4 pm their time")
    expect(chip).to_contain_text("Or 4 pm?")
    look(page, "move-2-card")
    page.goto(f"/inbox/{hazel.pk}/")
    look(page, "move-2-thread")
    page.goto("/now/")
    chip.get_by_role("button", name="Move it").click()
    expect(page.locator("[data-last]")).to_contain_text("The appointment with Hazel Thorne is Wed 4:00 pm now.")
    turn(minutes=2)
    invited = [Calendar.from_ical(one.calendar).walk("VEVENT")[0] for one in engine.memory.sent if one.calendar]
    there = T("2026-11-25 16:00")
    assert [(one["UID"], one["SEQUENCE"]) for one in invited] == [(promise.uid, 0), (promise.uid, 1)]
    assert invited[-1].start == there
    events = Calendar.from_ical(stored(server, "work")).walk("VEVENT")
    events += Calendar.from_ical(stored(server, "home")).walk("VEVENT")
    assert [one.start for one in events if one["UID"] == promise.uid] == [there]
    page.goto(f"/leads/{hazel.pk}/")
    look(page, "move-3-moved")
