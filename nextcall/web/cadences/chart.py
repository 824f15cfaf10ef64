"""The forecast as stacked bars, in numbers for an inline SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from nextcall.cadences.forecast import Forecast

WIDE, HIGH, GAP, FOOT = 280, 96, 4, 14  # of the drawing; the foot holds the days' letters


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: where its two parts and its line of what is set aside stand."""

    x: float
    width: float
    now_y: float
    now_height: float
    fresh_y: float
    fresh_height: float
    line_y: float
    letter: str
    over: bool
    works: bool

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def ends(self) -> float:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Chart:
    """Fourteen bars on one scale."""

    bars: Sequence[Bar]
    top: int  # minutes at the top
    wide: int = WIDE
    high: int = HIGH + FOOT
    floor: int = HIGH


def chart(forecast: Forecast) -> Chart:
    top = max([*(max(day.asked, day.capacity) for day in forecast.days), 1])
    width = (WIDE - GAP * (len(forecast.days) - 1)) / len(forecast.days)
    bars = []
    for number, day in enumerate(forecast.days):
        now, fresh = HIGH * day.now / top, HIGH * day.fresh / top
        bars.append(
            Bar(
                x=round(number * (width + GAP), 1),
                width=round(width, 1),
                now_y=round(HIGH - now, 1),
                now_height=round(now, 1),
                fresh_y=round(HIGH - now - fresh, 1),
                fresh_height=round(fresh, 1),
                line_y=round(HIGH - HIGH * day.capacity / top, 1),
                letter=f"{day.date:%a}"[0],
                over=day.over,
                works=day.capacity > 0,
            )
        )
    return Chart(bars, top)
