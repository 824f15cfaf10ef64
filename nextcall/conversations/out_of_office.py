"""When somebody who is out of office comes back, from the words of the automatic reply. Pure."""

import re
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
# What stands before the date of return; "from" and "since" begin the absence instead.
CUE = r"(?:back|return(?:ing|s)?|until|till|through|available again|in the office|to)\D{0,25}?"
WRITTEN = (
    re.compile(CUE + r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", re.I),
    re.compile(CUE + rf"(?P<name>{MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>20\d\d))?", re.I),
    re.compile(
        CUE + rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>{MONTH})(?:,?\s+(?P<year>20\d\d))?", re.I
    ),
    re.compile(CUE + r"(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>(?:20)?\d\d))?", re.I),
)
INCLUSIVE = re.compile(r"\b(through|until|till)\b", re.I)
LONGEST = timedelta(days=180)


def returns_on(text: str, *, today: date) -> date | None:
    """The first day on which they are back; None if the text names none within half a year.

    "Until the 27th" means back on the 28th. Without a year the next such day is meant.
    """
    found = [day for pattern in WRITTEN for match in pattern.finditer(text[:5000]) if (day := _day(match, today))]
    return max((day for day in found if today < day <= today + LONGEST), default=None)


def _day(match: re.Match[str], today: date) -> date | None:
    parts = match.groupdict()
    month = MONTHS[parts["name"][:3].lower()] if parts.get("name") else int(parts["month"])
    year = int(parts["year"] or today.year)
    try:
        day = date(year + 2000 if year < 100 else year, month, int(parts["day"]))
        if not parts["year"] and day < today:
            day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return day + timedelta(days=1) if INCLUSIVE.search(match[0]) else day
