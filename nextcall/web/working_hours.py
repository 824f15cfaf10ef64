"""Working hours as a form: seven days, each open from and to, or closed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
OPEN, CLOSE = "09:00", "18:00"


@dataclass(frozen=True, slots=True)
class Day:
    """One line of the form."""

    number: int
    name: str
    works: bool
    opens: str
    closes: str
    wrong: str = ""


def days_of(hours: list[list[str] | None]) -> list[Day]:
    """The lines for stored hours; Monday to Friday, nine to six, when there are none yet."""
    stored = hours if len(hours) == len(DAYS) else [[OPEN, CLOSE]] * 5 + [None, None]
    return [
        Day(number, name, bool(window), *(window or (OPEN, CLOSE)))
        for number, (name, window) in enumerate(zip(DAYS, stored, strict=True))
    ]


def read(posted: Mapping[str, str]) -> list[Day]:
    """The lines as sent: `works_0`, `opens_0`, `closes_0` … Monday first; each says what is wrong with it."""
    lines = []
    for number, name in enumerate(DAYS):
        works = bool(posted.get(f"works_{number}"))
        opens, closes = posted.get(f"opens_{number}", OPEN)[:5], posted.get(f"closes_{number}", CLOSE)[:5]
        wrong = ""
        if works and not (CLOCK.fullmatch(opens) and CLOCK.fullmatch(closes)):
            wrong = f"{name}: write times like 09:00."
        elif works and opens >= closes:
            wrong = f"{name}: the end must come after the start, such as 09:00 to 18:00."
        lines.append(Day(number, name, works, opens, closes, wrong))
    return lines


def read_same_each_day(posted: Mapping[str, str]) -> list[Day]:
    """The short form of the first screen: one pair of times for every day that is ticked."""
    ticked = {key: value for key, value in posted.items() if key.startswith("works_")}
    times = {f"{end}_{number}": posted.get(end, "") for number in range(len(DAYS)) for end in ("opens", "closes")}
    return read({**ticked, **times})


def stored(days: list[Day]) -> list[list[str] | None]:
    return [[day.opens, day.closes] if day.works else None for day in days]


def wrong_in(days: list[Day]) -> str:
    if not any(day.works for day in days):
        return "Choose at least one day. Away for a while? Say until when in Settings."
    return next((day.wrong for day in days if day.wrong), "")
