"""Calendar files: read however broken they are, busy times followed, answers understood."""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from nextcall.channels.calendar import answers, busy, reading, repeating
from nextcall.cli.understood_calendar import looks_like_calendar, of_calendar

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "fixtures" / "icalendar"
shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared fixtures are not beside this checkout")
BEGINS, ENDS = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)


def event(*lines: str, method: str = "") -> bytes:
    head = ["BEGIN:VCALENDAR", *([f"METHOD:{method}"] if method else []), "BEGIN:VEVENT", "UID:one"]
    return "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def spans(raw: bytes, zone: str = "America/Denver") -> list[str]:
    found = busy.busy(reading.read(raw), begins=BEGINS, ends=ENDS, zone=zone)
    return [f"{begins:%m-%d %H:%M}-{ends:%H:%M}" for begins, ends in found.spans]


@shared
@pytest.mark.parametrize("name", sorted(json.loads((SHARED / "EXPECTED.json").read_text())) if SHARED.exists() else [])
def test_an_answer_to_an_invitation_is_read_as_expected(name: str) -> None:
    expected = json.loads((SHARED / "EXPECTED.json").read_text())[name]
    found = of_calendar(reading.read((SHARED / name).read_bytes()))
    assert found["kind"] == "reply"
    assert {key: found[key] for key in expected} == expected


@shared
def test_every_shared_file_gives_its_events_or_says_what_is_wrong() -> None:
    starts = {
        "calendars_america_new_york.ics": ("an event with a custom tz name", "2014-08-29T12:00:00Z"),
        "calendars_issue_165_missing_event.ics": ("Sprint 25 Daily Standup", "2015-07-03T08:00:00Z"),
        "calendars_issue_237_fail_to_parse_timezone_with_non_ascii_tzid.ics": (None, "2017-05-11T16:30:00Z"),
        "calendars_issue_321_assert_dst_offset_is_not_false.ics": ("Reifenwechsel", "2020-04-03T08:20:00Z"),
        "calendars_timezone_same_start.ics": ("Test 4", "2017-02-24T20:00:00Z"),
        "calendars_timezoned.ics": ("artsprint 2012", "2012-02-13T09:00:00Z"),
        "calendars_period_with_timezone.ics": ("Test RDATE", "2023-09-20T19:00:00Z"),
    }
    for name, (summary, start) in starts.items():
        found = of_calendar(reading.read((SHARED / name).read_bytes()))
        assert (found["kind"], found["summary"], found["start_utc"]) == ("other", summary, start), name
    many = of_calendar(reading.read((SHARED / "calendars_multiple_calendar_components.ics").read_bytes()))
    assert [(one["summary"], one["start"]) for one in many["events"]] == [
        ("Christmas Day", "2003-12-25"), ("Boxing Day", "2003-05-01"), ("Christmas again!", "2003-12-25"),
    ]  # fmt: skip
    for name in ("broken_dtstart", "broken_ical", "invalid_duration", "big_bad_calendar"):
        assert reading.read((SHARED / f"calendars_{name}.ics").read_bytes()).problems, name


@shared
@pytest.mark.slow
def test_no_mutated_file_raises_or_takes_a_second() -> None:
    files = [path.read_bytes() for path in sorted(SHARED.glob("*.ics"))]
    never = [b"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n", b"RRULE:FREQ=DAILY;COUNT=99999;BYMONTHDAY=31\r\n"]
    signs = [b";", b":", b'"', b"\\", b"TZID=", b"\r\n ", b"9999", b"\x00\xff", b"INTERVAL=0", b"BEGIN:VEVENT\r\n"]
    odd = [*never, *signs]
    rng = random.Random(20261128)
    for number in range(2000):
        raw = bytearray(rng.choice(files))
        for _ in range(rng.randint(1, 8)):
            place = rng.randrange(len(raw) + 1)
            raw[place : place + rng.choice([0, 0, 1, 30])] = rng.choice([*odd, bytes([rng.randrange(256)]), b""])
        began = time.process_time()
        of_calendar(found := reading.read(bytes(raw)))
        busy.busy(found, begins=BEGINS - timedelta(days=10_000), ends=ENDS, zone="America/Denver")
        assert time.process_time() - began < 1, (number, bytes(raw))


