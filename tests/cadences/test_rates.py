"""When complaints and bounces pause or stop a campaign: a table derived by hand from rates.toml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextcall.cadences import rates

COMPLAINTS, BOUNCES = "CX-07.complaints", "CX-07.bounces"


@pytest.mark.parametrize(
    ("rule", "sent", "hits", "level"),
    [
        (COMPLAINTS, 0, 0, None),
        (COMPLAINTS, 5_000, 0, None),
        (COMPLAINTS, 0, 1, "paused"),  # 1 of 1,000 at the least
        (COMPLAINTS, 40, 1, "paused"),
        (COMPLAINTS, 1_000, 1, "paused"),  # 0.10 % exactly
        (COMPLAINTS, 1_001, 1, None),
        (COMPLAINTS, 40, 2, "paused"),
        (COMPLAINTS, 40, 3, "stopped"),  # 3 of 1,000 at the least
        (COMPLAINTS, 1_000, 3, "stopped"),  # 0.30 % exactly
        (COMPLAINTS, 1_001, 3, "paused"),
        (COMPLAINTS, 2_999, 3, "paused"),
        (COMPLAINTS, 3_001, 3, None),
        (COMPLAINTS, 10_000, 10, "paused"),
        (COMPLAINTS, 10_000, 29, "paused"),
        (COMPLAINTS, 10_000, 30, "stopped"),
        (BOUNCES, 1, 1, None),  # one mistyped address
        (BOUNCES, 20, 4, None),
        (BOUNCES, 20, 5, "paused"),
        (BOUNCES, 20, 9, "paused"),
        (BOUNCES, 20, 10, "stopped"),
        (BOUNCES, 5_000, 5, "paused"),
        (BOUNCES, 5_001, 5, None),
        (BOUNCES, 3_333, 10, "stopped"),
        (BOUNCES, 3_334, 10, "paused"),
        (BOUNCES, 10_001, 10, None),
    ],
)
def test_a_campaign_goes_on_pauses_or_stops(rule: str, sent: int, hits: int, level: str | None) -> None:
    limit = rates.limit(rule)
    assert limit is not None
    found = rates.judge(limit, sent=sent, hits=hits)
    assert (found.level if found else None) == level


def test_it_says_what_was_counted() -> None:
    limit = rates.limit(COMPLAINTS)
    assert limit is not None
    found = rates.judge(limit, sent=40, hits=1)
    assert found is not None
    assert found.because == "1 complaint on 40 sent in 30 days (counted as 1,000)"


@given(st.sampled_from(rates.limits()), st.integers(0, 50_000), st.integers(0, 200))
def test_counting_no_further_than_enough_decides_the_same(limit: rates.Limit, sent: int, hits: int) -> None:
    whole = rates.judge(limit, sent=sent, hits=hits)
    part = rates.judge(limit, sent=min(sent, max(limit.enough(hits), 1)), hits=hits)
    assert (whole.level if whole else None) == (part.level if part else None)


@given(st.sampled_from(rates.limits()), st.integers(0, 50_000), st.integers(1, 200))
def test_one_more_never_makes_it_milder(limit: rates.Limit, sent: int, hits: int) -> None:
    grades = {None: 0, "paused": 1, "stopped": 2}
    first, second = (rates.judge(limit, sent=sent, hits=n) for n in (hits, hits + 1))
    assert grades[second.level if second else None] >= grades[first.level if first else None]


def test_every_limit_names_its_source() -> None:
    assert all(one.source and one.says and one.window for one in rates.limits())
