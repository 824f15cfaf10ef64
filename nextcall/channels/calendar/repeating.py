"""When something repeats, within a window (RFC 5545, 3.3.10). Pure, by wall clock, bounded by a budget of steps.

Written here because the libraries walk from the first occurrence to the year 9999 when a rule never matches: a
stranger's file would stand for seconds. Days, weeks, months and years repeat here; what repeats by the hour or by
number of week is said to be unreadable.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product

WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MOST_TIMES = 24  # on one day
LONGEST_RULE = 600  # characters


class CannotRepeat(ValueError):
    """Why the rule cannot be followed, in words."""


@dataclass(slots=True)
class Budget:
    """Steps that are left for one file; a rule of a hundred years by the day takes 36,500."""

    steps: int = 120_000

    def take(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise CannotRepeat("the file repeats too much to be followed")


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule. `days`: (ordinal or 0, weekday); `until` as written."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    week_begins: int = 0


def read(text: str) -> Rule:
    """The rule as written in RRULE. Raises CannotRepeat."""
    if len(text) > LONGEST_RULE:
        raise CannotRepeat("the rule is too long")
    parts = {}
    for part in filter(None, text.upper().replace(" ", "").split(";")):
        name, _, value = part.partition("=")
        parts[name] = value
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        raise CannotRepeat(
            f"it repeats {frequency[:20].lower() or 'by no known rule'}; by day, week, month or year is right"
        )
    for name in ("BYWEEKNO", "BYYEARDAY", "BYSECOND"):
        if parts.get(name, "0") != "0":
            raise CannotRepeat(f"{name} is not followed")
    rule = Rule(
        frequency,
        interval=_number(parts.get("INTERVAL", "1"), 1, 1000),
        count=_number(parts["COUNT"], 1, 100_000) if "COUNT" in parts else None,
        until=parts.get("UNTIL", ""),
        months=_numbers(parts.get("BYMONTH", ""), 1, 12),
        month_days=_numbers(parts.get("BYMONTHDAY", ""), -31, 31),
        days=tuple(_day(one) for one in parts.get("BYDAY", "").split(",") if one),
        positions=_numbers(parts.get("BYSETPOS", ""), -366, 366),
        hours=_numbers(parts.get("BYHOUR", ""), 0, 23),
        minutes=_numbers(parts.get("BYMINUTE", ""), 0, 59),
        week_begins=WEEKDAYS.get(parts.get("WKST", "MO"), 0),
    )
    if len(rule.hours or (0,)) * len(rule.minutes or (0,)) > MOST_TIMES or len(rule.days) > 60:
        raise CannotRepeat("it repeats too often in one day")
    return rule


def _numbers(text: str, least: int, most: int) -> tuple[int, ...]:
    try:
        found = tuple(dict.fromkeys(int(one) for one in text.split(",") if one))
    except ValueError as error:
        raise CannotRepeat(f'"{text[:20]}" is no number') from error
    if any(not least <= one <= most for one in found) or (text and not found):
        raise CannotRepeat(f'"{text[:20]}" is not within {least} and {most}')
    return found


def _number(text: str, least: int, most: int) -> int:
    found = _numbers(text, least, most)
    if len(found) != 1:
        raise CannotRepeat(f'"{text[:20]}" is not one number')
    return found[0]


def _day(text: str) -> tuple[int, int]:
    weekday = WEEKDAYS.get(text[-2:])
    if weekday is None or len(text) > 5:
        raise CannotRepeat(f'"{text[:10]}" is no weekday like MO or 2TU')
    return (_number(text[:-2], -53, 53) if text[:-2] else 0), weekday


def within(
    rule: Rule, first: datetime, *, begins: datetime, ends: datetime, until: datetime | None, budget: Budget
) -> list[datetime]:
    """Every occurrence from `begins` on and before `ends`, all wall clocks without a zone. Raises CannotRepeat.

    `first` is the series' beginning, `until` its last possible instant by the same clock.
    """
    found = []
    for made, at in enumerate(_all(rule, first, begins if rule.count is None else first, ends, budget), 1):
        if until is not None and at > until:
            break
        if at >= ends or (rule.count is not None and made > rule.count):
            break
        if at >= begins:
            found.append(at)
    return found


def _all(rule: Rule, first: datetime, begins: datetime, ends: datetime, budget: Budget) -> Iterator[datetime]:
    """From the period that holds `begins` on; whatever lies before `first` is none."""
    times = [time(hour, minute, first.second) for hour, minute in
             sorted(product(rule.hours or (first.hour,), rule.minutes or (first.minute,)))]  # fmt: skip
    number = max(_periods_before(rule, first, begins) - 1, 0)
    while True:
        budget.take()
        start = _start_of(rule, first, number)
        if start is None or start > ends.date():
            return
        days = _days(rule, first, start)
        hits = [datetime.combine(day, one) for day in days for one in times]
        if rule.positions:
            picked = {at - 1 if at > 0 else len(hits) + at for at in rule.positions}
            hits = [one for at, one in enumerate(hits) if at in picked]
        yield from (one for one in hits if one >= first)
        number += 1


def _periods_before(rule: Rule, first: datetime, begins: datetime) -> int:
    if begins <= first:
        return 0
    days = (begins - first).days
    months = (begins.year - first.year) * 12 + begins.month - first.month
    each = {"DAILY": days, "WEEKLY": days // 7, "MONTHLY": months, "YEARLY": begins.year - first.year}
    return each[rule.frequency] // rule.interval


def _start_of(rule: Rule, first: datetime, number: int) -> date | None:
    """The first day of that period; None beyond what dates can say."""
    step = number * rule.interval
    try:
        if rule.frequency == "DAILY":
            return first.date() + timedelta(days=step)
        if rule.frequency == "WEEKLY":
            back = (first.weekday() - rule.week_begins) % 7
            return first.date() - timedelta(days=back) + timedelta(weeks=step)
        if rule.frequency == "MONTHLY":
            year, month = divmod(first.year * 12 + first.month - 1 + step, 12)
            return date(year, month + 1, 1)
        return date(first.year + step, 1, 1)
    except (ValueError, OverflowError):
        return None


def _days(rule: Rule, first: datetime, start: date) -> list[date]:
    """The days of a period, in order."""
    if rule.frequency == "DAILY":
        return [start] if _fits(rule, start) and _on_weekday(rule, start) else []
    if rule.frequency == "WEEKLY":
        weekdays = {weekday for _, weekday in rule.days} or {first.weekday()}
        week = [start + timedelta(days=ahead) for ahead in range(7)]
        return [day for day in week if day.weekday() in weekdays and (not rule.months or day.month in rule.months)]
    if rule.frequency == "MONTHLY":
        return [] if rule.months and start.month not in rule.months else _of_month(rule, first, start)
    if rule.days and not rule.months and not rule.month_days:
        return _numbered([date(start.year, 1, 1) + timedelta(days=ahead) for ahead in range(_length(start.year))], rule)
    months = rule.months or (range(1, 13) if rule.month_days else (first.month,))
    return [day for month in sorted(months) for day in _of_month(rule, first, date(start.year, month, 1))]


def _of_month(rule: Rule, first: datetime, start: date) -> list[date]:
    last = monthrange(start.year, start.month)[1]
    if not rule.days and not rule.month_days:
        return [start.replace(day=first.day)] if first.day <= last else []
    days = [start.replace(day=number) for number in range(1, last + 1)]
    named = set(_numbered(days, rule)) if rule.days else set(days)
    return [day for day in days if day in named and _fits(rule, day)]


def _fits(rule: Rule, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    from_the_end = day.day - monthrange(day.year, day.month)[1] - 1
    return not rule.month_days or day.day in rule.month_days or from_the_end in rule.month_days


def _on_weekday(rule: Rule, day: date) -> bool:
    return not rule.days or any(weekday == day.weekday() for _, weekday in rule.days)


def _numbered(days: list[date], rule: Rule) -> list[date]:
    """ "MO" is every Monday of these days, "2MO" the second, "-1MO" the last."""
    wanted: set[date] = set()
    for ordinal, weekday in rule.days:
        same = [day for day in days if day.weekday() == weekday]
        at = ordinal - 1 if ordinal > 0 else len(same) + ordinal
        wanted.update(same if not ordinal else same[at : at + 1] if at >= 0 else [])
    return sorted(wanted)


def _length(year: int) -> int:
    return 366 if monthrange(year, 2)[1] == 29 else 365
