"""Another time that a lead asks for: offered as a move, checked against the calendar, taken with one tap."""

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from nextcall.cadences.models import Touch
from nextcall.channels import push
from nextcall.channels.calendar.busy import as_rows
from nextcall.channels.contract import File, InboundMessage
from nextcall.channels.memory import Memory
from nextcall.conversations.models import Promise, Suggestion
from nextcall.engine import appointments, receive, taking, undo
from nextcall.engine.notify import Notify
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.team import devices
from nextcall.team.models import CalendarSource, Member
from tests.builders import MONDAY, T, make_touch
from tests.channels.push_service import Browser
from tests.web.signed import signed

pytestmark = pytest.mark.django_db
TUESDAY, FOUR, THURSDAY = T("2026-12-01 15:00"), T("2026-12-01 16:00"), T("2026-12-03 16:00")
SOON = MONDAY + timedelta(hours=1)


@pytest.fixture
def promise(lead: Lead, member: Member) -> Promise:
    """Tuesday at three, and the invitation has left."""
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    Worker(everything=Memory(), threads=0).run_until(MONDAY + timedelta(minutes=5), start=MONDAY)
    return promise


def pushed(member: Member, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What a device of the member's would show."""
    taken: list[dict[str, str]] = []
    monkeypatch.setattr(push, "push", lambda device, words, **how: taken.append(json.loads(words)))
    device = Browser().device(f"https://push.example.com/{member.pk}")
    devices.remember(member=member, device=device, label="Chrome on Android", at=MONDAY)
    for seconds in (5, 10, 15):
        Notify(threads=0)(at=SOON + timedelta(seconds=seconds))
    return taken


def say(lead: Lead, words: str, *, at: datetime = SOON) -> None:
    number = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    receive.receive(account=lead.account, channel="text", sender=number, text=words, at=at, via="text")


def answer(lead: Lead, promise: Promise, method: str, *, starts: str = "20261203T230000Z", comment: str = "",
           sequence: int = 0, words: str = "", by_machine: str = "", partstat: str = "") -> None:  # fmt: skip
    """Their calendar program's email."""
    address = lead.person.reaches.get(contact_point__kind="email").contact_point.value
    partstat = partstat or {"REPLY": "DECLINED"}.get(method, "TENTATIVE")
    ics = (
        f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{promise.uid}\r\nSEQUENCE:{sequence}\r\n"
        f"DTSTART:{starts}\r\nCOMMENT:{comment}\r\nATTENDEE;PARTSTAT={partstat}:mailto:{address}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    files = (File("invite.ics", "text/calendar", ics.encode()),)
    carried = InboundMessage("email", address, "", words, f"m-{method}-{sequence}", files=files, by_machine=by_machine)
    receive.receive(
        account=lead.account, channel="email", sender=address, text=words, at=SOON, via="email", carried=carried
    )


def suggested() -> list[tuple[str, str, int | None]]:
    rows = Suggestion.objects.filter(taken_at=None, dismissed_at=None)
    return [(one.kind, one.value.get("starts_at", ""), one.value.get("moves")) for one in rows.order_by("pk")]


def busy(member: Member, begins: datetime, ends: datetime) -> None:
    CalendarSource.objects.create(
        account=member.account, member=member, kind="feed", sealed=sealing.seal({}), name="Mine", created_at=MONDAY,
        busy=as_rows([(begins, ends)]),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "wanted"), [("can we do 4 instead", FOUR), ("Something came up. Thursday at 4?", T("2026-11-26 16:00"))]
)
def test_another_time_in_words_is_a_move_of_the_appointment(
    lead: Lead, promise: Promise, words: str, wanted: datetime
) -> None:
    say(lead, words)
    assert suggested() == [("appointment", wanted.isoformat(), promise.pk)]


def test_a_calendars_counter_is_a_move_with_its_comment_as_the_quote(lead: Lead, promise: Promise) -> None:
    answer(lead, promise, "COUNTER", comment="School run")
    assert suggested() == [("appointment", THURSDAY.isoformat(), promise.pk)]
    assert Suggestion.objects.get().quote == "School run"
    promise.refresh_from_db()
    lead.refresh_from_db()
    assert promise.response == "counter"
    assert lead.waiting_since is not None


def test_one_tap_moves_it_and_the_new_invitation_counts_up(lead: Lead, promise: Promise, member: Member) -> None:
    answer(lead, promise, "COUNTER")
    action = taking.take(suggestion=Suggestion.objects.get(), by=member, at=SOON)
    promise.refresh_from_db()
    lead.refresh_from_db()
    assert (promise.due_at, promise.sequence, promise.response) == (THURSDAY, 1, "")
    assert promise.until_at == THURSDAY + timedelta(minutes=30)
    assert lead.waiting_since is None
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(SOON + timedelta(minutes=5), start=SOON)
    event = Calendar.from_ical(memory.sent[-1].calendar).walk("VEVENT")[0]
    assert (event["UID"], event["SEQUENCE"], event.start) == (promise.uid, 1, THURSDAY)
    assert isinstance(undo.undo(action=action, by=member, at=SOON + timedelta(minutes=6)), undo.Refused)


def test_undone_before_it_left_it_is_offered_again(lead: Lead, promise: Promise, member: Member) -> None:
    say(lead, "can we do 4 instead")
    action = taking.take(suggestion=Suggestion.objects.get(), by=member, at=SOON)
    undo.undo(action=action, by=member, at=SOON + timedelta(seconds=2))
    promise.refresh_from_db()
    lead.refresh_from_db()
    assert (promise.due_at, promise.sequence) == (TUESDAY, 0)
    assert lead.waiting_since is not None
    assert suggested() == [("appointment", FOUR.isoformat(), promise.pk)]


def test_a_clash_is_said_before_it_moves(lead: Lead, promise: Promise, member: Member) -> None:
    busy(member, FOUR - timedelta(minutes=30), FOUR + timedelta(minutes=30))
    say(lead, "can we do 4 instead")
    with pytest.raises(taking.CannotTake, match=r"You have something else .*Dec 1, 3:30 pm to 4:30 pm\."):
        taking.take(suggestion=Suggestion.objects.get(), by=member, at=SOON)
    promise.refresh_from_db()
    assert promise.due_at == TUESDAY
    taking.take(suggestion=Suggestion.objects.get(), by=member, at=SOON, anyway=True)
    promise.refresh_from_db()
    assert promise.due_at == FOUR


def test_its_own_old_time_is_no_clash(lead: Lead, promise: Promise, member: Member) -> None:
    say(lead, "could we do 15 minutes later")
    taking.take(suggestion=Suggestion.objects.get(), by=member, at=SOON)
    promise.refresh_from_db()
    assert promise.due_at == TUESDAY + timedelta(minutes=15)


@pytest.mark.parametrize("words", ["See you Tuesday the 1st at 3", "3 pm on December 1 is perfect"])
def test_a_confirmation_in_words_asks_for_nothing(lead: Lead, promise: Promise, words: str) -> None:
    say(lead, words)
    assert suggested() == []


def test_a_calendars_own_words_are_not_read_as_the_leads(lead: Lead, promise: Promise) -> None:
    words = "Hazel has declined this invitation.\nOur appointment\nTuesday Dec 1, 2026 3pm - 3:30pm Mountain Time"
    touch = make_touch(lead, "email", due_at=SOON + timedelta(minutes=30))
    answer(lead, promise, "REPLY", words=words, by_machine="says that it is automatic")
    assert suggested() == []
    touch.refresh_from_db()
    lead.refresh_from_db()
    assert touch.due_at == SOON + timedelta(minutes=30)  # they are not away until December
    assert lead.waiting_since is not None


def test_a_counter_about_a_time_that_changed_since_is_ignored(lead: Lead, promise: Promise, member: Member) -> None:
    appointments.move(promise=promise, starts_at=THURSDAY + timedelta(days=1), by=member, at=MONDAY)
    answer(lead, promise, "COUNTER", sequence=0)
    assert suggested() == []


def test_the_card_and_the_thread_offer_the_move_and_say_what_clashes(
    lead: Lead, promise: Promise, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: SOON + timedelta(minutes=1))
    busy(member, FOUR, FOUR + timedelta(hours=1))
    say(lead, "can we do 4 instead")
    client: Client = signed(member)
    for page in (f"/now/?lead={lead.pk}", f"/inbox/{lead.pk}/", f"/leads/{lead.pk}/"):
        shown = client.get(page).content.decode()
        assert "Move to Dec 1, 4 pm their time" in shown, page
        assert "You have something else" in shown, page
        assert "Move it anyway" in shown, page
    one = Suggestion.objects.get()
    client.post(f"/leads/{lead.pk}/suggestions/{one.pk}/take/", {"anyway": "1"})
    promise.refresh_from_db()
    assert promise.due_at == FOUR
    assert Touch.objects.filter(invitation__promise=promise, invitation__sequence=1).exists()


@pytest.mark.parametrize(
    ("method", "title", "body"),
    [
        ("REPLY", "Hazel declined", "Tue Dec 1, 3:00 pm."),
        ("COUNTER", "Hazel asks for another time", "Thu Dec 3, 4:00 pm instead of Tue Dec 1, 3:00 pm."),
        ("CANCEL", "Hazel called it off", "Tue Dec 1, 3:00 pm."),
    ],
)
@pytest.mark.parametrize("by_machine", ["", "says that it is automatic"])
def test_what_their_calendar_answers_is_told_once(
    lead: Lead, promise: Promise, member: Member, monkeypatch: pytest.MonkeyPatch,
    method: str, title: str, body: str, by_machine: str,
) -> None:  # fmt: skip
    answer(lead, promise, method, by_machine=by_machine)
    told = pushed(member, monkeypatch)
    assert [(one["title"], one["body"], one["url"]) for one in told] == [(title, body, f"/leads/{lead.pk}/")]


def test_an_accepted_invitation_is_told_though_nothing_waits(
    lead: Lead, promise: Promise, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(lead, promise, "REPLY", partstat="ACCEPTED")
    assert [one["title"] for one in pushed(member, monkeypatch)] == ["Hazel accepted"]


def test_the_thread_says_what_their_calendar_answered(lead: Lead, promise: Promise, member: Member) -> None:
    answer(lead, promise, "REPLY")
    for page in (f"/inbox/{lead.pk}/", f"/leads/{lead.pk}/"):
        assert "Declined the invitation" in signed(member).get(page).content.decode(), page


def test_another_time_in_words_is_told_as_that(
    lead: Lead, promise: Promise, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(lead, "can we do 4 instead")
    assert [one["title"] for one in pushed(member, monkeypatch)] == ["Hazel asks for another time"]
