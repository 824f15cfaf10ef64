"""The effect of a change on everybody's days, as a sentence, small bars, and the table behind them."""

from dataclasses import dataclass
from datetime import date

from nextcall.worklist.effect import Day, Effect, Load

BARS = 3
HIGH, WIDE = 60.0, 20  # of the picture, and of a day in it


@dataclass(frozen=True, slots=True)
class Column:
    """One day's place in the picture."""

    left: int
    x: float
    planned_y: float
    planned_h: float
    added_y: float
    added_h: float
    room_y: float
    over: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One member's two weeks."""

    name: str
    says: str
    days: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One day, in figures."""

    day: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page draws."""

    title: str
    bars: tuple[Bar, ...]
    table: tuple[Row, ...]
    sampled: int
    of: int
    spread: int
    a_day: int
    over: bool


def shown(effect: Effect) -> Shown:
    touched = [load for load in effect.loads if load.a_day] or effect.loads[:1]
    loads = sorted(touched, key=lambda load: (not load.over, load.a_day < 0))[:BARS]
    rows = zip(*(load.days for load in loads), strict=True)
    return Shown(
        title=_title(effect, loads[0]),
        bars=tuple(_bar(load) for load in loads),
        table=tuple(Row(_named(days[0].date), tuple(map(_cell, days))) for days in rows),
        sampled=effect.sampled,
        of=effect.of,
        spread=effect.spread,
        a_day=-(-effect.of // effect.spread) if effect.spread else 0,
        over=effect.over,
    )


def _title(effect: Effect, load: Load) -> str:
    """The finding."""
    n, room = abs(load.a_day), max(day.room for day in load.days)
    contacts = "contact" if n == 1 else "contacts"
    if not n:
        return f"Hardly changes the days of {load.name}"
    if load.a_day < 0:
        return f"Frees about {n} {contacts} a day for {load.name}"
    if not load.over:
        return f"It fits: about {n} more {contacts} a day for {load.name}, with {room} set aside"
    told = f"about {n} {contacts} a day for {load.name}"
    planned = f" and has about {round(load.peak.planned)} planned" if load.peak.planned >= 0.5 else ""
    return f"Adds {told}, who set aside {room}{planned}"


def _bar(load: Load) -> Bar:
    top = max(1.0, *(max(day.all, day.room) for day in load.days))
    peak = load.peak
    says = f"{load.name}: fullest on {_named(peak.date)}, {round(peak.all)} with {peak.room} set aside"
    return Bar(load.name, says, tuple(_column(n, day, HIGH / top) for n, day in enumerate(load.days)))


def _column(n: int, day: Day, scale: float) -> Column:
    kept = min(day.planned, day.all)
    added = max(day.all - kept, 0.0)
    base = 2 + HIGH
    return Column(
        left=n * WIDE,
        x=n * WIDE + 2.5,
        planned_y=round(base - kept * scale, 1),
        planned_h=round(kept * scale, 1),
        added_y=round(base - (kept + added) * scale, 1),
        added_h=round(added * scale, 1),
        room_y=round(base - day.room * scale, 1) if day.room else 0.0,
        over=day.over,
    )


def _named(day: date) -> str:
    return f"{day:%a} {day:%b} {day.day}"


def _cell(day: Day) -> str:
    change = round(day.added)
    changed = f" {'+' if change > 0 else '−'}{abs(change)}" if change else ""
    return f"{round(day.planned)}{changed} of {day.room}" if day.room else f"{round(day.planned)}{changed}, day off"
