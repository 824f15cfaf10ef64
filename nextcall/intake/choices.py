"""What a member decides about a file, and what became of it: kept as JSON beside the file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

from nextcall.intake.rights import Wording

Duplicates = Literal["merge", "skip", "keep"]


@dataclass(frozen=True, slots=True)
class Choices:
    """Import.choices. `columns` holds only what differs from what was recognised."""

    columns: Mapping[int, str] = field(default_factory=dict)
    permission: Mapping[str, Any] = field(
        default_factory=dict
    )  # channels, wording, sellers, tier, attested_by: see rights.Wording
    source: str = ""
    offer: str = ""
    owner_id: int | None = None
    cadence: str = ""  # "": none, nothing is planned
    duplicates: Duplicates = "merge"
    area_code: str = ""  # for numbers of seven digits
    day_first: bool | None = None  # 5/6/2024 is in June; None: as the column's values say
    sample: bool = False  # the file's people are invented
    skip: Sequence[str] = ()  # causes (problems.SAYS) whose rows are set aside though they could be reached otherwise

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "columns": {str(index): name for index, name in self.columns.items()},
            "skip": list(self.skip),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Choices":
        return cls(
            columns={int(index): str(name) for index, name in (kept.get("columns") or {}).items()},
            permission=dict(kept.get("permission") or {}),
            source=str(kept.get("source") or ""),
            offer=str(kept.get("offer") or ""),
            owner_id=kept.get("owner_id"),
            cadence=str(kept.get("cadence") or ""),
            duplicates=cast(Duplicates, kept.get("duplicates") or "merge"),
            area_code=str(kept.get("area_code") or ""),
            day_first=kept.get("day_first"),
            sample=bool(kept.get("sample")),
            skip=tuple(kept.get("skip") or ()),
        )

    def wording(self) -> Wording:
        return Wording.from_json(self.permission)


@dataclass(slots=True)
class Summary:
    """Import.summary: counts of rows so far, and the problems by cause."""

    rows: int = 0
    new: int = 0
    merged: int = 0
    skipped: int = 0  # duplicates left as they are, by choice
    set_aside: int = 0
    household: int = 0  # new persons at a number that somebody else uses too
    touches_planned: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "messages_sent": 0}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Summary":
        names = ("rows", "new", "merged", "skipped", "set_aside", "household", "touches_planned")
        return cls(**{name: int(kept.get(name) or 0) for name in names}, problems=list(kept.get("problems") or ()))

    def count(self, cause: str, example: str) -> None:
        """One more row with this cause."""
        for problem in self.problems:
            if problem["cause"] == cause:
                problem["rows"] += 1
                problem["example"] = problem["example"] or example
                return
        self.problems.append({"cause": cause, "rows": 1, "example": example})

    def sentence(self) -> str:
        """ "388 new, 21 merged, 3 set aside, no messages will be sent": an import itself never sends."""
        parts = [f"{self.new:,} new", f"{self.merged:,} merged", f"{self.set_aside:,} set aside"]
        if self.skipped:
            parts.insert(2, f"{self.skipped:,} left as they are")
        touches = f"{self.touches_planned:,} {'touch' if self.touches_planned == 1 else 'touches'} planned"
        return ", ".join([*parts, touches if self.touches_planned else "no messages will be sent"])