def test_a_rule_that_never_matches_costs_nothing_and_says_nothing() -> None:
    began = time.process_time()
    raw = event("DTSTART:19000101T100000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    assert spans(raw) == []
    assert time.process_time() - began < 0.5


def test_ten_o_clock_stays_ten_o_clock_where_clocks_change() -> None:
    raw = event("DTSTART;TZID=America/Denver:20261026T100000", "DTEND;TZID=America/Denver:20261026T110000",
                "RRULE:FREQ=WEEKLY;COUNT=2")  # fmt: skip
    assert spans(raw) == ["10-26 16:00-17:00", "11-02 17:00-18:00"]


def test_windows_names_of_zones_are_known() -> None:
    raw = event('DTSTART;TZID="Mountain Standard Time":20261026T100000', "DURATION:PT30M")
    assert spans(raw) == ["10-26 16:00-16:30"]


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires", "13:00"),
        ("/mozilla.org/20070129_1/America/New_York", "14:00"),
        ("Western/Central Europe", "09:00"),
        ("(GMT-03.00) Brasilia", "13:00"),
    ],
)
def test_names_of_zones_are_known_as_programs_spell_them(name: str, utc: str) -> None:
    found = of_calendar(reading.read(event(f'DTSTART;TZID="{name}":20261026T100000', "SUMMARY:Tour")))
    assert (found["start_utc"], found["errors"]) == (f"2026-10-26T{utc}:00Z", [])


def test_a_file_says_what_repeats_what_is_left_out_and_what_is_off() -> None:
    found = of_calendar(
        reading.read(
            event("DTSTART:20261026T100000Z", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261027T100000Z", "STATUS:CANCELLED",
                  "DTEND:20261026T103000Z", "LOCATION:4 Elm Street", method="PUBLISH")
        )
    )  # fmt: skip
    assert (found["kind"], found["cancelled"]) == ("other", True)
    (one,) = found["events"]
    assert (one["rule"], one["except"], one["also"]) == ("FREQ=DAILY;COUNT=3", ["2026-10-27T10:00:00"], [])
    assert (one["end"], one["place"]) == ("2026-10-26T10:30:00", "4 Elm Street")


def test_what_cannot_be_read_is_said_and_the_rest_is_read() -> None:
    found = of_calendar(reading.read(event("DTSTART:20261026T100000Z", "SUMMARY:Tour", "X", "RRULE:FREQ=FORTNIGHTLY")))
    assert (found["summary"], found["start_utc"]) == ("Tour", "2026-10-26T10:00:00Z")
    assert found["errors"] == [
        'line 6: "X" has no colon; NAME:value is right',
        "Tour: it repeats fortnightly; by day, week, month or year is right",
    ]


