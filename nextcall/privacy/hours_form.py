"""The hours somebody asks for, as a form offers and posts them: on their own page, and on the lead's. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from nextcall.consent import preferred

GROUPS = {"mon_fri": "Monday to Friday", "sat": "Saturday", "sun": "Sunday"}
PARTS = {
    "any": "Any lawful hour",
    "09:00-12:00": "Mornings, 9 to 12",
    "12:00-17:00": "Afternoons, 12 to 5",
    "17:00-21:00": "Evenings, after 5",
    "own": "Between these times",
    preferred.CLOSED: "Not at all",
}


@dataclass(frozen=True, slots=True)
class Group:
    """The hours of some days, as the form offers them."""

    name: str
    word: str
    chosen: str  # one of PARTS
    begins: str
    ends: str


def groups(hours: Mapping[str, str]) -> list[Group]:
    """What stands, ready to be changed."""
    return [_group(name, word, hours.get(name, "any")) for name, word in GROUPS.items()]


def posted_hours(posted: Mapping[str, str]) -> dict[str, str]:
    """The chosen hours by group of days; `preferred.read` says whether they can be meant."""
    found = {}
    for name in GROUPS:
        part = posted.get(name, "any")[:20]
        if part == "own":
            part = f"{posted.get(f'{name}_from', '')[:5]}-{posted.get(f'{name}_to', '')[:5]}"
        found[name] = part
    return found


def _group(name: str, word: str, written: str) -> Group:
    begins, _, ends = written.partition("-") if preferred.span(written) else ("", "", "")
    return Group(name, word, written if written in PARTS else "own", begins, ends)
