"""Dates as people and systems write them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nextcall.intake.parsers.clean import folded

_TIME = re.compile(
    r"(?<![\d.])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\b\.?)?(.*)$", re.IGNORECASE
)
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_PARTS = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b")
_WORDS = re.compile(
    r"([a-z]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})|(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+)?([a-z]{3,10})\.?[,\s-]+(?:de\s+)?(\d{4}|\d{2}\b)"
)
_OFFSET = re.compile(
    r"(?:(?:utc|gmt)?\s*([+-])(\d{1,2}):?(\d{2})?|\b(z|utc|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt)\b)", re.IGNORECASE
)
_NAMED = {
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene janv",
            "feb fev",
            "mar mars marz mrz",
            "apr abr avr",
            "may mai mayo",
            "jun juin",
            "jul juil",
            "aug ago aout",
            "sep sept",
            "oct okt out",
            "nov",
            "dec dic dez",
        ),
        start=1,
    )
    for name in names.split()
}
_FIRST, _END = date(1970, 1, 2), date(2100, 1, 1)


def day_first(samples: Iterable[str], *, usually: bool) -> bool:
    """Whether 5/6/2024 is the fifth of June, judged over a whole column; `usually` decides when no value tells."""
    votes = [0, 0]
    for sample in samples:
        if found := _PARTS.match(sample.strip()):
            usually = usually or "." in found[0]  # 1.6.2024 is written where the day comes first
            first, second = int(found[1]), int(found[2])
            votes[0] += first > 12
            votes[1] += second > 12
    return votes[0] > votes[1] if any(votes) else usually


def read(text: str, *, zone: str, day_first: bool = False) -> datetime | date | None:
    """An aware instant, a date where no time of day is said, or None. A time without an offset is in `zone`."""
    text = text.strip()[:80]
    try:
        if re.fullmatch(r"-?\d{9,13}(\.\d{1,6})?", text):
            return _epoch(float(text))
        if (day := _day(text, day_first)) is None or not _FIRST <= day < _END:
            return None
        clock = _TIME.search(text)
        return _instant(day, clock, zone) if clock else day
    except (ValueError, OverflowError):
        return None


def _epoch(number: float) -> datetime | None:
    at = datetime.fromtimestamp(number / 1000 if number > 99_999_999_999 else number, tz=UTC)
    return at if _FIRST <= at.date() < _END else None


def _day(text: str, day_first: bool) -> date | None:
    if found := _ISO.match(text) or re.match(r"^(\d{4})(\d{2})(\d{2})(?:T|$)", text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _PARTS.match(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if (day_first or first > 12) and second <= 12:
            first, second = second, first
        return date(year + 2000 if year < 100 else year, first, second)
    if found := _WORDS.search(folded(text)):
        name, number, written = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
        return date(int(written) + (2000 if len(written) == 2 else 0), month, int(number)) if month else None
    return None


def _instant(day: date, clock: re.Match[str], zone: str) -> datetime:
    hour = int(clock[1])
    if clock[5]:
        hour = hour % 12 + (12 if clock[5].lower() == "p" else 0)
    micro = int((clock[4] or "0").ljust(6, "0")[:6])
    local = datetime.combine(day, time(hour, int(clock[2]), int(clock[3] or 0), micro))
    said = _OFFSET.search(clock[6])
    if not said:
        # A repeated hour is its first one, a skipped hour moves on: what clocks on the wall did.
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    if said[4]:
        hours = timedelta(hours=_NAMED[said[4].lower()])
    else:
        hours = timedelta(hours=int(said[2]), minutes=int(said[3] or 0)) * (-1 if said[1] == "-" else 1)
    offset = UTC if not hours else datetime.strptime(f"{_sign(hours)}", "%z").tzinfo
    return local.replace(tzinfo=offset)


def _sign(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
