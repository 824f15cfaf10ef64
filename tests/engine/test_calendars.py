"""Members' calendars: a real CalDAV server is found, read, written to; hostile ones harm nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import LazySettings
from icalendar import Calendar

from nextcall.channels.calendar import fetching
from nextcall.channels.calendar.fetching import Access, CannotReach, fetch, neighbours
from nextcall.conversations.models import Promise
from nextcall.engine import appointments, calendars, promising, undo
from nextcall.engine.calendars import Calendars
from nextcall.leads.models import Lead
from nextcall.lib import sealing
from nextcall.team.models import CalendarSource, Member
from tests.builders import MONDAY, T
from tests.channels.calendar.server import PASSWORD, USER, put, radicale, stored

pytestmark = pytest.mark.django_db
OCTOBER = T("2026-10-26 08:00")
WEEKLY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\nBEGIN:VEVENT\r\nUID:w\r\nDTSTAMP:20261001T000000Z\r\n"
    "DTSTART;TZID=America/Denver:20261005T100000\r\nDTEND;TZID=America/Denver:20261005T110000\r\n"
    "RRULE:FREQ=WEEKLY\r\nSUMMARY:Sales meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with radicale(tmp_path) as address:
        yield address


@pytest.fixture
def source(server: str, member: Member) -> CalendarSource:
    return calendars.connect(member=member, kind="caldav", url=server, user=USER, password=PASSWORD, at=MONDAY)


def turn(at: datetime) -> None:
    Calendars(threads=0)(at=at)


def busy(source: CalendarSource) -> list[list[str]]:
    source.refresh_from_db()
    return source.busy


def test_a_server_is_found_by_its_address_alone(source: CalendarSource) -> None:
    names = {one["url"].rsplit("/", 2)[1] for one in sealing.unseal(source.sealed)["calendars"]}
    assert names == {"work", "home"}
    assert source.writes
    assert PASSWORD.encode() not in bytes(source.sealed)


def test_busy_times_repeat_and_keep_their_hour_where_clocks_change(server: str, source: CalendarSource) -> None:
    put(server, "work", "weekly", WEEKLY.encode())
    turn(OCTOBER)
    assert busy(source)[:2] == [
        ["2026-10-26T16:00:00+00:00", "2026-10-26T17:00:00+00:00"],
        ["2026-11-02T17:00:00+00:00", "2026-11-02T18:00:00+00:00"],
    ]


def test_an_appointment_is_written_moved_and_removed(
    server: str, source: CalendarSource, lead: Lead, member: Member
) -> None:
    promise = appointments.book(lead=lead, starts_at=T("2026-12-01 10:00"), by=member, at=MONDAY)
    written = sealing.unseal(source.sealed)["writes_to"].rsplit("/", 2)[1]
    at = MONDAY + timedelta(seconds=30)
    turn(at)
    event = Calendar.from_ical(stored(server, written)).walk("VEVENT")[0]
    assert (event["UID"], event.start) == (promise.uid, T("2026-12-01 10:00"))
    appointments.move(promise=promise, starts_at=T("2026-12-03 09:00"), by=member, at=at)
    turn(at + timedelta(seconds=30))
    events = Calendar.from_ical(stored(server, written)).walk("VEVENT")
    assert [(one["SEQUENCE"], one.start) for one in events] == [(1, T("2026-12-03 09:00"))]
    appointments.cancel(promise=promise, by=member, at=at + timedelta(minutes=1))
    turn(at + timedelta(minutes=2))
    assert "VEVENT" not in stored(server, written)
    promise.refresh_from_db()
    assert promise.in_calendar is None


def test_our_own_appointment_does_not_make_them_busy_twice(source: CalendarSource, lead: Lead, member: Member) -> None:
    appointments.book(lead=lead, starts_at=T("2026-12-01 10:00"), by=member, at=MONDAY)
    turn(MONDAY + timedelta(minutes=1))
    turn(MONDAY + timedelta(minutes=30))
    assert busy(source) == []


def test_what_stands_in_the_calendar_is_cancelled_not_undone(
    source: CalendarSource, lead: Lead, member: Member
) -> None:
    action = promising.appointment(lead=lead, when=T("2026-12-01 10:00"), what="", by=member, at=MONDAY)
    turn(MONDAY + timedelta(seconds=11))
    undone = undo.undo(action=action, by=member, at=MONDAY + timedelta(seconds=12))
    assert isinstance(undone, undo.Refused)
    assert "calendar already" in undone.why


def test_a_server_that_wants_the_proof_of_a_password_is_read_and_written(
    tmp_path: Path, member: Member, lead: Lead
) -> None:
    with radicale(tmp_path, digest=True) as address:
        source = calendars.connect(member=member, kind="caldav", url=address, user=USER, password=PASSWORD, at=MONDAY)
        promise = appointments.book(lead=lead, starts_at=T("2026-12-01 10:00"), by=member, at=MONDAY)
        turn(MONDAY + timedelta(minutes=1))
        promise.refresh_from_db()
        source.refresh_from_db()
        assert (promise.in_calendar, source.problem) == (0, "")
        with pytest.raises(CannotReach, match="refused the sign-in"):
            calendars.connect(member=member, kind="caldav", url=address, user=USER, password="wrong", at=MONDAY)


def test_a_wrong_password_is_said_in_words(server: str, member: Member) -> None:
    with pytest.raises(CannotReach, match="refused the sign-in"):
        calendars.connect(member=member, kind="caldav", url=server, user=USER, password="wrong", at=MONDAY)
    assert not CalendarSource.objects.exists()


def test_a_server_that_is_gone_keeps_what_was_read_and_says_so(tmp_path: Path, member: Member, lead: Lead) -> None:
    with radicale(tmp_path) as address:
        source = calendars.connect(member=member, kind="caldav", url=address, user=USER, password=PASSWORD, at=MONDAY)
        put(address, "home", "weekly", WEEKLY.encode())
        turn(MONDAY)
    before = busy(source)
    appointments.book(lead=lead, starts_at=T("2026-12-01 10:00"), by=member, at=MONDAY)
    turn(MONDAY + timedelta(minutes=11))
    assert busy(source) == before != []
    assert "could not be reached" in source.problem
    assert Promise.objects.get().in_calendar is None


class Hostile(BaseHTTPRequestHandler):
    """Answers by its path."""

    def do_GET(self) -> None:
        kind = self.path.strip("/")
        if kind.startswith("to="):
            self.send_response(302)
            self.send_header("Location", kind[3:])
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        try:
            if kind == "large":
                for _ in range(100):
                    self.wfile.write(b"X" * 100_000)
            elif kind == "slow":
                while True:
                    self.wfile.write(b"X")
            elif kind == "page":
                self.wfile.write(b"<html>Sign in</html>")
            elif kind == "bomb":
                self.wfile.write(WEEKLY.replace("FREQ=WEEKLY", "FREQ=SECONDLY").encode())
            else:
                self.wfile.write(WEEKLY.encode())
        except OSError:
            pass

    do_PROPFIND = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hostile() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def feed(member: Member, url: str) -> CalendarSource:
    return calendars.connect(member=member, kind="feed", url=url, at=MONDAY)


def test_a_feed_is_read_after_its_redirects(hostile: str, member: Member) -> None:
    source = feed(member, f"{hostile}/to=/calendar")
    turn(OCTOBER)
    assert len(busy(source)) == 9
    assert not source.writes


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/large", "larger than 5 MB"),
        ("/page", "is no calendar"),
        ("/to=/to=/to=/to=/to=/to=/x", "one address to the next|is no calendar"),
        ("/to=http://169.254.169.254/latest/meta-data", "inside a private network"),
        ("/to=file:///etc/passwd", "no address of a calendar"),
    ],
)
def test_a_hostile_feed_ends_in_words(hostile: str, member: Member, path: str, words: str) -> None:
    with pytest.raises(CannotReach, match=words):
        feed(member, f"{hostile}{path}")


def test_what_drips_or_never_ends_ends_with_the_time(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    monkeypatch.setattr(fetching, "LARGEST", 10**12)
    with pytest.raises(CannotReach, match=r"longer than|did not answer"):
        fetch("GET", f"{hostile}/slow", Access(reach="own"))


def test_a_rule_by_the_second_is_a_problem_in_words(hostile: str, member: Member) -> None:
    source = feed(member, f"{hostile}/bomb")
    turn(MONDAY)
    busy(source)
    assert "repeats secondly" in source.problem


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://10.0.0.8/x", "http://[::1]/x", "https://169.254.169.254/"]
)
def test_on_a_server_nothing_inside_is_reached(settings: LazySettings, member: Member, url: str) -> None:
    settings.SMTP_REACH = "public"
    for kind in ("feed", "caldav"):
        with pytest.raises(CannotReach, match="private network"):
            calendars.connect(member=member, kind=kind, url=url, user="a", password="b", at=MONDAY)


def test_a_password_goes_to_its_own_host_and_its_neighbours_alone() -> None:
    assert neighbours("p42-caldav.icloud.com", "caldav.icloud.com")
    assert not neighbours("caldav.evil.example", "caldav.icloud.com")
    assert not neighbours("evil.co.uk", "mine.co.uk")
