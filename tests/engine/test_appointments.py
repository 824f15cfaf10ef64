"""Appointments: booked with an invitation, answered by the lead's calendar, moved, called off, missed."""

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from nextcall.cadences import enroll
from nextcall.cadences.models import Touch
from nextcall.channels.contract import File, InboundMessage
from nextcall.channels.memory import Memory
from nextcall.conversations.models import Promise
from nextcall.engine import appointments, promising, receive, undo
from nextcall.engine.worker import Worker
from nextcall.leads.models import Lead
from nextcall.team.models import Account, Member
from nextcall.timeline.models import Event
from tests.builders import MONDAY, T, make_lead

pytestmark = pytest.mark.django_db
TUESDAY, THURSDAY = T("2026-12-01 10:00"), T("2026-12-03 14:30")


def run(until: datetime, start: datetime = MONDAY) -> Memory:
    memory = Memory()
    Worker(everything=memory, threads=0).run_until(until, start=start)
    return memory


def invited(memory: Memory) -> list[Calendar]:
    return [Calendar.from_ical(one.calendar) for one in memory.sent if one.calendar]


def replied(lead: Lead, promise: Promise, partstat: str, *, at: datetime, method: str = "REPLY") -> receive.Received:
    """Their calendar program answers by email."""
    point = lead.person.reaches.get(contact_point__kind="email").contact_point
    ics = (
        f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:{promise.uid}\r\nSEQUENCE:{promise.sequence}\r\n"
        f"DTSTART:20261201T170000Z\r\nATTENDEE;PARTSTAT={partstat}:mailto:{point.value}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    carried = InboundMessage(
        "email",
        point.value,
        "ann@acme.example",
        "",
        f"m{at}",
        files=(File("invite.ics", "text/calendar", ics.encode()),),
    )
    return receive.receive(
        account=lead.account, channel="email", sender=point.value, text="", at=at, via="email", carried=carried
    )


def test_a_booking_invites_by_email_with_a_real_calendar_file(lead: Lead, member: Member) -> None:
    promising.appointment(lead=lead, when=TUESDAY, what="Tour of 12 Elm St", place="12 Elm St", by=member, at=MONDAY)
    memory = run(MONDAY + timedelta(minutes=5))
    calendar = invited(memory)[0]
    event = calendar.walk("VEVENT")[0]
    promise = Promise.objects.get(kind="appointment")
    assert calendar["METHOD"] == "REQUEST"
    assert (event["UID"], event["SEQUENCE"], event["SUMMARY"]) == (promise.uid, 0, "Tour of 12 Elm St")
    assert event.start == TUESDAY
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert "Tuesday, December 1 at 10:00 am" in memory.sent[0].body


def test_who_has_no_email_gets_a_text_in_words(account: Account, member: Member) -> None:
    lead = make_lead(account, owner=member, email=None)
    promising.appointment(lead=lead, when=TUESDAY, what="Tour", by=member, at=MONDAY)
    sent = run(MONDAY + timedelta(minutes=5)).sent
    assert [one.channel for one in sent] == ["text"]
    assert "we meet on Tuesday, December 1 at 10:00 am, your time: Tour." in sent[0].body


def test_a_stop_holds_back_the_invitation(lead: Lead, member: Member) -> None:
    promising.appointment(lead=lead, when=TUESDAY, what="Tour", by=member, at=MONDAY)
    point = lead.person.reaches.get(contact_point__kind="email").contact_point
    receive.receive(account=lead.account, channel="email", sender=point.value, text="stop all contact, remove me",
                    at=MONDAY + timedelta(seconds=2), via="email")  # fmt: skip
    assert run(MONDAY + timedelta(minutes=5), start=MONDAY + timedelta(seconds=3)).sent == []


@pytest.mark.parametrize(("partstat", "response"), [("ACCEPTED", "accepted"), ("DECLINED", "declined")])
def test_their_calendars_answer_is_kept(lead: Lead, member: Member, partstat: str, response: str) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    replied(lead, promise, partstat, at=MONDAY + timedelta(hours=1))
    promise.refresh_from_db()
    lead.refresh_from_db()
    assert (promise.response, promise.responded_at) == (response, MONDAY + timedelta(hours=1))
    assert (lead.waiting_since is None) == (response == "accepted")
    assert Event.objects.get(kind="appointment.answered").data["response"] == response


