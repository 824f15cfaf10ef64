"""An account's own fields on its leads: what they are, and how a value is read. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

KINDS = {"text": "Text", "number": "Number", "date": "Date", "choice": "Choice"}
MOST, LONGEST = 30, 500


class Wrong(ValueError):
    """What was written does not fit; says what would."""


@dataclass(frozen=True, slots=True)
class OwnField:
    """One field; `key` never changes, so that a new label keeps the values."""

    key: str
    label: str
    kind: str = "text"
    choices: tuple[str, ...] = ()

    def read(self, written: str) -> str:
        """The value as it is kept; "" is none. Raises Wrong."""
        said = " ".join(written.split())[:LONGEST]
        if not said:
            return ""
        if self.kind == "number" and not re.fullmatch(r"-?\d{1,15}([.,]\d{1,6})?", said.replace(" ", "")):
            raise Wrong(f"{self.label} is a number. Write it like 380000.")
        if self.kind == "date":
            try:
                date.fromisoformat(said)
            except ValueError as error:
                raise Wrong(f"{self.label} is a date. Write it like 2026-06-30.") from error
        if self.kind == "choice" and said not in self.choices:
            raise Wrong(f"{self.label} is one of: {', '.join(self.choices)}.")
        return said


def read_all(stored: object) -> list[OwnField]:
    """The fields as the account keeps them; what cannot be read is left out."""
    rows = stored if isinstance(stored, list) else []
    return [
        OwnField(str(row["key"]), str(row["label"]), str(row.get("kind", "text")), tuple(row.get("choices", ())))
        for row in rows[:MOST]
        if isinstance(row, dict) and row.get("key") and row.get("label") and row.get("kind", "text") in KINDS
    ]


def made(label: str, kind: str, choices: Iterable[str], *, among: Iterable[OwnField]) -> OwnField:
    """A new field. Raises Wrong."""
    label = " ".join(label.split())[:40]
    there = list(among)
    listed = tuple(dict.fromkeys(one for one in (" ".join(choice.split())[:60] for choice in choices) if one))[:30]
    if not label:
        raise Wrong("Give the field a name, like Lender.")
    if kind not in KINDS:
        raise Wrong("Choose text, number, date or choice.")
    if len(there) >= MOST:
        raise Wrong(f"{MOST} fields are the most. Remove one first.")
    if any(one.label.casefold() == label.casefold() for one in there):
        raise Wrong(f"There is a field {label} already.")
    if kind == "choice" and len(listed) < 2:
        raise Wrong("A choice needs at least two answers, one a line.")
    base = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:30] or "field"
    taken = {one.key for one in there}
    key = next(name for name in (base, *(f"{base}_{n}" for n in range(2, MOST + 3))) if name not in taken)
    return OwnField(key, label, kind, listed if kind == "choice" else ())


def stored(field: OwnField) -> Mapping[str, Any]:
    """As the account keeps it."""
    return {"key": field.key, "label": field.label, "kind": field.kind, "choices": list(field.choices)}
