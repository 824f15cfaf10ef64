"""What asks for another time of an appointment that stands, and what only confirms it."""

from datetime import datetime

import pytest

from nextcall.conversations.said.moving import confirms, moved_to

NOW = datetime(2026, 11, 23, 10)  # a Monday
TUESDAY_AT_THREE = datetime(2026, 11, 24, 15)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("can we do 4 instead", "Tue 16:00"),
        ("Could we make it 4:30?", "Tue 16:30"),
        ("Can we move it to Thursday?", "Thu 15:00"),
        ("Can we do Thursday at 4 pm instead of Tuesday at 3?", "Thu 16:00"),
        ("Sorry, something came up. Wed at 10 would be better", "Wed 10:00"),
        ("Can't make it tuesday, how about friday 2pm", "Fri 14:00"),
        ("Thursday at 4?", "Thu 16:00"),
        ("tomorrow at 5 please", "Tue 17:00"),
        ("an hour later?", "Tue 16:00"),
        ("could you push it 30 minutes later", "Tue 15:30"),
        ("Half an hour earlier would be great", "Tue 14:30"),
        ("Podemos el jueves a las 4?", "Thu 16:00"),
        ("On peut le jeudi a 16h plut\u00f4t ?", "Thu 16:00"),
        ("See you Tuesday at 3", None),
        ("3 works", None),
        ("could we do 15 minutes later", "Tue 15:15"),
        ("can we do a 3 bedroom instead", None),
        ("Thursday or Friday at 4 instead", None),
        ("can we do Thursday morning instead", None),
        ("Can we meet in March instead", None),
        ("call me at 5 today about the loan, my lawyer wants to know", None),
        ("I can't make it", None),
        ("running 10 minutes late", None),
        ("Is parking free there?", None),
        ("We paid 450k for it in 2019", None),
        ("an hour", None),
        ("999 hours earlier", None),
        ("", None),
    ],
)
def test_another_time_is_read_for_the_appointments_own_day_and_hour(words: str, wanted: str | None) -> None:
    found = moved_to(words, starts=TUESDAY_AT_THREE, now=NOW)
    assert (f"{found:%a %H:%M}" if found else None) == wanted


@pytest.mark.parametrize(
    ("words", "so"),
    [
        ("See you Tuesday at 3", True),
        ("3 pm it is", True),
        ("tomorrow works", True),
        ("See you!", False),
        ("Tuesday at 4", False),
        ("Tuesday at 3, and call me Friday", False),
    ],
)
def test_their_own_time_is_only_confirmed(words: str, so: bool) -> None:
    assert confirms(words, starts=TUESDAY_AT_THREE, now=NOW) == so
