# ruff: noqa: E501
"""Times as people say them, on Tuesday 24 November 2026 at ten in the morning by their clock."""

import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.conversations.said.when import moments

NOW = datetime(2026, 11, 24, 10, 0)

SAID = {
    # words: (local time, until, an hour was named, a month or season)
    "call me tmrw after 2": ("11-25 14:00", "", True, False),
    "Hi yes still looking, call me tmrw after 2 \U0001f600": ("11-25 14:00", "", True, False),
    "call me at 4": ("11-24 16:00", "", True, False),
    "call me at 9": ("11-25 09:00", "", True, False),  # nine has passed today
    "call after 5:30": ("11-24 17:30", "", True, False),
    "between 2 and 4 tomorrow": ("11-25 14:00", "16:00", True, False),
    "10-11 tomorrow": ("11-25 10:00", "11:00", True, False),
    "before noon tomorrow": ("11-25 09:00", "12:00", True, False),
    "tonight after 7": ("11-24 19:00", "", True, False),
    "call me Friday morning": ("11-27 09:00", "12:00", True, False),
    "ok see you thursday at 3": ("11-26 15:00", "", True, False),
    "Saturday works. Can we do 10?": ("11-28 10:00", "", True, False),
    "tuesday is best": ("12-01 09:00", "", False, False),
    "Saturday the 28th at 11 works": ("11-28 11:00", "", True, False),
    "Dec 5th 2:30pm": ("12-05 14:30", "", True, False),
    "12/15 at noon": ("12-15 12:00", "13:00", True, False),
    "in 20 min": ("11-24 10:20", "", True, False),
    "give me an hour, so in an hour": ("11-24 11:00", "", True, False),
    "in two weeks": ("12-08 09:00", "", False, False),
    "next week": ("11-30 09:00", "", False, False),
    "this weekend": ("11-28 09:00", "", False, False),
    "later today": ("11-24 10:15", "", False, False),
    "ask me in March": ("2027-03-01 09:00", "", False, True),
    "Feb?": ("2027-02-01 09:00", "", False, True),
    "next month maybe": ("12-01 09:00", "", False, True),
    "after the holidays": ("2027-01-04 09:00", "", False, True),
    "after Thanksgiving": ("11-30 09:00", "", False, True),
    "maybe next year": ("2027-01-04 09:00", "", False, True),
    "in the spring": ("2027-03-01 09:00", "", False, True),
    "s\u00ed, ma\u00f1ana a las 10": ("11-25 10:00", "", True, False),
    "ll\u00e1mame el viernes por la tarde": ("11-27 13:00", "18:00", True, False),
    "la semana que viene": ("11-30 09:00", "", False, False),
    "despu\u00e9s de las fiestas": ("2027-01-08 09:00", "", False, True),
    "demain \u00e0 14h": ("11-25 14:00", "", True, False),
    "la semaine prochaine": ("11-30 09:00", "", False, False),
}


@pytest.mark.parametrize("text", SAID)
def test_it_is_read_as_it_is_meant(text: str) -> None:
    at, until, exact, rough = SAID[text]
    first = moments(text, now=NOW)[0]
    assert first.at == datetime.fromisoformat(at if at.startswith("20") else f"2026-{at}")
    assert (f"{first.until:%H:%M}" if first.until else "") == until
    assert (first.exact, first.rough) == (exact, rough)
    assert first.quote.lower() in " ".join(text.lower().split())


@pytest.mark.parametrize(
    "text",
    [
        "I may be interested", "max 400k, 3 bed 2 bath", "my number is 206-555-0177", "620 score ok?", "at 1234 Maple", "around $300,000",
        "we bought in march 2020", "3-4 bedrooms", "2", "about 240k left", "unit 4, gate code 1180", "4.5% is too high", "",
    ],
)  # fmt: skip
def test_a_number_is_no_time(text: str) -> None:
    assert moments(text, now=NOW) == ()


@given(st.text(max_size=300), st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)))
def test_nothing_lies_behind_them_and_every_quote_is_theirs(text: str, now: datetime) -> None:
    for one in moments(text, now=now):
        assert now < one.at <= now + timedelta(days=800)
        assert one.quote in " ".join(text.split())


@pytest.mark.parametrize("piece", ["at 4 ", "in ", "tomorrow ", "1/1/", "next ", "12:", "a las "])
def test_no_text_makes_it_slow(piece: str) -> None:
    before = time.process_time()
    moments(piece * 100_000, now=NOW)
    assert time.process_time() - before < 5