def test_an_answer_from_somebody_else_changes_nothing(account: Account, lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    replied(make_lead(account, name="Otis Vale"), promise, "DECLINED", at=MONDAY + timedelta(hours=1))
    promise.refresh_from_db()
    assert promise.response == ""


def test_a_cancel_from_their_calendar_closes_it_and_ends_the_reminders(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    replied(lead, promise, "DECLINED", at=MONDAY + timedelta(hours=1), method="CANCEL")
    promise.refresh_from_db()
    assert promise.closed_as == "cancelled"
    assert not lead.enrollments.filter(ended_at=None).exists()


def test_moving_keeps_the_uid_and_counts_up(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    run(MONDAY + timedelta(minutes=5))
    appointments.move(promise=promise, starts_at=THURSDAY, by=member, at=MONDAY + timedelta(hours=1))
    again = invited(run(MONDAY + timedelta(hours=2), start=MONDAY + timedelta(hours=1)))[0].walk("VEVENT")[0]
    assert (again["UID"], again["SEQUENCE"], again.start) == (promise.uid, 1, THURSDAY)


def test_an_invitation_that_has_not_left_is_replaced(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    appointments.move(promise=promise, starts_at=THURSDAY, by=member, at=MONDAY)
    assert [one.walk("VEVENT")[0].start for one in invited(run(MONDAY + timedelta(minutes=5)))] == [THURSDAY]


def test_calling_off_tells_whoever_was_invited(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    run(MONDAY + timedelta(minutes=5))
    appointments.cancel(promise=promise, by=member, at=MONDAY + timedelta(hours=1))
    off = invited(run(MONDAY + timedelta(hours=2), start=MONDAY + timedelta(hours=1)))[0]
    assert off["METHOD"] == "CANCEL"
    assert (off.walk("VEVENT")[0]["UID"], off.walk("VEVENT")[0]["STATUS"]) == (promise.uid, "CANCELLED")


def test_calling_off_before_the_invitation_left_says_nothing(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    appointments.cancel(promise=promise, by=member, at=MONDAY + timedelta(seconds=2))
    assert run(MONDAY + timedelta(hours=2), start=MONDAY + timedelta(seconds=2)).sent == []


def reminders() -> list[str]:
    sent = Touch.objects.filter(step_key__endswith="before", state="sent").order_by("due_at")
    return list(sent.values_list("step_key", flat=True))


def test_reminders_begin_with_the_booking_and_name_the_time(lead: Lead, member: Member) -> None:
    appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    run(TUESDAY)
    assert reminders() == ["three-days-before", "one-day-before", "two-hours-before"]


def test_reminders_move_with_the_appointment(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    wednesday = MONDAY + timedelta(days=2)
    appointments.move(promise=promise, starts_at=THURSDAY, by=member, at=wednesday)
    run(THURSDAY, start=wednesday)
    sent = Touch.objects.filter(step_key="two-hours-before", state="sent")
    assert [one.due_at for one in sent] == [THURSDAY - timedelta(hours=2)]


def test_reminders_end_with_the_appointment(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    appointments.cancel(promise=promise, by=member, at=MONDAY + timedelta(hours=1))
    run(TUESDAY, start=MONDAY + timedelta(hours=1))
    assert reminders() == []


def test_a_missed_appointment_starts_the_cadence_for_it(lead: Lead, member: Member) -> None:
    enroll.begin(lead=lead, slug="fast-start", by=member, at=MONDAY)
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    later = TUESDAY + timedelta(minutes=30)
    appointments.missed(promise=promise, by=member, at=later)
    lead.refresh_from_db()
    running = [one.version.cadence.slug for one in lead.enrollments.filter(ended_at=None)]
    assert (running, lead.stage) == (["missed-appointment"], "talking")
    sent = run(later + timedelta(hours=1), start=later).sent
    assert any("Shall we find another time?" in one.body for one in sent)


def test_booking_the_same_time_twice_is_one_appointment(lead: Lead, member: Member) -> None:
    for _ in range(2):
        appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    assert Promise.objects.filter(kind="appointment").count() == 1


def test_a_closed_one_cannot_be_moved(lead: Lead, member: Member) -> None:
    promise = appointments.book(lead=lead, starts_at=TUESDAY, by=member, at=MONDAY)
    appointments.kept(promise=promise, by=member, at=TUESDAY)
    with pytest.raises(appointments.Closed, match="kept already"):
        appointments.move(promise=promise, starts_at=THURSDAY, by=member, at=TUESDAY)


def test_undone_before_it_left_nothing_leaves(lead: Lead, member: Member) -> None:
    action = promising.appointment(lead=lead, when=TUESDAY, what="", by=member, at=MONDAY)
    undo.undo(action=action, by=member, at=MONDAY + timedelta(seconds=3))
    assert run(MONDAY + timedelta(hours=1), start=MONDAY + timedelta(seconds=3)).sent == []
    assert not Promise.objects.exists()