def test_a_lone_event_is_a_calendar_file_and_a_card_is_none() -> None:
    assert looks_like_calendar(b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT")
    assert not looks_like_calendar(b"BEGIN:VCARD\r\nFN:Hazel\r\nEND:VCARD")


def test_an_exception_and_a_moved_occurrence_are_kept() -> None:
    raw = b"\r\n".join([
        b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"UID:s", b"DTSTART:20261005T100000Z", b"DTEND:20261005T110000Z",
        b"RRULE:FREQ=DAILY;COUNT=4", b"EXDATE:20261006T100000Z", b"END:VEVENT", b"BEGIN:VEVENT", b"UID:s",
        b"RECURRENCE-ID:20261007T100000Z", b"DTSTART:20261007T150000Z", b"DTEND:20261007T160000Z", b"END:VEVENT",
        b"END:VCALENDAR",
    ])  # fmt: skip
    assert spans(raw) == ["10-05 10:00-11:00", "10-07 15:00-16:00", "10-08 10:00-11:00"]


def test_whole_days_are_by_the_members_clock_and_free_time_is_free() -> None:
    assert spans(event("DTSTART;VALUE=DATE:20261126")) == ["11-26 07:00-07:00"]
    assert spans(event("DTSTART:20261126T100000Z", "DTEND:20261126T110000Z", "TRANSP:TRANSPARENT")) == []
    assert spans(event("DTSTART:20261126T100000Z", "DTEND:20261126T110000Z", "STATUS:CANCELLED")) == []


def test_what_repeats_by_the_second_is_said_to_be_unreadable() -> None:
    found = busy.busy(
        reading.read(event("DTSTART:20261001T100000Z", "SUMMARY:Tick", "RRULE:FREQ=SECONDLY")),
        begins=BEGINS, ends=ENDS, zone="America/Denver",
    )  # fmt: skip
    assert found.problems == ("Tick: it repeats secondly; by day, week, month or year is right",)


@pytest.mark.parametrize(("partstat", "response"), [("DECLINED", "declined"), ("TENTATIVE", "tentative")])
def test_what_an_attendee_says_is_understood(partstat: str, response: str) -> None:
    raw = event(f"ATTENDEE;PARTSTAT={partstat}:MAILTO:hazel@example.com", "DTSTART:20261126T100000Z", method="REPLY")
    found = answers.answer(raw)
    assert found is not None
    assert (found.response, found.attendee) == (response, "hazel@example.com")


def test_a_counter_names_the_time_they_would_rather_have() -> None:
    found = answers.answer(event("ATTENDEE:mailto:h@example.com", "DTSTART:20261127T100000Z", method="COUNTER"))
    assert found is not None
    assert (found.response, found.start) == ("counter", datetime(2026, 11, 27, 10, tzinfo=UTC))


def test_an_invitation_is_no_answer() -> None:
    assert answers.answer(event("DTSTART:20261127T100000Z", method="REQUEST")) is None


DAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
RULES = st.one_of(
    st.builds(lambda n: f"FREQ=DAILY;INTERVAL={n}", st.integers(1, 9)),
    st.builds(lambda n, days: f"FREQ=WEEKLY;INTERVAL={n};BYDAY={','.join(sorted(days))}", st.integers(1, 4),
              st.sets(DAYS, min_size=1)),
    st.builds(lambda n, day: f"FREQ=MONTHLY;INTERVAL={n};BYMONTHDAY={day}", st.integers(1, 5), st.integers(1, 28)),
    st.builds(lambda at, day: f"FREQ=MONTHLY;BYDAY={at}{day}", st.sampled_from([1, 2, 3, 4, -1, -2]), DAYS),
    st.builds(lambda m, at, day: f"FREQ=YEARLY;BYMONTH={m};BYDAY={at}{day}", st.integers(1, 12),
              st.sampled_from([1, 2, -1]), DAYS),
    st.builds(lambda at: f"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={at}", st.sampled_from([1, 2, -1])),
)  # fmt: skip


@given(RULES, st.one_of(st.none(), st.integers(1, 300)), st.datetimes(datetime(2020, 1, 1), datetime(2026, 9, 1)))
@settings(max_examples=150, deadline=None)
def test_rules_are_followed_as_another_library_follows_them(rule: str, count: int | None, first: datetime) -> None:
    first = first.replace(microsecond=0, second=0)
    rule = f"{rule};COUNT={count}" if count else rule
    begins, ends = datetime(2026, 10, 1), datetime(2026, 12, 1)
    ours = repeating.within(
        repeating.read(rule), first, begins=begins, ends=ends, until=None, budget=repeating.Budget()
    )
    theirs = [at for at in rrulestr(rule, dtstart=first).between(begins, ends, inc=True) if at < ends]
    assert ours == theirs
