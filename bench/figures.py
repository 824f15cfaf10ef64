"""A figure, what it is compared with, and how a list of them is printed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One number. `floor`: what the bare database or file system gave for the same rows in this run."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    aim: str = ""

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(len(ordered) * part * 1000) // 1000) - 1))] if ordered else 0.0


def table(title: str, figures: Iterable[Figure]) -> str:
    lines = [f"\n{title}", f"{'':46} {'measured':>14} {'floor':>14}  aim"]
    for one in figures:
        floor = f"{one.floor:,.1f}" if one.floor is not None else ""
        lines.append(f"{one.what:<46} {one.value:>11,.1f} {one.unit:<6}{floor:>10}  {one.aim}")
        if one.floor_is:
            lines.append(f"{'':48}floor: {one.floor_is}")
    return "\n".join(lines)
