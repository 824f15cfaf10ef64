"""Whether complaints or bounces pause or stop a campaign. Pure; the figures stand in rates.toml."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from math import ceil
from pathlib import Path
from typing import Literal

Level = Literal["paused", "stopped"]
WORDS = {"complaint": "complaint", "bounce": "hard bounce"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of rates.toml. Rates are percent of what was sent in the window."""

    rule: str
    of: str  # complaint, bounce
    channels: tuple[str, ...]
    says: str
    source: str
    window: timedelta
    pause_at: Decimal
    stop_at: Decimal | None  # None: it never stops
    pause_from: int
    stop_from: int
    least_sent: int  # fewer than this count as this many

    def enough(self, hits: int) -> int:
        """How many sent messages decide it: with so many or more, these hits are under the line. 0: none matter."""
        if hits < self.pause_from or not self.pause_at:
            return 0
        return ceil(hits * 100 / self.pause_at) + 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """That a campaign stands still from now on."""

    level: Level
    rule: str
    because: str


@cache
def limits() -> tuple[Limit, ...]:
    """Every limit as shipped."""
    data = tomllib.loads((Path(__file__).parent / "rates.toml").read_text(), parse_float=Decimal)
    return tuple(
        Limit(
            rule=row["rule"],
            of=row["of"],
            channels=tuple(row["channels"]),
            says=row["says"],
            source=row["source"],
            window=timedelta(hours=row["window_hours"]),
            pause_at=row["pause_at"],
            stop_at=row.get("stop_at"),
            pause_from=row["pause_from"],
            stop_from=row["stop_from"],
            least_sent=row["least_sent"],
        )
        for row in data["limits"]
    )


def limit(rule: str) -> Limit | None:
    """The limit of that id; None for a halt by somebody's word."""
    return next((one for one in limits() if one.rule == rule), None)


def judge(one: Limit, *, sent: int, hits: int) -> Verdict | None:
    """None while it may go on. `sent` and `hits` of the limit's window; hits counted once a message."""
    if hits < 1:
        return None
    share = Decimal(hits * 100) / max(sent, one.least_sent)
    if one.stop_at is not None and hits >= one.stop_from and share >= one.stop_at:
        return Verdict("stopped", one.rule, _says(one, sent, hits))
    if hits >= one.pause_from and share >= one.pause_at:
        return Verdict("paused", one.rule, _says(one, sent, hits))
    return None


def _says(one: Limit, sent: int, hits: int) -> str:
    what = WORDS[one.of] + ("" if hits == 1 else "s")
    hours = int(one.window.total_seconds() // 3600)
    span = "an hour" if hours == 1 else f"{hours // 24} days"
    floor = f" (counted as {one.least_sent:,})" if sent < one.least_sent > 1 else ""
    return f"{hits} {what} on {sent:,} sent in {span}{floor}"
