"""When contact is lawful, as intervals of POSIX seconds: every rule, by every clock the person may live by.

Computed once a UTC day for each set of rules and zones, and kept: the gate is asked millions of times.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from nextcall.consent import law
from nextcall.consent.facts import Rule
from nextcall.consent.law import Hours
from nextcall.consent.policy import Policy
from nextcall.lib.hours import Span, Spans, both, local, minute_of

DAY = 86_400
SEARCH_DAYS = 10
_KEPT_DAYS = 2000  # for each set of rules; then the days are computed anew

Interval = tuple[int, int]  # POSIX seconds, half open
Intervals = tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One UTC day: when everything is open, when each rule is, and a rule that nobody can know that day."""

    together: Intervals
    each: tuple[Intervals, ...]
    undecidable: Hours | None = None


@dataclass(slots=True, eq=False)
class Windows:
    """The windows of one set of rules under one policy. Compared by identity."""

    hours: tuple[Hours, ...]
    policy: Policy
    open_rules: tuple[Rule, ...] = field(init=False)  # what each rule says when it is open
    _days: dict[tuple[tuple[str, ...], int], OpenDay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open_rules = tuple(Rule(rule.id, "allow", rule.says, rule.source) for rule in self.hours)

    def day(self, zones: tuple[str, ...], number: int) -> OpenDay:
        """The UTC day with that number (POSIX seconds // 86,400)."""
        found = self._days.get((zones, number))
        if found is None:
            if len(self._days) >= _KEPT_DAYS:
                self._days.clear()
            found = self._days[zones, number] = self._compute(zones, number)
        return found

    def next_open(self, zones: tuple[str, ...], second: int) -> int | None:
        """The first second from `second` on at which everything is open; None within ten days."""
        for number in range(second // DAY, second // DAY + SEARCH_DAYS + 1):
            for opens, closes in self.day(zones, number).together:
                if closes > second:
                    return max(opens, second)
        return None

    def closes(self, zones: tuple[str, ...], second: int) -> int | None:
        """When the window that `second` lies in closes; None if it is closed then, or open for a day and more."""
        end = next(
            (closes for opens, closes in self.day(zones, second // DAY).together if opens <= second < closes), None
        )
        if end is None or end % DAY:
            return end
        following = self.day(zones, end // DAY).together
        if not following or following[0][0] != end:
            return end
        return None if following[0][1] % DAY == 0 else following[0][1]

    def _compute(self, zones: tuple[str, ...], number: int) -> OpenDay:
        start = number * DAY
        together: Intervals = ((start, start + DAY),)
        each = []
        undecidable = None
        for rule in self.hours:
            own: Intervals = ((start, start + DAY),)
            for zone in clocks(rule, zones):
                days = _local_days(zone, start)
                if rule.needs_calendar and not all(_is_known(day) for day in days):
                    undecidable = rule
                own = _cut(own, _merge(span for day in days for span in self._open(rule, zone, day)))
            each.append(own)
            together = _cut(together, own)
        return OpenDay(() if undecidable else together, tuple(each), undecidable)

    def _open(self, rule: Hours, zone: str, day: date) -> Iterator[Interval]:
        """The rule's window on one local day as instants, with the margins that law is kept at."""
        keeps_distance = rule.is_law and not rule.is_policy
        after, before = (self.policy.after_open_minutes, self.policy.before_close_minutes) if keeps_distance else (0, 0)
        for opens, closes in self._row(rule, day):
            # Where the clock repeats an hour, it opens with the second one and closes with the first.
            begin, end = minute_of(day, opens + after, zone, later=True), minute_of(day, closes - before, zone)
            if begin < end:
                yield begin, end

    def _row(self, rule: Hours, day: date) -> Spans:
        weekday, saturday, sunday, holiday = rule.rows
        row = (saturday, sunday)[day.weekday() - 5] if day.weekday() >= 5 else weekday
        if day in rule.closed_days:
            return ()
        return both(row, holiday) if holiday != row and self._is_holiday(rule.places, day) else row

    def _is_holiday(self, places: Iterable[str], day: date) -> bool:
        """Whether that day is a holiday of one of the places, by the file or proclaimed since."""
        lists = law.calendar().lists
        return any(
            day in self.policy.proclaimed.get(place, ()) or any(day in lists[name] for name in pack.holidays)
            for place in places
            if (pack := self.policy.packs.get(place))
        )


def clocks(rule: Hours, zones: Iterable[str]) -> tuple[str, ...]:
    """The zones by whose clocks the rule must be open."""
    return (
        (rule.only_in_zone,) if rule.only_in_zone else tuple(dict.fromkeys(filter(None, (*zones, rule.also_in_zone))))
    )


def _local_days(zone: str, start: int) -> list[date]:
    first = local(datetime.fromtimestamp(start, UTC), zone).date()
    last = local(datetime.fromtimestamp(start + DAY - 1, UTC), zone).date()
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _is_known(day: date) -> bool:
    calendar = law.calendar()
    return calendar.valid_from <= day <= calendar.valid_until


def _merge(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _cut(one: Sequence[Interval], other: Sequence[Interval]) -> Intervals:
    return both(tuple(one), tuple(other))
