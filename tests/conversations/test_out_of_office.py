"""When somebody who is away comes back."""

from datetime import date

import pytest

from nextcall.conversations.log import clean
from nextcall.conversations.out_of_office import returns_on

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("I am out of office until Nov 27.", date(2026, 11, 28)),
        ("I'm away and will be back on November 30th.", date(2026, 11, 30)),
        ("Returning 12/1. For urgent matters call the office.", date(2026, 12, 1)),
        ("On leave from 20 Nov to 2 December 2026", date(2026, 12, 2)),
        ("I will return on 2026-12-04", date(2026, 12, 4)),
        ("Back in the office January 4", date(2027, 1, 4)),
        ("Out through 11/25/26", date(2026, 11, 26)),
        ("I was back on Nov 2", None),
        ("Back on 31/31", None),
        ("Back in 2030-01-01", None),
        ("Thanks, I will answer soon.", None),
        ("", None),
    ],
)
def test_the_day_of_return_is_read_from_the_words(text: str, back: date | None) -> None:
    assert returns_on(text, today=TODAY) == back


def test_text_is_kept_without_control_characters() -> None:
    assert clean("Hi\x00\x07\r\nthere\u202e \U0001f468\u200d\U0001f469") == "Hi\nthere \U0001f468\u200d\U0001f469"
