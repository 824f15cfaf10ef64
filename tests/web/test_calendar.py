"""Settings, Calendar; the feed of one's own plan; appointments on the lead's page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from nextcall.conversations.models import Message, Promise, Suggestion
from nextcall.engine import appointments, feeding, receive, taking
from nextcall.leads.models import Lead
from nextcall.team.models import Account, CalendarSource, Connection, Member
from tests.builders import make_lead, make_member
from tests.channels.calendar.server import PASSWORD, USER, radicale
from tests.web.signed import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(member: Member) -> Client:
    return signed(member)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with radicale(tmp_path) as address:
        yield address


def page(client: Client) -> str:
    return client.get("/settings/calendar/").content.decode()


def connect(client: Client, url: str, password: str = PASSWORD) -> str:
    posted = {"kind": "caldav", "url": url, "user": USER, "password": password}
    return client.post("/settings/calendar/", posted, follow=True).content.decode()


def test_a_calendar_is_connected_shown_and_removed(client: Client, server: str) -> None:
    said = connect(client, server)
    assert "is connected. It is read in a moment" in said
    source = CalendarSource.objects.get()
    assert PASSWORD not in said
    assert 'name="to"' in said
    client.post(f"/settings/calendar/{source.pk}/removal/")
    assert not CalendarSource.objects.exists()


def test_a_wrong_password_is_told_and_nothing_kept(client: Client, server: str) -> None:
    assert "refused the sign-in" in connect(client, server, "wrong")
    assert not CalendarSource.objects.exists()


def test_nobody_reaches_a_colleagues_calendar(account: Account, client: Client, server: str) -> None:
    connect(client, server)
    source = CalendarSource.objects.get()
    other = signed(make_member(account, "owner", name="Olga Owner"))
    for deed in ("reading", "writing", "removal"):
        assert other.post(f"/settings/calendar/{source.pk}/{deed}/").status_code == 404


def test_ones_own_plan_is_a_secret_address_that_can_be_revoked(client: Client, member: Member, lead: Lead) -> None:
    when = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    appointments.book(lead=lead, starts_at=when, by=member, at=timezone.now(), what="Tour")
    client.post("/settings/calendar/feed/")
    member.refresh_from_db()
    path = feeding.url(member).partition("8000")[2]
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert [(one["SUMMARY"], one.start) for one in Calendar.from_ical(answer.content).walk("VEVENT")] == [
        ("Tour", when)
    ]
    client.post("/settings/calendar/feed/", {"close": "1"})
    assert Client().get(path).status_code == 404
    client.post("/settings/calendar/feed/")
    assert Client().get(path).status_code == 404
    assert Client().get(f"{path[:-9]}xxxxx.ics").status_code == 404


def test_how_one_meets_is_kept_within_bounds(client: Client, member: Member) -> None:
    assert client.post("/settings/calendar/meetings/", {"minutes": 45, "room": 30, "notice": 60}).status_code == 302
    member.refresh_from_db()
    assert member.settings["meeting"] == {"minutes": 45, "room": 30, "notice": 60}
    assert client.post("/settings/calendar/meetings/", {"minutes": 4500, "room": 30, "notice": 60}).status_code == 422


def test_only_who_manages_connects_the_booking_page(account: Account, client: Client) -> None:
    assert "Booking page" not in page(client)
    client.post("/settings/calendar/bookings/", {"signing_key": "k" * 20})
    assert not Connection.objects.exists()
    owner = signed(make_member(account, "owner", name="Olga Owner"))
    owner.post("/settings/calendar/bookings/", {"signing_key": "k" * 20})
    assert f"/hooks/calendly/{Connection.objects.get().hook_key}" in page(owner)


def test_the_composers_offer_times_in_the_leads_clock(client: Client, lead: Lead) -> None:
    for where in (f"/leads/{lead.pk}/", f"/inbox/{lead.pk}/"):
        assert "your time?" in client.get(where).content.decode(), where


@pytest.mark.parametrize("channel", ["text", "email"])
@pytest.mark.parametrize("where", ["/leads/{}/", "/inbox/{}/", "/inbox/focus/?done=1&skip="])
def test_times_are_offered_without_a_script(client: Client, lead: Lead, where: str, channel: str) -> None:
    number = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    at = timezone.now()
    receive.receive(account=lead.account, channel="text", sender=number, text="Hello there", at=at, via="text")
    place = where.format(lead.pk)
    shown = client.get(place).content.decode()
    links = [unescape(one) for one in re.findall(r'<a class="hint" href="([^"]+)"[^>]*>Offer times</a>', shown)]
    link = next(one for one in links if f"mode={channel}&" in one)
    opened = client.get(link if link.startswith("/") else f"{place}{link}").content.decode()
    areas = re.findall(r'<textarea[^>]*data-draft="\d+-(\w+)"[^>]*>([^<]*)</textarea>', opened)
    assert {name for name, words in areas if words.strip().endswith("your time?")} == {channel}
    assert "focus" not in where or "2 of 2" in opened  # the same person of the same stack


def test_an_appointment_is_booked_and_called_off_on_the_leads_page(client: Client, lead: Lead, member: Member) -> None:
    when = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    client.post(
        f"/leads/{lead.pk}/appointment/", {"until": when, "what": "Tour", "place": "12 Elm St", "minutes": "45"}
    )
    promise = Promise.objects.get()
    assert (promise.until_at or promise.due_at) - promise.due_at == timedelta(minutes=45)
    shown = client.get(f"/leads/{lead.pk}/").content.decode()
    assert "12 Elm St" in shown
    assert "No answer yet" in shown
    client.post(f"/leads/{lead.pk}/appointment/{promise.pk}/missed/")
    promise.refresh_from_db()
    assert promise.closed_at is None  # it is still to come
    client.post(f"/leads/{lead.pk}/appointment/{promise.pk}/cancel/")
    promise.refresh_from_db()
    assert promise.closed_as == "cancelled"


def test_a_rep_cannot_touch_the_appointment_of_anothers_lead(account: Account, client: Client) -> None:
    other = make_lead(account, name="Otis Vale", owner=make_member(account, name="Ben Other"))
    promise = appointments.book(lead=other, starts_at=timezone.now() + timedelta(days=1), by=None, at=timezone.now())
    assert client.post(f"/leads/{other.pk}/appointment/{promise.pk}/cancel/").status_code == 404


def test_an_answer_that_takes_an_offered_time_is_a_suggestion_that_a_tap_books(lead: Lead, member: Member) -> None:
    at = timezone.now()
    when = (at + timedelta(days=2)).replace(hour=17, minute=0, second=0, microsecond=0)
    from nextcall.conversations.free_times import in_words

    words = in_words([when, when + timedelta(days=1)], zone="America/Denver", at=at)
    Message.objects.create(
        account=lead.account, person=lead.person, lead=lead, channel="text", outbound=True, body=words, at=at
    )
    number = lead.person.reaches.get(contact_point__kind="phone").contact_point.value
    receive.receive(
        account=lead.account,
        channel="text",
        sender=number,
        text=f"{when:%A} works",
        at=at + timedelta(hours=1),
        via="text",
    )
    suggestion = Suggestion.objects.get(kind="appointment")
    assert suggestion.quote == f"{when:%A} works"
    taking.take(suggestion=suggestion, by=member, at=at + timedelta(hours=2))
    assert Promise.objects.get(kind="appointment").due_at == when


def test_whether_the_lead_came_is_asked_once_it_began(client: Client, lead: Lead, member: Member) -> None:
    now = timezone.now()
    promise = appointments.book(lead=lead, starts_at=now - timedelta(minutes=5), by=member, at=now - timedelta(days=1))
    assert "Did Hazel come?" in client.get(f"/leads/{lead.pk}/").content.decode()
    assert "Hazel Thorne</a> come?" not in client.get("/now/").content.decode()  # they may be on their way
    for ago, asked in ((timedelta(minutes=11), True), (timedelta(days=8), False)):
        Promise.objects.filter(pk=promise.pk).update(due_at=now - ago)
        assert ("Hazel Thorne</a> come?" in client.get("/now/").content.decode()) == asked
    Promise.objects.filter(pk=promise.pk).update(due_at=now - timedelta(hours=1))
    client.post(f"/leads/{lead.pk}/appointment/{promise.pk}/kept/", {"next": "/now/"})
    for page in ("/now/", f"/leads/{lead.pk}/"):
        assert "come?" not in client.get(page).content.decode()
